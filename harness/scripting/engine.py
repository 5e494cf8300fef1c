"""The seam to the script engine: what a script is given, what it may ask for, what it leaves behind."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, Protocol

from harness.client.message import Cookie, Exchange, Response
from harness.collection.model import EventName, Script
from harness.dialect import EXACT, ScriptAnswers
from harness.lazy_dataclass import dataclass
from harness.variables.scope import Scopes

ConsoleLevel = Literal["debug", "log", "info", "warn", "error"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptPosition:
    """A place in a script as its author numbers it: line and column from 1, and the text of the line."""

    line: int
    column: int
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptError:
    """An error that a script threw. `name` and `message` are those scripts and newman's reports show.

    `expected` and `actual` are chai's, as text, when the assertion has them.
    """

    name: str
    message: str
    stack: str = ""
    position: ScriptPosition | None = None
    expected: str | None = None
    actual: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Assertion:
    """One `pm.test` (or an entry of the legacy `tests`): passed when it has no error and is not skipped.

    `index` counts the assertions of one script, from 0. `untested` is how it failed because there was no
    answer to test: it is skipped then. A `late` one failed as a promise that the test returned; newman does
    not wait for it.
    """

    name: str
    index: int = 0
    skipped: bool = False
    error: ScriptError | None = None
    untested: ScriptError | None = None
    late: bool = False

    @property
    def passed(self) -> bool:
        """Whether it was evaluated and held."""
        return self.error is None and not self.skipped


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsoleMessage:
    """One call of `console`: its arguments as text, each as a developer console prints it."""

    level: ConsoleLevel
    parts: tuple[str, ...]

    @property
    def text(self) -> str:
        """The parts in one line."""
        return " ".join(self.parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Deprecation:
    """A deprecated name that a script used: `instead` is what Postman has in its place, if anything."""

    name: str
    instead: str = ""
    position: ScriptPosition | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VariableChange:
    """A variable that a script set or removed: its value before and after, `None` where it had none.

    Values that are no texts are told as JSON.
    """

    scope: str
    name: str
    before: str | None = None
    after: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptRun:
    """What one script did. `output` holds assertions and console messages in the order they came.

    `label` says whose script it is: the collection's, a folder's (its path), or the item's.
    `losses` are failures newman loses: a throw in a timer, a `done` never called, a late rejection; an
    `unseen` error is one after which newman takes the script for passed all the same.
    `deprecations` are each name's first use; newman has them on the console. `changes` are what became of
    variables, each once. `untested` is the error that ended a test script because there was no answer to
    test.
    """

    script: Script
    label: str
    output: tuple[Assertion | ConsoleMessage, ...] = ()
    error: ScriptError | None = None
    losses: tuple[ScriptError, ...] = ()
    deprecations: tuple[Deprecation, ...] = ()
    changes: tuple[VariableChange, ...] = ()
    elapsed_ms: float = 0.0
    untested: ScriptError | None = None
    unseen: bool = False

    @property
    def assertions(self) -> tuple[Assertion, ...]:
        """The assertions alone."""
        return tuple(entry for entry in self.output if isinstance(entry, Assertion))

    @property
    def console(self) -> tuple[ConsoleMessage, ...]:
        """The console messages alone."""
        return tuple(entry for entry in self.output if isinstance(entry, ConsoleMessage))


@dataclass(frozen=True, slots=True, kw_only=True)
class NextRequest:
    """Where a script wants the run to go: the name or id of an item, or `None` to end the iteration."""

    target: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptJob:
    """The scripts of one event of one call, to run in order, and all that they see.

    `request` gives Postman's v2.1 JSON of the request, if it is asked for: as authored before it is sent, as
    resolved after.
    `scripts` pair each script with its label. `seed` makes every draw repeatable. `clock_ms` is the
    virtual time at which the event starts, `None` for the real time; with a virtual clock timers do not wait
    unless `wait_for_timers`. `answers` say what the scripts find, and what becomes of their errors.
    `location` is the item's path, the collection's name first.
    """

    event: EventName
    scripts: tuple[tuple[str, Script], ...]
    request: Callable[[], Mapping[str, Any]]
    item_id: str
    item_name: str
    location: tuple[str, ...]
    scopes: Scopes
    response: Response | None = None
    cookies: tuple[Cookie, ...] = ()
    iteration: int = 0
    iteration_count: int = 1
    seed: int = 0
    clock_ms: float | None = None
    wait_for_timers: bool = True
    timeout_s: float | None = None
    stop_on_error: bool = False
    answers: ScriptAnswers = EXACT.scripts


@dataclass(frozen=True, slots=True, kw_only=True)
class JobResult:
    """What the scripts of one event left behind, besides the variables, which are changed in place.

    `request` is the request as the scripts left it, `None` when they did not change it. `next` is the last
    wish for another request, `None` when there was none. `visualizer` is rendered HTML.
    """

    runs: tuple[ScriptRun, ...] = ()
    request: Mapping[str, Any] | None = None
    skip_request: bool = False
    next: NextRequest | None = None
    visualizer: str | None = None
    clock_ms: float | None = None


class ScriptHost(Protocol):
    """What scripts may ask of the run while they are running."""

    def sends(self, requests: Sequence[Mapping[str, Any]]) -> Sequence[Callable[[], Exchange]]:
        """`pm.sendRequest`: prepare requests (v2.1 JSON) that a script asks for at once.

        What is returned authorizes and sends one each, and may be called in any order and from any threads.
        """
        ...

    def run_request(self, target: str, overrides: Mapping[str, Any]) -> Exchange | None:
        """`pm.execution.runRequest`: run an item with its scripts; `None` when it was skipped."""
        ...

    def cookies(self, url: str) -> tuple[Cookie, ...]:
        """Return the jar's cookies for a URL."""
        ...

    def set_cookie(self, url: str, cookie: Cookie) -> None:
        """Put a cookie into the jar, as if the URL had sent it."""
        ...

    def clear_cookies(self, url: str, name: str | None = None) -> None:
        """Take the cookies of a URL out of the jar, or only the named one."""
        ...

    def vault(self, operation: Literal["get", "set", "unset"], key: str, value: str = "") -> Any:
        """`pm.vault`: secrets that no other scope holds."""
        ...

    def package(self, name: str) -> str | list[str]:
        """`pm.require`: the source of a package that is on disk; when it is not, where it was looked for."""
        ...


class ScriptEngine(Protocol):
    """Runs scripts."""

    def run(self, job: ScriptJob, host: ScriptHost) -> JobResult:
        """Run the scripts of one event; `job.scopes` are changed in place.

        A script that throws, hangs or eats memory ends as the `error` of its `ScriptRun`. Raises
        `EngineError` when scripts cannot be run at all.
        """
        ...

    def close(self) -> None:
        """End the engine and all that it started."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineLimits:
    """What a script may use: memory of the engine in MiB, and console output in bytes per script.

    `busy_s` is how long a script without a timeout may work without letting go, `grace_s` how long after
    its timeout one is ended that does not.
    """

    memory_mb: int = 512
    console_bytes: int = 1_000_000
    busy_s: float = 60.0
    grace_s: float = 0.25
