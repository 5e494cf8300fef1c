"""`pm.test`, `pm.expect` and Postman's own assertions."""

import pytest

from harness.scripting.engine import Assertion


def test_a_passing_and_a_failing_test_are_told_with_their_messages(bench):
    outcomes = bench.outcomes(
        """
        pm.test("holds", () => pm.expect(1).to.equal(1));
        pm.test("does not", () => pm.expect(1).to.equal(2));
        """
    )
    assert outcomes == {"holds": "passed", "does not": "expected 1 to equal 2"}


def test_a_failure_tells_what_was_expected_and_where_it_stands_in_the_script(bench):
    run = bench.run('const first = 1;\npm.test("t", function () {\n  pm.expect({a: 1}).to.eql({a: 2});\n});')
    (assertion,) = run.assertions
    error = assertion.error
    assert error is not None
    assert error.name == "AssertionError"
    assert error.position is not None
    assert (error.position.line, error.position.text) == (3, "  pm.expect({a: 1}).to.eql({a: 2});")
    assert error.expected == '{\n  "a": 2\n}'
    assert error.actual == '{\n  "a": 1\n}'


@pytest.mark.parametrize(
    "broken",
    [
        "pm.expect('a').to.match(/^b/)",
        "pm.expect({}).to.have.property('x')",
        "pm.expect([1]).to.be.empty",
        "pm.expect(7).to.not.eql(7)",
    ],
)
def test_a_failure_that_compares_nothing_shows_no_difference(bench, broken):
    (assertion,) = bench.run(f'pm.test("t", () => {{ {broken}; }});').assertions
    assert assertion.error is not None
    assert (assertion.error.expected, assertion.error.actual) == (None, None)


def test_a_failure_quotes_a_text_that_is_compared_with_something_else(bench):
    (assertion,) = bench.run('pm.test("t", () => { pm.expect("7").to.eql(7); });').assertions
    assert assertion.error is not None
    assert (assertion.error.expected, assertion.error.actual) == ("7", '"7"')


def test_a_failing_test_does_not_end_the_script(bench):
    run = bench.run('pm.test("a", () => { throw new Error("no") }); pm.test("b", () => {});')
    assert [assertion.passed for assertion in run.assertions] == [False, True]
    assert run.error is None


def test_tests_are_numbered_in_order_and_chain(bench):
    run = bench.run('pm.test("a", () => {}).test("b"); console.log(pm.test.index()); pm.test.skip("c");')
    assert [(a.name, a.index, a.skipped) for a in run.assertions] == [
        ("a", 0, False),
        ("b", 1, False),
        ("c", 2, True),
    ]
    assert run.console[0].text == "2"


def test_output_keeps_assertions_and_console_in_the_order_they_came(bench):
    run = bench.run('console.log("1"); pm.test("2"); console.warn("3");')
    seen = [entry.name if isinstance(entry, Assertion) else entry.text for entry in run.output]
    assert seen == ["1", "2", "3"]


@pytest.mark.parametrize(
    ("assertion", "message"),
    [
        ("pm.response.to.have.status(201)", "expected response to have status code 201 but got 200"),
        (
            "pm.response.to.have.status('Created')",
            "expected response to have status reason 'Created' but got 'OK'",
        ),
        ("pm.response.to.have.header('X-None')", "expected response to have header with key 'X-None'"),
        (
            "pm.response.to.have.header('X-Trace', 'z')",
            "expected 'X-Trace' response header to be 'z' but got 'abc'",
        ),
        ("pm.response.to.be.error", "expected response code to be 4XX or 5XX but found 200"),
        ("pm.response.to.not.be.json", "expected response body not to be a valid json"),
        ("pm.response.to.have.jsonBody('none')", None),
        ("pm.response.to.have.jsonSchema({required: ['none']})", None),
    ],
)
def test_response_assertions_fail_in_postmans_words(bench, assertion, message):
    (said,) = bench.outcomes(f"pm.test('t', () => {{ {assertion} }});").values()
    assert said != "passed"
    if message is not None:
        assert said == message


@pytest.mark.parametrize(
    "assertion",
    [
        "pm.response.to.have.status(200)",
        "pm.response.to.have.status('OK')",
        "pm.response.to.be.ok",
        "pm.response.to.be.success",
        "pm.response.to.be.json",
        "pm.response.to.be.withBody",
        "pm.response.to.have.header('x-trace')",
        "pm.response.to.have.header('X-Trace', 'abc')",
        "pm.response.to.have.jsonBody()",
        "pm.response.to.have.jsonBody('id', 7)",
        "pm.response.to.have.jsonSchema({required: ['id'], properties: {id: {type: 'integer'}}})",
        "pm.response.to.have.responseTime.below(100)",
        "pm.expect(pm.response).to.have.property('code', 200)",
        "pm.expect(pm.response.json().tags).to.include('b').and.have.lengthOf(2)",
    ],
)
def test_response_assertions_hold_for_the_response(bench, assertion):
    assert bench.outcomes(f"pm.test('t', () => {{ {assertion} }});") == {"t": "passed"}


def test_a_test_that_returns_a_promise_waits_for_it_and_keeps_its_place(bench):
    run = bench.run(
        """
        pm.test("slow", async () => { await new Promise(go => setTimeout(go, 5)); pm.expect(1).to.equal(2) });
        pm.test("quick", () => {});
        """
    )
    assert [(a.name, a.error.message if a.error else None) for a in run.assertions] == [
        ("slow", "expected 1 to equal 2"),
        ("quick", None),
    ]


def test_a_promise_that_never_settles_fails_its_test(bench):
    assert bench.outcomes('pm.test("t", () => new Promise(() => {}));') == {
        "t": "the test's promise was never settled"
    }


def test_done_ends_a_test_and_an_error_given_to_it_fails_it(bench):
    outcomes = bench.outcomes(
        """
        pm.test("later", done => { setTimeout(done, 2) });
        pm.test("failed", done => { setTimeout(() => done(new Error("no good")), 1) });
        pm.test("thrown", done => { throw new Error("at once") });
        """
    )
    assert outcomes == {"later": "passed", "failed": "no good", "thrown": "at once"}


def test_a_done_that_is_never_called_is_a_loss(bench):
    run = bench.run('pm.test("waits", function (done) {});')
    assert run.assertions == ()
    assert [loss.message for loss in run.losses] == ['the test "waits" never called done']


def test_the_legacy_tests_object_makes_assertions_after_the_others(bench):
    run = bench.run('tests["first"] = 1 === 1; pm.test("pm", () => {}); tests.second = 0;')
    assert [(a.name, a.index, a.error.message if a.error else None) for a in run.assertions] == [
        ("pm", 0, None),
        ("first", 1, None),
        ("second", 2, "expected 0 to be truthy"),
    ]


def test_newman_takes_an_async_test_for_passed(newman):
    run = newman.run('pm.test("t", async () => { throw new Error("lost") });')
    assert [assertion.passed for assertion in run.assertions] == [True]
    assert [loss.message for loss in run.losses] == ["lost"]
