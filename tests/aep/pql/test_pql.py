from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from harness.aep.pql import (
    PqlError,
    Subject,
    evaluate,
    parse,
    parse_json,
    parse_value,
    references_events,
    value_of,
)

NOW = datetime(2024, 5, 15, 12, 30, tzinfo=UTC)  # a Wednesday
PROFILE: dict[str, Any] = {
    "person": {
        "name": {"firstName": "Jane", "lastName": "Doe"},
        "birthDate": "1990-06-13",
        "birthYear": 1990,
        "isMember": True,
        "colors": ["red", "blue"],
    },
    "workAddress": {"country": "US", "stateProvince": "CA"},
    "homeAddress": {"stateProvince": "CA"},
    "orders": [
        {"storeId": "a", "price": 30, "items": [{"sku": "PS"}]},
        {"storeId": "b", "price": 10, "items": [{"sku": "XB"}, {"sku": "NS"}]},
        {"storeId": "a", "price": 20, "items": []},
    ],
    "identityMap": {"email": [{"id": "jane@example.com"}]},
    "_tenant": {"balance": 12.5, "code": "AbC-2010"},
}
EVENTS: list[dict[str, Any]] = [
    {"_id": "1", "eventType": "web.view", "timestamp": "2024-05-01T10:00:00Z", "value": 5},
    {"_id": "2", "eventType": "commerce.purchases", "timestamp": "2024-05-15T10:00:00Z", "value": 60},
]


def qualifies(expression: str, **profile: Any) -> bool:
    subject = Subject(
        profile=profile or PROFILE,
        events=EVENTS,
        now_ms=int(NOW.timestamp() * 1000),
        segments=frozenset({"seg-1"}),
    )
    return evaluate(parse(expression), subject)


@pytest.mark.parametrize(
    "expression",
    [
        'workAddress.country = "US"',
        "workAddress.country == 'US'",
        "workAddress.stateProvince = homeAddress.stateProvince",
        "$1.workAddress.stateProvince = $1.homeAddress.stateProvince",
        "(P) => P.workAddress.stateProvince = P.homeAddress.stateProvince",
        'workAddress.country != "CA"',
        "person.birthYear > 1989 and person.birthYear <= 1990",
        "person.birthYear = 1990.0",
        "_tenant.balance >= 12.5",
        "_tenant.balance > -1",
        "person.isMember",
        "person.isMember = true",
        "not (person.birthYear = 1985)",
        "!(person.birthYear = 1985)",
        'person.birthYear = 1 or person.name.firstName = "Jane"',
        # and binds tighter than or
        "true or false and false",
        "person.birthYear in [1985, 1990]",
        "person.birthYear notIn [1985]",
        "not person.birthYear in [1985]",
        "person.birthYear not in [1985]",
        'person.name.firstName like "J_n%"',
        'person.name.firstName.contains("an")',
        'person.name.firstName.contains("AN", false)',
        'person.name.firstName.startsWith("Ja")',
        'person.name.firstName.doesNotStartWith("X")',
        'person.name.firstName.endsWith("NE", false)',
        'person.name.firstName.equals("jane", false)',
        'person.name.firstName.notEqualTo("John")',
        'person.name.firstName.matches("(?i)^ja")',
        r'person.name.firstName.matches("^\p{Lu}\p{Ll}+$")',
        r'_tenant.code.regexGroup("-(?<year>\d+)", 1) = "2010"',
        r'_tenant.code.regexGroup("-(\d+)", 1) = "2010"',
        'person.colors.intersects(["red", "green"])',
        'person.colors.subsetOf(["red", "green", "blue"])',
        'person.colors.supersetOf(["red"])',
        'person.colors.includes("red")',
        'person.colors.intersection(["blue", "black"]) = ["blue"]',
        "orders.storeId.distinct().count() > 1",
        "orders.topN(price, 1).head().price = 30",
        "orders.bottomN(price, 1).head().price = 10",
        "orders.sum(price) = 60",
        "orders.average(price) = 20",
        "orders.min(price) + orders.max(price) = 40",
        "orders.filter(price >= 20).count() = 2",
        "orders[price >= 20].count() = 2",
        'identityMap.get("email").id = "jane@example.com"',
        'identityMap["email"].count() = 1',
        'identityMap.keys() = ["email"]',
        "person.middleName.isNull()",
        "person.name.isNotNull()",
        "exists(person.name.firstName)",
        "exists person.name.firstName",
        "if (person.birthYear > 1980, 2, 1) = 2",
        "1 + 2 * 3 = 7",
        "(1 + 2) * 3 = 9",
        "7 % 4 = 3",
        "let S = (orders.sum(price)) in (S > 50 and S < 100)",
        'inSegment("seg-1")',
        "person.birthDate.getYear() in [1990, 1991]",
        "person.birthDate.getMonth() = 6",
        "currentYear() = 2024 and currentMonth() = 5 and currentDayOfMonth() = 15",
        "person.birthDate = date(1990, 6, 13)",
        "person.birthDate < date(1990, 6, 14)",
    ],
)
def test_a_fitting_profile_qualifies(expression: str) -> None:
    assert qualifies(expression)


