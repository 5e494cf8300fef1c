"""The public function `run`, and the composition root behind it.

This is the only place that builds transport, session, engine and runner; the command line and the pytest
plugin are thin over it.
"""

import json
import os
import time
from collections.abc import Container, Generator, Mapping, Sequence
from contextlib import ExitStack, nullcontext
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, Self

from harness.cassettes.modes import Action, action
from harness.client.certificates import ALL_URLS, CertificateRule
from harness.client.cookies import CookieJar
from harness.client.files import FilePolicy
from harness.client.session import Session, SessionOptions
from harness.client.transport import ClientCertificate, Transport
from harness.collection.companion import Companion, bind, companion_beside
from harness.collection.document import is_address, read_json
from harness.collection.load import load_collection
from harness.collection.model import Collection
from harness.collection.selection import select
from harness.errors import ExitCode, InputError, UsageError, choices
from harness.runner.call import RunContext
from harness.runner.events import AttemptFinished, CallFinished, Event, RunFinished
from harness.runner.plan import Plan, calls_of, plan
from harness.runner.results import CallResult, RunSummary, RunWarning
from harness.runner.rules import Rule, rule_of
from harness.runner.run import RunOptions, Step, run_plan
from harness.runner.spool import Spool
from harness.scripting.engine import ScriptEngine
from harness.variables.data import load_rows
from harness.variables.draws import Draws, LiveDraws
from harness.variables.environment import load_environment
from harness.variables.scope import Scope, Scopes
from harness.variables.secrets import Redactor, auth_secrets

if TYPE_CHECKING:
    from harness.cassettes.guard import OfflineGuard
    from harness.cassettes.recording import Recording
    from harness.cassettes.replay import Replay

PLATFORMS = ("local",)

