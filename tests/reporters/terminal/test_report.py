import io
import re
from dataclasses import replace

import pytest

from harness.client.message import Failure
from harness.dialect import NEWMAN
from harness.reporters.reporter import ReporterContext, create
from harness.runner.events import CallFinished, IterationStarted, RunFinished, WarningRaised
from harness.runner.results import RunWarning
from harness.runner.run import TIMED_OUT
from tests.reporters.conftest import SECRET, untested_in

COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def shown(bench, events, *options, **context) -> str:
    bench.report("cli", events, dict.fromkeys(options, True), **context)
    return bench.text


@pytest.mark.parametrize(
    ("name", "options", "context"),
    [
        ("plain", (), {}),
        ("ascii", (), {"unicode": False}),
        ("narrow", (), {"environ": {"COLUMNS": "48"}}),
        ("verbose", (), {"verbosity": "verbose"}),
        ("quiet", (), {"verbosity": "quiet"}),
        ("colour", (), {"colour": "on"}),
        ("options", ("no-banner", "no-console", "no-success-assertions", "no-failures"), {}),
    ],
)
def test_a_run_is_shown_as_the_golden_file_says(bench, shop_run, golden, name, options, context):
    golden(f"terminal.{name}.txt", shown(bench, shop_run, *options, **context))


def test_iterations_are_named(bench, shop_run_twice):
    text = shown(bench, shop_run_twice)
    assert "Iteration 1/2" in text
    assert "Iteration 2/2" in text
    assert "iteration 2" in text.partition("Failures")[2]


def with_rows(events, *rows):
    """Give the iterations of a run rows of data."""
    return [
        replace(one, row=rows[one.iteration]) if isinstance(one, IterationStarted) else one for one in events
    ]


def test_an_iteration_is_headed_by_its_row_of_data_and_a_failure_names_it(bench, shop_run_twice):
    events = with_rows(
        shop_run_twice, {"customer": "Ada", "key": SECRET}, {"customer": "Grace", "tags": ["a"], "note": ""}
    )
    text = shown(bench, events)
    assert "Iteration 1/2  customer: Ada, key: <masked>\n" in text
    assert 'Iteration 2/2  customer: Grace, tags: ["a"], note: ""\n' in text
    failures = text.partition("Failures")[2]
    assert "iteration 2\n  customer: Grace" in failures
    quiet = shown(bench, events, verbosity="quiet")
    assert "Iteration 1/2" not in quiet
    assert "iteration 1\n  customer: Ada" in quiet


def test_of_a_row_that_has_no_room_the_first_fields_are_told_and_how_many_more_there_are(
    bench, shop_run_twice
):
    row = {"customer": "Ada Lovelace", "country": "GB", "note": "words " * 50}
    text = shown(bench, with_rows(shop_run_twice, row, row), environ={"COLUMNS": "60"})
    assert "Iteration 1/2  customer: Ada Lovelace, country: GB, 1 more\n" in text


def test_newmans_mode_heads_an_iteration_as_newman_does(bench, shop_run_twice):
    row = {"customer": "Ada"}
    text = shown(bench, with_rows(shop_run_twice, row, row), dialect=NEWMAN)
    assert "Iteration 1/2\n" in text
    assert "Ada" not in text


@pytest.mark.parametrize("columns", ["48", "60", "80", "120"])
def test_no_line_is_wider_than_the_terminal(bench, shop_run_twice, columns):
    row = {"customer": "Ada Lovelace", "note": "words " * 50}
    for verbosity in ("normal", "quiet", "verbose"):
        text = shown(
            bench, with_rows(shop_run_twice, row, row), environ={"COLUMNS": columns}, verbosity=verbosity
        )
        assert [line for line in text.splitlines() if len(line) > int(columns)] == []


def test_long_names_are_broken_at_words(bench, shop_run):
    name = "a name that says all that its author thought while it was made"
    collection = replace(shop_run[0].collection, name=name)
    events = [replace(shop_run[0], collection=collection), *shop_run[1:]]
    text = shown(bench, events, environ={"COLUMNS": "40"})
    assert "a name that says all that its author\nthought while it was made\n  (4 calls, live)\n" in text


