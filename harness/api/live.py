"""A run that is set up: the only place that builds transport, session, engine and runner."""

import json
import os
import shlex
import time
from collections.abc import Container, Generator, Iterator, Mapping, Sequence
from contextlib import ExitStack, nullcontext
from dataclasses import replace
from hashlib import blake2b
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Self

from harness.api.address_form import as_used
from harness.api.certificate_list import certificates_of
from harness.api.network import network_of, network_warnings, transport_of, verifies
from harness.api.preparation import (
    cassette_of,
    collection_of,
    companion_of,
    planned_calls,
    platform_of,
    rules_of,
)
from harness.api.script_packages import ScriptPackages
from harness.cassettes.file.parts import Parts
from harness.client.cookies import CookieJar
from harness.client.files import FilePolicy
from harness.client.session import Session, SessionOptions
from harness.client.transport import Transport
from harness.collection.document import is_address, read_json
from harness.collection.model import Notice
from harness.errors import ExitCode
from harness.options.config import RunConfig
from harness.runner.call import RunContext
from harness.runner.events import AttemptFinished, CallFinished, Event, RunFinished, WarningRaised
from harness.runner.plan import Plan, calls_of
from harness.runner.results import CallResult, RunSummary, RunWarning
from harness.runner.run import RunOptions, Step, run_plan
from harness.scripting.engine import ScriptEngine
from harness.secrets.redactor import secret_patterns
from harness.secrets.returned_masks import mask_warnings
from harness.secrets.watch import Mask, SecretWatch, Unmasked
from harness.variables.draws import Draws, LiveDraws
from harness.variables.environment import load_environment
from harness.variables.scope import Scope, Scopes

if TYPE_CHECKING:
    from harness.cassettes.compare.drift import DriftRun
    from harness.cassettes.file.expiry import Expiry
    from harness.cassettes.record.recording import Recording
    from harness.cassettes.replay.offline_guard import OfflineGuard
    from harness.cassettes.replay.transport import Replay

DEFAULT_SCRIPT_TIMEOUT_MS = 30_000
"""How long a script may take when nobody says; newman lets it go on for ever."""


# No guard: connections may be made.
_OPEN: Final = nullcontext()