DEFAULT_SCRIPT_TIMEOUT_MS = 30_000
"""How long a script may take when nobody says; newman lets it go on for ever."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunConfig:
    """All that can be asked of a run; times are in milliseconds, 0 is without a bound.

    Files are paths or http(s) addresses. `environment`, `globals` and `data` may also be given as mappings
    and rows. `companion` is the companion file, `None` for the `NAME.harness.yaml` beside the collection when
    there is one; `use_companion` turns it off. `record` and `replay` name a cassette; `cassette_mode` is one
    of the words of `cassettes.modes`, for `cassette` or the companion's. `resume` says what becomes of an
    interrupted recording. `environ` fills environment values from `HARNESS_VAR_<name>`.
    """

    collection: str | Path | Collection | Mapping[str, Any]
    environment: str | Path | Mapping[str, Any] | None = None
    globals: str | Path | Mapping[str, Any] | None = None
    data: str | Path | Sequence[Mapping[str, Any]] | None = None
    iterations: int | None = None
    folders: Sequence[str] = ()
    env_vars: Mapping[str, str] = field(default_factory=dict)
    global_vars: Mapping[str, str] = field(default_factory=dict)
    companion: str | Path | None = None
    use_companion: bool = True
    platform: str | None = None
    record: str | Path | None = None
    replay: str | Path | None = None
    cassette: str | Path | None = None
    cassette_mode: str | None = None
    resume: Literal["continue", "discard"] | None = None
    seed: int | None = None
    bail: str | None = None
    newman: bool = False
    strict: bool = False
    delay_ms: int = 0
    timeout_ms: int = 0
    timeout_request_ms: int = 0
    timeout_script_ms: int | None = None
    follow_redirects: bool | None = None
    verify: bool | None = None
    client_cert: str | None = None
    client_key: str | None = None
    client_passphrase: str | None = None
    client_cert_list: str | Path | None = None
    extra_ca: str | None = None
    cookie_jar: str | Path | None = None
    resolve: Mapping[str, str] = field(default_factory=dict)
    working_dir: str | Path | None = None
    allow_outside: bool = False
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)

    def __post_init__(self) -> None:
        if self.record is not None and self.replay is not None:
            raise UsageError("a run either records or replays, not both", where="--record, --replay")
        if self.platform is not None and self.platform not in PLATFORMS:
            raise UsageError(
                f"there is no platform {self.platform!r}",
                where="--platform",
                hint=choices(self.platform, PLATFORMS),
            )
        bails = {"failure", "folder"}
        if self.bail is not None and not set(self.bail.split(",")) <= bails:
            raise UsageError(
                f"--bail takes no {self.bail!r}", where="--bail", hint=choices(self.bail, sorted(bails))
            )


class MissingCassette(UsageError):
    """A run is to be replayed or recorded, and nothing says with which cassette."""


class LiveRun:
    """A run that is set up and can be started: its plan, and its events as they happen.

        with LiveRun(RunConfig(collection="shop.json")) as live:
            for event in live.events():
                ...

    Setting up reads all files, starts the local platform when it is wanted, and opens the cassette; it sends
    nothing. Raises `HarnessError` for whatever the user can mend.
    """

    def __init__(self, config: RunConfig) -> None:
        self.config = config
        self.recording: Recording | None = None
        self.replay: Replay | None = None
        self._guard: OfflineGuard | None = None
        self._learnt: dict[str, int] = {}
        self._stack = ExitStack()
        try:
            self._set_up()
        except BaseException:
            self._stack.close()
            raise

    def _set_up(self) -> None:
        config = self.config
        self.collection = _collection(config.collection)
        self.plan: Plan = _planned(config, self.collection)
        companion = _companion(config)
        self._rules = _rules(companion, self.collection, self.plan)
        self.cassette, self.action = _cassette(config, companion)
        self.platform = _platform(config, companion)
        file = config.environment if config.environment is not None else companion.environment
        environment = load_environment(file).with_system(config.environ)
        environment = environment.with_values(config.env_vars.items())
        globals_ = load_environment(config.globals or companion.globals, "globals")
        self._warnings = (
            *(RunWarning(message=text, place=self.collection.file) for text in self.collection.warnings),
            *(RunWarning(message=text) for text in (*environment.warnings, *globals_.warnings)),
        )
        # Names whose values were chosen for this run, which a recording's environment does not replace.
        self._chosen = set(config.env_vars)
        if config.environment is not None:
            self._chosen |= {variable.key for variable in environment.variables}
        platform = self._start_platform()
        self.scopes = Scopes(
            environment=environment.scope(),
            collection=Scope("collection", self.collection.variables),
            globals=load_environment(config.globals, "globals")
            .with_values(config.global_vars.items())
            .scope(),
        )
        for name, value in platform.items():
            self.scopes.environment.set(name, value)
        self.jar = CookieJar()
        if config.cookie_jar is not None:
            where = os.fspath(config.cookie_jar)
            self.jar.load_json(read_json(where, "the cookie jar"), where=where)
        self.redactor = Redactor()
        self.redactor.learn_variables(variable for scope in self.scopes for variable in scope)
        transport, draws = self._open_cassette()
        self.context = self._context(transport, draws)

    @property
    def mode(self) -> str:
        """The word for reports: `live`, `record` or `replay`."""
        return self.action if self.action in {"live", "replay"} else "record"

    def _start_platform(self) -> dict[str, str]:
        """Start the local platform and return the variables that lead to it."""
        if self.platform != "local" or self.mode == "replay":
            return {}
        from harness.aep.server import LocalPlatform

        return self._stack.enter_context(LocalPlatform()).environment()

    def _open_cassette(self) -> tuple[Transport, Draws]:
        """Return what sends and what is drawn from: live, recorded, or out of a cassette."""
        match self.action:
            case "replay" if self.cassette is not None:
                return self._open_replay(self.cassette)
            case "record" | "extend" | "update" if self.cassette is not None:
                return self._open_recording(self.cassette)
            case _:
                return self._transport(), LiveDraws(self.config.seed)

    def _open_recording(self, path: Path) -> tuple[Transport, Draws]:
        from harness.cassettes.recording import RecordingPlan, open_recording

        names, values = auth_secrets(self.collection)
        for name, value in values:
            self.redactor.learn(value, name)
        note = "made against the local platform" if self.platform == "local" else ""
        self.recording = open_recording(
            path,
            self._transport(),
            redactor=self.redactor,
            action=self.action,
            resume=self.config.resume == "continue",
            discard=self.config.resume == "discard",
            plan=RecordingPlan(
                collection=self.collection.name,
                collection_hash=_hash(self.collection.source),
                note=note,
                seed=self.config.seed,
                environment=tuple(self.scopes.environment),
                secret_names=names,
            ),
        )
        self._stack.callback(self.recording.finish, complete=False)
        self.recording.watch(self.scopes)
        return self.recording.transport, self.recording.draws

    def _open_replay(self, path: Path) -> tuple[Transport, Draws]:
        from harness.cassettes.guard import OfflineGuard
        from harness.cassettes.replay import open_replay

        today = {
            variable.key: str(variable.value)
            for variable in self.scopes.environment
            if variable.value is not None and not variable.disabled
        }
        replay = open_replay(
            path,
            redactor=self.redactor,
            environment=today,
            command=f"harness run {self.collection.file} --record {path}",
        )
        # What the recording's environment held is filled in where today's says nothing.
        for name, value in replay.environment().items():
            if not today.get(name) or name not in self._chosen:
                self.scopes.environment.set(name, value)
        replay.watch(self.scopes)
        self.replay = replay
        self._guard = OfflineGuard()
        return replay.transport, replay.draws

    def _context(self, transport: Transport, draws: Draws) -> RunContext:
        config = self.config
        session = Session(transport, jar=self.jar, options=self._session_options())
        timeout = config.timeout_script_ms
        if timeout is None:
            timeout = 0 if config.newman else DEFAULT_SCRIPT_TIMEOUT_MS
        return RunContext(
            collection=self.collection.name,
            session=session,
            jar=self.jar,
            files=self._files(),
            scopes=self.scopes,
            draws=draws,
            engine=self._engine(),
            engines=self._new_engine,
            calls=calls_of(self.collection),
            sleep=_no_sleep if self.mode == "replay" else time.sleep,
            platform=self.platform,
            newman=config.newman,
            timeout_script_s=timeout / 1000 or None,
            wait_for_timers=self.mode != "replay",
        )

    def _files(self) -> FilePolicy:
        """Say which files requests may upload: those in the working directory and beside the collection."""
        config, file = self.config, self.collection.file
        folder = Path(config.working_dir or ".")
        if config.newman:
            # newman compares absolute paths with the directory as given: in a relative one nothing lies.
            refused = config.working_dir is not None and not config.allow_outside and not folder.is_absolute()
            return FilePolicy(working_dir=folder, allow_outside=config.allow_outside, none=refused)
        beside = (Path(file).parent,) if file and not is_address(file) else ()
        return FilePolicy(working_dir=folder, allow_outside=config.allow_outside, also=beside)

    def _transport(self) -> Transport:
        from harness.client.http import HttpTransport

        transport = HttpTransport(hosts=self.config.resolve)
        self._stack.callback(transport.close)
        return transport

    def _engine(self) -> ScriptEngine | None:
        if not any(call.scripts for call in self.plan.calls):
            return None
        return self._new_engine()

    def _new_engine(self) -> ScriptEngine:
        from harness.scripting.deno import DenoEngine

        engine: ScriptEngine = DenoEngine()
        self._stack.callback(engine.close)
        return engine

    def _session_options(self) -> SessionOptions:
        config = self.config
        return SessionOptions(
            timeout_s=config.timeout_request_ms / 1000 or None,
            verify=config.verify,
            follow_redirects=config.follow_redirects,
            certificates=_certificates(config),
            extra_ca=config.extra_ca,
            newman=config.newman,
        )

    def events(self, *, chosen: Container[Step] | None = None) -> Generator[Event, None, None]:
        """Run the plan, or those steps of it that are chosen. To be called once.

        Nothing is sent before an event is asked for.
        """
        return self._guarded(run_plan(self.plan, self.context, self._options(chosen)))

    def _options(self, chosen: Container[Step] | None) -> RunOptions:
        config = self.config
        return RunOptions(
            bail=config.bail is not None and "failure" in config.bail.split(","),
            delay_s=config.delay_ms / 1000,
            timeout_s=config.timeout_ms / 1000 or None,
            mode=self.mode,
            rules=self._rules,
            chosen=chosen,
            warnings=() if config.newman else self._warnings,
        )

    def _guarded(self, events: Generator[Event, None, None]) -> Generator[Event, None, None]:
        """Refuse connections while a replay runs, but not in between, where its consumer may want some."""
        interrupt: KeyboardInterrupt | None = None
        while True:
            with self._guard or nullcontext():
                try:
                    event = next(events) if interrupt is None else events.throw(interrupt)
                except StopIteration:
                    return
            interrupt = None
            match event:
                case CallFinished(result=result) | AttemptFinished(result=result):
                    self._learn(result)
                case RunFinished():
                    self._finish(event)
                case _:
                    pass
            try:
                yield event
            except KeyboardInterrupt as raised:
                interrupt = raised

    def _learn(self, result: CallResult) -> None:
        """Learn which secrets a call showed, before any reporter tells of it."""
        if self.config.newman:
            return
        from harness.cassettes.redact import learn_request, learn_response

        exchanges = (*(side.exchange for side in result.side), result.exchange)
        for hop in (hop for exchange in exchanges if exchange is not None for hop in exchange.hops):
            learn_request(hop.request, self.redactor)
            learn_response(hop.response, self.redactor)
        for scope in self.scopes:
            if self._learnt.get(scope.name) != scope.version:
                self._learnt[scope.name] = scope.version
                self.redactor.learn_variables(scope)

    def _finish(self, finished: RunFinished) -> None:
        """Put the recording into place, and tell the summary what cassette and guard know."""
        facts = finished.summary.facts
        if self.recording is not None:
            outcome = self.recording.finish(complete=not finished.summary.interrupted)
            facts["recorded"] = outcome.interactions
            facts["cassette"] = str(outcome.path if outcome.written else outcome.journal)
        if self.replay is not None and self._guard is not None:
            facts["replayed"] = str(self.cassette)
            facts["unused"] = len(self.replay.unused())
            facts["connections_attempted"] = len(self._guard.attempts)

    def mask(self, text: str) -> str:
        """Hide the values of secrets in a text."""
        return text if self.config.newman else self.redactor.text(text)

    def exit_code(self, summary: RunSummary) -> ExitCode:
        """Say what a run that ended with this summary tells the shell."""
        if summary.interrupted:
            return ExitCode.INTERRUPTED
        if summary.offline:
            return ExitCode.OFFLINE
        if summary.misses:
            return ExitCode.REPLAY_MISS
        failed = summary.failed or (self.config.strict and bool(summary.warnings))
        return ExitCode.FAILED if failed else ExitCode.PASSED

    def close(self) -> None:
        """Stop all that was started, and give all that was opened back."""
        self._stack.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class RunResult:
    """What came of a run: numbers and variables in memory, the calls with their exchanges on disk."""

    def __init__(
        self, *, summary: RunSummary, scopes: Scopes, calls: Sequence[CallResult], exit_code: ExitCode
    ) -> None:
        self.summary = summary
        self.scopes = scopes
        self.exit_code = exit_code
        self._calls = calls

    @property
    def passed(self) -> bool:
        """Whether nothing failed."""
        return self.exit_code is ExitCode.PASSED

    @property
    def calls(self) -> Sequence[CallResult]:
        """The results of all calls in the order they ran, each read from disk when asked for."""
        return self._calls

    @property
    def environment(self) -> dict[str, Any]:
        """The environment's variables as the run left them."""
        return {variable.key: variable.value for variable in self.scopes.environment if not variable.disabled}