def test_a_warning_that_begins_with_what_its_kind_means_is_told_once(bench, shop_run):
    warning = RunWarning(kind="no-requests", message="there is no request to run: its `item` is empty")
    finished = replace(shop_run[-1], summary=replace(shop_run[-1].summary, warnings=[warning]))
    listed = shown(bench, [*shop_run[:-1], finished]).rpartition("Warnings")[2]
    assert listed.count("there is no request to run") == 1
    assert "no-requests: there is no request to run: its `item` is empty\n" in listed


@pytest.mark.parametrize(
    ("option", "gone"),
    [
        ("silent", "Shop API"),
        ("no-banner", "harness"),
        ("no-console", "'hello'"),
        ("no-assertions", "✓  ok"),
        ("no-success-assertions", "✓  ok"),
        ("no-success-assertions", "[skipped] later"),
        ("no-summary", "total run duration"),
        ("no-failures", "in the test-script"),
    ],
)
def test_an_option_leaves_out_what_it_names(bench, shop_run, option, gone):
    assert gone in shown(bench, shop_run)
    assert gone not in shown(bench, shop_run, option)


def test_failures_keep_their_numbers_when_assertions_are_not_shown(bench, shop_run):
    text = shown(bench, shop_run, "no-assertions")
    assert "  4. ReferenceError in test-script" in text.partition("Failures")[0]


def test_timestamps_are_shown_on_request(bench, shop_run):
    assert re.search(r"  \[\d\d:\d\d:\d\d\] POST http", shown(bench, shop_run, "show-timestamps"))


def test_quiet_shows_only_calls_that_failed(bench, shop_run):
    text = shown(bench, shop_run, verbosity="quiet")
    assert "Not here" not in text
    assert "attempt 1" in text
    assert "5 failures" in text
    assert text.lstrip().startswith("Shop")


def test_secrets_are_never_shown(bench, shop_run):
    for verbosity in ("normal", "quiet", "verbose"):
        assert "s3cr3t" not in shown(bench, shop_run, verbosity=verbosity)


def test_control_characters_from_outside_do_not_reach_the_terminal(bench, shop_run):
    text = shown(bench, shop_run, verbosity="verbose")
    assert "\\x1b[31mred" in text
    assert "\x1b" not in text


@pytest.mark.parametrize(
    ("mode", "environ", "tty", "coloured"),
    [
        ("auto", {}, False, False),
        ("auto", {}, True, True),
        ("auto", {"NO_COLOR": "1"}, True, False),
        ("auto", {"TERM": "dumb"}, True, False),
        ("auto", {"FORCE_COLOR": "1"}, False, True),
        ("on", {"NO_COLOR": "1"}, False, True),
        ("off", {"FORCE_COLOR": "1"}, True, False),
    ],
)
def test_colours_follow_the_option_then_the_environment_then_the_stream(
    bench, shop_run, mode, environ, tty, coloured
):
    text = shown(bench, shop_run, colour=mode, environ=environ, tty=tty)
    assert bool(COLOUR.search(text)) == coloured


def test_a_terminal_gets_a_line_of_progress_that_is_gone_in_the_end(bench, shop_run):
    text = shown(bench, shop_run, tty=True, environ={"COLUMNS": "100"})
    drawn = [COLOUR.sub("", part) for part in text.split("\r\x1b[2K")]
    assert any(re.search(r"━+─+ 1/4  ETA \d+ms  ✖ 1  .*", part) for part in drawn)
    assert "\n" in drawn[-1]
    assert "ETA" not in drawn[-1]


def test_what_is_no_terminal_gets_no_progress(bench, shop_run):
    assert "ETA" not in shown(bench, shop_run)


def test_a_failure_shows_the_warnings_of_its_call_and_what_helps_against_it(bench, shop_run):
    event = next(e for e in shop_run if isinstance(e, CallFinished) and e.result.exchange and e.result.failed)
    failure = Failure(kind="tls", message="self-signed certificate", hint="--ssl-extra-ca-certs FILE")
    exchange = replace(event.result.exchange, response=None, failure=failure)
    result = replace(event.result, exchange=exchange)
    shop_run[shop_run.index(event)] = replace(event, result=result)
    failures = shown(bench, shop_run).partition("\nFailures\n")[2]
    assert "⚠ variable 'x' is not defined [undefined-variable]\n" in failures
    assert "--ssl-extra-ca-certs FILE" in failures


def test_an_interrupted_run_shows_what_there_is(bench, interrupted_run):
    text = shown(bench, interrupted_run)
    assert "✖ interrupted  2 calls, 4 assertions (1 skipped)" in text
    assert "total run duration" in text


