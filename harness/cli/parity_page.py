"""What differs under parity as a page: one file without any address in it."""

from collections.abc import Sequence

from harness.cli.parity_row import ParityCount, ParityRow
from harness.reporters.units import counted
from harness.table_page import table_page


def parity_page(rows: Sequence[ParityRow], *, against: str, compared: ParityCount) -> str:
    """Return the page. Secrets are taken out of the rows already."""
    told = f"{counted(len(rows), 'difference')} from {against}" if rows else f"The same as {against}"
    return table_page(
        "harness.cli",
        "parity_page.html",
        good=not rows,
        told=told,
        rows=rows,
        against=against,
        compared=compared,
    )
