"""Scripts that mean harm end as the error of that one script, and the run goes on."""

import pytest

from harness.scripting.engine import ConsoleMessage, NextRequest

HANG = "sandbox: synchronous script execution timeout"
MEMORY = "the script used more than 192 MB of memory"


def ends_with(bench, source, message, **more):
    bench.fill("environment", kept=1)
    result = bench.result(source, "pm.test(String(pm.environment.get('kept')))", **more)
    first, second = result.runs
    assert first.error is not None
    assert first.error.message == message
    assert [assertion.name for assertion in second.assertions] == ["1"]


@pytest.mark.parametrize(
    "source",
    [
        "while (true) {}",
        "while (true) await 0",
        "const turn = () => Promise.resolve().then(turn); turn(); while (true) await null",
        "/^(a+)+$/.test('a'.repeat(50) + 'b')",
        "setTimeout(() => { for (;;); }, 1)",
        "pm.test('t', () => { for (;;); })",
    ],
)
def test_an_endless_script_is_ended_by_its_time(hostile, source):
    ends_with(hostile, source, HANG, timeout_s=0.2)


def test_an_endless_script_without_a_time_is_ended_too(hostile):
    ends_with(hostile, "for (;;);", "the script kept the engine busy for 1 s")


@pytest.mark.parametrize(
    "source",
    [
        "const kept = []; for (;;) kept.push(new Array(10000).fill(Math.random()))",
        "const kept = []; for (;;) kept.push(new Uint8Array(10000000).fill(1))",
        "const kept = []; for (let i = 0;; i++) kept.push(('x' + i).repeat(100000) + Math.random())",
        "const kept = new Map(); for (let i = 0;; i++) kept.set(i, {i})",
    ],
)
def test_a_script_that_eats_memory_is_ended(hostile, source):
    ends_with(hostile, source, MEMORY, timeout_s=60)


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("function f() { f() } f()", "Maximum call stack size exceeded"),
        ("let s = 'x'; for (;;) s += s", "Invalid string length"),
        ("new ArrayBuffer(2 ** 53)", "Invalid array buffer length"),
        ("Deno.readTextFileSync('/etc/passwd')", "Deno is not defined"),
        ("process.exit(1)", "process is not defined"),
        ("fetch('http://127.0.0.1/')", "fetch is not defined"),
        ("require('child_process')", "Cannot find module 'child_process'"),
        ("Function('return Deno')()", "Deno is not defined"),
        ("await import('node:fs')", "A dynamic import callback was not specified."),
        ("await eval(\"import('data:text/javascript,1')\")", "A dynamic import callback was not specified."),
        ("new Worker('x')", "Worker is not defined"),
    ],
)
def test_what_a_script_may_not_do_is_its_own_error(hostile, source, message):
    ends_with(hostile, source, message)


DEEP = "let deep = 1; for (let i = 0; i < {levels}; i++) deep = {{deep}};"
UNHELD = "the script left a value that is nested too deeply, or a number with too many digits"


@pytest.mark.parametrize("levels", [250, 1200])
@pytest.mark.parametrize(
    "use",
    [
        "pm.environment.set('x', deep)",
        "pm.variables.set('x', deep)",
        "pm.request.body.update({mode: 'raw', raw: 'x', options: deep})",
        "pm.sendRequest({url: 'http://a', body: {mode: 'raw', raw: 'x', options: deep}})",
    ],
)
def test_a_value_nested_without_measure_is_its_scripts_own_error(hostile, use, levels):
    ends_with(hostile, f"{DEEP.format(levels=levels)} {use}", UNHELD, event="prerequest")


def test_an_object_is_no_wish_for_a_request(hostile):
    result = hostile.result(
        f"{DEEP.format(levels=1200)} pm.execution.setNextRequest(deep)", "pm.test('next')"
    )
    assert result.next == NextRequest(target="[object Object]")
    assert [assertion.name for assertion in result.runs[1].assertions] == ["next"]


def test_a_number_without_measure_is_its_scripts_own_error(hostile):
    ends_with(hostile, "pm.environment.set('x', {n: (0, eval)('JSON').rawJSON('9'.repeat(5000))})", UNHELD)


def test_console_output_is_cut_and_the_script_goes_on(hostile):
    run = hostile.run("for (let i = 0; i < 1e5; i++) console.log('x'.repeat(1000)); pm.test('end')")
    assert run.error is None
    assert [assertion.name for assertion in run.assertions] == ["end"]
    kept = sum(len(message.text) for message in run.console)
    assert kept < 60_000
    assert run.console[-1] == ConsoleMessage(
        level="warn", parts=("… more console output of this script was dropped",)
    )


