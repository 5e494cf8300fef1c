"""Kinds of warnings: a text with one, and what a policy makes of them."""

import ast
import copy
import pickle
from pathlib import Path

import pytest

import harness
from harness.options.reference import warnings_page
from harness.runner.results import RunWarning
from harness.warning_kinds import KINDS, OTHER, WarningPolicy, WarningText, kind_of

WARNINGS_PAGE = Path(__file__).parents[1] / "docs" / "reference" / "warnings.md"
"""In the checkout: the package may be installed elsewhere."""

SOURCES = Path(harness.__file__).parent


def calls():
    """Give the calls in the package that make a warning, with the name of the file."""
    for file in SOURCES.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in {"WarningText", "RunWarning"}:
                yield file, node


def test_every_warning_that_is_made_has_a_kind():
    without = [
        f"{file}:{node.lineno}" for file, node in calls() if "kind" not in {one.arg for one in node.keywords}
    ]
    assert without == []


def test_every_kind_that_is_given_is_in_the_table_and_every_row_is_given():
    given = {
        one.value.value
        for _, node in calls()
        for one in node.keywords
        if one.arg == "kind" and isinstance(one.value, ast.Constant)
    }
    by_default = {OTHER, "odd-collection", "odd-data", "odd-environment", "script-file"}
    assert given <= KINDS.keys()
    assert KINDS.keys() - given == by_default - given


def test_kinds_are_words_joined_by_hyphens():
    assert all(kind.replace("-", "").isalpha() and kind == kind.lower() for kind in KINDS)


def test_a_notice_is_its_text_and_keeps_its_kind_when_copied():
    notice = WarningText("odd", kind="odd-collection")
    assert notice == "odd"
    for one in (notice, copy.deepcopy(notice), pickle.loads(pickle.dumps(notice))):
        assert (str(one), kind_of(one)) == ("odd", "odd-collection")
    assert kind_of("plain", otherwise="odd-environment") == "odd-environment"


def test_a_notice_of_an_unknown_kind_is_a_bug():
    with pytest.raises(ValueError, match="no kind"):
        WarningText("x", kind="nonsense")


@pytest.mark.parametrize(
    ("policy", "told", "failing"),
    [
        (WarningPolicy(), 2, 0),
        (WarningPolicy(strict=True), 2, 2),
        (WarningPolicy(errors=frozenset({"weak-secret"})), 2, 1),
        (WarningPolicy(strict=True, ignored=frozenset({"weak-secret"})), 1, 1),
        (WarningPolicy(errors=frozenset({"weak-secret"}), ignored=frozenset({"weak-secret"})), 1, 0),
    ],
)
def test_a_policy_tells_and_fails_by_kind(policy, told, failing):
    warnings = [RunWarning(kind=kind, message="x") for kind in ("weak-secret", "odd-collection")]
    assert len(policy.told(warnings)) == told
    assert sum(map(policy.fails, warnings)) == failing


def test_the_page_of_kinds_is_current():
    assert WARNINGS_PAGE.read_text("utf-8") == warnings_page(), "run: python -m harness.options"
