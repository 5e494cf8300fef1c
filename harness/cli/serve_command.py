"""`harness serve`: the local platform by itself, for Postman or curl."""

import argparse
import json
from pathlib import Path
from urllib.parse import urlsplit

from harness.aep.platform import Platform
from harness.aep.serving.environment import environment
from harness.aep.serving.server import serve_forever
from harness.aep.settings import Settings
from harness.cli.terminal import Terminal
from harness.errors import ExitCode, UsageError
from harness.twin.certificate import LazyCertificate
from harness.twin.state_file import DamagedState, UnusableState


def serve_command(options: argparse.Namespace, terminal: Terminal) -> ExitCode:
    """Serve until interrupted; say where, and which variables lead a collection there."""
    settings = _settings(options)

    def started(platform: Platform, certificate: LazyCertificate) -> None:
        variables = environment(platform)
        if options.certificate:
            _write(Path(options.certificate), certificate.pem, "certificate")
        if options.environment:
            _write_environment(Path(options.environment), variables)
        terminal.out.write(
            f"local platform at {platform.url}  (its console is there, too; Ctrl-C ends it)\n\n"
        )
        # Values are there to be copied: none is broken.
        values = terminal.verbatim()
        width = max(map(len, variables))
        for name, value in variables.items():
            first, *more = value.splitlines() or [""]
            values.write(f"  {name:{width}}  {first}{' ...' if more else ''}\n")
        if options.environment:
            terminal.out.write(f"\nwritten to {options.environment}, for Postman or `harness run -e`\n")
        terminal.out.flush()

    try:
        names = [host for address, _ in settings.served_files if (host := urlsplit(address).hostname)]
        serve_forever(settings, options.host, options.port, names=names, started=started)
    except UnusableState as error:
        damaged = isinstance(error, DamagedState)
        lead = "its state cannot be read" if damaged else "cannot keep the state there"
        raise UsageError(f"{lead}: {error}", where=options.data or "--data", hint=error.hint) from error
    except OSError as error:
        raise UsageError(
            f"cannot listen on {options.host}:{options.port}: {error.strerror}",
            where="--port",
            hint="choose another port; 0 takes any free one",
        ) from error
    return ExitCode.PASSED


def _settings(options: argparse.Namespace) -> Settings:
    files = []
    for text in options.serve_file:
        address, equals, file = text.rpartition("=")
        if not equals or not urlsplit(address).hostname:
            raise UsageError(f"--serve-file needs URL=FILE, not {text!r}", where="--serve-file")
        if not Path(file).is_file():
            raise UsageError("there is no such file to answer with", where=file)
        files.append((address, Path(file)))
    settings = Settings(
        data_file=Path(options.data) if options.data else None,
        seed=options.seed,
        clock_start_ms=options.clock,
        latency_ms=options.latency,
        ingest_delay_ms=options.ingest_delay,
        fail_rate=options.fail,
        strict=options.strict,
        kinesis_endpoint=options.kinesis,
        eventhubs_endpoint=options.eventhubs,
        served_files=tuple(files),
    )
    if options.org is not None and not options.org.endswith("@AdobeOrg"):
        raise UsageError(f"an organisation's id ends in @AdobeOrg, not {options.org!r}", where="--org")
    chosen = {"tenant_id": options.tenant, "org_id": options.org}
    return settings.but(**{name: value for name, value in chosen.items() if value is not None})


def _write_environment(path: Path, variables: dict[str, str]) -> None:
    secret = {"CLIENT_SECRET", "PRIVATE_KEY", "ACCESS_TOKEN", "KINESIS_SECRET_KEY", "EVENTHUB_SAS_KEY"}
    values = [
        {"key": name, "value": value, "type": "secret" if name in secret else "default", "enabled": True}
        for name, value in variables.items()
    ]
    document = {"name": "Local platform", "values": values, "_postman_variable_scope": "environment"}
    _write(path, json.dumps(document, indent=2) + "\n", "environment")


def _write(path: Path, text: str, what: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"cannot write the {what}: {error.strerror}", where=str(path)) from error
