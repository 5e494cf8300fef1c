"""`harness mock`: recordings, served to any client."""

import argparse
from contextlib import suppress
from pathlib import Path

from harness.cassettes.file.parts import Parts
from harness.cli.terminal import Terminal
from harness.contract.mock.recording import Recording
from harness.contract.mock.server import MockBehaviour, MockServer
from harness.errors import ExitCode, UsageError
from harness.reporters.outside_text import clean
from harness.reporters.units import counted


def mock_command(options: argparse.Namespace, terminal: Terminal) -> ExitCode:
    """Serve recordings until interrupted; say where."""
    cassettes = [Parts(path=Path(file)).load() for file in options.files]
    behaviour = MockBehaviour(
        latency=options.latency, fault_rate=options.fault_rate, fault_status=options.status
    )
    recording = Recording(cassettes)
    server = MockServer(recording, host=options.host, port=options.port, behaviour=behaviour)
    try:
        with suppress(KeyboardInterrupt), server as mock:
            count = counted(sum(len(one.interactions) for one in cassettes), "interaction")
            terminal.out.write(f"mock at {mock.url}  ({count}; Ctrl-C ends it)\n")
            for host in sorted(recording.hosts):
                terminal.out.write(f"  answers for {clean(host)}\n")
            terminal.out.flush()
            mock.wait()
    except OSError as error:
        raise UsageError(
            f"cannot listen on {options.host}:{options.port}: {error.strerror}",
            where="--port",
            hint="choose another port; 0 takes any free one",
        ) from error
    return ExitCode.PASSED
