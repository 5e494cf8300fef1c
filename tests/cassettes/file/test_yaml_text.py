"""Entries written without libyaml are what libyaml writes."""

import random

import pytest
import yaml

from harness.cassettes.file.yaml_text import EntryWriter, NotCovered

WORDS = (
    "yes", "No", "null", "~", "1.5", "2026-11-29", "2026-11-29T01:02:03.004Z", "0x1f", "1e5", "1_000",
    "12:30:45", "=", "<<", "---", "- a", "? a", "http://a/b:c?d=e#f", "a: b", "a:", "a #b", "a#b", "off",
    ".inf", "0o7", "١", "Sun, 29 Nov 2026 01:03:32 GMT", "{\"a\": \"it's\"}", "[1]", '""', "1061bf17-79b4",
    "-1", "0", "1.", "y", "a\x7f", "", " a", "a ", "a  b", "é", "it's", "*/*", "gzip, deflate, br", "a\tb",
    "'", "%", "@", "`", "&a", "!b", "|", ">",
)  # fmt: skip
NUMBERS = (None, True, False, 0, -5, 1.5, 1e-5, 1e22, 1795914212765.0, 12345678901234567890, 0.0041)


def by_libyaml(document):
    return yaml.dump(
        document,
        Dumper=yaml.CSafeDumper,
        allow_unicode=True,
        sort_keys=False,
        width=1_000_000,
        default_flow_style=False,
    )


def writer():
    return EntryWriter(lambda text: by_libyaml([text]).removeprefix("- ").removesuffix("\n"))


def made(draw, depth):
    kind = draw.random()
    if depth and kind < 0.3:
        return {draw.choice(WORDS) or "k": made(draw, depth - 1) for _ in range(draw.randrange(4))}
    if depth and kind < 0.5:
        return [made(draw, depth - 1) for _ in range(draw.randrange(4))]
    return draw.choice(WORDS) if kind < 0.9 else draw.choice(NUMBERS)


def test_each_text_is_spelled_as_libyaml_spells_it():
    document = [{"text": list(WORDS), "numbers": list(NUMBERS)}]
    assert writer().write(document) == by_libyaml(document)


def test_maps_and_lists_are_laid_out_as_libyaml_does():
    draw = random.Random(7)
    for _ in range(300):
        document = [{"first": made(draw, 3), "second": made(draw, 2)}]
        assert writer().write(document) == by_libyaml(document)


@pytest.mark.parametrize(
    "value", [b"\xff", "two\nlines", "a\x85b", "x" * 100_001, {"k" * 200: 1}, {"": 1}, {1: 2}, float("nan")]
)
def test_what_is_not_covered_is_refused(value):
    with pytest.raises(NotCovered):
        writer().write([{"value": value}])
