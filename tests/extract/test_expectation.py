import pytest

from harness.collection.companion import ExpectEntry
from harness.errors import InputError, Place
from harness.extract.answer import Answer
from harness.extract.expectation import compile_expectation, same

ANSWER = Answer(
    status=202,
    headers=(("Content-Type", "application/json"), ("X-Count", "5")),
    body=b'{"name": "Ann", "n": 5, "f": 2.0, "h": 2.5, "b": true, "z": null, "o": {"a": [1]}, "l": [1, 2]}',
)


def resolve(text):
    return text.replace("{{NAME}}", "Ann").replace("{{N}}", "5").replace("{{B}}", "true")


def hold(subject, check, wanted, target="", answer=ANSWER):
    entry = ExpectEntry(subject=subject, check=check, wanted=wanted, target=target)
    return compile_expectation(entry).hold(answer, resolve)


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        (("status", "equals", (202,)), "status is 202"),
        (("status", "equals", (200, "2xx")), "status is 200 or 2xx"),
        (("header", "equals", "application/json", "content-type"), None),
        (("header", "equals", 5, "X-Count"), None),
        (("header", "matches", "json$", "Content-Type"), "header Content-Type matches /json$/"),
        (("header", "exists", False, "ETag"), "header ETag does not exist"),
        (("path", "equals", "Ann", "$.name"), '$.name equals "Ann"'),
        (("path", "equals", "{{NAME}}", "$.name"), '$.name equals "Ann"'),
        (("path", "equals", 5.0, "$.n"), None),
        (("path", "equals", "{{N}}", "$.n"), None),
        (("path", "equals", "{{B}}", "$.b"), None),
        (("path", "equals", None, "$.z"), None),
        (("path", "equals", {"a": [1]}, "$.o"), None),
        (("path", "equals", ["{{N}}", 2], "$.l"), "fails"),
        (("path", "matches", "^A", "$.name"), None),
        (("path", "matches", "^{{NAME}}$", "$.name"), None),
        (("path", "matches", "^5$", "$.n"), None),
        (("path", "exists", True, "$..a"), "$..a exists"),
        (("path", "exists", False, "$.nope"), None),
        (("path", "count", 2, "$.l[*]"), "$.l[*] selects 2"),
        (("path", "count", 0, "$.nope"), None),
        (("path", "type", "string", "$.name"), "$.name is of type string"),
        (("path", "type", "integer", "$.n"), None),
        (("path", "type", "number", "$.n"), None),
        (("path", "type", "integer", "$.f"), None),
        (("path", "type", "number", "$.h"), None),
        (("path", "type", "boolean", "$.b"), None),
        (("path", "type", "null", "$.z"), None),
        (("path", "type", "array", "$.l"), None),
        (("path", "type", "object", "$.o"), None),
    ],
)
def test_an_expectation_holds_or_fails_and_is_named_by_what_it_wants(arguments, name):
    outcome = hold(*arguments)
    assert outcome.passed is (name != "fails"), outcome.message
    if name not in (None, "fails"):
        assert outcome.name == name


@pytest.mark.parametrize(
    ("arguments", "message", "expected", "actual"),
    [
        (
            ("status", "equals", (200, "4xx")),
            "the status: expected 200 or 4xx, found 202",
            "200 or 4xx",
            "202",
        ),
        (("header", "equals", "x", "X-Count"), 'the header X-Count: expected "x", found "5"', '"x"', '"5"'),
        (("header", "equals", "x", "ETag"), "the answer 202 has no header ETag", None, None),
        (
            ("header", "exists", True, "ETag"),
            "the header ETag: expected to be there, found to be absent",
            "to be there",
            "to be absent",
        ),
        (("path", "equals", "Bob", "$.name"), '$.name: expected "Bob", found "Ann"', '"Bob"', '"Ann"'),
        (("path", "equals", "5", "$.n"), '$.n: expected "5", found 5', '"5"', "5"),
        (("path", "equals", True, "$.l[0]"), "$.l[0]: expected true, found 1", "true", "1"),
        (
            ("path", "equals", 1, "$.l[*]"),
            "$.l[*] selects 2 values, not one: $['l'][0], $['l'][1]",
            None,
            None,
        ),
        (
            ("path", "equals", 1, "$.nope"),
            "$.nope selects nothing: the answer is an object with name, n, f, h, b, z, o, l",
            None,
            None,
        ),
        (
            ("path", "matches", "^B", "$.name"),
            '$.name: expected a match of /^B/, found "Ann"',
            "a match of /^B/",
            '"Ann"',
        ),
        (
            ("path", "matches", "a", "$.o"),
            "$.o is an object with a, not a text to match",
            "/a/",
            '{"a": [1]}',
        ),
        (
            ("path", "matches", "{{NAME}}(", "$.name"),
            "not a regular expression: /Ann(/: missing ), unterminated subpattern at position 3",
            None,
            None,
        ),
        (("path", "count", 1, "$.l[*]"), "$.l[*] selects 2 values, not 1", "1", "2"),
        (
            ("path", "type", "integer", "$.h"),
            "the type of $.h: expected integer, found number",
            "integer",
            "number",
        ),
        (
            ("path", "type", "number", "$.b"),
            "the type of $.b: expected number, found boolean",
            "number",
            "boolean",
        ),
        (
            ("path", "exists", False, "$.n"),
            "$.n: expected to be absent, found to be there",
            "to be absent",
            "to be there",
        ),
    ],
)
def test_what_does_not_hold_is_told(arguments, message, expected, actual):
    outcome = hold(*arguments)
    assert (outcome.passed, outcome.message, outcome.expected, outcome.actual) == (
        False,
        message,
        expected,
        actual,
    )


def test_a_body_that_is_no_json_fails_every_path():
    for check, wanted in (("equals", 1), ("exists", False), ("count", 0)):
        outcome = hold("path", check, wanted, "$.a", Answer(status=502, body=b"<html>"))
        assert outcome.message == "the body of the answer 502 is not JSON: it begins '<html>'"


def test_equality_is_that_of_json():
    assert same({"a": 1, "b": [1.0]}, {"b": [1], "a": 1})
    assert not same(True, 1)
    assert not same([1], [1, 1])
    assert not same({"a": None}, {})
    assert not same(0, False)


def test_mistakes_are_told_at_their_place():
    entry = ExpectEntry(subject="path", check="exists", wanted=True, target="$[", place=Place(field="line 9"))
    with pytest.raises(InputError, match="line 9"):
        compile_expectation(entry)