@pytest.mark.parametrize(
    "expression",
    [
        'workAddress.country = "us"',
        'workAddress.missing = "US"',
        "missing.deeper.still > 1",
        "person.birthYear > 1990",
        'person.birthYear = "1990"',
        "person.isMember = 1",
        "person.name",
        "false or true and false",
        "person.missing notIn [1]",
        'person.missing.doesNotContain("x")',
        'person.name.firstName.contains("AN")',
        'person.name.firstName like "an"',
        "exists(person.middleName)",
        "1 / 0 = 1",
        'inSegment("seg-2")',
        "person.birthDate = date(1990, 6, 14)",
    ],
)
def test_an_unfitting_profile_does_not_qualify(expression: str) -> None:
    assert not qualifies(expression)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ('select e from xEvent where e.eventType = "web.view"', True),
        ('select e from xEvent where e.eventType = "web.click"', False),
        ("select e from xEvent", True),
        ("(select e from xEvent where e.value > 1).count() >= 2", True),
        ('exists E from xEvent where E.eventType = "web.view" and E.value > 50', False),
        ("exists E from xEvent : E.value > 50", True),
        ("forall E from xEvent where E.value > 4", True),
        ("forall E from xEvent where E.value > 5", False),
        ('exists O from orders where O.price < 15, I from O.items where I.sku = "NS"', True),
        ('exists O from orders where O.price > 15, I from O.items where I.sku = "NS"', False),
        ("xEvent.value > 50", True),
        ('xEvent[eventType = "web.view"].count() = 1', True),
        ("not (select e from xEvent where e.value = 5)", False),
    ],
)
def test_quantifiers_look_at_events_and_arrays(expression: str, expected: bool) -> None:
    assert qualifies(expression) is expected


@pytest.mark.parametrize(
    ("expression", "moment", "expected"),
    [
        ("t occurs <= 3 days before now", "2024-05-12T12:30:00Z", True),
        ("t occurs < 3 days before now", "2024-05-12T12:30:00Z", False),
        ("t occurs < 3 days before now", "2024-05-16T00:00:00Z", False),
        ("t occurs > 1 month before now", "2024-04-15T12:29:00Z", True),
        ("t occurs > 1 month before now", "2024-04-15T12:31:00Z", False),
        ("t occurs < 2 hours after now", "2024-05-15T13:00:00Z", True),
        ("t occurs < 2 hours from now", "2024-05-15T11:00:00Z", True),
        ("t occurs < 2 hours from now", "2024-05-15T14:31:00Z", False),
        ("t occurs = 3 days before today", "2024-05-12", True),
        ("t occurs = 3 days before today", "2024-05-13", False),
        ("t occurs != 3 days before today", "2024-05-13", True),
        ("t occurs before today", "2024-05-14T23:59:59Z", True),
        ("t occurs before today", "2024-05-15T00:00:00Z", False),
        ("t occurs after today", "2024-05-15T23:00:00Z", False),
        ("t occurs after today", "2024-05-16T00:00:00Z", True),
        ("t occurs after now", "2024-05-15T12:30:00Z", False),
        ("t occurs today", "2024-05-15T23:00:00Z", True),
        ("t occurs yesterday", "2024-05-14T23:00:00Z", True),
        ("t occurs on date(2019, 12, 31)", "2019-12-31T01:00:00+00:00", True),
        ("t occurs last month", "2024-04-30T23:59:59Z", True),
        ("t occurs last month", "2024-05-01T00:00:00Z", False),
        ("t occurs this week", "2024-05-13T00:00:00Z", True),
        ("t occurs this week", "2024-05-12T23:59:59Z", False),
        ("t occurs next year", "2025-01-01", True),
        ("t occurs between date(2015, 1, 8) and date(2017, 7, 1)", "2017-07-01T12:00:00Z", True),
        ("t occurs between date(2015, 1, 8) and date(2017, 7, 1)", "2017-07-02T00:00:00Z", False),
        ("t occurs <= 1 century before now", "1924-05-15T12:30:00Z", True),
        ("t occurs <= 1 day before now", "not a moment", False),
        ("t occurs before other", "2024-01-01", False),
        ('t > "2024-01-01T00:00:00+02:00"', "2023-12-31T22:00:01Z", True),
        ("t occurs > 9999 years before now", "2024-01-01", False),
    ],
)
def test_occurs_compares_moments(expression: str, moment: str, expected: bool) -> None:
    assert qualifies(expression, t=moment) is expected


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("", "empty"),
        ("   ", "empty"),
        ("workAddress.country =", "expected a value, found the end at position 21"),
        ('a = "open', "not closed at position 4"),
        ("a = 1 b", "expected the end of the expression, found 'b'"),
        ("a & b", "'&' has no meaning"),
        ("a.nope(1)", "no method 'nope'"),
        ("nope(1) = 1", "no function 'nope'"),
        ("a.contains()", "takes 1 to 2 arguments, 0 are given"),
        ('a.matches("(")', "not a regular expression"),
        ("a = date(2020, 13, 1)", "2020-13-1 is not a date"),
        ("a occurs <= 3 fortnights before now", "not a unit of time"),
        ("a occurs <= x days before now", "whole number"),
        ("a occurs <= 3 days until now", "expected 'before', 'after' or 'from'"),
        ("(a = 1", "expected ')'"),
        ("a in [1, 2", "expected ','"),
        ("and a = 1", "expected a value, found 'and'"),
        ('"just text"', "condition, not a value"),
        ("42", "condition, not a value"),
        ("a + 1", "condition, not a calculation"),
        ('{"a": 1}', "condition, not a value"),
        ('xEvent.map({"a" 1})', "expected ':'"),
        ("xEvent.map({1: 2})", "expected the name of a field"),
        ("xEvent.groupBy(a).map((K, G) => mapEntry(K))", "takes 2 arguments, 1 is given"),
        ("select from xEvent", "expected a value"),
        ("select e from where e.x = 1", "expected a value"),
        ('chain(xEvent, timestamp, [A: WHAT(eventType = "x")])', "'chain'"),
        ("(" * 500 + "a" + ")" * 500, "nested too deeply"),
        ("not " * 20_000 + "a", "longer than"),
        ("not " * 2_000 + "a", "nested too deeply"),
        ("a" + ".b" * 3_000, "nested too deeply"),
        ("t occurs <= 99999999 days before now", "below ten million"),
        (f"a = {'9' * 5000}", "too many digits"),
        ("a = 1e999", "too large"),
        ("CHAIN(xEvent, timestamp, [C0: WHAT(a)])", "sequences of events"),
    ],
)
def test_a_bad_expression_says_what_is_wrong(expression: str, message: str) -> None:
    with pytest.raises(PqlError) as caught:
        parse(expression)
    assert message in str(caught.value)


