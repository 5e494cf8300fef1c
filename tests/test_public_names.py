"""What users import stands in `harness` itself, and stays."""

import inspect
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

import harness
from harness.pytest_plugin import hooks

ROOT = Path(__file__).parents[1]
NAMES = [
    "Assertion", "Body", "Call", "CallResult", "Collection", "EXACT", "Exchange", "ExitCode", "FormPart",
    "HarnessError", "NEWMAN", "POSTMAN", "Pair", "Request", "ResolvedRequest", "Response", "RunFailure",
    "RunResult", "RunSummary", "RunWarning", "Scope", "Url", "__version__", "run",
]  # fmt: skip


def test_the_public_names_are_these() -> None:
    assert sorted(harness.__all__) == NAMES
    assert all(getattr(harness, name) is not None for name in NAMES)


def test_every_type_that_a_hook_is_given_is_public() -> None:
    given = re.findall(r"from harness\.[\w.]+ import (\w+)", inspect.getsource(hooks))
    assert given
    assert set(given) <= set(harness.__all__)


def test_the_documentation_imports_public_names_and_the_kit_for_platforms_alone() -> None:
    pages = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
    text = "\n".join(page.read_text("utf-8") for page in pages)
    imports = re.findall(r"from (harness[\w.]*) import ([\w, ]+)", text)
    others = {module for module, _ in imports if module.partition(".twin")[0] != "harness"}
    public = {name.strip() for module, names in imports if module == "harness" for name in names.split(",")}
    assert (others, public - set(harness.__all__)) == (set(), set())
    assert public


def test_to_import_the_package_loads_nothing_of_it() -> None:
    code = "import sys, harness; print(sorted(n for n in sys.modules if n.startswith('harness')))"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert out.strip() == "['harness', 'harness.version']"


@pytest.fixture
def failed(workspace, target) -> harness.RunResult:
    target.answers["/o"] = (200, {"berth": 7, "token": "tok-5f0c2b7e91d84a63aa0e"})
    script = "pm.test('berth is free', () => pm.expect(pm.response.json().berth).to.eql(8))"
    return harness.run(workspace.collection(("Read order", f"{target.url}/o", script)))


def test_failures_tell_call_assertion_and_message(failed: harness.RunResult) -> None:
    (failure,) = failed.failures
    assert (failure.path, failure.assertion) == (("Read order",), "berth is free")
    assert str(failure).startswith("Read order: berth is free: expected 7 to deeply equal 8")


def test_a_failed_assert_on_a_result_shows_its_first_failure(failed: harness.RunResult) -> None:
    assert "1 failure: Read order: berth is free: expected 7" in repr(failed)


def test_an_answer_is_read_as_text_and_as_json(failed: harness.RunResult) -> None:
    exchange = failed.calls[0].exchange
    assert exchange is not None
    assert exchange.response is not None
    assert exchange.response.json()["berth"] == 7
    assert json.loads(exchange.response.text)["berth"] == 7


@pytest.mark.parametrize(
    ("body", "kind", "text"),
    [
        ("ü".encode("latin-1"), "text/plain; charset=iso-8859-1", "ü"),
        ("ü".encode(), "text/plain", "ü"),
        (b"\xff", "text/plain; charset=utf-8", "ÿ"),
        (b"a", 'text/plain; charset="none-such"', "a"),
    ],
)
def test_the_charset_of_an_answer_decides_its_text(body: bytes, kind: str, text: str) -> None:
    response = harness.Response(status=200, reason="", headers=(("Content-Type", kind),), body=body)
    assert response.text == text


def test_an_answer_that_is_no_json_says_so() -> None:
    with pytest.raises(ValueError, match="Expecting value"):
        harness.Response(status=200, reason="", body=b"<html>").json()
