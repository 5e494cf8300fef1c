from __future__ import annotations

from typing import Any

import pytest

from harness.aep.mapping.expressions import ExpressionError, parse
from harness.aep.mapping.functions import FUNCTIONS
from harness.aep.mapping.scope import Surroundings

ROW = {
    "first": "Ada",
    "last": "Byron",
    "n": 7,
    "text": "7",
    "address": {"city": "London", "zip code": "W1"},
    "cards": [{"code": "a"}, {"code": "b"}],
    "div": 3,
    "a.b": "dotted",
    "none": None,
    "huge": 10**400,
    "url": "https://shop.example:8443/a/b?x=1&y=2",
    "when": "2024-05-15T12:30:45Z",
}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("first", "Ada"),
        ("address.city", "London"),
        ("${address.zip code}", "W1"),
        ("${div}", 3),
        ("${a.b}", "dotted"),
        ("cards[1].code", "b"),
        ("cards[*].code", ["a", "b"]),
        ("missing.field", None),
        ("'it\\'s'", "it's"),
        ("1 + 2 * 3", 7),
        ("(1 + 2) * 3", 9),
        ("7 div 2", 3.5),
        ("n mod 4", 3),
        ("-n + 1", -6),
        ("n > 5 and n <= 7", True),
        ("n eq 7 or false", True),
        ("not (n lt 5)", True),
        ("n == 7 ? 'yes' : 'no'", "yes"),
        ("first + ' ' + last", "Ada Byron"),
        ("concat(first, ' ', last)", "Ada Byron"),
        ("explode('a,b', ',')", ["a", "b"]),
        ("split('a b', ' ')", ["a", "b"]),
        ("join('-', explode('a,b', ','))", "a-b"),
        ("instr('adobe.com', 'com')", 6),
        ("replacestr('a-b', '-', '+')", "a+b"),
        ("substr('adobe', 1, 3)", "dob"),
        ("upper(lower('Ada'))", "ADA"),
        ("lcase(ucase('Ada'))", "ada"),
        ("trim('  a ')", "a"),
        ("ltrim(' a')", "a"),
        ("rtrim('a ')", "a"),
        ("lpad('7', 3, '0')", "007"),
        ("rpad('7', 3, '0')", "700"),
        ("left('adobe', 2)", "ad"),
        ("right('adobe', 2)", "be"),
        ("equals(n, text)", True),
        ("equalsIgnoreCase('ADA', first)", True),
        ("extract_regex('E259,E259B_009', '([^,]+),[^,]*')", ["E259,E259B_009", "E259"]),
        ("matches_regex('ab12', '[a-z]+[0-9]+')", True),
        ("md5('a')", "0cc175b9c0f1b6a831c399e269772661"),
        ("sha1('a')", "86f7e437faa5a7fce15d1ddcb9eaeaea377667b8"),
        ("sha256('')", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("crc32('a')", "43beb7e8"),
        ("get_url_host(url)", "shop.example"),
        ("get_url_port(url)", 8443),
        ("get_url_protocol(url)", "https"),
        ("get_url_query_str(url, '#')", {"x": "1", "y": "2"}),
        ("format(when, 'yyyy-MM-dd HH:mm')", "2024-05-15 12:30"),
        ("dformat(0, 'dd/MM/yyyy')", "01/01/1970"),
        ("date('15/05/2024', 'dd/MM/yyyy')", "2024-05-15T00:00:00Z"),
        ("date_part('year', when)", 2024),
        ("set_date_part('month', 2, when)", "2024-02-15T12:30:45Z"),
        ("make_date_time(2024, 5, 15, 12, 0, 0, 0, 'Europe/Paris')", "2024-05-15T10:00:00Z"),
        ("zone_date_to_utc('2024-05-15T12:00:00+02:00')", "2024-05-15T10:00:00Z"),
        ("size_of(cards)", 2),
        ("is_empty(none)", True),
        ("to_object('a', 1, 'b', 2)", {"a": 1, "b": 2}),
        ("str_to_object('a=1&b=2', '=', '&')", {"a": "1", "b": "2"}),
        ("contains_key(address, 'city')", True),
        ("is_set(none)", False),
        ("nullify()", None),
        ("get_keys(address)", ["city", "zip code"]),
        ("get_values(address, 'city')", "London"),
        ("coalesce(none, missing, first)", "Ada"),
        ("first(cards[*].code)", "a"),
        ("last(cards[*].code)", "b"),
        ("add_to_array(to_array(false, 1, none), 2)", [1, 2]),
        ("to_array(true, 1, none)", [1, None]),
        ("join_arrays(to_array(false, 1), to_array(false, 2))", [1, 2]),
        ("decode(first, 'Ada', 'A', 'Bob', 'B', 'none')", "A"),
        ("decode('x', 'Ada', 'A', 'none')", "none"),
        ("iif(n > 5, 'big', 'small')", "big"),
        ("min(3, n, 5)", 3),
        ("max(3, n, 5)", 7),
        ("to_integer(text) + 1", 8),
        ("to_bigint('9')", 9),
        ("to_decimal('1.5')", 1.5),
        ("to_float('2')", 2.0),
        ("json_to_object('{\"a\": [1]}')", {"a": [1]}),
        ('json_to_object(\'{"a": [1, {"b": 2}]}\').a[1].b', 2),
        ("explode('Ada Byron', ' ')[1]", "Byron"),
        ("upper(explode('a,b', ',')[0]) + 'x'", "Ax"),
        ("cards[n - 6].code", "b"),
        ("(address)['zip code'] != null ? [1, 2][1] : 0", 2),
        ("to_object('a', 1).a.b", None),
        ("explode('a', ',')[7]", None),
        ("first[0]", None),
    ],
)
def test_an_expression_is_worked_out_over_a_row(text: str, expected: Any) -> None:
    assert parse(text).value(ROW) == expected


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "ends too early"),
        ("1 +", "ends too early"),
        ("concat(", "ends too early"),
        ("concat('a' 'b')", "is expected before"),
        ("nothing('a')", "there is no function 'nothing'"),
        ("upper()", "takes 1 arguments, not 0"),
        ("a b", "is not expected at 2"),
        ("1 ? 2", "is expected before"),
        ("div", "reserved word"),
        ("#", "is not understood"),
        ("explode('a', ',')[0", "is expected before"),
        ("explode('a', ',').", "is not understood"),
        ("(" * 100 + "1" + ")" * 100, "nested too deeply"),
        ("a" * 9000, "longer than"),
    ],
)
def test_what_is_no_expression_is_told(text: str, why: str) -> None:
    with pytest.raises(ExpressionError, match=why.replace("(", "\\(")):
        parse(text)


