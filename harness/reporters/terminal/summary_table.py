"""The table of numbers at the end of a run, as newman draws it."""

from collections.abc import Iterator

from harness.reporters.phases import PhaseTimes
from harness.reporters.terminal.colours import Ink, Signs, cells
from harness.reporters.units import duration, size
from harness.runner.results import RunSummary


def summary_table(
    summary: RunSummary, ink: Ink, signs: Signs, width: int | None, *, phases: PhaseTimes | None = None
) -> Iterator[str]:
    """Draw the table line by line; `width` is the terminal's; `phases` are told where given."""
    narrow = width is not None and width < 66
    tallies = (
        ("iterations", summary.iterations),
        ("requests", summary.requests),
        ("test-scripts", summary.test_scripts),
        ("prerequest-scripts", summary.prerequest_scripts),
        ("assertions", summary.assertions),
        ("calls", summary.items),
    )
    heads = ["", "executed", "failed"] if not narrow else ["", "run", "fail"]
    rows = [[name, str(tally.total - tally.skipped), str(tally.failed)] for name, tally in tallies]
    if any(tally.skipped for _, tally in tallies):
        heads.append("skipped" if not narrow else "skip")
        for row, (_, tally) in zip(rows, tallies, strict=True):
            row.append(str(tally.skipped))
    notes = list(_notes(summary, signs.micro, phases, narrow=narrow))
    wanted = max(cells(note) for note in notes) + 2
    columns = [max(map(len, column)) + 2 for column in zip(heads, *rows, strict=True)]
    # The first column takes what is left so that the notes below fit.
    columns[0] += max(0, wanted - sum(columns) - len(columns) + 1)
    inner = sum(columns) + len(columns) - 1
    top, cross, join, bottom = signs.table
    edge = ink(signs.side, "dim")

    def rule(corners: tuple[str, str, str, str]) -> str:
        left, line, middle, right = corners
        return ink(left + middle.join(line * column for column in columns) + right, "dim")

    yield rule(top)
    yield (
        edge + edge.join(f"{head:>{column - 1}} " for head, column in zip(heads, columns, strict=True)) + edge
    )
    yield rule(cross)
    for row, (_, tally) in zip(rows, tallies, strict=True):
        painted = [
            ink(f"{row[0]:>{columns[0] - 1}} ", "red" if tally.failed else "green"),
            f"{row[1]:>{columns[1] - 1}} ",
            ink(f"{row[2]:>{columns[2] - 1}} ", *(("red", "bold") if tally.failed else ())),
            *(ink(f"{cell:>{columns[3] - 1}} ", *(() if cell != "0" else ("dim",))) for cell in row[3:]),
        ]
        yield edge + edge.join(painted) + edge
    yield rule(join)
    for note in notes:
        yield edge + " " + note + " " * (inner - cells(note) - 1) + edge
    left, line, _, right = bottom
    yield ink(left + line * inner + right, "dim")


def _notes(summary: RunSummary, micro: str, phases: PhaseTimes | None, *, narrow: bool) -> Iterator[str]:
    yield f"total run duration: {duration(summary.elapsed_ms, micro)}"
    yield f"total data received: {size(summary.received_bytes)} (approx)"
    spreads = [("response", summary.response_times)]
    if phases is not None:
        spreads += [("DNS lookup", phases.dns), ("first byte", phases.first_byte)]
    for name, times in spreads:
        if not times.count:
            continue
        mean = f"average {name} time: {duration(times.mean, micro)}"
        least, most, deviation = (duration(one, micro) for one in (times.least, times.most, times.deviation))
        spread = f"[min: {least}, max: {most}, s.d.: {deviation}]"
        if narrow:
            yield mean
            yield "  " + spread
        else:
            yield f"{mean} {spread}"
