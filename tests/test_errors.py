import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from harness.errors import EXTRAS, MissingExtra, require_extra

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
