"""`harness shadow`: newman as it is, behind a recording proxy, and the verdict after it."""

import argparse
import json
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from harness.adoption.adopt import AdoptionPlan
from harness.adoption.collection_search import PostmanFiles
from harness.adoption.shadow import in_folder, verdicts
from harness.adoption.shadowed_command import NewmanJob, ShadowedCommand
from harness.api import RunConfig
from harness.cli.adopt_command import in_dialect
from harness.cli.newmanrc import configured
from harness.cli.parser import parse
from harness.cli.run_config import run_config
from harness.cli.shown_line import shown_line
from harness.cli.terminal import Terminal
from harness.cli.verdict_formats import tell_verdicts
from harness.collection.document import is_address
from harness.collection.schemas import V21_SCHEMA
from harness.errors import UsageError

_FILES: Final = (
    "environment", "globals", "iteration_data", "working_dir", "ssl_client_cert", "ssl_client_key",
    "ssl_client_cert_list", "ssl_extra_ca_certs", "cookie_jar",
)  # fmt: skip


def shadow_command(options: argparse.Namespace, terminal: Terminal) -> int:
    """Run the command, then print the verdict; the exit code is the command's."""
    command = options.words[1:] if options.words[:1] == ["--"] else options.words
    if not command:
        raise UsageError(
            "there is no command to run",
            hint="write it as in CI: harness shadow -- newman run COLLECTION ...",
        )
    with TemporaryDirectory(prefix="harness-shadow-") as name:
        with ShadowedCommand(command, terminal.environ, Path(name)) as shadowed:
            code = shadowed.run(terminal.cwd)
        terminal.out.flush()
        warnings: list[str] = []

        def plan_of(job: NewmanJob) -> tuple[str, AdoptionPlan]:
            return _plan(job, options, terminal, warnings)

        told = list(verdicts(shadowed, shown_line(command), plan_of))
        terminal.out.write("\n")
        tell_verdicts(told, options, terminal)
        # What stands on stderr is the command's, unless a program reads the verdict.
        stream = terminal.out if options.format == "text" else terminal.err
        stream.writelines(f"warning: {text}\n" for text in warnings)
    return code


def _plan(
    job: NewmanJob, options: argparse.Namespace, terminal: Terminal, warnings: list[str]
) -> tuple[str, AdoptionPlan]:
    if job.argv[:1] != ("run",):
        raise UsageError("newman was not started by its command line: its options are not known")
    there = replace(terminal, cwd=job.cwd)
    given, _ = configured(*parse(job.argv), there)
    collection = given.collections[0]
    if job.cwd != terminal.cwd:
        collection = in_folder(collection, job.cwd)
        for key in _FILES:
            value = getattr(given, key, None)
            if isinstance(value, str) and value:
                setattr(given, key, in_folder(value, job.cwd))

    return collection, AdoptionPlan(
        files=PostmanFiles([], terminal.cwd),
        cwd=terminal.cwd,
        config=lambda file, dialect: _config(file, in_dialect(given, dialect.name), job, there),
        line=lambda _, more: shown_line(["harness", *job.argv, *more]),
        shadow=lambda _: "",
        cassettes=terminal.cwd / options.cassettes,
        warn=warnings.append,
    )


def _config(collection: str, given: argparse.Namespace, job: NewmanJob, terminal: Terminal) -> RunConfig:
    """Say what newman ran; a collection that it fetched is taken as newman got it, and not fetched again."""
    if not is_address(collection) or job.report is None:
        return run_config(collection, given, terminal)
    document = json.loads(job.report.read_text("utf-8")).get("collection") or {}
    info = {"name": "", "schema": V21_SCHEMA, **(document.get("info") or {})}
    given.postman_api_key = None
    return replace(run_config("-", given, terminal), collection={**document, "info": info})
