"""What drifted as a page: one file without any address in it."""

from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.resources import files

from jinja2 import Environment, StrictUndefined

from harness.cassettes.file.interaction import Cassette

Row = tuple[str, str, str, str, str]
"""Call, request, where, what was recorded, what is there now."""


def drift_page(rows: Sequence[Row], *, cassette: Cassette, compared: int, drifted: int) -> str:
    """Return the page. Secrets are taken out of the rows already."""
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    text = (files("harness.cassettes.compare") / "drift_page.html").read_text(encoding="utf-8")
    return environment.from_string(text).render(
        rows=rows,
        name=cassette.metadata.collection or cassette.file,
        file=cassette.file,
        compared=compared,
        drifted=drifted,
        moment=datetime.now(UTC).isoformat(sep=" ", timespec="seconds"),
    )
