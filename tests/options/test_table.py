"""One table: what is made from it is current, and every row is complete."""

import dataclasses
import subprocess
import sys
from pathlib import Path

import pytest

from harness.errors import UsageError
from harness.options.__main__ import KEYWORDS, keyword_lines
from harness.options.commands import COMMANDS, RUN, RUN_DEFAULTS
from harness.options.config import GROUPS, PLACES, RunConfig, keywords_of
from harness.options.keywords import RunKeywords
from harness.options.option import HEADINGS, SETTING, Given
from harness.options.pytest_only import PYTEST_OPTIONS
from harness.options.reference import page

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "options.md"
"""In the checkout: the package may be installed elsewhere."""


def walk(commands=COMMANDS):
    for command in commands:
        yield command
        yield from walk(command.tools)


def given(surface="cli", **values):
    return Given(surface=surface, values={**RUN_DEFAULTS, **values} if surface == "cli" else values)


def test_the_reference_page_is_current():
    assert PAGE.read_text("utf-8") == page(), "run: python -m harness.options"


def test_the_keywords_of_run_are_current():
    assert KEYWORDS.read_text("utf-8") == keyword_lines(), "run: python -m harness.options"
    assert RunKeywords.__annotations__.keys() == PLACES.keys()


def test_every_field_of_a_group_is_a_row():
    for group, owner in GROUPS.items():
        rows = [one.name for one in dataclasses.fields(owner) if SETTING in one.metadata]
        others = {"collection", *GROUPS} if not group else set()
        assert {one.name for one in dataclasses.fields(owner)} - set(rows) == others - {""}


def test_every_row_says_what_it_is():
    assert [
        name for name, place in PLACES.items() if not (place.setting.options or place.setting.meaning)
    ] == []
    assert [one.name for one in walk() if not one.help] == []
    assert [option.name for one in walk() for option in one.options if not option.help] == []


def test_every_option_of_a_run_stands_under_a_heading_of_its_help():
    assert {option.heading for option in RUN.options} == set(HEADINGS)


def test_no_command_has_an_option_twice():
    for command in walk():
        spellings = [spelling for option in command.options for spelling in option.spellings]
        assert len(spellings) == len(set(spellings)), command.name


def test_what_nobody_gives_leaves_the_configuration_as_it_is():
    assert RunConfig.of("a.json", **keywords_of(given())) == RunConfig(collection="a.json")
    assert RunConfig.of("a.json", **keywords_of(given("pytest"))) == RunConfig(collection="a.json")


def test_options_become_fields_of_the_groups():
    config = RunConfig.of(
        "a.json",
        **keywords_of(
            given(
                insecure=True,
                delay_request=5,
                env_var=["a=b=c"],
                serve_file=["http://x/?a=b=file"],
                match_on="method, url",
                discard="discard",
                resume="discard",
                secret_pattern=["n=x+"],
            )
        ),
    )
    assert config.network.verify is False
    assert config.network.follow_redirects is None
    assert config.network.serve_files == {"http://x/?a=b": "file"}
    assert config.limits.delay_ms == 5
    assert config.inputs.env_vars == {"a": "b=c"}
    assert config.cassette.match.on == ("method", "url")
    assert config.cassette.resume == "discard"
    assert config.output.secret_patterns == {"n": "x+"}


def test_files_come_from_anywhere_with_newman_unless_that_is_refused():
    assert RunConfig.of("a", **keywords_of(given(compat="newman"))).inputs.allow_outside
    refused = given(compat="newman", no_insecure_file_read=True)
    assert not RunConfig.of("a", **keywords_of(refused)).inputs.allow_outside


@pytest.mark.parametrize(("surface", "spelled"), [("cli", "--upload"), ("pytest", "--postman-upload")])
def test_a_pair_with_one_part_is_refused_with_the_option_as_it_was_spelled(surface, spelled):
    with pytest.raises(UsageError, match=f"{spelled} needs NAME=FILE, not 'x'"):
        keywords_of(given(surface, upload=["x"]))


def test_a_keyword_that_there_is_not_is_refused_with_the_nearest():
    with pytest.raises(UsageError, match=r"no option 'enviroment'(?s:.*)environment"):
        RunConfig.of("a.json", enviroment="x")


def test_a_changed_configuration_keeps_the_rest():
    config = RunConfig.of("a.json", strict=True, cassette="c.yaml").but(cassette_mode="all")
    assert (config.cassette.file, config.cassette.mode, config.output.strict) == ("c.yaml", "all", True)


def test_pytest_has_no_option_twice():
    names = [option.key for option in PYTEST_OPTIONS.values()]
    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    ("line", "error"),
    [
        ("run('a.json', enviroment='x.json')", 'Unexpected keyword argument "enviroment"'),
        ("run('a.json', timeout_ms='5')", 'has incompatible type "str"; expected "int"'),
        ("run('a.json', environment='x.json', env_vars={'a': 'b'}, match=None)", ""),
    ],
)
def test_a_type_checker_sees_a_misspelt_or_wrongly_typed_keyword(tmp_path, line, error):
    (tmp_path / "mine.py").write_text(f"from harness import run\n\nresult = {line}\n")
    command = [sys.executable, "-m", "mypy", "--strict", "--follow-imports=silent", "mine.py"]
    # A cache of its own would check all of the package anew.
    cache = f"--cache-dir={KEYWORDS.parents[2] / '.mypy_cache'}"
    done = subprocess.run([*command, cache], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert error in done.stdout
    assert bool(done.returncode) == bool(error), done.stdout + done.stderr
