"""JSONPath becomes JavaScript that selects the same, or is refused."""

import json
import subprocess

import pytest

from harness.conversion.jsonpath_script import SELECTORS, NoScript, path_script
from harness.extract.jsonpath import compile_path
from harness.scripting.process import find_deno

DOCUMENT = {
    "id": "7",
    "$id": "x'y",
    "list": [{"name": "a", "n": 1, "in": ["p"]}, {"name": "b", "n": 2, "in": ["q", "p"]}, None],
    "map": {"k": {"v": 1}, "l": {"v": 2}},
    "path": ["@/dataSets/5"],
}
EXPRESSIONS = (
    "$",
    "$.id",
    "$['$id']",
    '$["id"]',
    "$.list[0].name",
    "$.list[-2].name",
    "$.list[*].name",
    "$.*.k.v",
    "$.map.*.v",
    "$.list[?@.name == 'b'].n",
    "$.list[?@.n >= 1 && @.in[?@ == 'q']].name",
    '$.list[?@.n == 1 || @.name == "b"].name',
    "$.list[?!@.n]",
    "$.path[0].`sub(/@\\/dataSets\\//, )`",
    "$.map.`keys`",
    "$.none.at.all",
)


def test_the_script_selects_what_the_expression_does() -> None:
    scripts = ",\n".join(path_script(one) for one in EXPRESSIONS)
    code = f"const body = {json.dumps(DOCUMENT)};\n{SELECTORS}\nconsole.log(JSON.stringify([{scripts}]));"
    done = subprocess.run(
        [find_deno(), "run", "--quiet", "--no-remote", "--ext=js", "-"],
        input=code.encode(),
        capture_output=True,
        check=True,
    )

    wanted = [[match.value for match in compile_path(one).find(DOCUMENT)] for one in EXPRESSIONS]
    assert dict(zip(EXPRESSIONS, json.loads(done.stdout), strict=True)) == dict(
        zip(EXPRESSIONS, wanted, strict=True)
    )


@pytest.mark.parametrize("expression", ["$..id", "$.list[0:2]", "$.list[?length(@.in) == 1]", "$.list["])
def test_an_expression_without_a_form_is_refused(expression: str) -> None:
    with pytest.raises(NoScript):
        path_script(expression)
