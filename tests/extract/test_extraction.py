import pytest

from harness.collection.companion import ExtractEntry
from harness.errors import InputError, Place
from harness.extract.answer import Answer
from harness.extract.extraction import Extracted, Missed, compile_extractor

ANSWER = Answer(
    status=201,
    headers=(("Location", "https://h/things/42?x=1"),),
    body=b'{"id": "abc", "n": 5, "z": null, "o": {"a": [1.0]}, "l": [{"v": 1}, {"v": 2}]}',
)


def take(source="path", expression="", regex=None, answer=ANSWER):
    entry = ExtractEntry(variable="V", source=source, expression=expression, regex=regex, scope="globals")
    return compile_extractor(entry).take(answer)


@pytest.mark.parametrize(
    ("arguments", "value", "expression"),
    [
        ({"expression": "$.id"}, "abc", "$.id"),
        ({"expression": "$.n"}, 5, "$.n"),
        ({"expression": "$.z"}, None, "$.z"),
        ({"expression": "$.o"}, '{"a":[1]}', "$.o"),
        ({"expression": "$.l[*].v.`len`"}, None, None),
        ({"source": "header", "expression": "location"}, "https://h/things/42?x=1", "header location"),
        (
            {"source": "header", "expression": "Location", "regex": r"/(\d+)"},
            "42",
            r"header Location by //(\d+)/",
        ),
        ({"source": "body", "regex": '"n": 5'}, '"n": 5', 'body by /"n": 5/'),
        ({"expression": "$.n", "regex": r"\d"}, "5", r"$.n by /\d/"),
    ],
)
def test_values_are_taken_from_where_they_are(arguments, value, expression):
    taken = take(**arguments)
    if expression is None:
        assert isinstance(taken, Missed)
    else:
        assert taken == Extracted(variable="V", scope="globals", expression=expression, value=value)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"expression": "$.nope"}, "$.nope selects nothing: the answer is an object with id, n, z, o, l"),
        ({"expression": "$.l[*].v"}, "$.l[*].v selects 2 values, not one: $['l'][0]['v'], $['l'][1]['v']"),
        ({"source": "header", "expression": "ETag"}, "the answer 201 has no header ETag"),
        (
            {"source": "header", "expression": "Location", "regex": "zzz"},
            "/zzz/ matches nothing in the header Location",
        ),
        ({"source": "body", "regex": "zzz"}, "/zzz/ matches nothing in the body"),
        (
            {"expression": "$.id", "answer": Answer(status=500, body=b"oops")},
            "the body of the answer 500 is not JSON: it begins 'oops'",
        ),
    ],
)
def test_what_is_not_there_is_told(arguments, message):
    taken = take(**arguments)
    assert isinstance(taken, Missed)
    assert taken.message == message


def test_mistakes_are_told_at_their_place():
    place = Place(file="c.harness.yaml", field="line 7")
    for entry in (
        ExtractEntry(variable="V", source="path", expression="$[", place=place),
        ExtractEntry(variable="V", source="body", regex="(", place=place),
    ):
        with pytest.raises(InputError, match="line 7"):
            compile_extractor(entry)
