import subprocess
import sys

import pytest

from harness.errors import InputError, Place
from harness.extract.jsonpath import PathError, compile_path, uses_jsonpath_ng

DOCUMENT = {
    "items": [
        {"id": "a", "price": 8.95, "tags": ["x", "y"]},
        {"id": "b", "price": 12, "tags": []},
        {"id": "c`d", "meta:altId": "_t.schemas.1", "$id": "https://ns/1"},
    ],
    "o": {"j": None, "k": False},
    "refs": ["@/dataSets/5f00", "@/dataSets/6a11"],
}


@pytest.mark.parametrize(
    ("expression", "found"),
    [
        ("$.items[0].id", [("a", "$['items'][0]['id']")]),
        ("$..price", [(8.95, "$['items'][0]['price']"), (12, "$['items'][1]['price']")]),
        ("$.items[?@.price > 10].id", [("b", "$['items'][1]['id']")]),
        ("$.items[?@.tags[?@ == 'y']].id", [("a", "$['items'][0]['id']")]),
        ("$.items[?match(@.id, '[bc]')].id", [("b", "$['items'][1]['id']")]),
        ("$.items[?length(@.tags) == 0].id", [("b", "$['items'][1]['id']")]),
        ("$.items[-1:]['$id', 'meta:altId']",
         [("https://ns/1", "$['items'][2]['$id']"), ("_t.schemas.1", "$['items'][2]['meta:altId']")]),
        ("$.items[?@.id == 'c`d']['$id']", [("https://ns/1", "$['items'][2]['$id']")]),
        ("$.o[?@ == null]", [(None, "$['o']['j']")]),
        ("$.refs[::-1]", [("@/dataSets/6a11", "$['refs'][1]"), ("@/dataSets/5f00", "$['refs'][0]")]),
        ("$.nothing", []),
        (" $.o.k\n", [(False, "$['o']['k']")]),
    ],
)  # fmt: skip
def test_a_plain_expression_is_evaluated_as_the_standard_says(expression, found):
    assert [(match.value, match.path) for match in compile_path(expression).find(DOCUMENT)] == found


@pytest.mark.parametrize(
    ("expression", "values"),
    [
        (r"$.refs[0].`sub(/@\/dataSets\//, )`", ["5f00"]),
        ("$.refs.`len`", [2]),
        ("$.items[0].id.`parent`.price", [8.95]),
        ("$.o.`keys`", ["j", "k"]),
        ("$.nothing.`len`", []),
    ],
)
def test_functions_of_jsonpath_ng(expression, values):
    assert [match.value for match in compile_path(expression).find(DOCUMENT)] == values


def test_a_backtick_hands_over_unless_it_is_quoted():
    assert uses_jsonpath_ng(r"$[0].`sub(/it's/, )`")
    assert not uses_jsonpath_ng("$['a`b']")
    assert not uses_jsonpath_ng('$[?@.x == "it\'s `so`"]')


@pytest.mark.parametrize(
    ("expression", "what"),
    [
        ("$.a[", "unbalanced brackets at column 5"),
        ("$.a.b c", "found 'c' at column 7"),
        ("items.id", "found 'i"),
        ("$.a[?foo(@)]", "function 'foo' is not defined at column 6"),
        ("$[9007199254740992]", "index out of range at column 3"),
        ("$.*~", "at column 4"),
        ("", "not a JSONPath: ''"),
        ("$.a.`nope`[", "jsonpath-ng"),
        ("$.a ! `len`", "jsonpath-ng"),
    ],
)
def test_errors_say_what_and_where(expression, what):
    with pytest.raises(InputError) as caught:
        compile_path(expression, Place(file="x.harness.yaml", field="line 3"))
    assert what in str(caught.value)
    assert "x.harness.yaml: line 3" in str(caught.value)


def test_the_same_mistake_is_told_at_each_of_its_places():
    for line in ("line 1", "line 2"):
        with pytest.raises(InputError, match=line) as caught:
            compile_path("$[", Place(field=line))
        assert caught.value.where == Place(field=line)


def test_expressions_are_compiled_once():
    assert compile_path("$.once") is compile_path(" $.once")


def test_what_cannot_be_applied_is_an_error_of_its_own():
    with pytest.raises(PathError, match="jsonpath-ng cannot apply it here"):
        compile_path("$.a.`sub(/x/, y)`").find({"a": 5})
    deep: object = 1
    for _ in range(5000):
        deep = [deep]
    with pytest.raises(PathError):
        compile_path("$..a").find(deep)


def test_libraries_are_imported_when_an_expression_needs_them():
    code = (
        "import sys; from harness.extract.jsonpath import compile_path;"
        "assert not {'jsonpath_ng', 'jsonpath_rfc9535'} & set(sys.modules); compile_path('$.a');"
        "assert 'jsonpath_ng' not in sys.modules; compile_path('$.`len`');"
        "assert 'jsonpath_ng' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
