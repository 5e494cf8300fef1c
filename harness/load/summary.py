"""A load in the terminal: a line of progress, and the summary."""

from collections.abc import Iterator

from harness.load.report import LoadReport, Numbers
from harness.load.tally import Book
from harness.load.threshold import Threshold
from harness.reporters.outside_text import clean, cut
from harness.reporters.terminal.colours import cells, fit
from harness.reporters.units import counted, duration, percent

_HEAD = ("requests", "failed", "req/s", "p50", "p90", "p95", "p99")
_ERRORS_TOLD = 10
_WIDE = 80
_SHORTEST_NAME = 12
_LONGEST_NAME = 60


def progress_line(book: Book, seconds: float, users: int) -> str:
    """Return a line that says how far a load is."""
    total = book.total()
    p95 = total.times.percentile(95)
    rate = total.requests / seconds if seconds else 0.0
    return "  ".join(
        (
            f"{duration(round(seconds) * 1000):>7}",
            counted(users, "user"),
            counted(total.requests, "request"),
            f"{rate:,.1f}/s",
            f"p95 {milliseconds(p95)}",
            f"{total.failures:,} failed",
        )
    )


def summary_lines(report: LoadReport, width: int | None = None) -> Iterator[str]:
    """Return the summary of a load, line by line; names of calls are cut where `width` leaves no room."""
    yield f"{report.collection}: {duration(report.seconds * 1000)} of load"
    yield ""
    yield from _table(report, width)
    if report.errors:
        yield ""
        yield "errors"
        for error in report.errors[:_ERRORS_TOLD]:
            place = f"{cut(error.call, 100)}: " if error.call else ""
            yield f"  {error.count:,} x {place}{cut(error.cause, 200)}".replace("\n", " ")
        if len(report.errors) > _ERRORS_TOLD:
            yield f"  and {len(report.errors) - _ERRORS_TOLD} more kinds"
    if report.verdicts:
        yield ""
        yield "thresholds"
        for verdict in report.verdicts:
            word = "passed" if verdict.passed else "failed"
            value = measured(verdict.threshold, verdict.value)
            yield f"  {word}  {verdict.threshold.rule}  (measured {value})"
    if report.arrivals:
        yield ""
        yield _arrivals_line(report)
    for name, _, lost in report.workers:
        if lost:
            yield f"note: {name} was lost; the load went on with the others"
    if report.limit:
        yield f"note: {report.limit}"
    if report.interrupted:
        yield "note: the load was interrupted"


def _table(report: LoadReport, width: int | None) -> Iterator[str]:
    """Put the numbers of all calls below each other; on a narrow terminal columns stand closer."""
    numbers = [report.total, *(one for _, one in report.calls)]
    names = ["total", *(clean(" / ".join(path)) for path, _ in report.calls)]
    rows = [_HEAD, *map(_cells, numbers)]
    columns = [max(map(len, column)) for column in zip(*rows, strict=True)]
    gap = 2 if width is None or width >= _WIDE else 1
    taken = sum(columns) + gap * len(columns)
    room = _LONGEST_NAME if width is None else min(max(width - taken, _SHORTEST_NAME), _LONGEST_NAME)
    names = ["", *(fit(name, room, "...") for name in names)]
    wide = max(map(cells, names))
    for name, row in zip(names, rows, strict=True):
        padded = (f"{cell:>{column}}" for cell, column in zip(row, columns, strict=True))
        yield (" " * gap).join([name + " " * (wide - cells(name)), *padded])


def _arrivals_line(report: LoadReport) -> str:
    """Say how far the runs that began are from those that were due."""
    planned, started = (sum(getattr(one, name) for one in report.arrivals) for name in ("planned", "started"))
    worst = max(abs(one.started - one.planned) / max(1, one.planned) for one in report.arrivals)
    return f"arrivals: {started:,} of {planned:,} begun; at most {percent(worst)} off the plan in 10 s"


def measured(threshold: Threshold, value: float | None) -> str:
    """Spell what a threshold measured."""
    if value is None:
        return "nothing: there were no requests"
    if threshold.measure == "failed":
        return percent(value)
    return f"{value:,.1f}/s" if threshold.measure == "requests_per_s" else milliseconds(value)


def milliseconds(value: float | None) -> str:
    """Spell a time as other reports do, below 10 ms with a tenth: services are compared in these."""
    if value is None:
        return "-"
    return f"{value:.1f}ms" if 0 < value < 10 else duration(round(value))


def _cells(numbers: Numbers) -> tuple[str, ...]:
    counts = (f"{numbers.requests:,}", f"{numbers.failures:,}", f"{numbers.requests_per_s:,.1f}")
    return (*counts, *map(milliseconds, numbers.times_ms))
