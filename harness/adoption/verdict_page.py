"""Verdicts as a page: one file without any address in it."""

from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.resources import files

from jinja2 import Environment, StrictUndefined

from harness.adoption.verdict import Verdict, summary


def verdict_page(verdicts: Sequence[Verdict]) -> str:
    """Return the page. Secrets are taken out of the verdicts already."""
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    text = (files("harness.adoption") / "verdict_page.html").read_text(encoding="utf-8")
    return environment.from_string(text).render(
        verdicts=verdicts,
        summary=summary(verdicts),
        moment=datetime.now(UTC).isoformat(sep=" ", timespec="seconds"),
    )
