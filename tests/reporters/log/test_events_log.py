import json
from dataclasses import replace

import pytest

from harness.client.message import Hop, Response
from harness.errors import InputError
from harness.reporters.log.events_log import read_events
from harness.runner.events import CallFinished, RunFinished


def log_of(bench, events, **context):
    return bench.report("events", events, {"export": "run.jsonl"}, **context)


def unmasked(text):
    return text


def test_what_is_read_back_is_what_was_written(bench, shop_run_twice):
    read = list(read_events(log_of(bench, shop_run_twice, mask=unmasked)))
    assert read[:-1] == shop_run_twice[:-1]
    assert read[-1].summary == shop_run_twice[-1].summary
    secret, other = read[-1].scopes.environment
    assert (secret.value, other.value, other.type) == ("********", 7, "any")


@pytest.mark.parametrize("reporter", ["json", "junit"])
def test_a_report_made_from_the_log_is_the_report_of_the_run(bench, shop_run, reporter):
    log = log_of(bench, shop_run)
    live = bench.report(reporter, shop_run, {"export": "live"}).read_text()
    assert bench.report(reporter, list(read_events(log)), {"export": "later"}).read_text() == live


def test_the_terminal_shows_the_same_from_the_log(bench, shop_run):
    log = log_of(bench, shop_run)
    bench.report("cli", shop_run)
    live = bench.text
    bench.report("cli", list(read_events(log)))
    assert bench.text == live


def test_every_event_is_a_line_that_names_itself(bench, shop_run):
    lines = [json.loads(line) for line in log_of(bench, shop_run).read_text().splitlines()]
    assert [line["is"] for line in lines] == [type(event).__name__ for event in shop_run]


def test_the_collection_and_its_scripts_are_written_once(bench, shop_run_twice):
    assert log_of(bench, shop_run_twice).read_text().count("console.log('hello'") == 1


@pytest.mark.parametrize(
    ("name", "value"), [("calls", "many"), ("iterations", None), ("mode", 7), ("started_ms", "early")]
)
def test_a_value_of_another_type_is_refused_where_it_stands(bench, shop_run, name, value):
    log = log_of(bench, shop_run)
    first, *rest = log.read_text().splitlines(keepends=True)
    told = json.loads(first) | {name: value}
    log.write_text(json.dumps(told) + "\n" + "".join(rest))
    if value is None:
        assert next(read_events(log)).iterations is None
        return
    with pytest.raises(InputError, match="line 1"):
        next(read_events(log))


def test_the_body_of_the_last_hop_is_written_once(bench, shop_run):
    event = next(one for one in shop_run if isinstance(one, CallFinished))
    exchange = event.result.exchange
    moved = Response(status=302, reason="Found", body=b"over there")
    last = Response(status=200, reason="OK", body=b"at last")
    hops = (
        Hop(request=exchange.request, response=moved),
        Hop(request=exchange.request, response=last, leg=1),
    )
    exchange = replace(exchange, response=last, hops=hops)
    shop_run[shop_run.index(event)] = CallFinished(result=replace(event.result, exchange=exchange))
    log = log_of(bench, shop_run, mask=unmasked)
    assert log.read_text().count("at last") == 1
    read = next(one for one in read_events(log) if isinstance(one, CallFinished))
    assert read.result.exchange == exchange


def test_a_body_that_is_no_text_comes_back_byte_for_byte(bench, shop_run):
    event = next(one for one in shop_run if isinstance(one, CallFinished))
    response = Response(status=200, reason="OK", body=bytes(range(256)))
    exchange = replace(event.result.exchange, response=response)
    shop_run[shop_run.index(event)] = CallFinished(result=replace(event.result, exchange=exchange))
    read = [one for one in read_events(log_of(bench, shop_run)) if isinstance(one, CallFinished)]
    assert read[0].result.exchange.response.body == bytes(range(256))


def test_secrets_are_masked(bench, shop_run):
    assert "s3cr3t" not in log_of(bench, shop_run).read_text()


def test_the_log_is_complete_after_every_event(bench, shop_run):
    log = log_of(bench, shop_run[:5])
    assert list(read_events(log))[-1] == list(read_events(log_of(bench, shop_run)))[4]


def test_a_last_line_cut_short_is_left_out(bench, shop_run):
    log = log_of(bench, shop_run)
    log.write_text(log.read_text()[:-20])
    read = list(read_events(log))
    assert len(read) == len(shop_run) - 1
    assert not any(isinstance(event, RunFinished) for event in read)


@pytest.mark.parametrize(
    ("damage", "line"),
    [
        (lambda lines: ["{", *lines[1:]], 1),
        (lambda lines: ['{"is":"RunStarted"}', *lines[1:]], 1),
        (lambda lines: [lines[0].replace('"version":1', '"version":99'), *lines[1:]], 1),
        (lambda lines: [lines[0], '{"is":"Nonsense"}'], 2),
        (lambda lines: [lines[0], '{"is":"CallStarted","call":99,"position":0,"iteration":0}'], 2),
        (lambda lines: [lines[0], "[]"], 2),
    ],
)
def test_a_line_that_is_no_event_is_named(bench, shop_run, damage, line):
    log = log_of(bench, shop_run)
    log.write_text("\n".join(damage(log.read_text().splitlines())) + "\n")
    with pytest.raises(InputError) as problem:
        list(read_events(log))
    assert f"run.jsonl: line {line}" in str(problem.value)


def test_a_log_that_is_not_there_is_named(tmp_path):
    with pytest.raises(InputError, match="No such file"):
        list(read_events(tmp_path / "none.jsonl"))


def test_a_log_that_cannot_be_written_is_named(bench, shop_run):
    (bench.folder / "run.jsonl").mkdir()
    (bench.folder / "taken").write_text("")
    with pytest.raises(InputError, match="cannot write the event log"):
        bench.report("events", shop_run, {"export": "taken/run.jsonl"})