def test_the_reason_of_an_early_end_is_shown(bench, shop_run):
    shop_run[-1] = replace(shop_run[-1], error="bail")
    assert "  stopped at the first failure (--bail)" in shown(bench, shop_run)
    shop_run[-1] = replace(shop_run[-1], error=TIMED_OUT)
    assert "  stopped: the run took longer than it may (--timeout)" in shown(bench, shop_run)


def test_a_stream_that_cannot_spell_the_signs_gets_plain_ones_and_other_text_escaped(shop_run, tmp_path):
    shop_run[0] = replace(shop_run[0], collection=replace(shop_run[0].collection, name="Kraków \u2713"))
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="cp1252", newline="\n")
    reporter = create("cli", {}, ReporterContext(stream=stream, cwd=tmp_path, environ={}))
    for event in shop_run:
        reporter.handle(event)
    reporter.close()
    stream.flush()
    assert b"\n  ok  ok\n" in raw.getvalue()
    assert b"Krak\xf3w \\u2713" in raw.getvalue()


def test_a_reader_that_went_away_does_not_end_the_run(shop_run, tmp_path):
    class Gone(io.StringIO):
        def write(self, text):
            raise BrokenPipeError

    reporter = create("cli", {}, ReporterContext(stream=Gone(), cwd=tmp_path, environ={}))
    for event in shop_run:
        reporter.handle(event)
    reporter.close()


def test_the_verdict_counts_as_the_table_does(bench, shop_run):
    text = shown(bench, shop_run)
    executed = dict(re.findall(r"(assertions|calls) │ +(\d+)", text))
    assert executed == {"assertions": "4", "calls": "3"}
    assert "✖ 5 failures  3 calls (1 skipped), 4 assertions (1 skipped) in 371ms" in text


def test_a_run_that_broke_before_its_first_call_ended_has_no_table(bench, shop_run):
    started = [event for event in shop_run if not isinstance(event, CallFinished | RunFinished)]
    text = shown(bench, started[:3])
    assert "Shop API" in text
    assert "executed" not in text
    assert "interrupted" not in text


def test_what_could_not_be_tested_is_one_line_below_its_cause(bench, shop_run):
    text = shown(bench, untested_in(shop_run))
    assert "5. connect ECONNREFUSED 127.0.0.1:8080\n  -  without an answer not tested: status\n" in text
    assert "there is nothing" not in text
    assert "✖ 5 failures" in text


def test_calls_that_failed_for_the_same_cause_share_one_entry(bench, shop_run_twice):
    text = shown(bench, shop_run_twice)
    assert text.partition("\nFailures\n")[2].count("connect ECONNREFUSED") == 1
    assert "the same in 10. Refused (iteration 2)" in text


def test_a_failure_without_words_hides_no_other_one(bench, shop_run_twice):
    def speechless(event):
        exchange = event.result.exchange if isinstance(event, CallFinished) else None
        if exchange is None or exchange.failure is None:
            return event
        silent = replace(exchange, failure=replace(exchange.failure, message=""))
        return replace(event, result=replace(event.result, exchange=silent))

    listed = shown(bench, shop_run_twice).partition("\nFailures\n")[2]
    silent = shown(bench, [speechless(one) for one in shop_run_twice]).partition("\nFailures\n")[2]
    assert silent.count("AssertionError") == listed.count("AssertionError") > 1


def test_warnings_are_told_once_in_the_run_and_listed_by_kind_with_their_places(bench, shop_run_twice):
    run, _, listed = shown(bench, shop_run_twice).partition("\nWarnings\n")
    assert run.partition("\nFailures\n")[0].count("variable 'x' is not defined") == 1
    assert "⚠ undefined-variable: a request names a variable" in listed
    assert "    Orders / Create order, url (2 times)\n" in listed


def test_of_many_places_and_messages_the_first_are_named(bench, shop_run):
    warnings = (
        RunWarning(kind="odd-data", message=f"row {number // 7}", place=f"line {number}")
        for number in range(84)
    )
    raised = [WarningRaised(warning=one) for one in warnings]
    listed = shown(bench, [shop_run[0], *raised, *shop_run[1:-1]]).partition("\nWarnings\n")[2]
    assert "line 0, line 1, line 2, line 3, line 4 and 2 more places" in listed
    assert "... and 2 more" in listed
