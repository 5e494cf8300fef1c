"""The reference pages of the rules, made from their table and examples."""

from collections.abc import Iterator, Mapping
from typing import Final

from harness.linting.examples import EXAMPLES
from harness.linting.rule import RULES, LintRule

_MADE: Final = (
    "<!-- Written by `python -m harness.linting`; edit `harness/linting/rule.py` and `examples.py`. -->\n"
)


def pages() -> Mapping[str, str]:
    """Return the pages as Markdown, by their paths below `docs/reference`."""
    return {
        "lint-rules.md": "\n".join(_overview()),
        **{f"lint-rules/{rule.id}.md": "\n".join(_page(rule)) for rule in RULES},
    }


def _overview() -> Iterator[str]:
    yield "# Lint rules\n"
    yield _MADE
    yield "What `harness lint` looks for. Each rule has a page with an example.\n"
    yield "| rule | severity | what holds |"
    yield "|---|---|---|"
    for rule in RULES:
        yield f"| [`{rule.id}`](lint-rules/{rule.id}.md) | {rule.severity} | {rule.title} |"
    yield "\nA file that holds the text `harness-lint-disable: RULE, RULE` in a comment of YAML or of a"
    yield "script, or in a description, is not held to these rules.\n"
    yield "```{toctree}\n:hidden:\n:glob:\n\nlint-rules/*\n```\n"


def _page(rule: LintRule) -> Iterator[str]:
    example = EXAMPLES[rule.id]
    yield f"# `{rule.id}`\n"
    yield _MADE
    yield f"{rule.title}. Severity: {rule.severity}.\n"
    yield f"{rule.why}\n"
    yield "## Wrong\n"
    yield from _files(example.wrong)
    yield "## Right\n"
    yield from _files(example.right)
    yield "## Switch it off\n"
    yield f"In the file that is not to be held to it: `# harness-lint-disable: {rule.id}`\n"


def _files(files: Mapping[str, str]) -> Iterator[str]:
    for name, text in files.items():
        shown = name.removeprefix("../") if name.startswith("../") else f"Shop/{name}"
        yield f"`{shown}`\n"
        yield f"```text\n{text}```\n"
