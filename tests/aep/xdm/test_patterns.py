from __future__ import annotations

import re
from typing import Any

import pytest

from harness.aep.xdm.patterns import compile_pattern


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
    ],
)
def test_patterns_of_other_languages_are_understood(pattern: str, matching: str, other: str) -> None:
    assert compile_pattern(pattern).search(matching)
    assert not compile_pattern(pattern).search(other)


@pytest.mark.parametrize("pattern", ["(", "[", r"\p{Nothing}", r"[\P{L}]", "a{2,1}", "*"])
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
