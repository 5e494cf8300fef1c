"""What the HTML report is asked to be, by our options or by those of newman-reporter-htmlextra."""

from collections.abc import Mapping, Sequence
from dataclasses import field
from difflib import get_close_matches
from pathlib import Path
from zoneinfo import available_timezones

from harness.errors import UsageError, choices
from harness.lazy_dataclass import dataclass
from harness.reporters.html.call_record import Kept
from harness.reporters.html.page_frame import THEMES, PageOptions
from harness.reporters.newman.omitted import Omitted
from harness.reporters.reporter import ReporterContext, ReporterOptions


@dataclass(frozen=True, slots=True, kw_only=True)
class HtmlSettings:
    """Where the report goes, how it looks, what it keeps, and the file of past runs if there is one.

    Calls in the `skipped_folders`, and the `skipped_calls`, are left out, as are `skipped_variables`, which
    are names by scope.
    """

    kept: Kept
    page: PageOptions
    export: str | bool | None = None
    history: Path | None = None
    skipped_folders: frozenset[str] = frozenset()
    skipped_calls: frozenset[str] = frozenset()
    skipped_variables: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def leaves_out(self, path: Sequence[str]) -> bool:
        """Whether the call of that path is left out."""
        return path[-1] in self.skipped_calls or not self.skipped_folders.isdisjoint(path[:-1])


def html_settings(options: ReporterOptions, context: ReporterContext) -> HtmlSettings:
    """Read our own options. Raises `UsageError` for a value that makes no sense."""
    omitted = Omitted.of(options)
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
            headers=not (options.get("omit-headers") or omitted.headers),
            request_bodies=not omitted.request_bodies,
            response_bodies=not omitted.response_bodies,
        ),
    )


def htmlextra_settings(options: ReporterOptions, context: ReporterContext) -> HtmlSettings:
    """Read htmlextra's options, by its own names. Raises `UsageError` for a value that makes no sense."""
    history = _text(options, "history")
    sensitive = not options.get("skipSensitiveData")
    return HtmlSettings(
        export=options.get("export"),
        history=context.cwd / history if history else None,
        page=PageOptions(
            title=_text(options, "title"),
            browser_title=_text(options, "browserTitle"),
            theme="dark" if options.get("darkTheme") else "auto",
            only_failures=bool(options.get("showOnlyFails")),
            title_size=_title_size(options.get("titleSize")),
            time_zone=_time_zone(_text(options, "timezone")),
            highlight=not options.get("noSyntaxHighlighting"),
        ),
        kept=Kept(
            mask=context.mask,
            headers=sensitive and not options.get("omitHeaders"),
            hidden_headers=_folded(options, "skipHeaders"),
            request_bodies=sensitive and not options.get("omitRequestBodies"),
            response_bodies=sensitive and not options.get("omitResponseBodies"),
            without_request_body=_folded(options, "hideRequestBody"),
            without_response_body=_folded(options, "hideResponseBody"),
        ),
        skipped_folders=_names(options, "skipFolders"),
        skipped_calls=_names(options, "skipRequests"),
        skipped_variables={
            "environment": _folded(options, "skipEnvironmentVars"),
            "globals": _folded(options, "skipGlobalVars"),
        },
    )


def _text(options: ReporterOptions, name: str) -> str | None:
    value = options.get(name)
    return value if isinstance(value, str) and value else None


def _names(options: ReporterOptions, name: str) -> frozenset[str]:
    given = _text(options, name) or ""
    return frozenset(one.strip() for one in given.split(",") if one.strip())


def _folded(options: ReporterOptions, name: str) -> frozenset[str]:
    """Names in lower case: htmlextra takes all but folders and requests in any case."""
    return frozenset(one.lower() for one in _names(options, name))


def _title_size(value: str | bool | None) -> int:
    if value is None:
        return 0
    if isinstance(value, str) and value in tuple("123456"):
        return int(value)
    raise UsageError(
        f"{value!r} is no size of a title",
        where="--reporter-htmlextra-titleSize",
        hint="give 1 (large) to 6 (small)",
    )


def _time_zone(name: str | None) -> str | None:
    if name is None:
        return None
    known = available_timezones()
    # Where the machine has no list of time zones, the browser's is the one that counts.
    if known and name not in known:
        raise UsageError(
            f"there is no time zone {name!r}",
            where="--reporter-htmlextra-timezone",
            hint=choices(name, get_close_matches(name, sorted(known)) or ("UTC", "Europe/Berlin")),
        )
    return name


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
