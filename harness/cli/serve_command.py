"""`harness serve`: the local platform by itself, for Postman or curl."""

import argparse
import json
from pathlib import Path

from harness.aep.certificate import LazyCertificate
from harness.aep.platform import Platform
from harness.aep.server import environment, serve_forever
from harness.aep.settings import Settings
from harness.cli.terminal import Terminal
from harness.errors import ExitCode, UsageError


def serve_command(options: argparse.Namespace, terminal: Terminal) -> ExitCode:
    """Serve until interrupted; say where, and which variables lead a collection there."""
    settings = Settings(data_file=Path(options.data) if options.data else None)

    def started(platform: Platform, _: LazyCertificate) -> None:
        variables = environment(platform)
        if options.environment:
            _write_environment(Path(options.environment), variables)
        terminal.out.write(f"local platform at {platform.url}  (Ctrl-C ends it)\n\n")
        width = max(map(len, variables))
        for name, value in variables.items():
            first, *more = value.splitlines() or [""]
            terminal.out.write(f"  {name:{width}}  {first}{' ...' if more else ''}\n")
        if options.environment:
            terminal.out.write(f"\nwritten to {options.environment}, for Postman or `harness run -e`\n")
        terminal.out.flush()

    try:
        serve_forever(settings, options.host, options.port, started=started)
    except OSError as error:
        raise UsageError(
            f"cannot listen on {options.host}:{options.port}: {error.strerror}",
            where="--port",
            hint="choose another port; 0 takes any free one",
        ) from error
    return ExitCode.PASSED


def _write_environment(path: Path, variables: dict[str, str]) -> None:
    secret = {"CLIENT_SECRET", "PRIVATE_KEY", "ACCESS_TOKEN"}
    values = [
        {"key": name, "value": value, "type": "secret" if name in secret else "default", "enabled": True}
        for name, value in variables.items()
    ]
    document = {"name": "Local platform", "values": values, "_postman_variable_scope": "environment"}
    try:
        path.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
    except OSError as error:
        raise UsageError(f"cannot write the environment: {error.strerror}", where=str(path)) from error