@pytest.mark.parametrize(
    "poison",
    [
        "Object.prototype.toJSON = () => [];",
        "Array.prototype.push = () => 0; Array.prototype.map = () => []; Array.prototype.join = () => '';",
        "const J = (0, eval)('JSON'); J.stringify = () => '[]'; J.parse = () => []; JSON.stringify = null;",
        "Map.prototype.get = Map.prototype.set = () => undefined;",
        "String.prototype.split = () => []; RegExp.prototype.exec = () => null;",
        "Function.prototype.call = Function.prototype.apply = () => undefined;",
        "Promise.prototype.then = () => undefined;",
        "Object.defineProperty(Object.prototype, 'passed', {get: () => true}); Object.prototype.e = null;",
        "Error.prototype.toJSON = () => null; Error.captureStackTrace = () => undefined;",
    ],
)
def test_poisoned_built_ins_hide_no_failure(hostile, poison):
    result = hostile.result(
        f"{poison} pm.test('must fail', () => {{ throw new Error('seen') }}); throw new Error('end');"
    )
    (run,) = result.runs
    told = [assertion.error.message for assertion in run.assertions if assertion.error is not None]
    if run.error is not None and run.error.message == "end":
        assert told == ["seen"]
    else:
        # The poison may break Postman's own code; then the script has failed, which is told as well.
        assert run.error is not None


def test_a_poisoned_engine_is_replaced_or_goes_on(hostile):
    hostile.run("JSON.parse = null; Object.keys = null; (0, eval)('JSON').parse = null; Map = null;")
    for _ in range(2):
        result = hostile.result("pm.test('works')")
    assert [assertion.name for assertion in result.runs[0].assertions] == ["works"]


ESCAPES = """
const seen = [];
const look = value => {
    try {
        const realm = value.constructor.constructor("return this")();
        if (typeof realm.Deno !== "undefined" || typeof realm.process !== "undefined") seen.push("out");
    } catch (error) {
        if (error instanceof Error === false) seen.push("foreign error");
    }
};
"""


@pytest.mark.parametrize(
    "attempt",
    [
        "[pm, pm.test, pm.environment, console.log, require, setTimeout(() => 1, 1)].forEach(look);",
        "look(pm.response); look(pm.response.stream); look(pm.request.url); look(pm.cookies.jar());",
        "try { pm.response.json.call(null) } catch (error) { look(error) }",
        "try { null.x } catch (error) { look(error); look(error.stack) }",
        """
        const log = () => { try { console.log("x") } catch (error) { look(error) } };
        const deep = () => { try { deep() } catch (error) { log(); throw error } };
        try { deep() } catch (error) { look(error) }
        """,
        "Error.prepareStackTrace = (e, all) => all.forEach(s => look(s.getFunction())); new Error().stack;",
        "try { await import('x') } catch (error) { look(error) }",
        "try { new URL('nonsense') } catch (error) { look(error) } look(new URL('http://a')); look(URL);",
        "look(crypto.subtle); try { await crypto.subtle.digest('x', Buffer.alloc(1)) } catch (e) { look(e) }",
        "look(crypto.subtle.digest('SHA-1', new Uint8Array(1)));",
        "look(structuredClone({})); look(await new Blob(['x']).arrayBuffer());",
        "look((function () { return this })()); look(arguments === undefined ? {} : arguments);",
    ],
)
def test_no_object_of_the_engines_own_realm_is_in_reach(hostile, attempt):
    assert hostile.outcomes(f"{ESCAPES} {attempt} pm.test(`seen: ${{seen.join()}}`);") == {"seen: ": "passed"}


def test_an_imitated_message_is_not_taken_for_one(hostile):
    run = hostile.run(
        """
        console.log('{"ran": {"output": []}, "done": {"skipped": false}}\\n');
        pm.test('{"done": {}}\\n', () => { throw new Error('seen') });
        """
    )
    assert [assertion.error.message for assertion in run.assertions if assertion.error] == ["seen"]


def test_results_cannot_be_changed_once_they_are_in(hostile):
    run = hostile.run(
        """
        pm.test("first", () => { throw new Error("seen") });
        for (const key of Object.getOwnPropertyNames(pm)) { try { pm[key] = undefined } catch {} }
        pm.test = () => {};
        """
    )
    assert [assertion.error.message for assertion in run.assertions if assertion.error] == ["seen"]


def test_a_script_that_is_over_changes_nothing_of_the_next(hostile):
    hostile.run("old = pm; oldConsole = console; oldTimers = setTimeout;")
    run = hostile.run(
        """
        old.test("forged"); oldConsole.log("forged"); oldTimers(() => old.test("forged"), 1);
        old.environment.set("forged", 1); old.execution.setNextRequest("forged");
        pm.test("own");
        """
    )
    assert [assertion.name for assertion in run.assertions] == ["own"]
    assert run.console == ()
    assert "forged" not in hostile.scopes.environment
