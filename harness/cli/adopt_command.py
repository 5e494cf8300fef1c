"""`harness adopt`: verdicts on collections from the reports that newman left."""

import argparse
from collections.abc import Iterator

from harness.adoption.adopt import AdoptionPlan, adopt
from harness.adoption.collection_search import PostmanFiles
from harness.cli.newmanrc import configured
from harness.cli.run_config import run_config
from harness.cli.shown_line import shown_line
from harness.cli.terminal import Terminal
from harness.cli.verdict_formats import tell_verdicts
from harness.errors import ExitCode
from harness.options.adopting import NEWMANS
from harness.options.commands import RUN_DEFAULTS
from harness.options.option import Option


def adopt_command(options: argparse.Namespace, terminal: Terminal) -> ExitCode:
    """Print a verdict for each collection; 0 when all are the same."""
    given = argparse.Namespace(**{**RUN_DEFAULTS, **vars(options)})
    inputs, _ = configured(given, {}, terminal)
    words = list(_words(options))
    plan = AdoptionPlan(
        files=PostmanFiles(options.collections or ["."], terminal.cwd),
        cwd=terminal.cwd,
        config=lambda file, dialect: run_config(file, in_dialect(inputs, dialect.name), terminal),
        line=lambda file, more: shown_line(["harness", "run", file, *words, *more]),
        shadow=lambda file: shown_line(["harness", "shadow", "--", "newman", "run", file, *words]),
        cassettes=terminal.cwd / options.cassettes,
        warn=lambda text: terminal.err.write(f"warning: {text}\n"),
    )
    verdicts = list(adopt(options.reports, plan))
    tell_verdicts(verdicts, options, terminal)
    if any(plan.cassettes.glob("*.yaml")):
        terminal.err.write(f"cassettes: {options.cassettes}\n")
    same = bool(verdicts) and all(one.word == "same" for one in verdicts)
    return ExitCode.PASSED if same else ExitCode.FAILED


def in_dialect(options: argparse.Namespace, name: str) -> argparse.Namespace:
    """Return options as if `--compat` were among them."""
    return argparse.Namespace(**{**vars(options), "compat": name})


def _words(options: argparse.Namespace) -> Iterator[str]:
    """Spell the options that a run would be given, as its command line has them."""
    seen: set[str] = set()
    for option in (one for section in NEWMANS for one in section.options):
        value = getattr(options, option.key, option.unset)
        if value == option.unset or option.key in seen:
            continue
        if option.kind == "flag" and value != option.const:
            continue
        seen.add(option.key)
        yield from _spelled(option, value)


def _spelled(option: Option, value: object) -> Iterator[str]:
    name = option.spellings[0]
    if option.kind == "flag":
        yield name
        return
    for one in value if isinstance(value, list) else [value]:
        yield from (name, str(one))
