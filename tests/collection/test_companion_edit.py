"""Expectations written into a companion leave all else as it was."""

import pytest

from harness.collection.companion import ExpectEntry
from harness.collection.companion_edit import (
    MARK,
    Addition,
    as_companion,
    with_expectations,
    without_inferred,
)
from harness.collection.companion_file import parse_companion
from harness.errors import InputError

STATE = ExpectEntry(subject="path", target="$.state", check="equals", wanted="done")
KIND = ExpectEntry(subject="header", target="Content-Type", check="equals", wanted="text/plain")
ITEM = ExpectEntry(subject="path", target="$.items[0].id", check="matches", wanted="^[0-9]{2,}$")
READ = ("Orders", "Read")


def _written(text, *expect, path=READ):
    return with_expectations(text, "shop.harness.yaml", [Addition(path=path, expect=expect)])


ENTRY = "calls:\n  - call: [Orders, Read]\n"
LAYOUTS = {
    "nothing": "",
    "a comment": "# ours\n",
    "no calls": "platform: local  # there\n",
    "calls that are nothing": "calls:\n",
    "calls in brackets": "calls: []\n",
    "another call": "calls:\n- call: [Orders, Make]\n  expect: {status: 201}\n\n# the end\n",
    "no expectations": f"{ENTRY}    # why\n    always: true  # really\nplatform: local\n",
    "some expectations": "calls:\n    - call: [Orders, Read]\n      expect:\n          status: 2xx # both\n\n"
    "      always: true\n",
    "expectations in brackets": f"{ENTRY}    expect: {{status: 200}}   # only this\n",
    "empty brackets": f"{ENTRY}    expect: {{}}\n",
    "brackets over lines": f"{ENTRY}    expect: {{\n      status: 200, # this\n    }}\n",
    "an entry in brackets": "calls:\n  - {call: [Orders, Read], always: true}\n",
    "all in brackets": '{"calls": [{"call": ["Orders", "Read"], "always": true}]}',
    "headers": f"{ENTRY}    expect:\n      header:\n        ETag: {{exists: true}}\n      $.a: 1\n",
    "headers in brackets": f"{ENTRY}    expect:\n      header: {{ETag: {{exists: true}}}}\n",
    "no end of line": f"{ENTRY}    always: true",
    "a text over lines": f"{ENTRY}    expect:\n      $.note: |\n        one\n        two\n",
    "carriage returns": "calls:\r\n  - call: [Orders, Read]\r\n    always: true\r\n",
    "expectations first": "calls:\n  - expect:\n      status: 200\n    call: [Orders, Read]\n",
}


@pytest.mark.parametrize("text", LAYOUTS.values(), ids=LAYOUTS.keys())
def test_expectations_are_added_to_any_layout_and_taken_out_again(text):
    made = _written(text, STATE, KIND, ITEM)
    entry = next(one for one in parse_companion(made, "").calls if one.path == READ)
    said = {(one.subject, one.target, one.check, one.wanted) for one in entry.expect}
    assert said >= {(one.subject, one.target, one.check, one.wanted) for one in (STATE, KIND, ITEM)}
    kept = iter(made)
    assert all(character in kept for character in text)  # in this order
    bare = without_inferred(made, "")
    assert _written(bare, STATE, KIND, ITEM) == made


def test_lines_of_the_author_stay_to_the_letter():
    text = LAYOUTS["some expectations"]
    made = _written(text, STATE)
    added = [line for line in made.splitlines() if line.endswith(MARK)]
    assert added == ["          $.state: done  # inferred"]
    assert made.replace(added[0] + "\n", "") == text == without_inferred(made, "")


def test_a_line_whose_mark_was_taken_away_is_the_authors():
    made = _written("", STATE, ITEM).replace("done  # inferred", "done")
    assert [one.target for one in parse_companion(without_inferred(made, ""), "").calls[0].expect] == [
        "$.state"
    ]


def test_an_entry_of_which_nothing_is_left_goes():
    text = "# ours\ncalls:\n  - call: [Orders, Make]\n    always: true\n"
    assert without_inferred(_written(text, STATE), "") == text


@pytest.mark.parametrize(
    "value",
    [
        "no",
        "1",
        "a: b",
        "a #b",
        "{x}",
        "'",
        '"',
        "\\",
        "a\nb",
        "~",
        "",
        " x ",
        "é",
        "\x07",
        "2026-01-01",
        "-",
    ],
)
def test_any_text_is_read_as_it_was_meant(value):
    made = as_companion(
        [
            Addition(
                path=(value or "x", "[a, b]"),
                expect=(
                    ExpectEntry(subject="path", target="$.a", check="equals", wanted=value),
                    ExpectEntry(subject="path", target="$.b", check="equals", wanted=[value, {value: value}]),
                ),
            )
        ]
    )
    entry = parse_companion(made, "").calls[0]
    assert entry.path == (value or "x", "[a, b]")
    assert [one.wanted for one in entry.expect] == [value, [value, {value: value}]]


def test_expectations_that_two_calls_share_are_not_changed():
    text = (
        "calls:\n  - call: [Orders, Make]\n    expect: &all\n      status: 200\n"
        "  - call: [Orders, Read]\n    expect: *all\n"
    )
    with pytest.raises(InputError, match="cannot be put into this layout"):
        _written(text, STATE)
