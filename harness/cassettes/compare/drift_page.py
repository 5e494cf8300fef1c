"""What drifted as a page: one file without any address in it."""

from collections.abc import Sequence

from harness.cassettes.file.interaction import Cassette
from harness.table_page import table_page

DriftRow = tuple[str, str, str, str, str]
"""Call, request, where, what was recorded, what is there now."""


def drift_page(rows: Sequence[DriftRow], *, cassette: Cassette, compared: int, drifted: int) -> str:
    """Return the page. Secrets are taken out of the rows already."""
    return table_page(
        "harness.cassettes.compare",
        "drift_page.html",
        good=not drifted,
        rows=rows,
        name=cassette.metadata.collection or cassette.file,
        file=cassette.file,
        compared=compared,
        drifted=drifted,
    )
