"""What is quicker than chai says what chai says."""

import pytest


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("pm.expect(1).to.eqal(1)", 'Invalid Chai property: eqal. Did you mean "equal"?'),
        ("pm.expect(1).to.be.nothingLikeIt", "Invalid Chai property: nothingLikeIt"),
        (
            "pm.expect(1).to.equal.to",
            'Invalid Chai property: equal.to. See docs for proper usage of "equal".',
        ),
        ("pm.expect(1, 'told').to.be.equal(2)", "told: expected 1 to equal 2"),
        ("pm.expect([1]).to.not.be.an('array').that.is.empty", "expected [ 1 ] not to be an array"),
        ("pm.response.to.have.status(404)", "expected response to have status code 404 but got 200"),
        ("pm.response.to.not.have.status(200)", "expected response to not have status code 200"),
        ("pm.response.to.have.status('Gone')", "expected response to have status reason 'Gone' but got 'OK'"),
        (
            "pm.expect({code: 200}).to.have.status(200)",
            "expecting a postman response object but got { code: 200 }",
        ),
    ],
)
def test_a_failed_assertion_is_told_in_chais_words(bench, source, message):
    [assertion] = bench.run(f"pm.test('fails', () => {source})").assertions
    assert assertion.error.message == message


def test_words_that_make_a_sentence_keep_what_was_said_before(bench):
    run = bench.run(
        "pm.test('not', () => pm.expect(1).to.not.be.equal(2));"
        "pm.test('deep', () => pm.expect({a: [1]}).to.deep.which.equal({a: [1]}));"
    )
    assert [assertion.error for assertion in run.assertions] == [None, None]


def test_what_is_said_after_a_word_is_not_said_of_what_stands_before_it(bench):
    run = bench.run(
        "const one = pm.expect(1);"
        "pm.test('not', () => one.to.not.equal(2));"
        "pm.test('still', () => one.equal(1));"
    )
    assert [assertion.error for assertion in run.assertions] == [None, None]


def test_a_word_of_an_assertion_without_proxies_is_chais_own(bench):
    run = bench.run(
        "const chai = require('chai');"
        "chai.config.useProxy = false;"
        "pm.test('unknown', () => pm.expect(chai.expect(1).to.nothingLikeIt).to.equal(undefined));"
    )
    assert [assertion.error for assertion in run.assertions] == [None]


def test_what_a_script_leaves_on_an_assertion_is_not_seen_by_the_next(bench):
    bench.run(
        "const seen = require('chai').util.flag(pm.expect(1).to, 'ssfi');"
        "try { seen.left = 1 } catch { pm.environment.set('refused', true) }"
    )
    run = bench.run(
        "const seen = require('chai').util.flag(pm.expect(1).to, 'ssfi');"
        "pm.test('nothing', () => pm.expect(seen.left).to.equal(undefined));"
    )
    assert [assertion.error for assertion in run.assertions] == [None]