class LiveRun:
    """A run that is set up and can be started: its plan, and its events as they happen.

        with LiveRun(RunConfig.of("shop.json")) as live:
            for event in live.events():
                ...

    Setting up reads all files, starts the local platform when it is wanted, and opens the cassette; it sends
    nothing. Raises `HarnessError` for whatever the user can mend.
    """

    def __init__(self, config: RunConfig) -> None:
        self.config = config
        self.recording: Recording | None = None
        self.replay: Replay | None = None
        self.drift: DriftRun | None = None
        self.expired: Expiry | None = None
        self._guard: OfflineGuard | None = None
        self._part = False
        self._stack = ExitStack()
        try:
            self._set_up()
        except BaseException:
            self._stack.close()
            raise

    def _set_up(self) -> None:
        config = self.config
        self.collection = collection_of(config.collection)
        self.plan: Plan = planned_calls(config, self.collection)
        companion = companion_of(config)
        self._rules = rules_of(companion, self.collection, self.plan)
        self._parts, self.action = cassette_of(config, companion, self.plan)
        self._once = self._parts is not None and self._extends_once(self._parts)
        if self._once:
            self.action = "extend"
        self._expire()
        self.platform = platform_of(config, companion)
        file = config.inputs.environment if config.inputs.environment is not None else companion.environment
        environment = load_environment(file).with_system(config.inputs.environ)
        environment = environment.with_values(config.inputs.env_vars.items())
        globals_ = load_environment(
            config.inputs.globals if config.inputs.globals is not None else companion.globals, "globals"
        )
        self._warnings = (
            *(RunWarning(message=text, place=self.collection.file) for text in self.collection.warnings),
            *(RunWarning(message=one.message, place=one.place) for one in self.collection.notices),
            *(RunWarning(message=one.message, place=one.place) for one in self._unread()),
            *self._idle(),
            *(RunWarning(message=text) for text in (*environment.warnings, *globals_.warnings)),
            *(RunWarning(message=text) for text in self.plan.warnings),
            *(
                RunWarning(message=text)
                for text in (network_warnings(config) if self.mode != "replay" else ())
            ),
            *(RunWarning(message=text) for text in mask_warnings(environment.variables, environment.file)),
            *(RunWarning(message=text) for text in mask_warnings(globals_.variables, globals_.file)),
            *(
                RunWarning(message=text, place=self.collection.file)
                for text in mask_warnings(self.collection.variables, "")
            ),
            *((RunWarning(message=self.expired.message, place=str(self.cassette)),) if self.expired else ()),
        )
        # Names whose values were chosen for this run, which a recording's environment does not replace.
        self._chosen = set(config.inputs.env_vars)
        if config.inputs.environment is not None:
            self._chosen |= {variable.key for variable in environment.variables}
        platform = None if self.mode == "replay" else self.platform
        self._network = network_of(config, self._stack, platform=platform)
        self.scopes = Scopes(
            environment=environment.scope(),
            collection=Scope("collection", self.collection.variables),
            globals=globals_.with_values(config.inputs.global_vars.items()).scope(),
        )
        for name, value in as_used(self._network.variables, self.collection).items():
            if name not in config.inputs.env_vars:
                self.scopes.environment.set(name, value)
        self.jar = CookieJar()
        if config.network.cookie_jar is not None:
            where = os.fspath(config.network.cookie_jar)
            self.jar.load_json(read_json(where, "the cookie jar"), where=where)
        self.watch = SecretWatch(secret_patterns(config.output.secret_patterns))
        self.watch.learn_collection(self.collection)
        for row in self.plan.rows:
            self.watch.learn_row(row)
        self.watch.learn_scopes(self.scopes)
        transport, draws = self._open_cassette()
        self.context = self._context(transport, draws)

    def _idle(self) -> Iterator[RunWarning]:
        """Tell that there is nothing to run: a suite that lost its requests is not to look green."""
        if not self.plan.calls and self.config.dialect.run.warns:
            yield RunWarning(message="there is no request to run", place=self.collection.file)

    def _unread(self) -> Iterator[Notice]:
        """Tell of files that cannot be read and are not among what is to run, where they would fail it."""
        planned = {id(call.item) for call in self.plan.calls}
        for item in self.collection.items():
            if item.unreadable is not None and id(item) not in planned:
                yield item.unreadable

    def _expire(self) -> None:
        """Look how old the recording to be replayed is; record it anew when that is the rule."""
        if self.config.cassette.expire is None:
            return
        from harness.cassettes.file.expiry import check_expiry, parse_expiry

        rule = parse_expiry(self.config.cassette.expire)
        if self._parts is None or self.action not in {"replay", "extend"}:
            return
        self.expired = check_expiry(self._parts.load().interactions, rule)
        if self.expired is not None and rule.consequence == "record":
            self.action = "record"

    def _extends_once(self, parts: Parts) -> bool:
        """Whether to record, once, the parts of a cassette that were never recorded."""
        once = self.config.cassette.mode == "once" and self.action == "replay"
        return once and parts.lacks(call.path for call in self.plan.calls)

    @property
    def cassette(self) -> Path | None:
        """The cassette's file; with a file for each part, the one beside which these are."""
        return None if self._parts is None else self._parts.path

    @property
    def apart(self) -> Path | None:
        """The folder of a cassette with a file for each part."""
        return None if self._parts is None else self._parts.folder

    @property
    def mode(self) -> str:
        """The word for reports: `live`, `record` or `replay`."""
        return self.action if self.action in {"live", "replay"} else "record"

    def _open_cassette(self) -> tuple[Transport, Draws]:
        """Return what sends and what is drawn from: live, recorded, or out of a cassette."""
        match self.action:
            case "replay" if self._parts is not None:
                return self._open_replay(self._parts)
            case "record" | "extend" | "update" if self._parts is not None:
                return self._open_recording(self._parts)
            case _ if self.config.cassette.drift is not None:
                return self._open_drift(self.config.cassette.drift)
            case _:
                return transport_of(self._network, self.config, self._stack), LiveDraws(
                    self.config.inputs.seed
                )

    def _open_drift(self, path: str | Path) -> tuple[Transport, Draws]:
        from harness.cassettes.compare.drift import open_drift

        self.drift = open_drift(
            path,
            transport_of(self._network, self.config, self._stack),
            redactor=self.watch.redactor,
            ignore=self.config.cassette.drift_ignore,
            environment=self._texts(),
        )
        # What was drawn is drawn again, but the time is today's: live systems refuse old signatures.
        return self.drift.transport, LiveDraws(self.drift.cassette.metadata.seed)

    def _texts(self) -> dict[str, str]:
        """Return the environment's values as texts."""
        return {
            variable.key: str(variable.value)
            for variable in self.scopes.environment
            if variable.value is not None and not variable.disabled
        }

    def _open_recording(self, parts: Parts) -> tuple[Transport, Draws]:
        from harness.cassettes.record.recording import RecordingPlan, open_recording
        from harness.cassettes.record.transport import OnceTransport

        note = "made against the local platform" if self.platform == "local" else ""
        transport = transport_of(self._network, self.config, self._stack)
        self.recording = open_recording(
            parts,
            OnceTransport(transport, parts) if self._once else transport,
            redactor=self.watch.redactor,
            action=self.action,
            resume=self.config.cassette.resume == "continue",
            discard=self.config.cassette.resume == "discard",
            plan=RecordingPlan(
                collection=self.collection.name,
                collection_hash=_hash(self.collection.source),
                note=note,
                seed=self.config.inputs.seed,
                environment=tuple(self.scopes.environment),
                secret_names=self.watch.names,
                other={"collection_file": _beside(self.collection.file, parts.path)},
            ),
        )
        self._stack.callback(self.recording.finish, complete=False)
        self.recording.watch(self.scopes)
        return self.recording.transport, self.recording.draws

    def _open_replay(self, parts: Parts) -> tuple[Transport, Draws]:
        from harness.cassettes.replay.offline_guard import OfflineGuard
        from harness.cassettes.replay.transport import open_replay

        today = self._texts()
        replay = open_replay(
            parts,
            rule=self.config.cassette.match,
            latency=self.config.cassette.replay_latency,
            redactor=self.watch.redactor,
            environment=today,
            command=self._record_again(parts.path),
        )
        # What the recording's environment held is filled in where today's says nothing. Of secrets it holds
        # what the recorded answers hold, so scripts that compare the two find them equal.
        hidden = replay.secrets()
        for name, value in replay.environment().items():
            if not today.get(name) or name not in self._chosen or name in hidden:
                self.scopes.environment.set(name, value)
        replay.watch(self.scopes, self.collection)
        self.replay = replay
        self._guard = OfflineGuard(patterns=tuple(self.config.cassette.allowed_hosts))
        return replay.transport, replay.draws

    def _record_again(self, path: Path) -> str:
        """Tell the command that records the whole cassette anew, with the files of this run."""
        config = self.config
        words = ["harness", "run", self.collection.file]
        for option, file in (
            ("-e", config.inputs.environment),
            ("-g", config.inputs.globals),
            ("-d", config.inputs.data),
        ):
            if isinstance(file, (str, Path)):
                words += [option, os.fspath(file)]
        return f"record it again: {shlex.join([*words, '--record', os.fspath(path)])}"

    def _context(self, transport: Transport, draws: Draws) -> RunContext:
        config = self.config
        session = Session(transport, jar=self.jar, options=self._session_options())
        timeout = config.limits.timeout_script_ms
        if timeout is None:
            timeout = DEFAULT_SCRIPT_TIMEOUT_MS if config.dialect.run.script_timeout else 0
        engine = self._engine()
        return RunContext(
            collection=self.collection.name,
            session=session,
            jar=self.jar,
            files=self._files(),
            scopes=self.scopes,
            draws=draws,
            engine=engine,
            # A request that a script runs is a job of its own beside the script's.
            engines=None if engine is None else lambda: engine,
            packages=ScriptPackages(self.collection.file),
            calls=calls_of(self.collection),
            sleep=_no_sleep if self.mode == "replay" else time.sleep,
            platform=self.platform,
            dialect=config.dialect,
            timeout_script_s=timeout / 1000 or None,
            wait_for_timers=self.mode != "replay",
        )

    def _files(self) -> FilePolicy:
        """Say which files requests may upload: those in the working directory and beside the collection."""
        config, file = self.config, self.collection.file
        answers = config.dialect.inputs
        folder = Path(config.inputs.working_dir or ".")
        beside = (Path(file).parent,) if file and not is_address(file) else ()
        policy = FilePolicy(
            working_dir=folder,
            allow_outside=config.inputs.allow_outside,
            also=beside if answers.files_beside_collection and config.inputs.files_beside else (),
            links_kept=answers.file_links_kept,
            instead={name: Path(path) for name, path in config.inputs.files.items()},
        )
        if (
            answers.relative_dir_is_empty
            and config.inputs.working_dir is not None
            and not config.inputs.allow_outside
        ):
            # newman compares absolute paths with the directory as given: in a relative one nothing lies.
            return replace(policy, none=not folder.is_absolute())
        return policy

    def _engine(self) -> ScriptEngine | None:
        if not any(call.scripts for call in self.plan.calls):
            return None
        from harness.scripting.deno import DenoEngine

        engine: ScriptEngine = DenoEngine()
        self._stack.callback(engine.close)
        return engine

    def _session_options(self) -> SessionOptions:
        config = self.config
        return SessionOptions(
            timeout_s=config.limits.timeout_request_ms / 1000 or None,
            verify=verifies(config),
            follow_redirects=config.network.follow_redirects,
            certificates=certificates_of(config),
            extra_ca=self._network.extra_ca,
            encodes_client=config.network.oauth2_encodes_client,
            answers=config.dialect.run,
        )

    def events(self, *, chosen: Container[Step] | None = None) -> Generator[Event, None, None]:
        """Run the plan, or those steps of it that are chosen. To be called once.

        Nothing is sent before an event is asked for.
        """
        self._part = chosen is not None
        return self._guarded(run_plan(self.plan, self.context, self._options(chosen)))

    def _options(self, chosen: Container[Step] | None) -> RunOptions:
        config = self.config
        bails = (config.limits.bail or "").split(",")
        return RunOptions(
            bail="failure" in bails,
            abort=config.dialect.inputs.unknown_folder_bails and "folder" in bails,
            delay_s=config.limits.delay_ms / 1000,
            timeout_s=config.limits.timeout_ms / 1000 or None,
            mode=self.mode,
            rules=self._rules,
            chosen=chosen,
            warnings=self._warnings if config.dialect.run.warns else (),
        )

    def _guarded(self, events: Generator[Event, None, None]) -> Generator[Event, None, None]:
        """Refuse connections while a replay runs, but not in between, where its consumer may want some."""
        interrupt: KeyboardInterrupt | None = None
        while True:
            with self._guard or _OPEN:
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
                    for warning in self._weak_secrets():
                        event.summary.warnings.append(warning)
                        yield WarningRaised(warning=warning)
                    unused = self._unused(event)
                    if unused is not None:
                        event.summary.warnings.append(unused)
                        yield WarningRaised(warning=unused)
                case _:
                    pass
            try:
                yield event
            except KeyboardInterrupt as raised:
                interrupt = raised

    def _learn(self, result: CallResult) -> None:
        """Learn which secrets a call showed, before any reporter tells of it."""
        if not self.config.dialect.run.masks:
            return
        exchanges = (*(side.exchange for side in result.side), result.exchange)
        for hop in (hop for exchange in exchanges if exchange is not None for hop in exchange.hops):
            self.watch.learn_request(hop.request)
            self.watch.learn_response(hop.response)
        for exchange in exchanges:
            if exchange is not None and not exchange.hops:
                self.watch.learn_request(exchange.request)
        self.watch.learn_scopes(self.scopes)

    def _finish(self, finished: RunFinished) -> None:
        """Put the recording into place, and tell the summary what cassette and guard know."""
        facts = finished.summary.facts
        if self.recording is not None:
            requests = finished.summary.requests
            # A server that was down is not what anybody wants to replay in place of one that answered.
            recorded = self._parts is not None and bool(self._parts.files())
            useless = 0 < requests.total == requests.failed and recorded
            outcome = self.recording.finish(complete=finished.error is None and not useless)
            if useless and outcome.journal is not None:
                outcome.journal.unlink(missing_ok=True)
                kept = f"no request was answered: the cassette {outcome.path} stays as it was"
                finished.summary.warnings.append(RunWarning(message=kept))
                return
            facts["recorded"] = outcome.interactions
            facts["cassette"] = str(outcome.path if outcome.written else outcome.journal)
        if self.replay is not None and self._guard is not None:
            from harness.cassettes.file.expiry import oldest, spell

            facts["replayed"] = str(self.cassette)
            age = oldest(self.replay.cassette.interactions)
            if age is not None:
                facts["cassette_age"] = spell(age)
            facts["unused"] = len(self.replay.unused())
            facts["connections_attempted"] = len(self._guard.attempts)

    def _weak_secrets(self) -> list[RunWarning]:
        """Tell of secrets that stand in the cassette as they are, too short or common words."""
        outcome = None if self.recording is None else self.recording.outcome
        if outcome is None or not outcome.written or not self.config.dialect.run.warns:
            return []
        return [RunWarning(message=text, place=str(outcome.path)) for text in outcome.warnings]

    def _unused(self, finished: RunFinished) -> RunWarning | None:
        """Tell of recorded interactions that a whole replay had no use for."""
        inputs = self.config.inputs
        part = self._part or inputs.folders or inputs.picks or self.collection.target is not None
        if part or not self.config.dialect.run.warns:
            return None
        return self.unused(finished)

    def unused(self, finished: RunFinished) -> RunWarning | None:
        """Tell of recorded interactions that were not played, though the run came to its end."""
        if self.replay is None or finished.error is not None or finished.summary.misses:
            return None
        unused = self.replay.unused()
        if not unused:
            return None
        first = unused[0]
        return RunWarning(
            message=f"not played from the cassette: {len(unused)}, first {first.request.method} "
            f"{first.request.url}; `harness cassette prune` drops what is not played",
            place=" / ".join(first.context.call),
        )

    def platform_notes(self) -> Sequence[str]:
        """Lines that the local platform has to say of its answers: which were assumed. None without one."""
        return self._network.told()

    @property
    def mask(self) -> Mask:
        """Hides the values of secrets in what people are shown."""
        return self.watch.mask if self.config.dialect.run.masks else Unmasked()

    def exit_code(self, summary: RunSummary) -> ExitCode:
        """Say what a run that ended with this summary tells the shell."""
        if summary.interrupted:
            return ExitCode.INTERRUPTED
        if summary.offline:
            return ExitCode.OFFLINE
        if summary.misses:
            return ExitCode.REPLAY_MISS
        failed = summary.failed or (self.config.output.strict and bool(summary.warnings))
        failed |= self.expired is not None and self.expired.rule.consequence == "fail"
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


def _no_sleep(seconds: float) -> None:
    """Do not wait: a replay has no reason to."""


def _beside(file: str, cassette: Path) -> str:
    """Name a collection's file as seen from the cassette's folder, for tools that need it again."""
    if not file or is_address(file):
        return file
    try:
        return Path(os.path.relpath(file, cassette.parent)).as_posix()
    except ValueError:  # on another drive of Windows
        return Path(file).absolute().as_posix()


def _hash(document: Mapping[str, Any]) -> str:
    """Name the content of a document, however it is laid out."""
    text = json.dumps(document, sort_keys=True, separators=(",", ":"))
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
