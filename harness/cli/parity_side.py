"""One of the two runs under parity, behind the recording proxy."""

import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from harness.adoption.recording_proxy import ProxiedRequest, RecordingProxy
from harness.adoption.shadowed_command import proxied_environ, upstream_of
from harness.cli.parity_outcome import ParityOutcome, outcome_of
from harness.cli.rival import REPORT, RIVALS, Rival
from harness.cli.terminal import Terminal
from harness.dialect import NEWMAN

_EXTRA: Final = "--ssl-extra-ca-certs"
_OURS: Final = replace(RIVALS[NEWMAN.name], reports=(), homeless=False)
"""How this runner is asked for its report: as newman is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ParitySide:
    """A run that is over: what came of it, its report as long as the folder is there, and all it sent.

    `said` is what it printed, on stderr if anything: it tells why there is no report. Nothing is masked yet.
    """

    outcome: ParityOutcome
    report: Path
    exchanges: tuple[ProxiedRequest, ...]
    said: str = ""


@contextmanager
def run_side(command: Sequence[str], rival: Rival | None, terminal: Terminal) -> Iterator[ParitySide]:
    """Run one side; `rival` is who it is, `None` for this runner. What it wrote is there until the end."""
    reported = rival or _OURS
    with TemporaryDirectory(prefix="harness-parity-") as name:
        folder = Path(name)
        upstream = upstream_of(command, terminal.environ, folder)
        if _EXTRA in {word.partition("=")[0] for word in command}:
            # newman believes these authorities in place of Node's, so not ours.
            upstream = replace(upstream, authority=None)
        with RecordingProxy(upstream) as proxy:
            given = {
                key: value for key, value in terminal.environ.items() if not key.startswith("HARNESS_VAR_")
            }
            environ = proxied_environ(given, proxy.url, upstream.authority, folder)
            environ |= reported.environ(folder)
            if rival is None:
                # Our report is not to be masked, and nobody reads it but this command.
                environ.pop("CI", None)
            done = subprocess.run(
                [*command, *reported.arguments(folder)],
                env=environ,
                cwd=terminal.cwd,
                capture_output=True,
                check=False,
            )
            outcome = outcome_of(
                folder, exit_code=done.returncode, requests=proxy.requests, tunnels=len(proxy.tunnels)
            )
        said = (done.stderr or done.stdout).decode("utf-8", "replace")
        yield ParitySide(outcome=outcome, report=folder / REPORT, exchanges=proxy.requests, said=said)
