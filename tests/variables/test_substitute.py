import random

import pytest

from harness.collection.model import Variable
from harness.variables.draws import SteppingClock
from harness.variables.scope import Scope, Scopes
from harness.variables.substitute import Resolver


def resolver(row=None, **values):
    variables = [Variable(key=key, value=value) for key, value in values.items()]
    scopes = Scopes(environment=Scope("environment", variables)).with_row(row or {})
    return Resolver(scopes, lambda: random.Random(1), SteppingClock(1_700_000_000_000))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("x", "x"),
        ("", ""),
        (5, "5"),
        (1.50, "1.5"),
        (True, "true"),
        (None, "null"),
        ([1, 2], "1,2"),
        ({"a": 1}, "[object Object]"),
    ],
)
def test_values_of_every_type(value, text):
    assert resolver(a=value).text("<{{a}}>") == f"<{text}>"


def test_what_was_used_is_told_with_its_value_and_scope():
    resolved = resolver({"row": 1}, base="{{host}}/a", host="h", other="x")
    resolved.text("{{base}} {{row}} {{base}} {{none}}")
    assert [(one.name, one.scope, one.value) for one in resolved.used.values()] == [
        ("base", "environment", "{{host}}/a"),
        ("row", "data", "1"),
        ("host", "environment", "h"),
    ]


def test_what_was_drawn_is_told_as_dynamic():
    resolved = resolver()
    drawn = resolved.text("{{$randomInt}}")
    assert [(one.scope, one.value) for one in resolved.used.values()] == [("dynamic", drawn)]


def test_names_are_literal():
    resolved = resolver(**{"a b": "1", " c": "2", "": "3"})
    assert resolved.text("{{a b}}{{ c}}{{c}}{{}}") == "12{{c}}3"
    assert resolved.unresolved == ["c"]


def test_values_hold_names_and_names_are_put_together():
    assert resolver(a="{{b}}", b="{{c}}", c="end").text("{{a}}") == "end"
    assert resolver(part="x", x="end").text("{{{{part}}}}") == "end"


def test_what_goes_round_in_circles_stops():
    assert resolver(a="x{{a}}").text("{{a}}") == "x" * 19 + "{{a}}"
    circle = resolver(a="{{b}}", b="{{a}}")
    assert circle.text("{{a}}") == "{{b}}"
    assert circle.unresolved == []


def test_unresolved_names_are_told_once_in_order():
    resolved = resolver(a="{{y}}")
    assert resolved.text("{{x}} {{a}} {{x}} {{$nope}}") == "{{x}} {{y}} {{x}} {{$nope}}"
    assert resolved.unresolved == ["x", "y", "$nope"]


def test_null_in_a_row_hides_other_scopes_and_stays_unresolved():
    resolved = resolver({"a": None, "b": False}, a="environment")
    assert resolved.text("{{a}}{{b}}") == "{{a}}false"
    assert resolved.unresolved == ["a"]


def test_dynamic_values_are_drawn_for_each_occurrence_unless_a_variable_has_the_name():
    first, second = resolver().text("{{$guid}} {{$guid}}").split()
    assert first != second
    assert resolver(**{"$guid": "mine"}).text("{{$guid}}") == "mine"


def test_the_same_source_draws_the_same():
    assert resolver().text("{{$guid}}{{$randomFullName}}") == resolver().text("{{$guid}}{{$randomFullName}}")


def test_values_are_resolved_inside_json_but_keys_are_not():
    value = {"{{a}}": ["{{a}}", 5, None, {"x": "{{a}}"}]}
    assert resolver(a="1").value(value) == {"{{a}}": ["1", 5, None, {"x": "1"}]}


def test_what_was_drawn_is_shown_again_in_the_order_in_which_it_was_drawn():
    resolved = resolver(a="1")
    first, second = resolved.text("{{$guid}}"), resolved.text("{{$guid}}")
    again = resolved.replay()
    assert [again("{{$guid}}"), again("{{$guid}}")] == [first, second]
    assert again("{{$guid}}") not in (first, second)
    assert again("{{a}} {{nope}}") == "1 {{nope}}"
    assert resolved.unresolved == []
