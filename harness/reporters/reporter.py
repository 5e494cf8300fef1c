"""The seam to reporters, and the table of those there are."""

import os
from collections.abc import Callable, Mapping
from dataclasses import field
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, Protocol, TextIO

from harness.dialect import EXACT, Dialect
from harness.errors import UsageError, choices
from harness.lazy_dataclass import dataclass
from harness.reporters.npm_packages import instead_of
from harness.runner.events import Event
from harness.secrets.watch import Mask, Unmasked

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

ReporterOptions = Mapping[str, str | bool]
ColourMode = Literal["auto", "on", "off"]
Verbosity = Literal["silent", "quiet", "normal", "verbose"]


class Reporter(Protocol):
    """Turns the events of a run into something to read."""

    @property
    def written(self) -> Path | None:
        """The file that `close` wrote, `None` when there is none."""
        ...

    def handle(self, event: Event) -> None:
        """Take the next event in."""
        ...

    def close(self) -> None:
        """Finish. Without a `RunFinished` before, what is known so far is reported all the same."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ReporterContext:
    """What all reporters of a run share.

    What is for people goes to `stream`, commands to a CI system to `ci` (by default the same). `mask` hides
    the values of secrets in a text, `mask.label` in one that its author wrote. `dialect` says how results
    are told. Files are named relative to `cwd`; `environ` is where `NO_COLOR`, `TERM` and `COLUMNS` are
    looked up.
    """

    stream: TextIO
    cwd: Path
    colour: ColourMode = "auto"
    unicode: bool = True
    verbosity: Verbosity = "normal"
    mask: Mask = field(default_factory=Unmasked)
    dialect: Dialect = EXACT
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)
    ci: TextIO | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReporterKind:
    """A reporter by name: the class that implements it, and the options it knows (newman's spelling).

    `idle` are those of its options that change nothing here, and why. `plugin` makes the reporter of another
    package, `source` says which.
    """

    module: str
    attribute: str
    options: tuple[str, ...] = ()
    idle: Mapping[str, str] = field(default_factory=dict)
    plugin: Callable[[ReporterOptions], Any] | None = None
    source: str = ""


# What Postman CLI leaves out of its reports, by its own names.
_OMIT_OPTIONS: Final = ("omitRequestBodies", "omitResponseBodies", "omitHeaders", "omitAllHeadersAndBody")
_HTML_OPTIONS: Final = (
    "export",
    "title",
    "browser-title",
    "theme",
    "history",
    "omit-headers",
    "max-body",
    *_OMIT_OPTIONS,
)
# The options of newman-reporter-htmlextra 1.23, by its own names.
_HTMLEXTRA_OPTIONS: Final = (
    "export",
    "title",
    "browserTitle",
    "titleSize",
    "darkTheme",
    "omitHeaders",
    "skipHeaders",
    "omitRequestBodies",
    "omitResponseBodies",
    "hideRequestBody",
    "hideResponseBody",
    "skipSensitiveData",
    "skipEnvironmentVars",
    "skipGlobalVars",
    "skipFolders",
    "skipRequests",
    "showOnlyFails",
    "noSyntaxHighlighting",
    "timezone",
    "displayProgressBar",
    "history",  # ours
)
_HTMLEXTRA_IDLE: Final[Mapping[str, str]] = {
    "template": "a Handlebars template needs htmlextra's own data; the report has one page, and its data are "
    "also written by --reporters json",
    "logs": "what a call printed is always shown with it",
    "testPaging": "long lists of checks are always shown in parts",
    "showEnvironmentData": "variables are always shown, those that are secret without their values",
    "showGlobalData": "variables are always shown, those that are secret without their values",
    "showMarkdownLinks": "links in the names and messages of checks always work",
    "showFolderDescription": "descriptions are always shown",
}
# The options of newman's reporters for Allure; both names of the folder are theirs.
_ALLURE_IDLE: Final[Mapping[str, str]] = {
    "collection-as-parent-suite": "the collection is always the parent suite",
    "simplified-traces": "a trace is always the error's own",
}
_TERMINAL_OPTIONS: Final = (
    "silent",
    "show-timestamps",
    "no-summary",
    "no-failures",
    "no-assertions",
    "no-success-assertions",
    "no-console",
    "no-banner",
)

REPORTERS: Final[Mapping[str, ReporterKind]] = {
    "cli": ReporterKind(
        module="harness.reporters.terminal.report", attribute="TerminalReporter", options=_TERMINAL_OPTIONS
    ),
    "json": ReporterKind(
        module="harness.reporters.newman.json_report",
        attribute="JsonReporter",
        options=("export", "structure", *_OMIT_OPTIONS),
        idle={"structure": "the structure is always newman's; postman-json is the reporter of Postman CLI's"},
    ),
    "newman-json": ReporterKind(
        module="harness.reporters.newman.json_report",
        attribute="letter_report",
        options=("export", *_OMIT_OPTIONS),
    ),
    "postman-json": ReporterKind(
        module="harness.reporters.newman.postman_report",
        attribute="PostmanReporter",
        options=("export", *_OMIT_OPTIONS),
    ),
    "allure": ReporterKind(
        module="harness.reporters.allure",
        attribute="AllureReporter",
        options=("export", "resultsDir", *_ALLURE_IDLE),
        idle=_ALLURE_IDLE,
    ),
    "ctrf": ReporterKind(module="harness.reporters.ctrf", attribute="CtrfReporter", options=("export",)),
    "events": ReporterKind(
        module="harness.reporters.log.events_log", attribute="EventsLog", options=("export",)
    ),
    "github": ReporterKind(
        module="harness.reporters.github", attribute="GithubReporter", options=("silent",)
    ),
    "html": ReporterKind(
        module="harness.reporters.html.report", attribute="html_reporter", options=_HTML_OPTIONS
    ),
    "htmlextra": ReporterKind(
        module="harness.reporters.html.report",
        attribute="htmlextra_reporter",
        options=(*_HTMLEXTRA_OPTIONS, *_HTMLEXTRA_IDLE),
        idle=_HTMLEXTRA_IDLE,
    ),
    "junit": ReporterKind(module="harness.reporters.junit", attribute="JunitReporter", options=("export",)),
    "progress": ReporterKind(
        module="harness.reporters.terminal.progress", attribute="ProgressReporter", options=("silent",)
    ),
    "emojitrain": ReporterKind(
        module="harness.reporters.terminal.progress", attribute="EmojitrainReporter", options=("silent",)
    ),
}


GROUP: Final = "harness.reporters"
"""The group of entry points by which other packages bring reporters; a name of `REPORTERS` is always ours."""


def find_kind(name: str) -> ReporterKind | None:
    """Return the reporter of that name, ours or of an installed package.

    Raises `UsageError` for a package whose reporter cannot be loaded.
    """
    kind = REPORTERS.get(name)
    if kind is not None:
        return kind
    from importlib.metadata import entry_points

    found = next(iter(entry_points(group=GROUP, name=name)), None)
    return None if found is None else _installed(found)


def writes_a_file(name: str) -> bool:
    """Tell whether a reporter makes a file, which a second run would replace."""
    kind = find_kind(name)
    return kind is not None and "export" in kind.options


def _installed(found: "EntryPoint") -> ReporterKind:
    version = f" {found.dist.version}" if found.dist is not None else ""
    source = f"{found.dist.name if found.dist is not None else found.value}{version}"
    try:
        plugin = found.load()
        if not callable(plugin):
            raise TypeError(f"{found.value} cannot be called")
        options = tuple(map(str, getattr(plugin, "options", ())))
    except Exception as error:
        raise UsageError(
            f"the reporter {found.name!r} of {source} cannot be loaded: {type(error).__name__}: {error}",
            where="--reporters",
            hint="reinstall the package, or leave the reporter out",
        ) from error
    return ReporterKind(
        module="harness.reporters.plugin",
        attribute="PluginReporter",
        options=options,
        plugin=plugin,
        source=source,
    )


def installed_names() -> tuple[str, ...]:
    """Return the names of the reporters of other packages."""
    # To load this takes a tenth of the time in which a run starts.
    from importlib.metadata import entry_points

    return tuple(sorted({one.name for one in entry_points(group=GROUP)} - REPORTERS.keys()))


def unknown_hint(name: str) -> str:
    """Say what to do about a reporter that is not there."""
    return instead_of(name) or choices(name, (*REPORTERS, *installed_names()))


def options_of(name: str) -> tuple[str, ...]:
    """Return the options that a reporter knows. Raises `UsageError` when there is no such reporter."""
    return _kind(name).options


def check_option(name: str, option: str) -> None:
    """Raise `UsageError` when there is no such reporter, or it has no such option."""
    kind = find_kind(name)
    if kind is None:
        where = f"--reporter-{name}-{option}" if option else f"--reporter-{name}"
        raise UsageError(f"there is no reporter {name!r}", where=where, hint=unknown_hint(name))
    if option not in kind.options:
        raise UsageError(
            f"reporter {name!r} has no option {option!r}",
            where=f"--reporter-{name}-{option}",
            hint=choices(option, kind.options) if kind.options else "it has no options",
        )


def create(name: str, options: ReporterOptions, context: ReporterContext) -> Reporter:
    """Make the reporter of that name. Raises `UsageError` for an unknown name or option."""
    kind = _kind(name)
    for option in options:
        check_option(name, option)
    attribute = getattr(import_module(kind.module), kind.attribute)
    if kind.plugin is not None:
        made: Reporter = attribute(name, kind, options, context)
        return made
    implementation: Callable[[ReporterOptions, ReporterContext], Reporter] = attribute
    return implementation(options, context)


def _kind(name: str) -> ReporterKind:
    kind = find_kind(name)
    if kind is None:
        raise UsageError(f"there is no reporter {name!r}", where="--reporters", hint=unknown_hint(name))
    return kind
