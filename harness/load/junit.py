"""A load's thresholds as JUnit: one test case each."""

from typing import IO
from xml.sax.saxutils import quoteattr

from harness.load.report import LoadReport
from harness.load.summary import measured
from harness.reporters.outside_text import clean


def write_junit(report: LoadReport, file: IO[bytes]) -> None:
    """Write the thresholds of a load as JUnit."""
    failed = sum(not verdict.passed for verdict in report.verdicts)
    counts = f'tests="{len(report.verdicts)}" failures="{failed}" errors="0" time="{report.seconds:.3f}"'
    name = _attribute(report.collection)
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f"<testsuites name={name} {counts}>",
        f'  <testsuite name="thresholds" {counts}>',
    ]
    for verdict in report.verdicts:
        case = f'    <testcase classname={name} name={_attribute(verdict.threshold.rule)} time="0"'
        if verdict.passed:
            lines.append(f"{case}/>")
            continue
        told = _attribute(f"measured {measured(verdict.threshold, verdict.value)}")
        lines += [f"{case}>", f'      <failure type="Threshold" message={told}/>', "    </testcase>"]
    lines += ["  </testsuite>", "</testsuites>", ""]
    file.write("\n".join(lines).encode("utf-8", "replace"))


def _attribute(text: str) -> str:
    return quoteattr(clean(text))
