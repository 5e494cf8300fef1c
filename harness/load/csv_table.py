"""A load as CSV, with the columns of Locust's `_stats.csv`."""

import csv
import io
from typing import IO, Final

from harness.load.report import PERCENTILES, LoadReport, Numbers

_COLUMNS: Final = (
    "Type", "Name", "Request Count", "Failure Count", "Median Response Time", "Requests/s", "Failures/s",
    *(f"{percent}%" for percent in PERCENTILES),
)  # fmt: skip
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the beginning of a formula."""


def write_csv(report: LoadReport, file: IO[bytes]) -> None:
    """Write one row for each call, and one for all of them, named as Locust does."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(_COLUMNS)
    for path, numbers in report.calls:
        writer.writerow(["", _plain(" / ".join(path)), *_cells(numbers, report.seconds)])
    writer.writerow(["", "Aggregated", *_cells(report.total, report.seconds)])
    file.write(text.getvalue().encode("utf-8", "replace"))


def _cells(numbers: Numbers, seconds: float) -> list[str]:
    times = ["N/A" if ms is None else f"{ms:g}" for ms in numbers.times_ms]
    failures = numbers.failures / seconds if seconds else 0.0
    counts = [str(numbers.requests), str(numbers.failures), times[0]]
    return [*counts, f"{numbers.requests_per_s:g}", f"{failures:g}", *times]


def _plain(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text
