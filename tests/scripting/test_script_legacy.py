"""The names of Postman's first scripting API, and the libraries that scripts find or require."""

import pytest

from harness.scripting.engine import NextRequest


def warnings(run):
    return [message.text for message in run.console if message.level == "warn"]


def test_legacy_names_tell_of_the_response(bench):
    run = bench.run(
        """
        console.log(responseCode.code, responseCode.name, responseTime, responseBody.length);
        console.log(responseHeaders["X-Trace"], iteration, postman.getResponseHeader("x-trace"));
        """
    )
    assert [message.text for message in run.console if message.level == "log"] == [
        "200 OK 12 29",
        "abc 0 abc",
    ]


def test_legacy_names_tell_of_the_request(bench):
    run = bench.run("console.log(request.method, request.url, request.headers['x-kept'], request.data)")
    shown = run.console[-1].text
    assert shown == 'POST https://{{host}}/things?limit=5 1 {"a": 1}'


def test_postman_sets_variables_as_texts(bench):
    bench.fill("environment", a=1)
    bench.run(
        """
        postman.setEnvironmentVariable("n", 5);
        postman.setGlobalVariable("g", true);
        postman.clearEnvironmentVariable("a");
        tests[environment.n + typeof environment.a] = true;
        """
    )
    assert {v.key: v.value for v in bench.scopes.environment} == {"n": "5"}
    assert bench.scopes.globals.get("g") == "true"


def test_newman_tells_of_each_legacy_name_once_in_a_script(newman):
    run = newman.run("tests.a = 1; tests.b = 1; responseCode.code; responseCode.code; _.map([], x => x);")
    assert warnings(run) == [
        '\'Using "tests" is deprecated. Use "pm.test()" instead.\'',
        '\'Using "responseCode" is deprecated. Use "pm.response.code" instead.\'',
        '`Using "_" is deprecated. Use "require(\'lodash\')" instead.`',
    ]
    assert run.deprecations == ()


def used(run):
    return [(one.name, one.position.line) for one in run.deprecations]


def test_each_legacy_name_is_told_of_with_its_first_place(bench):
    run = bench.run(
        "tests.a = 1;\ntests.b = responseCode.code;\nresponseCode.code; postman.setNextRequest('a')"
    )
    assert used(run) == [("tests", 1), ("responseCode", 2), ("postman.setNextRequest", 3)]
    assert [one.instead for one in run.deprecations] == [
        "pm.test()",
        "pm.response.code",
        "pm.execution.setNextRequest()",
    ]
    assert run.console == ()


def test_legacy_names_that_hold_plain_values_are_told_of_where_they_are_used(bench):
    run = bench.run("// responseBody\nconst row = {iteration: 1};\nif (row.iteration) responseBody.length;")
    assert used(run) == [("responseBody", 3)]


@pytest.mark.parametrize(
    "source",
    [
        "pm.test('t', () => pm.response.to.be.ok); require('lodash').map([], x => x);",
        "const responseBody = pm.response.text(); responseBody.length;",
        "[1].map((iteration) => iteration + 1);",
        "const {responseTime, a: [iteration] = []} = {a: [1]}; responseTime + iteration;",
        "function f(responseBody) { return responseBody } f('x'); iteration: for (;;) break iteration;",
        '"use sandbox2"; typeof responseBody;',
        "/* tests responseBody */ 'iteration responseTime'",
    ],
)
def test_a_scripts_own_names_are_not_told_of(bench, source):
    run = bench.run(source)
    assert run.error is None
    assert run.deprecations == ()


def test_the_marker_of_the_second_sandbox_takes_legacy_names_away(bench):
    assert bench.said('"use sandbox2"; console.log(typeof tests, typeof postman, typeof _, typeof pm)') == [
        "undefined undefined undefined object"
    ]