def node(name: str, *params: dict[str, Any]) -> dict[str, Any]:
    return {"nodeType": "fnApply", "fnName": name, "params": list(params)}


def look_up(*path: str) -> dict[str, Any]:
    found: dict[str, Any] = {"nodeType": "parameterReference", "position": 1}
    for name in path:
        found = {"nodeType": "fieldLookup", "fieldName": name, "object": found}
    return found


def literal(value: Any, kind: str = "String") -> dict[str, Any]:
    return {"nodeType": "literal", "literalType": kind, "value": value}


@pytest.mark.parametrize(
    ("form", "text"),
    [
        (node("=", look_up("a"), look_up("b")), "$1.a = $1.b"),
        (node("in", look_up("a", "b"), literal(["x"], "List")), '$1.a.b in ["x"]'),
        (node("equals", look_up("a"), literal("x"), literal(False)), '$1.a.equals("x", false)'),
        (
            node("and", node("not", look_up("a")), look_up("b"), look_up("c")),
            "not $1.a and $1.b and $1.c",
        ),
    ],
)
def test_the_json_form_is_the_same_tree_as_the_text_form(form: dict[str, Any], text: str) -> None:
    assert parse_json(json.dumps(form)) == parse(text)


@pytest.mark.parametrize(
    "form",
    [
        "{",
        "[]",
        {"nodeType": "other"},
        {"nodeType": "fnApply", "fnName": "="},
        node("=", look_up("a")),
        node("nope", look_up("a")),
        node("chain", look_up("a")),
        literal("value"),
        {"nodeType": "fieldLookup", "fieldName": "a", "object": None},
        {"nodeType": "parameterReference", "position": 2},
    ],
)
def test_a_bad_json_form_is_refused(form: Any) -> None:
    with pytest.raises(PqlError):
        parse_json(form)


def test_a_long_list_of_alternatives_is_not_deep() -> None:
    assert qualifies(" or ".join(f"a = {number}" for number in range(800)), a=799)


def test_whether_an_expression_looks_at_events_is_known() -> None:
    assert references_events(parse("a = 1 and (select e from xEvent where e.b = 2)"))
    assert references_events(parse("[1, xEvent.a] = [2]"))
    assert not references_events(parse('a.xEvent = "xEvent"'))


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("xEvent.sum(n)", None),
        ("xEvent.average(n)", None),
        ("xEvent.max(n)", 10**400),
        ("xEvent.topN(n, 1).map(n)", [10**400]),
    ],
)
def test_numbers_beyond_all_measure_are_no_error(expression: str, expected: Any) -> None:
    subject = Subject(profile={}, events=[{"n": 0.5}, {"n": 10**400}], now_ms=0)
    assert value_of(parse_value(expression), subject) == expected
