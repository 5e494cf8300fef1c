"""Requests that are equal but for secrets that nobody named are recognized; others are not."""

import base64
import hashlib
import hmac
import json

import pytest

from harness.cassettes.file.format import load
from harness.cassettes.record.plan import RecordingPlan
from harness.cassettes.replay.match import MatchRule
from harness.cassettes.replay.miss import RecordingDifference
from harness.cassettes.replay.recognition import Recognition
from harness.cassettes.replay.transport import open_replay
from harness.collection.model import Variable
from harness.errors import ReplayMiss
from harness.secrets.placeholder import PREFIX

LITERAL = "spelled-out-1"


def body(value):
    return json.dumps(value).encode()


def reveal(ask):
    """Make a request that shows the literal to be a secret."""
    return ask("/login", "POST", body=body({"client_secret": LITERAL}), call=("Login",))


def recorded(recorder, *hops, plan=None, **options):
    recording = recorder(plan=plan, **options)
    for hop in hops:
        recording.transport.send(hop)
    return recording.finish(complete=True).path


FORMS = {
    "plain": lambda secret: ("/a", body({"x": secret})),
    "within text": lambda secret: ("/a", body({"x": f"key {secret}, twice {secret}"})),
    "json in json": lambda secret: ("/a", body({"x": json.dumps({"y": [secret]})})),
    "query": lambda secret: (f"/a?x={secret}&y=1", None),
    "path": lambda secret: (f"/things/{secret}/1", None),
    "text": lambda secret: ("/a", f"x is {secret}.".encode()),
    "base64": lambda secret: ("/a", body({"x": base64.b64encode(f"me:{secret}".encode()).decode()})),
    "hex": lambda secret: ("/a", body({"x": f"me:{secret}".encode().hex()})),
}


@pytest.mark.parametrize("form", FORMS)
def test_a_literal_that_was_hidden_later_is_recognized(recorder, ask, form):
    target, content = FORMS[form](LITERAL)
    hop = ask(target, "POST", body=content, call=("First",))
    path = recorded(recorder, hop, reveal(ask))
    assert LITERAL not in path.read_text()
    replay = open_replay(path)
    replay.transport.send(hop)
    replay.transport.send(reveal(ask))
    assert replay.unused() == ()


@pytest.mark.parametrize("form", FORMS)
def test_what_differs_besides_is_no_secret(recorder, ask, form):
    target, content = FORMS[form](LITERAL)
    path = recorded(recorder, ask(target, "POST", body=content, call=("First",)), reveal(ask))
    for url, data in ((target + "x/y", content), ("/other", content), (target, (content or b"") + b"!")):
        with pytest.raises(ReplayMiss):
            open_replay(path).transport.send(ask(url, "POST", body=data, call=("First",)))


def test_only_the_same_call_is_trusted(recorder, ask):
    path = recorded(recorder, ask(f"/a?x={LITERAL}", call=("First",)), reveal(ask))
    for where in ({"call": ("Other",)}, {"call": ("First",), "iteration": 1}, {"call": ()}):
        with pytest.raises(ReplayMiss, match=r"(?s)hides a secret.*type secret"):
            open_replay(path).transport.send(ask("/a?x=other-secret", **where))


def test_a_value_too_short_to_be_hidden_is_not_taken_for_the_hidden_one(recorder, ask):
    path = recorded(recorder, ask(f"/a?x={LITERAL}"), reveal(ask))
    with pytest.raises(ReplayMiss):
        open_replay(path).transport.send(ask("/a?x=12345"))


def test_a_placeholder_stands_for_one_value_alone(recorder, ask):
    path = recorded(recorder, ask(f"/a?x={LITERAL}&y={LITERAL}"), ask(f"/b/{LITERAL}"), reveal(ask))
    with pytest.raises(ReplayMiss):
        open_replay(path).transport.send(ask("/a?x=secret-one&y=secret-two"))
    replay = open_replay(path)
    replay.transport.send(ask("/a?x=secret-one&y=secret-one"))
    with pytest.raises(ReplayMiss):
        replay.transport.send(ask("/b/secret-two"))
    replay.transport.send(ask("/b/secret-one"))


