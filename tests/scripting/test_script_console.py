"""What scripts write to the console, put into words: ours like Node's, newman's as its own console has it."""

import pytest


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("'text', 1, -0, 10n, null, undefined, Symbol('s')", "text 1 -0 10n null undefined Symbol(s)"),
        (
            "function named() {}, () => 1, class A {}",
            "[Function: named] [Function (anonymous)] [Function: A]",
        ),
        (
            "new Map([['a', new Set([1])]]), Buffer.from('hi')",
            "Map(1) { 'a' => Set(1) { 1 } } <Buffer 68 69>",
        ),
        ("new TypeError('no'), [new Error('in')]", "TypeError: no [ [Error: in] ]"),
        ("(c => (c.self = c, [c]))({n: 1})", "[ <ref *1> { n: 1, self: [Circular *1] } ]"),
        ("['it\\'s', 'a\\nb', `it's \"x\"`]", "[ \"it's\", 'a\\nb', `it's \"x\"` ]"),
        ("Object.create(null), new (class Foo { a = 1 })()", "[Object: null prototype] {} Foo { a: 1 }"),
        ("{'a-b': 1, [Symbol('k')]: {toJSON: () => 'json'}}", "{ 'a-b': 1, [Symbol(k)]: 'json' }"),
        (
            "new Date(0), /x/g, new String('s'), new Uint8Array(2)",
            "1970-01-01T00:00:00.000Z /x/g [String: 's'] Uint8Array(2) [ 0, 0 ]",
        ),
        ("{get x() { throw new Error('no') }}", "[object]"),
    ],
)
def test_values_are_shown_as_node_shows_them(bench, source, shown):
    assert bench.said(f"console.log({source})") == [shown]


def test_what_does_not_fit_a_line_is_laid_out(bench):
    (numbers,) = bench.said("console.log(Array.from({length: 103}, (_, i) => i))")
    assert numbers.startswith("[\n   0,  1,  2,  3,  4,  5,  6,  7,  8,  9, 10, 11,\n  12,")
    assert numbers.endswith("\n  ... 3 more items\n]")
    (nested,) = bench.said("console.log({a: {b: {c: {d: {}}}}})")
    assert nested == "{\n  a: { b: { c: { d: {} } } }\n}"


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("'text', \"it's\", -0, [-0], 10n", "'text', \"it's\", 0, [ 0 ], 10n"),
        ("() => 1, function f() {}, pm.execution.skipRequest", "'[Function]', '[Function: f]', '[Function]'"),
        ("new TypeError('no')", "{ type: 'Error', name: 'TypeError', message: 'no' }"),
        ("new (class Foo { a = 1 })(), Object.create(null)", "{ a: 1 }, {}"),
        ("new WeakMap(), new ArrayBuffer(8)", "'[WeakMap]', '[ArrayBuffer { byteLength: 8 }]'"),
        ("new Date(NaN), Promise.resolve(1), new Number(5)", "null, {}, 5"),
        ("new Uint8Array([3]), new Uint8Array([3, 4])", "Uint8Array(3) [ 0, 0, 0 ], Uint8Array(2) [ 3, 4 ]"),
        ("", ""),
    ],
)
def test_newman_shows_what_is_left_of_values_on_their_way(newman, source, shown):
    assert newman.said(f"console.log({source})") == [shown]


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("{get x() { throw new Error('seen') }}", "seen"),
        ("{toJSON() { throw new Error('seen') }}", "seen"),
        ("Object(1n)", "Do not know how to serialize a BigInt"),
    ],
)
def test_what_newman_cannot_show_is_the_scripts_error(newman, bench, value, message):
    source = f"console.log({value}); pm.test('reached')"
    error = newman.run(source).error
    assert error is not None
    assert error.message == message
    assert bench.run(source).error is None
