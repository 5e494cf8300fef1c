"""What differs under parity as a page: one file without any address in it."""

from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.resources import files

from jinja2 import Environment, StrictUndefined

from harness.cli.parity_row import ParityCount, ParityRow


def parity_page(rows: Sequence[ParityRow], *, against: str, compared: ParityCount) -> str:
    """Return the page."""
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    text = (files("harness.cli") / "parity_page.html").read_text(encoding="utf-8")
    return environment.from_string(text).render(
        rows=rows,
        against=against,
        compared=compared,
        moment=datetime.now(UTC).isoformat(sep=" ", timespec="seconds"),
    )
