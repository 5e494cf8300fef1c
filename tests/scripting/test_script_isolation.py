"""What a script changes on what scripts share lasts as long as the script."""

import pytest

HOSTILE = [
    "Object.defineProperty(Object.getPrototypeOf(pm.expect(1)), 'eql', {value() { return this }})",
    "require('chai').Assertion.prototype.assert = () => {}",
    "require('chai').config.showDiff = 'x'; require('chai').expect = () => ({to: {eql() {}}})",
    "pm.expect.fail = 1; Object.getPrototypeOf(pm).expect = () => ({to: {eql() {}}})",
    "require('postman-collection').Response.prototype.json = () => ({id: 1})",
    "require('lodash').isEqual = () => true; require('lodash').get = () => 1",
    "JSON.parse = () => ({id: 1})",
    "Array.prototype.map = () => [1]; String.prototype.includes = () => true",
    "Object.prototype.id = 1; Object.prototype.toJSON = () => 1",
    "Object.defineProperty(Object.prototype, 'missing', {get: () => 1, configurable: true})",
    "delete Array.prototype.filter; delete JSON.stringify",
    "Object.setPrototypeOf(Array.prototype, {missing: 1})",
    "Object.getPrototypeOf(pm.environment).get = () => 1",
    "const key = 'con' + 'structor'; pm.expect(1)[key][key]('JSON.parse = () => ({id: 1})')()",
    "(0, eval)('this').JSON = {parse: () => ({id: 1}), stringify: () => '1'}",
    "Object.freeze(Object.prototype); Object.freeze(Array.prototype)",
    "Object.defineProperty(Object.prototype, 'missing', {value: 1})",
]

PROBE = """
const lodash = require('lodash');
pm.test('compares', () => pm.expect(2).to.eql(3));
pm.test('body', () => pm.expect(pm.response.json().id).to.equal(1));
pm.test('lodash', () => pm.expect(lodash.isEqual(1, 2)).to.equal(true));
pm.test('lists', () => pm.expect([[7].map(one => one)[0], [].filter(Boolean).length]).to.eql([1, 0]));
pm.test('texts', () => pm.expect('abc'.includes('x')).to.equal(true));
pm.test('missing', () => pm.expect(({}).missing ?? [].missing).to.equal(1));
pm.test('scope', () => pm.expect(pm.environment.get('none')).to.equal(1));
pm.test('text', () => pm.expect(JSON.stringify({a: 2})).to.equal('1'));
"""


@pytest.mark.parametrize("patch", HOSTILE)
def test_what_a_script_patches_changes_no_result_of_the_next(bench, patch):
    bench.run(patch)
    run = bench.run(PROBE)
    assert run.error is None
    assert {one.name for one in run.assertions if one.error is None} == set()


def test_helpers_that_scripts_share_stay(bench):
    bench.run("helpers = {twice: (x) => x * 2}; String.prototype.shout = function () { return `${this}!` }")
    assert bench.said("console.log(helpers.twice(2), 'a'.shout())") == ["4 a!"]


def test_a_script_may_change_what_it_likes_for_itself(bench):
    said = bench.said("Date.now = () => 5; JSON.parse = () => 6; console.log(Date.now(), pm.response.json())")
    assert said[0].startswith("5")
    assert bench.said("console.log(Date.now() > 5)") == ["true"]


def test_newman_keeps_what_scripts_change(newman):
    newman.run("require('lodash').twice = (x) => x * 2; require('chai').config.mine = 1")
    assert newman.said("console.log(require('chai').config.mine)") == ["1"]


@pytest.mark.parametrize(
    ("change", "probe", "said"),
    [
        ("require('moment').fn.format = () => 'now'", "require('moment')(0).utc().format('YYYY')", "1970"),
        ("require('crypto-js').MD5 = () => 'same'", "String(require('crypto-js').MD5('a'))[0]", "0"),
        ("require('cheerio').load = () => () => 1", "typeof require('cheerio').load('<a>')('a')", "object"),
        ("_.contains = () => true", "String(_.contains([1], 2))", "false"),
        ("tv4.validate = () => true", "String(tv4.validate(1, {type: 'string'}))", "false"),
    ],
)
@pytest.mark.parametrize("loaded", [True, False])
def test_libraries_loaded_on_demand_are_as_they_were(bench, change, probe, said, loaded):
    if loaded:
        bench.run(probe)
    bench.run(f"for (const one of [1]) {{ {change} }}")
    assert bench.said(f"console.log({probe})") == [said]


def test_a_library_keeps_nothing_of_a_script_that_changed_built_ins_before_it_was_loaded(bench):
    bench.run(
        "Object.keys = () => []; Array.prototype.slice = () => []; String.prototype.replace = () => ''; "
        "try { require('moment') } catch {}"
    )
    assert bench.said("console.log(require('moment')(0).utc().format('YYYY-MM'))") == ["1970-01"]


def test_sugar_that_one_script_loads_serves_the_next(bench):
    probe = "console.log(typeof [1].first, [3].first(), 'a b'.words().length)"
    assert bench.said(probe) == bench.said(probe) == ["function 3 2"]


def test_a_clock_that_comes_later_is_no_change_of_a_script(bench):
    bench.run("for (const one of [1]) JSON.parse = () => 1")
    said = [bench.said("for (const one of [1]) console.log(Date.now())", clock_ms=5e11) for _ in range(2)]
    assert said == [["500000000000"]] * 2


@pytest.mark.parametrize(
    ("told", "probe", "said"),
    [
        ("moment.updateLocale('en', {months: Array(12)})", "moment(0).utc().format('MMMM')", "January"),
        ("moment.defineLocale('xx', {parentLocale: 'en'})", "moment.locale()", "en"),
        ("tv4.addSchema('urn:a', {type: 'string'})", "tv4.getSchemaUris().length", "0"),
        ("tv4.addFormat('even', () => 'odd')", "tv4.validate('a', {format: 'even'})", "true"),
    ],
)
def test_libraries_forget_what_a_script_told_them(bench, told, probe, said):
    moment = "const moment = require('moment');"
    bench.run(f"{moment} for (const one of [1]) {told}")
    assert bench.said(f"{moment} console.log(String({probe}))") == [said]
