"""What a replay answers, and that it asks nobody."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from harness.cassettes.file.format import dumps
from harness.cassettes.file.interaction import Cassette, Interaction
from harness.cassettes.record.plan import RecordingPlan
from harness.cassettes.replay.match import MatchRule
from harness.cassettes.replay.offline_guard import OfflineGuard
from harness.cassettes.replay.transport import open_replay
from harness.client.message import Failure, Response
from harness.client.transport import TransportFailure
from harness.collection.model import Variable
from harness.errors import ReplayMiss
from harness.variables.scope import Scopes

REFUSED = Failure(kind="refused", message="connect ECONNREFUSED 127.0.0.1:1", code="ECONNREFUSED")


def test_a_replay_answers_with_the_response_as_it_was(recorder, ask, answer):
    live = answer(
        {"näme": "☃ 🎉"}, headers=(("X-Two", "a"), ("x-two", "b"), ("X-Two", "c")), elapsed_ms=12.34567
    )
    recording = recorder({"/a": live})
    given = recording.transport.send(ask("/a"))
    path = recording.finish(complete=True).path
    assert open_replay(path).transport.send(ask("/a")) == given
    assert given.body == live.body
    assert given.headers == live.headers
    assert given.elapsed_ms == 12.346


@pytest.mark.parametrize("name", ["x.yaml", "x.json"])
def test_a_compressed_answer_is_kept_readable_and_replays_with_its_headers(recorder, ask, name):
    live = Response(
        status=200,
        reason="OK",
        headers=(("Content-Encoding", "gzip"), ("Content-Type", "text/plain"), ("Content-Length", "21")),
        body="grüße".encode(),
        wire_size=21,
    )
    recording = recorder({"/a": live}, name=name)
    recording.transport.send(ask("/a"))
    path = recording.finish(complete=True).path
    assert "grüße" in path.read_text("utf-8")
    assert open_replay(path).transport.send(ask("/a")) == live


def test_a_recorded_failure_is_raised_again(recorder, ask):
    recording = recorder({"/a": REFUSED})
    with pytest.raises(TransportFailure):
        recording.transport.send(ask("/a"))
    replay = open_replay(recording.finish(complete=True).path)
    with pytest.raises(TransportFailure) as raised:
        replay.transport.send(ask("/a"))
    assert raised.value.failure == REFUSED


def test_failures_and_answers_to_the_same_request_come_in_the_order_recorded(recorder, ask, answer):
    outcomes = iter([REFUSED, answer({"n": 1}), REFUSED, answer({"n": 2})])
    recording = recorder({"/a": lambda request: next(outcomes)})

    def outcome(transport):
        try:
            return transport.send(ask("/a")).body
        except TransportFailure as failed:
            return failed.failure.code

    live = [outcome(recording.transport) for _ in range(4)]
    replay = open_replay(recording.finish(complete=True).path)
    assert [outcome(replay.transport) for _ in range(4)] == live
    assert live[0] == "ECONNREFUSED"


def test_what_was_not_recorded_is_a_miss(recorder, ask):
    recording = recorder()
    recording.transport.send(ask("/a"))
    replay = open_replay(recording.finish(complete=True).path)
    with pytest.raises(ReplayMiss):
        replay.transport.send(ask("/b"))


def test_an_answer_is_given_once_unless_repeats_are_allowed(recorder, ask):
    recording = recorder()
    recording.transport.send(ask("/a"))
    path = recording.finish(complete=True).path
    replay = open_replay(path)
    replay.transport.send(ask("/a"))
    with pytest.raises(ReplayMiss, match="given already"):
        replay.transport.send(ask("/a"))
    repeating = open_replay(path, rule=MatchRule(repeats=True))
    assert repeating.transport.send(ask("/a")) == repeating.transport.send(ask("/a"))


def test_a_request_with_one_secret_is_not_given_the_answer_to_another(recorder, ask):
    first, second = (ask(f"/use?token={key}-key-0123456789") for key in ("alpha", "beta"))
    recording = recorder()
    for one in (first, second):
        recording.transport.send(one)
    replay = open_replay(recording.finish(complete=True).path)
    replay.transport.send(first)
    with pytest.raises(ReplayMiss, match="given already"):
        replay.transport.send(first)


def test_a_token_from_an_answer_chains_into_the_next_request_on_replay(recorder, ask, answer):
    recording = recorder({"/token": answer({"access_token": "opaque-token-0123456789"})})

    def chain(transport):
        token = transport.send(ask("/token", "POST")).body.decode().split('"')[3]
        headers = (("Authorization", f"Bearer {token}"),)
        return transport.send(ask(f"/use?token={token}", headers=headers))

    chain(recording.transport)
    path = recording.finish(complete=True).path
    assert "opaque-token" not in path.read_text("utf-8")
    assert chain(open_replay(path).transport).status == 200


def test_todays_secret_is_matched_against_the_placeholder_of_the_recorded_one(recorder, ask):
    secret = Variable(key="PIN_CODE", value="swordfish-1", type="secret")
    recording = recorder(plan=RecordingPlan(environment=(secret,)))
    recording.transport.send(ask("/login", "POST", body=b'{"pin": "swordfish-1"}'))
    path = recording.finish(complete=True).path
    replay = open_replay(path, environment={"PIN_CODE": "another-2"})
    assert replay.transport.send(ask("/login", "POST", body=b'{"pin": "another-2"}')).status == 200
    replay = open_replay(path)
    stand_in = replay.environment()["PIN_CODE"]
    body = f'{{"pin": "{stand_in}"}}'.encode()
    assert replay.transport.send(ask("/login", "POST", body=body)).status == 200


def test_recorded_base_addresses_are_mapped_to_todays(recorder, ask):
    environment = (
        Variable(key="baseUrl", value="https://prod.example/v1"),
        Variable(key="HOST", value="hooks.example:8443"),
    )
    recording = recorder(plan=RecordingPlan(environment=environment))
    recording.transport.send(ask("https://prod.example/v1/things?x=1"))
    recording.transport.send(ask("https://hooks.example:8443/in"))
    path = recording.finish(complete=True).path
    today = {"baseUrl": "http://127.0.0.1:9/stage/", "HOST": "localhost:1"}
    replay = open_replay(path, environment=today)
    assert replay.transport.send(ask("http://127.0.0.1:9/stage/things?x=1")).status == 200
    assert replay.transport.send(ask("https://localhost:1/in")).status == 200


def test_unused_interactions_are_told(recorder, ask):
    recording = recorder()
    for path in ("/a", "/b", "/c"):
        recording.transport.send(ask(path))
    replay = open_replay(recording.finish(complete=True).path)
    replay.transport.send(ask("/b"))
    assert [one.request.url for one in replay.unused()] == ["https://api.example/a", "https://api.example/c"]


def test_draws_of_a_replay_are_those_of_the_recording(recorder, ask):
    def draw(draws):
        values = []
        for call, iteration, attempt in [("A", 0, 1), ("B", 0, 1), ("A", 0, 1), ("A", 1, 2)]:
            one = draws.call((call,), iteration, attempt)
            one.clock.advance(3)
            values.append((one.clock.now_ms(), one.random("request").random(), one.seed("test")))
        return values

    recording = recorder()
    drawn = draw(recording.draws)
    replay = open_replay(recording.finish(complete=True).path)
    assert draw(replay.draws) == drawn
    assert len({values[1] for values in drawn}) == 4


def test_sixteen_threads_get_their_own_answers(recorder, ask, answer):
    recording = recorder({f"/n/{n % 40}": answer({"n": n % 40}) for n in range(40)})

    def send(transport, n):
        hop = ask(f"/n/{n % 40}", call=(f"Call {n % 8}",), iteration=n // 8)
        return transport.send(hop).body

    with ThreadPoolExecutor(16) as pool:
        live = list(pool.map(lambda n: send(recording.transport, n), range(320)))
    outcome = recording.finish(complete=True)
    assert outcome.interactions == 320
    replay = open_replay(outcome.path)
    with ThreadPoolExecutor(16) as pool:
        assert list(pool.map(lambda n: send(replay.transport, n), range(320))) == live
    assert replay.unused() == ()


def test_ten_thousand_requests_of_sixteen_threads_reach_nobody_and_get_their_own_answers(
    tmp_path, ask, answer
):
    count, threads = 10_000, 16
    recorded = [
        Interaction(
            request=ask(f"/things/{number}").request,
            response=answer({"number": number}),
            context=ask("/", iteration=number).context,
            elapsed_ms=5.0,
            number=number,
        )
        for number in range(count)
    ]
    path = tmp_path / "x.json"
    path.write_text(dumps(Cassette(interactions=tuple(recorded)), path), "utf-8")
    replay = open_replay(path)

    def run(worker):
        return [
            number
            for number in range(worker, count, threads)
            if replay.transport.send(ask(f"/things/{number}", iteration=number)) != recorded[number].response
        ]

    with OfflineGuard() as guard, ThreadPoolExecutor(threads) as pool:
        wrong = [number for found in pool.map(run, range(threads)) for number in found]
    assert wrong == []
    assert guard.attempts == ()
    assert replay.unused() == ()


def test_a_part_of_the_calls_replays_alone_with_what_the_others_left_behind(recorder, ask, answer):
    def run(transport, draws, scopes, calls):
        for call in calls:
            draws.call((call,), 0, 1)
            if call == "Create":
                scopes.environment.set(
                    "ID", transport.send(ask("/new", "POST", call=(call,))).body.decode()[7:13]
                )
                scopes.environment.set("TOKEN", "secret-token-9", type="secret")
            else:
                transport.send(ask(f"/things/{scopes.get('ID')}", call=(call,)))
                scopes.collection.set("LAST", call)

    recording = recorder({"/new": answer({"id": "abc123"})})
    scopes = Scopes()
    recording.watch(scopes)
    run(recording.transport, recording.draws, scopes, ["Create", "Read", "Delete"])
    path = recording.finish(complete=True).path
    assert "secret-token" not in path.read_text("utf-8")

    alone, values = open_replay(path), Scopes()
    alone.watch(values)
    run(alone.transport, alone.draws, values, ["Delete"])
    assert (values.get("ID"), values.get("TOKEN")) == (scopes.get("ID"), "REDACTED_TOKEN")

    whole, values = open_replay(path), Scopes()
    whole.watch(values)
    values.environment.set("TOKEN", "set by the run itself")
    whole.draws.call(("Create",), 0, 1)
    whole.draws.call(("Read",), 0, 1)
    assert values.get("TOKEN") == "set by the run itself"