@pytest.mark.parametrize(
    "text",
    [
        "1 / 0",
        "cards[first]",
        "first * 2",
        "to_integer(first)",
        "json_to_object('{')",
        "json_to_object('[NaN]')",
        "to_decimal('1e999')",
        "to_decimal('1e308') * 10",
        "huge / 3",
        "dformat(huge, 'yyyy')",
        "replacestr(rpad('a', 99999, 'a'), 'a', rpad('b', 99999, 'b'))",
        "date('x')",
        "date_part('eon', when)",
        "matches_regex('a', '(')",
        "make_date_time(2024, 13, 1, 0, 0, 0, 0)",
    ],
)
def test_what_cannot_be_worked_out_is_told(text: str) -> None:
    expression = parse(text)
    with pytest.raises(ExpressionError):
        expression.value(ROW)


def test_every_function_says_how_it_is_written() -> None:
    assert len(FUNCTIONS) >= 60
    for name, one in FUNCTIONS.items():
        assert one.syntax.startswith(f"{name}(")
        assert one.takes(one.least)


IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 5_1_1 like Mac OS X) AppleWebKit/534.46 (KHTML, like Gecko) "
    "Version/5.1 Mobile/9B206 Safari/7534.48.3"
)
WINDOWS = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/120.0.0.0 Safari/537.36"
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("explode('Hi, there!', ' ')", ["Hi,", "there!"]),
        ("explode('a,b')", ["a", "b"]),
        ("explode('id1|id2', '\\\\|')", ["id1", "id2"]),
        ("split('a;b,c', ';,')", ["a", "b", "c"]),
        ("instr('adobe.com', 'com')", 6),
        ("instr('a.b.c', '.', 0, 2)", 3),
        ("lpad(null, 2, null)", "  "),
        ("'string1'.equals('STRING1')", False),
        ("first.equalsIgnoreCase('ADA')", True),
        ("iif('s'.equalsIgnoreCase('S'), 'True', 'False')", "True"),
        ("' a '.trim().upper()", "A"),
        ("crc32('my text', 'UTF-8')", "8df92e80"),
        ("sha1('my text', 'UTF-8')", "c3599c11e47719df18a2448690840c5dfcce3c80"),
        ("get_url_port('sftp://example.com//home/joe/employee.csv')", 22),
        ("get_url_path('sftp://example.com//home/joe/employee.csv')", "//home/joe/employee.csv"),
        ("get_url_path('sftp://example.com//home/joe/employee.csv', false)", "employee.csv"),
        ("get_url_host('no address')", None),
        ("get_url_query_str('foo://a:8042/over?name=ferret#nose', 'retain')", {"name": "ferret#nose"}),
        ("get_url_query_str('foo://a:8042/over?name=ferret#nose', 'remove')", {"name": "ferret"}),
        (
            "get_url_query_str('foo://a:8042/over?name=ferret#nose', 'append')",
            {"name": "ferret", "_anchor_": "nose"},
        ),
        ("dformat(1571829875000, \"yyyy-MM-dd'T'HH:mm:ss.SSSX\")", "2019-10-23T11:24:35.000Z"),
        ("date('2019-10-23 11:24', 'yyyy-MM-dd HH:mm', now())", "2019-10-23T11:24:00Z"),
        ("date_part('MM', date('2019-10-17 11:55:12'))", 10),
        ("date_part('hh12', date('2019-10-17 00:55:12'))", 12),
        ("date_part('q', date('2019-10-17 11:55:12'))", 4),
        ("set_date_part('m', 4, date('2016-11-09T11:44:44'))", "2016-04-09T11:44:44Z"),
        ("zone_date_to_utc('2019-10-17T11:55:12 PST')", "2019-10-17T19:55:12Z"),
        ("zone_date_to_zone('2021-10-26T13:43:59Z', 'Europe/Paris')", "2021-10-26T15:43:59+02:00"),
        ("size_of([1, 2, 3, 4])", 4),
        ("is_empty([])", True),
        ("to_object('a', 1, 'b', 2)", {"a": 1, "b": 2}),
        ("str_to_object('a=John,b=123 456', '=', ',')", {"a": "John", "b": "123 456"}),
        ("str_to_object('a:1,b:2')", {"a": "1", "b": "2"}),
        ("contains_key('address.city')", True),
        ("contains_key('none')", True),
        ("contains_key('address.street')", False),
        ("contains_key('cards[1].code')", True),
        ("get_keys({'book1': 'Pride and Prejudice', \"book2\": '1984'})", ["book1", "book2"]),
        ("get_values('firstName - John , lastName - Cena', 'firstName', '-', ',')", "John"),
        ("arrays_to_objects('sku', ['a', 'b'], 'price', [1])", [{"sku": "a", "price": 1}, {"sku": "b"}]),
        ("first('1', '2', '3')", "1"),
        ("last('1', '2', '3')", "3"),
        ("coalesce(null, null, 'first', null)", "first"),
        ("add_to_array(['a', 'b'], 'c', 'd')", ["a", "b", "c", "d"]),
        ("join_arrays(['a'], ['c'], ['d', 'e'])", ["a", "c", "d", "e"]),
        ("map_get_values(address, 'city')", "London"),
        ("map_get_values(address, ['city', 'no'])", ["London", None]),
        ("map_has_keys(address, 'city')", True),
        ("add_to_map(address, {'x': 1})", {"city": "London", "zip code": "W1", "x": 1}),
        ("array_to_map(cards, 'code')", {"a": {"code": "a"}, "b": {"code": "b"}}),
        ("to_json({'a': 1})", '{"a": 1}'),
        (f"ua_os_name('{IPHONE}')", "iOS"),
        (f"ua_os_version_major('{IPHONE}')", "iOS 5"),
        (f"ua_os_version('{IPHONE}')", "5.1.1"),
        (f"ua_os_name_version('{IPHONE}')", "iOS 5.1.1"),
        (f"ua_agent_version('{IPHONE}')", "5.1"),
        (f"ua_agent_version_major('{IPHONE}')", "Safari 5"),
        (f"ua_agent_name('{IPHONE}')", "Safari"),
        (f"ua_device_class('{IPHONE}')", "Phone"),
        (f"ua_agent_name('{WINDOWS}')", "Chrome"),
        (f"ua_os_name_version('{WINDOWS}')", "Windows 10.0"),
        (f"ua_device_class('{WINDOWS}')", "Desktop"),
        ("ua_device_class('Googlebot/2.1 (+http://www.google.com/bot.html)')", "Robot"),
        ("ua_agent_name('?')", "Unknown"),
        ("ua_agent_name(none)", None),
    ],
)
def test_functions_give_what_adobe_s_guide_shows(text: str, expected: Any) -> None:
    assert parse(text).value(ROW) == expected


def test_the_time_and_ids_of_expressions_are_those_of_their_surroundings() -> None:
    surroundings = Surroundings(now_ms=lambda: 1_700_000_000_123, new_id=lambda: "drawn")
    found = [parse(text).value({}, surroundings) for text in ("now()", "timestamp()", "uuid()", "guid()")]
    assert found == ["2023-11-14T22:13:20Z", 1_700_000_000_123, "drawn", "drawn"]


@pytest.mark.parametrize("text", ["1" + "+1" * 4000, "'a'" + ".trim()" * 1100, "{" * 3000, "[" * 3000])
def test_an_expression_of_any_depth_is_refused_in_words(text: str) -> None:
    with pytest.raises(ExpressionError, match="deeply"):
        parse(text).value({})
