import pytest

from harness.errors import InputError
from harness.reporters.history import KEPT, PastRun, compare, read_history, write_history


def run(*failed, retried=(), started=0.0):
    return PastRun(
        started_ms=started,
        elapsed_ms=1,
        calls=3,
        skipped=0,
        mean_ms=2.5,
        failed=failed,
        retried=tuple(retried),
    )


RAN = frozenset({"a", "b", "c"})


def test_what_is_written_is_read_back(tmp_path):
    runs = (run("a"), run("a", "b / ü", retried=["c"]))
    write_history(tmp_path / "history.jsonl", runs)
    assert read_history(tmp_path / "history.jsonl") == runs


def test_only_the_latest_runs_are_kept(tmp_path):
    write_history(tmp_path / "h", tuple(run(started=float(number)) for number in range(KEPT + 5)))
    assert [one.started_ms for one in read_history(tmp_path / "h")][:1] == [5.0]


def test_a_file_that_is_not_there_is_an_empty_history(tmp_path):
    assert read_history(tmp_path / "none") == ()


def test_a_file_that_is_something_else_is_named(tmp_path):
    (tmp_path / "h").write_text('{"started_ms": 1}\n')
    with pytest.raises(InputError, match="no history") as problem:
        read_history(tmp_path / "h")
    assert "h: line 1" in str(problem.value)


def test_the_first_run_has_nothing_to_be_compared_with():
    assert compare((), run("a"), RAN).newly == ()


def test_newly_failing_and_fixed_are_against_the_run_before():
    changes = compare((run("c"), run("a")), run("b"), RAN)
    assert changes.newly == ("b",)
    assert changes.fixed == ("a",)


def test_a_call_that_did_not_run_is_not_fixed():
    assert compare((run("a"),), run(), RAN - {"a"}).fixed == ()


def test_breaking_once_and_mending_once_is_not_flaky():
    assert compare((run(), run("a"), run("a")), run(), RAN).flaky == {}


def test_coming_and_going_is_flaky():
    assert compare((run(), run("a"), run()), run("a"), RAN).flaky == {"a": (2, 4)}


def test_needing_another_attempt_is_flaky():
    assert compare((run(retried=["b"]),), run(), RAN).flaky == {"b": (0, 2)}
