from harness.dialect import NEWMAN
from harness.runner.untested import as_run
from harness.scripting.engine import Assertion, ConsoleMessage, JobResult, ScriptError, ScriptRun

WRONG = ScriptError(name="AssertionError", message="expected undefined to be 200")
BROKEN = ScriptError(name="TypeError", message="pm.response.json is no function")


def holds_and_fails(job, host):
    """A script that prints, has an assertion that holds and one that does not, and breaks off."""
    output = (
        ConsoleMessage(level="log", parts=("hello",)),
        Assertion(name="holds"),
        Assertion(name="status", index=1, error=WRONG),
    )
    run = ScriptRun(script=job.scripts[0][1], label="", output=output, error=BROKEN)
    return JobResult(runs=(run,))


def refused(lab, **options):
    lab.answers.table["/a"] = "refused"
    return lab.run([{"name": "a", "test": holds_and_fails}], **options)


def test_without_an_answer_the_request_fails_alone_and_what_it_kept_from_being_tested_is_skipped(lab):
    outcome = refused(lab)
    assert [failure.kind for failure in outcome.summary.failures] == ["request"]
    (result,) = outcome.results
    assert [(one.name, one.error, one.skipped, one.untested) for one in result.assertions] == [
        ("holds", None, False, None),
        ("status", None, True, WRONG),
    ]
    assert (result.test[0].error, result.test[0].untested) == (None, BROKEN)
    assert result.failed
    tally = outcome.summary.assertions
    assert (tally.total, tally.failed, tally.skipped) == (2, 0, 1)
    assert [one.text for one in result.test[0].console] == ["hello"]


def test_newman_counts_each_failure(lab):
    lab.dialect = NEWMAN
    outcome = refused(lab)
    assert [one.kind for one in outcome.summary.failures] == ["request", "assertion", "test-script"]


def test_an_answer_is_tested_whatever_its_status(lab):
    outcome = lab.run([{"name": "a", "test": holds_and_fails}])
    assert [one.kind for one in outcome.summary.failures] == ["assertion", "test-script"]


def test_what_was_skipped_can_be_told_as_it_failed(lab):
    (result,) = refused(lab).results
    told = as_run(result)
    assert [one.error for one in told.assertions] == [None, WRONG]
    assert told.test[0].error == BROKEN