def run(collection: str | Path | Collection | Mapping[str, Any], **options: Any) -> RunResult:
    """Run a collection and return what came of it; `options` are the fields of `RunConfig`.

    A failed assertion or request is in the result, not raised. Raises `HarnessError` for what the user can
    mend: a file that cannot be read, an option that makes no sense.
    """
    try:
        config = RunConfig(collection=collection, **options)
    except TypeError:
        known = RunConfig.__dataclass_fields__
        unknown = next((name for name in options if name not in known), "")
        raise UsageError(f"run() has no option {unknown!r}", hint=choices(unknown, known)) from None
    with LiveRun(config) as live:
        calls = Spool(live.plan.calls)
        finished: RunFinished | None = None
        for event in live.events():
            match event:
                case CallFinished(result=result):
                    calls.append(result)
                case RunFinished():
                    finished = event
                case _:
                    pass
        if finished is None:
            raise RuntimeError("the run told no end")
        summary = finished.summary
        return RunResult(
            summary=summary, scopes=finished.scopes, calls=calls, exit_code=live.exit_code(summary)
        )


def planned(config: RunConfig) -> Plan:
    """Plan a run without setting anything up: which calls, how often.

    Raises `HarnessError` for what would keep it from being set up, as far as the files tell.
    """
    collection = _collection(config.collection)
    planned = _planned(config, collection)
    companion = _companion(config)
    _rules(companion, collection, planned)
    cassette, what = _cassette(config, companion)
    if what == "replay" and cassette is not None and not cassette.is_file():
        raise MissingCassette("the cassette is not there", where=str(cassette))
    return planned


