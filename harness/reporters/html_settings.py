"""What the HTML report is asked to be, by our options or by those of newman-reporter-htmlextra."""

from dataclasses import dataclass
from pathlib import Path

from harness.errors import UsageError, choices
from harness.reporters.call_record import Kept
from harness.reporters.html_page import THEMES, PageOptions
from harness.reporters.reporter import Options, ReporterContext


@dataclass(frozen=True, slots=True, kw_only=True)
class HtmlSettings:
    """Where the report goes, how it looks, what it keeps, and the file of past runs if there is one."""

    kept: Kept
    page: PageOptions
    export: str | bool | None = None
    history: Path | None = None


def html_settings(options: Options, context: ReporterContext) -> HtmlSettings:
    """Read our own options. Raises `UsageError` for a value that makes no sense."""
    theme = _text(options, "theme") or "auto"
    if theme not in THEMES:
        raise UsageError(
            f"there is no theme {theme!r}", where="--reporter-html-theme", hint=choices(theme, THEMES)
        )
    history = _text(options, "history")
    return HtmlSettings(
        export=options.get("export"),
        history=context.cwd / history if history else None,
        page=PageOptions(
            title=_text(options, "title"), browser_title=_text(options, "browser-title"), theme=theme
        ),
        kept=Kept(
            mask=context.mask,
            body_bytes=_bytes(options.get("max-body")),
            headers=not options.get("omit-headers"),
        ),
    )


def htmlextra_settings(options: Options, context: ReporterContext) -> HtmlSettings:
    """Read the options of htmlextra, by its own names; those that change nothing here are let be."""
    hidden = _text(options, "skipHeaders") or ""
    history = _text(options, "history")
    return HtmlSettings(
        export=options.get("export"),
        history=context.cwd / history if history else None,
        page=PageOptions(
            title=_text(options, "title"),
            browser_title=_text(options, "browserTitle"),
            theme="dark" if options.get("darkTheme") else "auto",
            only_failures=bool(options.get("showOnlyFails")),
        ),
        kept=Kept(
            mask=context.mask,
            headers=not options.get("omitHeaders"),
            hidden_headers=frozenset(name.strip().lower() for name in hidden.split(",") if name.strip()),
            request_bodies=not options.get("omitRequestBodies"),
            response_bodies=not options.get("omitResponseBodies"),
        ),
    )


def _text(options: Options, name: str) -> str | None:
    value = options.get(name)
    return value if isinstance(value, str) and value else None


def _bytes(value: str | bool | None) -> int:
    if value is None:
        return 1 << 20
    if isinstance(value, str) and value.isdecimal():
        return int(value)
    raise UsageError(
        f"{value!r} is no number of bytes",
        where="--reporter-html-max-body",
        hint="give the most bytes of a body to keep, such as 100000",
    )
