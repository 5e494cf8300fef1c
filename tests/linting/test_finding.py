"""A finding is known again after the file around it changed, and is named as a repository names it."""

from dataclasses import replace
from pathlib import Path

import pytest

from harness.linting.finding import Finding

FINDING = Finding(rule_id="wrong-type", message="no text", file="a.yaml", field="headers[1].value", line=3)


@pytest.mark.parametrize("other", [replace(FINDING, line=9), replace(FINDING, field="headers[4].value")])
def test_a_finding_is_the_same_when_lines_and_entries_above_it_come_and_go(other: Finding) -> None:
    assert other.fingerprint == FINDING.fingerprint


@pytest.mark.parametrize(
    "other",
    [
        replace(FINDING, nth=1),
        replace(FINDING, file="b.yaml"),
        replace(FINDING, field="headers[1].key"),
        replace(FINDING, message="nothing"),
        replace(FINDING, rule_id="unknown-key"),
    ],
)
def test_another_finding_has_another_fingerprint(other: Finding) -> None:
    assert other.fingerprint != FINDING.fingerprint


def test_a_file_is_the_same_by_its_full_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    whole = replace(FINDING, file=str(Path.cwd() / "a.yaml"))

    assert whole.path == "a.yaml"
    assert whole.fingerprint == FINDING.fingerprint
