"""`harness mock`: recordings, served to any client, or to a collection that is run."""

import argparse
import os
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Final

from harness.api.network import network_of, transport_of
from harness.cassettes.file.interaction import Cassette
from harness.cassettes.file.parts import Parts
from harness.cassettes.record.plan import RecordingPlan
from harness.cassettes.record.recording import Recording, open_recording
from harness.cassettes.replay.placeholders import environment
from harness.cli.run_command import run_command
from harness.cli.run_config import run_config
from harness.cli.terminal import Terminal
from harness.collection.model import Variable
from harness.contract.mock.recorded_answers import RecordedAnswers
from harness.contract.mock.server import MockBehaviour, MockServer
from harness.contract.mock.upstream import LiveService, origin_of
from harness.errors import ExitCode, UsageError
from harness.options.commands import RUN_DEFAULTS
from harness.options.stand_in import StandIn
from harness.reporters.outside_text import clean
from harness.reporters.units import counted
from harness.secrets.fields import learn_variables
from harness.secrets.patterns import secret_patterns
from harness.secrets.placeholder import PREFIX
from harness.secrets.watch import SecretWatch
from harness.variables.environment import load_environment

_PORT: Final = 8080
_ACTIONS: Final[Mapping[str, str]] = {"new_episodes": "extend", "all": "update"}


def mock_command(
    options: argparse.Namespace, reporter_options: Mapping[str, str | bool], terminal: Terminal
) -> ExitCode:
    """Serve recordings until interrupted, or while a collection runs; say where."""
    if options.record_mode is not None and options.upstream is None:
        raise UsageError(
            "only what a live service answers can be kept", where="--record-mode", hint="--upstream URL"
        )
    with ExitStack() as stack:
        keeping = options.record_mode in _ACTIONS
        # What is kept may be the first that the cassette holds.
        absent = keeping and not Parts(path=Path(options.files[0])).exists()
        cassettes = [Parts(path=Path(file)).load() for file in options.files[absent:]]
        kept = _recording(options, cassettes, terminal, stack) if keeping else None
        server = MockServer(
            RecordedAnswers(cassettes),
            host=options.host,
            port=options.port if options.port is not None else 0 if options.run else _PORT,
            behaviour=MockBehaviour(
                latency=options.latency, fault_rate=options.fault_rate, fault_status=options.status
            ),
            upstream=_upstream(options, kept, terminal, stack),
        )
        code = _serve(server, cassettes, options, reporter_options, terminal)
        if kept is not None:
            _finish(kept, terminal)
    return code


def _serve(
    server: MockServer,
    cassettes: Sequence[Cassette],
    options: argparse.Namespace,
    reporter_options: Mapping[str, str | bool],
    terminal: Terminal,
) -> ExitCode:
    code = ExitCode.PASSED
    try:
        with suppress(KeyboardInterrupt), server as mock:
            count = counted(sum(len(one.interactions) for one in cassettes), "interaction")
            out = terminal.err if options.run else terminal.out
            ends = "" if options.run else "; Ctrl-C ends it"
            out.write(f"mock at {mock.url}, and https://  ({count}{ends})\n")
            for host in sorted(server.recording.hosts):
                out.write(f"  answers for {clean(host)}\n")
            out.flush()
            if options.run:
                code = run_command(
                    _run_options(options), reporter_options, terminal, stand_in_of(mock, cassettes)
                )
            else:
                mock.wait()
    except OSError as error:
        raise UsageError(
            f"cannot listen on {options.host}:{server.port}: {error.strerror}",
            where="--port",
            hint="choose another port; 0 takes any free one",
        ) from error
    return code


def _run_options(options: argparse.Namespace) -> argparse.Namespace:
    """Return the options of the run; those that say what becomes of a cassette are the mock's own."""
    own = {"collections": [options.run], "record_mode": None}
    return argparse.Namespace(**{**RUN_DEFAULTS, **vars(options), **own})


def stand_in_of(mock: MockServer, cassettes: Sequence[Cassette]) -> StandIn:
    """Lead all hosts to the mock, so that a run reaches nobody else, with the recording's variables."""
    values: dict[str, str] = {}
    needed: set[str] = set()
    for cassette in cassettes:
        told = cassette.metadata
        values |= environment(told)
        needed |= {*told.base_addresses, *told.shapes}
        needed |= {name for name, value in told.environment.items() if PREFIX in value}
    return StandIn(
        hosts={"*": mock.address},
        certificate=mock.certificate_pem,
        variables={name: value for name, value in values.items() if name in needed},
        missing={name: value for name, value in values.items() if name not in needed},
    )


def _upstream(
    options: argparse.Namespace, kept: Recording | None, terminal: Terminal, stack: ExitStack
) -> LiveService | None:
    if options.upstream is None:
        return None
    origin = origin_of(options.upstream)
    if kept is not None:
        return LiveService(
            origin=origin, transport=kept.transport, always=options.record_mode == "all", keeps=True
        )
    config = run_config("", options, terminal)
    network = network_of(config, stack, platform=None)
    return LiveService(origin=origin, transport=transport_of(network, config, stack))


def _recording(
    options: argparse.Namespace, cassettes: Sequence[Cassette], terminal: Terminal, stack: ExitStack
) -> Recording:
    """Go on with the first cassette, which keeps what it says of itself."""
    config = run_config("", options, terminal)
    network = network_of(config, stack, platform=None)
    path = Path(options.files[0])
    own = next((one for one in cassettes if one.file == os.fspath(path)), Cassette())
    watch = SecretWatch(secret_patterns(config.output.secret_patterns))
    given = load_environment(config.inputs.environment).with_values(config.inputs.env_vars.items())
    learn_variables(given.variables, watch.redactor, frozenset())
    told = own.metadata
    plan = RecordingPlan(
        collection=told.collection,
        collection_hash=told.collection_hash,
        note=told.note or "kept by a mock",
        seed=told.seed,
        environment=tuple(Variable(key=name, value=value) for name, value in told.environment.items()),
        other={name: str(value) for name, value in told.other.items()},
    )
    recording = open_recording(
        path,
        transport_of(network, config, stack),
        plan=plan,
        redactor=watch.redactor,
        action="update" if options.record_mode == "all" else "extend",
    )
    stack.callback(recording.finish, complete=False)
    return recording


def _finish(recording: Recording, terminal: Terminal) -> None:
    """Write what was new into the cassette; nothing new leaves it as it is."""
    outcome = recording.finish(complete=recording.added > 0)
    if outcome.written:
        terminal.out.write(f"kept in {outcome.path}: {counted(outcome.interactions, 'interaction')}\n")
    elif outcome.journal is not None:
        outcome.journal.unlink(missing_ok=True)
