"""Reporters for newman that are packages of npm: Node runs them, this runner cannot; what to use instead."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

_HTML: Final = "-r html, one file that needs no network, or -r htmlextra, which takes htmlextra's options"
_JUNIT: Final = "-r junit, in which every assertion is a case with an identity of its own"
_CSV: Final = "-r ctrf or -r events, of which any tool that reads JSON makes a table"
_SUMMARY: Final = "-r ctrf for counts and a row for each call, -r json for newman's whole document"
_CHAT: Final = (
    "-r ctrf and the message step of the CI system, or write a reporter (entry point harness.reporters)"
)
_METRICS: Final = (
    "-r events, which has the times of each call, or write a reporter (entry point harness.reporters)"
)
_TESTS: Final = "-r junit or -r ctrf, which test management systems import"

INSTEAD: Final[Mapping[str, str]] = MappingProxyType(
    {
        "bamboo": _JUNIT,
        "cli-response": "--verbose, which shows requests and answers",
        "confluence": _HTML,
        "csv": _CSV,
        "csvallinone": _CSV,
        "ctrf-json": "-r ctrf",
        "datadog": _METRICS,
        "elasticsearch": _METRICS,
        "htmlextra-extended": _HTML,
        "htmlfull": _HTML,
        "influxdb": _METRICS,
        "json-summary": _SUMMARY,
        "jsonextra": _SUMMARY,
        "junit5": _JUNIT,
        "junitcustomcollection": _JUNIT,
        "junitfull": _JUNIT,
        "junitfullreport": _JUNIT,
        "junitreportshowheaders": _JUNIT,
        "junitxray": _TESTS,
        "markdown": "-r github, which writes the summary of a job as Markdown",
        "prometheus": _METRICS,
        "qase": _TESTS,
        "reportportal": _TESTS,
        "slack": _CHAT,
        "slackmsg": _CHAT,
        "slackreporter": _CHAT,
        "statsd": _METRICS,
        "teams": _CHAT,
        "teamcity": "-r junit, and TeamCity's build feature “XML report processing”",
        "testrail": _TESTS,
        "text": "-r cli --color off",
        "xray": _TESTS,
        "xunit": _JUNIT,
        "zephyr": _TESTS,
    }
)
"""What to use instead of `newman-reporter-NAME`, by NAME."""


def instead_of(name: str) -> str | None:
    """Say what to use instead of a reporter from npm; `None` for a name that is not known there."""
    short = name.rpartition("/")[2].removeprefix("newman-reporter-")
    if short not in INSTEAD:
        return None
    return f"newman-reporter-{short} runs under Node alone; use {INSTEAD[short]}"
