"""What lint found, as the formats that people, CI services and code scanners read."""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final
from urllib.parse import quote

from harness.linting.finding import Finding
from harness.linting.lint import as_json
from harness.linting.rule import RULES
from harness.reporters.outside_text import clean, defused
from harness.reporters.units import counted
from harness.version import __version__

_SARIF_LEVELS: Final = {"error": "error", "warning": "warning", "info": "note"}
_GITHUB: Final = {"error": "error", "warning": "warning", "info": "notice"}
_GITLAB: Final = {"error": "major", "warning": "minor", "info": "info"}


def text(findings: Sequence[Finding]) -> str:
    """Write a line for each finding, and how many there are."""
    lines = [f"{one.place}: {one.severity}: {one.message} [{one.rule_id}]" for one in findings]
    numbers = {level: sum(one.severity == level for one in findings) for level in _GITHUB}
    # There is no plural of "info".
    counts = [
        f"{number} {level}" if level == "info" else counted(number, level)
        for level, number in numbers.items()
    ]
    return "\n".join([*lines, ", ".join(counts)])


def sarif(findings: Sequence[Finding]) -> str:
    """Write SARIF 2.1.0 (https://docs.oasis-open.org/sarif/sarif/v2.1.0/)."""
    rules = [
        {
            "id": rule.id,
            "shortDescription": {"text": rule.title},
            "fullDescription": {"text": rule.why},
            "defaultConfiguration": {"level": _SARIF_LEVELS[rule.severity]},
        }
        for rule in RULES
    ]
    results = [
        {
            "ruleId": one.rule_id,
            "level": _SARIF_LEVELS[one.severity],
            "message": {"text": _told(one)},
            "locations": [
                {
                    "physicalLocation": {
                        "artifactLocation": {"uri": _uri(one)},
                        "region": {"startLine": one.line or 1},
                    }
                }
            ],
            "partialFingerprints": {"harness/v1": one.fingerprint},
        }
        for one in findings
    ]
    driver = {"name": "harness lint", "version": __version__, "rules": rules}
    document = {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{"tool": {"driver": driver}, "results": results}],
    }
    return json.dumps(document, indent=2, ensure_ascii=False)


def _uri(one: Finding) -> str:
    """Name the file as a code scanner finds it in the repository; one outside of it by its full address."""
    path = Path(one.path)
    return path.as_uri() if path.is_absolute() else quote(one.path)


def github(findings: Sequence[Finding]) -> str:
    """Write workflow commands, which GitHub shows as annotations."""
    return "\n".join(
        f"::{_GITHUB[one.severity]} file={_property(one.path)},line={one.line or 1},"
        f"title={_property(one.rule_id)}::{_data(_told(one))}"
        for one in findings
    )


def _told(one: Finding) -> str:
    return f"{one.field}: {one.message}" if one.field else one.message


def _data(given: str) -> str:
    return defused(clean(given)).replace("%", "%25").replace("\n", "%0A")


def _property(given: str) -> str:
    return _data(given).replace(":", "%3A").replace(",", "%2C")


def gitlab(findings: Sequence[Finding]) -> str:
    """Write GitLab's code quality report."""
    rows = [
        {
            "description": _told(one),
            "check_name": one.rule_id,
            "fingerprint": one.fingerprint,
            "severity": _GITLAB[one.severity],
            "location": {"path": one.path, "lines": {"begin": one.line or 1}},
        }
        for one in findings
    ]
    return json.dumps(rows, indent=2, ensure_ascii=False)


FORMATS: Final[Mapping[str, Callable[[Sequence[Finding]], str]]] = {
    "text": text,
    "json": as_json,
    "sarif": sarif,
    "github": github,
    "gitlab": gitlab,
}
