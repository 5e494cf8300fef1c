from __future__ import annotations

import re
from typing import Any

import pytest

from harness.aep.pql import Subject, evaluate, parse
from harness.aep.xdm.patterns import TooSlow, compile_pattern

ENDLESS = r"(.*a){12}b"
LONG = "a" * 3000


@pytest.mark.parametrize(
    ("pattern", "matching", "other"),
    [
        (r"^\p{L}+$", "Zoë", "Zo1"),
        (r"^[\p{L}\s'-]+$", "Anne-Marie O'Ñeil", "Ann3"),
        (r"^\p{Lu}\p{Ll}+$", "Éric", "éric"),
        (r"^\P{N}+$", "abc", "ab1"),
        (r"^\p{^N}+$", "abc", "ab1"),
        (r"^\pL$", "é", "1"),
        (r"^\p{IsL}$", "é", "1"),
        (r"^\p{Alnum}+$", "aZ9", "é"),
        (r"^[\p{Punct}]$", "]", "a"),
        (r"^(?<year>\d{4})-(?<month>\d\d)$", "2024-05", "٢٠٢٤-05"),
        (r"^(?<!x)a(?=b)", "ab", "ac"),
        (r"^\w+$", "ab_1", "é"),
        (r"^[]a]+$", "]a", "b"),
        (r"^[^\]]+$", "a", "]"),
        (r"^\[p\{L\}\]$", "[p{L}]", "é"),
        (r"^\\p$", "\\p", "p"),
        (r"^[0-1][0-9]-[0-9][0-9]$", "05-15", "25-15"),
        (r"^a{i}$", "a{i}", "ai"),
        (r"^cats{e<=1}$", "cats{e<=1}", "cat"),
        (r"^a{}$", "a{}", "a"),
        (r"^a{,2}$", "aa", "aaa"),
        (r"^[a[]\p{L}$", "[é", "b["),
        (r"^[[:a]$", "[", "b"),
    ],
)
def test_patterns_of_other_languages_are_understood(pattern: str, matching: str, other: str) -> None:
    assert compile_pattern(pattern).search(matching)
    assert not compile_pattern(pattern).search(other)


@pytest.mark.parametrize(
    "pattern",
    ["(", "[", r"\p{Nothing}", r"[\P{L}]", "a{2,1}", "*", "((a{1000}){1000}){1000}", "(" * 3000 + ")" * 3000],
)
def test_what_is_no_pattern_is_an_error(pattern: str) -> None:
    with pytest.raises(re.error):
        compile_pattern(pattern)


def test_a_schema_may_use_them(client: Any, lake: Any) -> None:
    schema = lake.schema(lake.mixin({"name": {"type": "string", "pattern": r"^\p{L}+$"}}))
    dataset, inlet = lake.dataset(schema), lake.inlet()
    for name, status in (("Zoë", 200), ("R2D2", 400)):
        message = lake.message(schema, dataset, {lake.tenant: {"name": name}})
        answer = client.post(f"/collection/{inlet}?syncValidation=true", message, bare=True)
        assert answer.status == status, answer.body
    sample = client.get(f"/data/foundation/schemaregistry/rpc/sampledata/{schema.replace('/', '%2F')}")
    assert sample.status == 200


def test_a_search_that_backtracks_without_end_is_stopped() -> None:
    pattern = compile_pattern(ENDLESS)
    for _ in range(2):
        with pytest.raises(TooSlow, match="takes too long"):
            pattern.search(LONG)
    assert pattern.search("a" * 12 + "b")


def test_a_schema_with_an_endless_pattern_refuses_the_message(client: Any, lake: Any) -> None:
    schema = lake.schema(lake.mixin({"name": {"type": "string", "pattern": ENDLESS}}))
    dataset, inlet = lake.dataset(schema), lake.inlet()
    message = lake.message(schema, dataset, {lake.tenant: {"name": LONG}})
    answer = client.post(f"/collection/{inlet}?syncValidation=true", message, bare=True)
    assert answer.status == 400
    assert "takes too long" in answer.body.decode()


@pytest.mark.parametrize(
    "path",
    [
        "/data/foundation/schemaregistry/tenant/mixins?property=title~",
        "/data/foundation/catalog/dataSets?property=name~",
    ],
)
def test_a_list_filtered_by_an_endless_pattern_is_refused(client: Any, lake: Any, path: str) -> None:
    schema = lake.schema(lake.mixin({"name": {"type": "string"}}, title=LONG))
    lake.dataset(schema, name=LONG)
    answer = client.get(path + "(.*a)%7B12%7Db")
    assert answer.status == 400
    assert "takes too long" in answer.body.decode()


def test_a_condition_with_an_endless_pattern_does_not_hold() -> None:
    subject = Subject(profile={"name": LONG}, events=[], now_ms=0, segments=frozenset())
    assert not evaluate(parse(f'name.matches("{ENDLESS}")'), subject)
    assert not evaluate(parse('name.like("' + "%a" * 12 + '%b")'), subject)
    assert evaluate(parse('name.like("%a%")'), subject)


def test_a_sample_of_a_schema_that_asks_for_more_than_there_is_memory_has_an_end(
    client: Any, lake: Any
) -> None:
    many: dict[str, Any] = {"type": "string", "minLength": 10**15}
    for _ in range(6):
        many = {"type": "array", "minItems": 10**9, "items": many}
    schema = lake.schema(lake.mixin({"many": many}))
    sample = client.get(f"/data/foundation/schemaregistry/rpc/sampledata/{schema.replace('/', '%2F')}")
    assert sample.status == 200
    assert len(sample.body) < 1_000_000
