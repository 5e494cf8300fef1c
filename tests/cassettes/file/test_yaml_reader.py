"""Reading YAML from events gives what the safe loader gives, or hands over to it."""

import contextlib
import datetime as dt

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.cassettes.file.yaml_reader import DEEPEST, TooDeep, Unusual, read_yaml, safe_loader

words = st.sampled_from(
    [
        "", "a", "1", "-1", "0x1f", "0o7", "1_000", "1.5", "-.inf", ".nan", "1e3", "true", "No", "~", "null",
        "2026-01-01", "2026-01-01T00:00:00Z", "'1'", '"\\u00e9"', "!!str 1", "! 1", "!!binary aGk=", "x: y",
        "é", "12:30:45",
    ]
)  # fmt: skip
values = st.recursive(
    st.one_of(st.text(), st.integers(), st.floats(allow_nan=False), st.booleans(), st.none(), st.binary()),
    lambda inner: st.one_of(st.lists(inner), st.dictionaries(st.text(), inner)),
    max_leaves=12,
)


@given(values)
@settings(max_examples=150, deadline=None)
def test_what_was_written_is_read_back(value):
    text = yaml.safe_dump(value, allow_unicode=True)
    assert read_yaml(text) == yaml.load(text, Loader=safe_loader())


@given(st.lists(words, max_size=6))
@settings(max_examples=150, deadline=None)
def test_words_mean_what_they_mean_to_the_safe_loader(written):
    text = "\n".join(f"- {word}" for word in written)
    with contextlib.suppress(Unusual):
        assert repr(read_yaml(text)) == repr(yaml.load(text, Loader=safe_loader()))


@pytest.mark.parametrize(
    "text",
    [
        "", "a: &x [1, 2]\nb: *x\n", "{a: 1, a: 2}", "- - 1\n  - 2\n- {b: {c: []}}", "--- 1", "!!map {a: 1}",
        "1: one\ntrue: yes\n2026-01-01: day\n", "a: |\n  x\n\n  y\nb: >\n  x\n  y\n",
    ],
)  # fmt: skip
def test_a_document_is_read_as_by_the_safe_loader(text):
    assert read_yaml(text) == yaml.load(text, Loader=safe_loader())


def test_dates_are_dates():
    assert read_yaml("2026-01-02") == dt.date(2026, 1, 2)


def test_an_alias_is_the_value_itself():
    value = read_yaml("a: &x {b: 1}\nc: *x\nd: [&y word, *y]")
    assert value["a"] is value["c"]
    assert value["d"] == ["word", "word"]


@pytest.mark.parametrize("text", ["x: 1\na: &x {b: *x}", "x: 1\na: &x [[*x]]"])
def test_a_document_that_holds_itself_is_refused(text):
    with pytest.raises(TooDeep) as raised:
        read_yaml(text)
    assert raised.value.line == 2


def test_a_document_that_aliases_blow_up_is_refused():
    text = "a0: &a0 [x, x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n" for n in range(1, 40))
    with pytest.raises(TooDeep, match="more than"):
        read_yaml(text)


@pytest.mark.parametrize(
    "text",
    [
        "a: !!python/tuple [1]", "<<: {a: 1}", "? [1, 2]\n: x", "a: *nowhere", "a: !!binary é",
        "--- 1\n--- 2", "a: 2026-13-45", "a: !mine 1", "!mine {a: 1}",
    ],
)  # fmt: skip
def test_what_is_unusual_is_the_full_loaders_matter(text):
    with pytest.raises((Unusual, yaml.YAMLError)):
        read_yaml(text)


@pytest.mark.parametrize("text", ["[" * (DEEPEST + 1), "- " * (DEEPEST + 1) + "x", "[\n" * 300])
def test_what_is_nested_too_deeply_is_refused(text):
    with pytest.raises(TooDeep) as raised:
        read_yaml(text)
    assert raised.value.line == 1 + text[: 2 * DEEPEST].count("\n")