def test_set_next_request_of_postman_works(bench):
    assert bench.result("postman.setNextRequest(null)").next == NextRequest(target=None)


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("_.VERSION", "3.10.2"),
        ("require('lodash').VERSION", "4.17.21"),
        ("require('moment').version + require('moment').utc(0).format(' YYYY-MM-DD')", "2.30.1 1970-01-01"),
        ("CryptoJS.SHA256('a').toString().slice(0, 8)", "ca978112"),
        ("require('crypto-js').HmacMD5('a', 'k').toString().length", "32"),
        ("CryptoJS.AES.decrypt(CryptoJS.AES.encrypt('m', 'k'), 'k').toString(CryptoJS.enc.Utf8)", "m"),
        ("cheerio.load('<b>x</b>')('b').text()", "x"),
        ("xml2Json('<a><b>1</b></a>').a.b", "1"),
        ("tv4.validate({a: 1}, {required: ['b']})", "false"),
        ("new (require('ajv'))().validate({type: 'number'}, 1)", "true"),
        ("require('csv-parse/lib/sync')('a,b\\n1,2', {columns: true})[0].b", "2"),
        ("require('uuid').v4().length", "36"),
        ("require('atob')('aGk=') + require('btoa')('hi')", "hiaGk="),
        ("new (require('backbone').Model)({a: 1}).get('a')", "1"),
        ("require('querystring').stringify({a: 1})", "a=1"),
        ("require('url').parse('http://a/b?c').pathname", "/b"),
        ("require('util').format('%s-%d', 'a', 1)", "a-1"),
        ("require('path').join('a', '..', 'b')", "b"),
        ("new (require('events'))().on('x', () => {}).listenerCount('x')", "1"),
        ("require('buffer').Buffer.from('hi').toString('base64')", "aGk="),
        ("require('punycode').toASCII('münchen')", "xn--mnchen-3ya"),
        ("new (require('string_decoder').StringDecoder)('utf8').write(Buffer.from('é'))", "é"),
        ("typeof require('stream').Readable", "function"),
        ("require('postman-collection').Url.parse('http://a/b').host.join()", "a"),
        ("typeof require('chai').assert.equal", "function"),
        ("JSON.parse('\\ufeff{\"a\": 1}').a", "1"),
        ("[1, 2, 3].sum()", "6"),
        ("'abc'.first(2)", "ab"),
    ],
)
def test_libraries_are_postmans(bench, source, shown):
    run = bench.run(f"console.log({source})")
    assert run.error is None, run.error
    assert run.console[-1].text == shown


def test_an_unknown_module_is_an_error(bench):
    error = bench.run("require('fs-extra')").error
    assert error is not None
    assert error.message == "Cannot find module 'fs-extra'"


def test_what_scripts_leave_on_globals_is_found_by_the_next(bench):
    bench.run("shared = {n: 1}; String.prototype.shout = function () { return this + '!' };")
    assert bench.said("shared.n++; console.log(shared.n, 'hi'.shout())") == ["2 hi!"]
    bench.run("delete String.prototype.shout")


def test_a_library_kept_in_a_variable_can_be_evaluated(bench):
    bench.run(
        "pm.globals.set('library', 'twice = n => 2 * n; function own() { return pm.info.requestName }')"
    )
    assert bench.said("eval(pm.globals.get('library')); console.log(twice(2), own())") == ["4 Item"]


def test_names_declared_by_a_script_end_with_it(bench):
    bench.run("var declared = 1; let other = 2; function called() {}")
    assert bench.said("console.log(typeof declared, typeof other, typeof called)") == [
        "undefined undefined undefined"
    ]


def test_reassigned_globals_are_whole_again_in_the_next_script(bench):
    bench.run("Math = null; JSON = null; pm = null;")
    assert bench.said("console.log(Math.max(1, 2), JSON.stringify({}), typeof pm)") == ["2 {} object"]


@pytest.mark.parametrize("name", ["globalThis", "Intl", "URL", "crypto", "structuredClone", "AggregateError"])
def test_newman_has_only_the_globals_of_its_time(newman, name):
    assert newman.said(f"console.log(typeof {name})") == ["'undefined'"]


@pytest.mark.parametrize(
    "later", ["Object.groupBy", "Promise.withResolvers", "Set.prototype.union", "Uint8Array.fromBase64"]
)
@pytest.mark.difference("current-globals")
def test_newman_has_only_the_language_of_its_time(newman, bench, later):
    assert newman.said(f"console.log(typeof {later})") == ["'undefined'"]
    assert bench.said(f"console.log(typeof {later})") == ["function"]


def test_this_holds_what_the_script_is_given(bench):
    assert bench.said("console.log(this.pm === pm, typeof this.console.log)") == ["true function"]


def test_what_waits_for_the_next_tick_fails_once_in_newman(newman):
    source = "const {nextTick} = require('_process'); nextTick(() => console.log('never'));"
    error = newman.run(source).error
    assert error is not None
    assert (error.name, error.message) == ("ReferenceError", "setTimeout is not defined")
    assert newman.said(source) == []


def test_what_waits_for_the_next_tick_comes_in_ours(bench):
    assert bench.said("require('_process').nextTick((a) => console.log(a), 'came')") == ["came"]