def _planned(config: RunConfig, collection: Collection) -> Plan:
    rows = () if config.data is None else load_rows(config.data)
    items = select(collection, config.folders, newman=config.newman) if config.folders else None
    return plan(collection, items=items, rows=rows, iterations=config.iterations)


def _companion(config: RunConfig) -> Companion:
    """Load the companion that goes with the collection; an empty one when there is none."""
    if not config.use_companion:
        return Companion()
    file = config.companion
    if file is None and isinstance(config.collection, str | Path) and not is_address(config.collection):
        file = companion_beside(config.collection)
    if file is None:
        return Companion()
    from harness.collection.companion_file import load_companion

    companion = load_companion(file)
    # An environment of the user's own replaces the companion's, and what leads elsewhere with it.
    if config.environment is not None:
        return replace(companion, environment=None, platform=None, cassette=None)
    return companion


def _rules(companion: Companion, collection: Collection, planned: Plan) -> dict[int, Rule]:
    """Return the companion's rules by the position of the calls they are for."""
    if not companion.calls:
        return {}
    entries = dict(zip(map(id, collection.items()), bind(companion, collection), strict=True))
    rules: dict[int, Rule] = {}
    for position, call in enumerate(planned.calls):
        entry = entries[id(call.item)]
        if entry is not None:
            rules[position] = rule_of(entry)
    return rules


