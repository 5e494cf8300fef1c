"""The hook for pre-commit picks the files that `harness lint` reads."""

import re
from pathlib import Path

import pytest
import yaml

(HOOK,) = yaml.safe_load((Path(__file__).parents[1] / ".pre-commit-hooks.yaml").read_text("utf-8"))


@pytest.mark.parametrize(
    ("file", "picked"),
    [
        ("shop.postman_collection.json", True),
        ("e/staging.postman_environment.json", True),
        ("shop.harness.yaml", True),
        ("Shop/Orders/Read.request.yaml", True),
        ("package.json", False),
        ("notes.yaml", False),
    ],
)
def test_it_picks_what_lint_reads(file: str, picked: bool) -> None:
    assert bool(re.search(HOOK["files"], file)) is picked


def test_it_runs_the_linter() -> None:
    assert HOOK["entry"].split()[:2] == ["harness", "lint"]
