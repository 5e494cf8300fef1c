"""Sugar's methods on the built-in objects are there for whoever looks, and cost nothing before."""

import pytest

from harness.scripting.deno import DenoEngine


@pytest.fixture
def fresh(bench):
    """A bench whose engine has not loaded Sugar yet."""
    bench.engine = DenoEngine()
    yield bench
    bench.engine.close()


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("typeof new Date().format + typeof 'a'.has + typeof Object.each", "functionfunctionfunction"),
        ("'first' in [] && !Object.keys(Array.prototype).length", "true"),
        ("'hello world'.titleize() + (5).ordinalize()", "Hello World5th"),
        ("Date.create('2012-01-02').format('{yyyy}')", "2012"),
        ("[{a: 1}, {a: 2}].filter({a: 1}).length", "1"),
        ("RegExp.escape('a.b')", "a\\.b"),
    ],
)
def test_its_methods_are_found_by_name(fresh, source, said):
    assert fresh.said(f"console.log(String({source}))") == [said]


def test_what_a_script_puts_in_their_place_stays(fresh):
    source = """
        String.prototype.capitalize = function () { return 'mine' };
        const list = [1];
        list.first = 7;
        console.log('a'.capitalize(), list.first, Object.keys(list).join());
    """
    assert fresh.said(source) == ["mine 7 0,first"]
    assert fresh.said("console.log('a'.capitalize(), [5].last(), 'b'.camelize())") == ["mine 5 mine"]


def test_they_are_there_on_a_virtual_clock(fresh):
    assert fresh.said("console.log(Date.create(0).format('{yyyy}'))", clock_ms=0.0) == ["1970"]
