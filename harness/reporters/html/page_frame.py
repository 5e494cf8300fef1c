"""The page around the data of the HTML report: its frame, its look and its script, from files beside it."""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from typing import Any, Final

from jinja2 import Environment, StrictUndefined, Template
from markupsafe import Markup

from harness.lazy_dataclass import dataclass
from harness.reporters.units import counted, duration, fact_told, failed_told, size, tallied
from harness.runner.results import RunSummary
from harness.secrets.watch import Mask

_BUNDLE: Final = files("harness.scripting") / "js" / "dist" / "page" / "views.js"
THEMES: Final = ("auto", "light", "dark")
# How the facts of a run are told in the head of the page; the others are in its last view.
_BADGES: Final[Mapping[str, str]] = {
    "cassette": "cassette {}",
    "recorded": "{} recorded",
    "replayed": "replayed from {}",
    "cassette_age": "recorded {} ago",
    "platform": "platform {}",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PageOptions:
    """What the report is called, how it looks, and what it shows first.

    `title_size` is 1 (large) to 6 (small), 0 the usual one. Without a `time_zone` it is that of the reader.
    """

    title: str | None = None
    browser_title: str | None = None
    theme: str = "auto"
    only_failures: bool = False
    title_size: int = 0
    time_zone: str | None = None
    highlight: bool = True


def render_page(
    page: PageOptions,
    *,
    collection: str,
    mode: str,
    started_ms: float,
    summary: RunSummary,
    ended: bool,
    error: str,
    mask: Mask,
    failures: Sequence[Mapping[str, str]],
    history: bool,
    coverage: bool,
    data: str,
) -> str:
    """Return the page, with the text `data` where the packed data belong.

    All texts but those of the summary's parts are masked already. `failures` are the first ones, for readers
    without JavaScript.
    """
    title = page.title or collection or "A collection without a name"
    script = _script()
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    tallies = (
        ("Calls", summary.items),
        ("Requests", summary.requests),
        ("Assertions", summary.assertions),
        ("Iterations", summary.iterations),
    )
    return _template("report.html").render(
        title=title,
        browser_title=page.browser_title or title,
        theme=page.theme,
        title_size=page.title_size,
        time_zone=page.time_zone,
        mode=mode,
        moment=datetime.fromtimestamp(started_ms / 1000, UTC),
        summary=summary,
        failed=summary.failed or bool(error),
        verdict=_verdict(summary, ended=ended),
        badges=[] if summary.parts else _badges(summary.facts),
        parts=[(mask.label(part.collection), part.mode, _badges(part.facts)) for part in summary.parts],
        tallies=tallies,
        elapsed=duration(summary.elapsed_ms),
        average=duration(summary.response_times.mean) if summary.response_times.count else "–",
        received=size(summary.received_bytes),
        error="" if summary.interrupted else "stopped at the first failure" if error == "bail" else error,
        failures=failures,
        history=history,
        coverage=coverage,
        more=len(summary.failures) - len(failures),
        data=Markup(data),  # noqa: S704 - our own placeholder
        style=Markup(_asset("report.css")),  # noqa: S704 - our own file
        script=Markup(script),  # noqa: S704 - our own file
        script_hash=f"sha256-{digest}",
    )


def _badges(facts: Mapping[str, Any]) -> list[str]:
    return [fact_told(told, name, facts[name]) for name, told in _BADGES.items() if name in facts]


def _verdict(summary: RunSummary, *, ended: bool) -> Mapping[str, Any]:
    calls = summary.items.total - summary.items.skipped
    told = f"{tallied(summary.items, 'call')}, {tallied(summary.assertions, 'assertion')}"
    took = f"{told} in {duration(summary.elapsed_ms)}"
    if summary.interrupted or not ended:
        failed = f", {counted(len(summary.failures), 'failure')} so far" if summary.failures else ""
        return {"kind": "cut", "sign": "■", "text": "Interrupted", "rest": f"after {told}{failed}"}
    if summary.failed:
        text, failed = failed_told(summary), f"in {summary.items.failed} of " if summary.items.failed else ""
        return {"kind": "bad", "sign": "✖", "text": text, "rest": f"{failed}{took}"}
    if not calls:
        return {"kind": "cut", "sign": "–", "text": "Nothing ran", "rest": f"({took})"}
    return {"kind": "good", "sign": "✓", "text": "Passed", "rest": took}


@cache
def _asset(name: str) -> str:
    return (files("harness.reporters.html") / "page" / name).read_text(encoding="utf-8")


@cache
def _script() -> str:
    """Read the page's modules as the build bundled them: one script without a global name."""
    return _BUNDLE.read_text(encoding="utf-8")


@cache
def _template(name: str) -> Template:
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.from_string(_asset(name))