def _cassette(config: RunConfig, companion: Companion) -> tuple[Path | None, Action]:
    """Return the cassette of a run and what is done with it."""
    if config.record is not None:
        return Path(config.record), action(config.cassette_mode or "record", Path(config.record))
    if config.replay is not None:
        return Path(config.replay), "replay"
    if config.cassette_mode is None or config.cassette_mode == "live":
        return None, "live"
    path = config.cassette if config.cassette is not None else companion.cassette
    if path is None:
        raise MissingCassette(
            "there is no cassette for this collection",
            where=str(config.collection),
            hint="name one, or write `cassette: FILE` into its companion file",
        )
    return Path(path), action(config.cassette_mode, Path(path))


def _platform(config: RunConfig, companion: Companion) -> str | None:
    """Return the platform that a run is against: the one asked for, else the companion's."""
    name = config.platform if config.platform is not None else companion.platform
    if name is not None and name not in PLATFORMS:
        raise InputError(
            f"there is no platform {name!r}", where=companion.file, hint=choices(name, PLATFORMS)
        )
    return name


def _no_sleep(seconds: float) -> None:
    """Do not wait: a replay has no reason to."""


def _hash(document: Mapping[str, Any]) -> str:
    """Name the content of a document, however it is laid out."""
    text = json.dumps(document, sort_keys=True, separators=(",", ":"))
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def _collection(given: str | Path | Collection | Mapping[str, Any]) -> Collection:
    return given if isinstance(given, Collection) else load_collection(given)


def _certificates(config: RunConfig) -> tuple[CertificateRule, ...]:
    """Return the listed certificates, then the one for every address, as newman orders them."""
    rules: list[CertificateRule] = []
    if config.client_cert_list is not None:
        rules += _listed_certificates(os.fspath(config.client_cert_list))
    if config.client_cert is not None:
        certificate = ClientCertificate(
            cert=config.client_cert, key=config.client_key, passphrase=config.client_passphrase
        )
        rules.append(CertificateRule(matches=(ALL_URLS,), certificate=certificate))
    return tuple(rules)


def _listed_certificates(file: str) -> list[CertificateRule]:
    document = read_json(file, "the list of client certificates")
    if not isinstance(document, list):
        raise InputError("a list of client certificates is a JSON list", where=file)
    return [_certificate_rule(entry, index, file) for index, entry in enumerate(document)]


def _certificate_rule(entry: Any, index: int, file: str) -> CertificateRule:
    try:
        sources = {part: entry[part]["src"] for part in ("key", "cert", "pfx") if part in entry}
        passphrase = entry.get("passphrase")
        return CertificateRule(
            matches=tuple(entry["matches"]),
            certificate=ClientCertificate(passphrase=passphrase, **sources),
        )
    except (KeyError, TypeError) as error:
        raise InputError(
            f"this client certificate is not understood: {json.dumps(entry)[:80]}",
            where=f"{file}: /{index}",
            hint='each has {"matches": [pattern], "key": {"src": file}, "cert": {"src": file}}',
        ) from error


__all__ = ["PLATFORMS", "LiveRun", "MissingCassette", "RunConfig", "RunResult", "run"]
