import json
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.errors import EXTRAS, MissingExtra, misread, require_extra

PROJECT = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text("utf-8"))["project"]


def test_an_installed_extra_is_taken_without_a_word() -> None:
    require_extra("aep", wanted="harness serve")


def test_a_missing_extra_names_what_was_asked_for_and_the_line_that_installs_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("harness.errors.EXTRAS", {"aep": ("starlette", "no_such_package_here")})
    with pytest.raises(MissingExtra) as caught:
        require_extra("aep", wanted="harness serve")
    assert "harness serve needs packages that are not installed: no_such_package_here" in str(caught.value)
    assert "pip install 'postman-harness[aep]'" in str(caught.value)


@pytest.mark.parametrize("extra", EXTRAS)
def test_every_package_of_an_extra_comes_with_the_distribution(extra: str) -> None:
    declared = " ".join([*PROJECT["optional-dependencies"][extra], *PROJECT["dependencies"]])
    names = {"allure_commons": "allure-python-commons"}
    assert all(names.get(one, one.replace("_", "-")) in declared.lower() for one in EXTRAS[extra])


def test_a_run_without_the_platform_imports_nothing_of_its_extra() -> None:
    code = (
        "import sys, harness.cli.run_command, harness.api.live, harness.pytest_plugin\n"
        "print(sorted({'pyarrow', 'starlette', 'uvicorn', 'botocore'} & set(sys.modules)))"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert out.strip() == "[]"


def raised(what: Callable[[], object]) -> Exception:
    with pytest.raises(Exception) as caught:  # noqa: PT011 - whatever Python makes of it
        what()
    return caught.value


@pytest.mark.parametrize(
    ("what", "told"),
    [
        (lambda: json.loads("{"), "it is not valid JSON (line 1, column 2)"),
        (lambda: json.loads("[" * 100_000), "it is nested too deeply"),
        (b"\xff".decode, "it is not text in UTF-8"),
        (lambda: {}["calls"], "'calls' is missing"),
        ([].pop, "an entry is missing"),
        (lambda: int("x"), "'x' is no number"),
        (lambda: float("1,5"), "'1,5' is no number"),
        (lambda: int(float("inf")), "a number is too large"),
        (lambda: len(3), "a value is of another type than it should be"),
        (lambda: Path("/no/such/file").read_text("utf-8"), "No such file or directory"),
    ],
)
def test_what_python_says_of_a_document_is_told_in_plain_words(what: Callable[[], object], told: str) -> None:
    assert misread(raised(what)) == told