def test_an_answer_holds_what_the_script_that_spells_the_secret_expects(recorder, ask, answer):
    echo = {"/echo": answer({"got": LITERAL, "other": "x"})}
    recording = recorder(echo)
    hop = ask("/echo", "POST", body=body({"x": LITERAL}), call=("First",))
    recording.transport.send(hop)
    recording.transport.send(reveal(ask))
    path = recording.finish(complete=True).path
    assert LITERAL not in path.read_text()
    assert json.loads(open_replay(path).transport.send(hop).body) == {"got": LITERAL, "other": "x"}


@pytest.mark.parametrize("word", ["orders", "checkout", "v2beta"])
@pytest.mark.parametrize("today", ["absent", "present"])
def test_a_secret_that_is_also_a_word_of_addresses_replays(recorder, ask, answer, word, today):
    plan = RecordingPlan(environment=(Variable(key="PASSWORD", value=word, type="secret"),))
    hops = [
        ask(f"/{word}/1?list={word}", call=("One",)),
        ask(f"/{word}", "POST", body=body({"kind": word}), call=("Two",)),
        ask(f"/x/{word}", call=("One",), iteration=1),
    ]
    path = recorded(recorder, *hops, plan=plan)
    assert f"/{word}" not in path.read_text()
    replay = open_replay(path, environment={"PASSWORD": word if today == "present" else "REDACTED_PASSWORD"})
    for hop in hops:
        replay.transport.send(hop)
    assert replay.unused() == ()


def test_a_short_secret_is_left_in_addresses_and_warned_of(recorder, ask):
    plan = RecordingPlan(environment=(Variable(key="PASSWORD", value="login", type="secret"),))
    recording = recorder(plan=plan)
    recording.transport.send(ask("/login"))
    outcome = recording.finish(complete=True)
    assert load(outcome.path).interactions[0].request.url.endswith("/login")
    assert any("'PASSWORD' has under 6 characters" in one for one in outcome.warnings)


def signature(secret, coding):
    digest = hmac.new(secret.encode(), b"message", hashlib.sha256).digest()
    return digest.hex() if coding == "hex" else base64.b64encode(digest).decode()


@pytest.mark.parametrize("coding", ["hex", "base64"])
@pytest.mark.parametrize("place", ["body", "query"])
def test_what_is_computed_from_an_absent_secret_is_compared_by_its_form(recorder, ask, coding, place):
    def signed(secret):
        value = signature(secret, coding)
        if place == "query":
            return ask(f"/a?checksum={value.replace('/', '%2F').replace('+', '%2B')}")
        return ask("/a", "POST", body=body({"checksum": value}))

    path = recorded(recorder, signed("the-real-secret"), reveal(ask))
    replay = open_replay(path)
    replay.transport.send(signed("REDACTED_SECRET"))
    with pytest.raises(ReplayMiss):
        open_replay(path).transport.send(ask("/a", "POST", body=body({"checksum": "deadbeef"})))


def test_where_nothing_is_hidden_nothing_is_taken_for_a_secret(recorder, ask):
    path = recorded(recorder, ask(f"/a?x={signature('one', 'hex')}"))
    with pytest.raises(ReplayMiss):
        open_replay(path).transport.send(ask(f"/a?x={signature('two', 'hex')}"))


def test_matching_that_was_loosened_or_tightened_stays_so(recorder, ask):
    path = recorded(recorder, ask(f"/a?x={LITERAL}", "POST", body=b"1"), reveal(ask))
    loose = open_replay(path, rule=MatchRule(on=("method", "url")))
    loose.transport.send(ask(f"/a?x={LITERAL}", "POST", body=b"2"))
    tight = open_replay(path, rule=MatchRule(on=("method", "url", "body", "header:x-a")))
    with pytest.raises(ReplayMiss):
        tight.transport.send(ask(f"/a?x={LITERAL}", "POST", body=b"1", headers=(("X-A", "1"),)))


@pytest.mark.parametrize("different", [40, 5], ids=["each once", "some twice"])
def test_a_text_of_many_placeholders_is_judged_at_once(different):
    recorded = "".join(f"{PREFIX}a{number % different} " for number in range(40)) + "END"
    for sent in ("a-secret " * 200 + "EN", "a-secret " * 40 + "EN"):
        apart = RecordingDifference(pointer="body", sent=sent, recorded=recorded)
        assert Recognition().explain([apart], derived=False) is None
    same = RecordingDifference(pointer="body", sent="a-secret " * 40 + "END", recorded=recorded)
    found = Recognition().explain([same], derived=False)
    assert found == {f"{PREFIX}a{number}": "a-secret" for number in range(different)}
