"""README and documentation are true: options, examples, exit codes and reporters are the program's."""

import argparse
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.cli.parser import build_parser, parse
from harness.errors import ExitCode
from harness.options.pytest_only import PYTEST_OPTIONS
from harness.reporters.reporter import REPORTERS

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
DOCS = ROOT / "docs"
PAGES = (README, *sorted(DOCS.glob("**/*.md")))
OTHERS = {
    "--html", "--maxfail", "--lf", "--ff", "--sw", "--only-binary", "--no-index", "--require-hashes",
    "--hash", "--no-deps", "--mock", "--simulate", "--junitxml",
}  # fmt: skip
"""Options of other programs that are named: those of pytest, pytest-html, pip and Postman CLI."""

OF_THE_EXAMPLE = "slow"
"""The reporter of the package that is shown as an example."""


def commands(
    parser: argparse.ArgumentParser, name: str = "harness"
) -> Iterator[tuple[str, argparse.ArgumentParser]]:
    """Walk the commands that have no commands below them."""
    below = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    if not below:
        yield name, parser
    for action in below:
        for word, child in action.choices.items():
            yield from commands(child, f"{name} {word}")


def text() -> str:
    return "\n".join(page.read_text("utf-8") for page in PAGES)


def examples(page: str) -> Iterator[str]:
    """Give the commands in a page's blocks of shell."""
    for block in re.findall(r"```sh\n(.*?)```", page, re.DOTALL):
        for line in block.splitlines():
            for part in re.split(r"\s(?:&&|[|>])\s", line.partition(" #")[0]):
                if re.match(r"(?:\S*/)?harness\s", part.strip()):
                    yield part.strip()


def mentioned() -> list[str]:
    """Return the code in the README's text, without the blocks."""
    plain = re.sub(r"```.*?```", "", text(), flags=re.DOTALL)
    return [code.strip() for code in re.findall(r"`([^`\n]+)`", plain)]


def known_options() -> set[str]:
    own = {
        option
        for _, parser in commands(build_parser())
        for action in parser._actions
        for option in action.option_strings
    }
    return own | {f"--postman-{name}" for name in PYTEST_OPTIONS} | OTHERS


def test_every_option_has_a_help_text():
    without = [
        (name, action.option_strings)
        for name, parser in commands(build_parser())
        for action in parser._actions
        if action.option_strings and not action.help
    ]
    assert without == []


@pytest.mark.parametrize("line", list(examples(text())))
def test_every_example_is_understood(line):
    parse(shlex.split(line)[1:])


def test_there_are_examples_of_every_command():
    lines = (line for page in PAGES for line in examples(page.read_text("utf-8")))
    shown = {" ".join(shlex.split(line)[1:3]) for line in lines}
    for name, _ in commands(build_parser()):
        words = name.split()[1:]
        assert any(one.split()[: len(words)] == words for one in shown), name


def test_every_option_that_is_mentioned_exists():
    blocks = " ".join(re.findall(r"```sh\n(.*?)```", text(), re.DOTALL))
    found = set(re.findall(r"(?<![\w-])--[a-z][a-z0-9-]*", " ".join(mentioned()) + " " + blocks))
    reporters = {option for option in found if option.startswith("--reporter-")}
    assert found - reporters - known_options() <= {"--postman-"}
    for option in reporters - {"--reporter-"}:
        name, _, rest = option.removeprefix("--reporter-").partition("-")
        assert name == OF_THE_EXAMPLE or rest in REPORTERS[name].options, option


def test_every_command_that_is_mentioned_exists():
    names = {name for name, _ in commands(build_parser())}
    for code in mentioned():
        if code.startswith("harness ") and not code.startswith("harness --"):
            assert any(
                (code + " ").startswith((name + " ", name.rpartition(" ")[0] + " ")) for name in names
            ), code


def test_the_table_of_exit_codes_is_the_programs():
    page = (DOCS / "reference" / "exit-codes.md").read_text("utf-8")
    assert [int(code) for code in re.findall(r"^\| (\d+) \| ", page, re.MULTILINE)] == sorted(ExitCode)


def test_the_reporters_named_are_those_there_are():
    page = (DOCS / "how-to" / "reports.md").read_text("utf-8")
    sentence = re.search(r"^Reporters: (.*?)\.\n", page, re.MULTILINE | re.DOTALL)
    assert sentence is not None
    plain = re.sub(r"\([^)]*\)", "", sentence[1])
    assert set(re.findall(r"`([\w-]+)`", plain)) == REPORTERS.keys()


def test_the_readme_can_be_read_in_five_minutes():
    assert len(README.read_text("utf-8").split()) <= 900


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_to_a_file_leads_to_one(page):
    for target in re.findall(r"\]\((?!https?:|#|mailto:)([^)#\s]+)", page.read_text("utf-8")):
        assert (page.parent / target).exists(), target
