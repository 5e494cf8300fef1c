"""Scripts that mean harm end as the error of that one script, and the run goes on."""

from dataclasses import replace

import pytest

from harness.dialect import EXACT
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
        "Atomics.wait(new Int32Array(new SharedArrayBuffer(8)), 0, 0)",
        "const turn = () => queueMicrotask(turn); turn()",
    ],
)
def test_an_endless_script_is_ended_by_its_time(hostile, source):
    ends_with(hostile, source, HANG, timeout_s=0.2)


@pytest.mark.parametrize(
    "source", ["const f = () => { setTimeout(f, 0); setTimeout(f, 0) }; f()", "setInterval(() => {}, 0)"]
)
def test_a_flood_of_timers_is_ended_by_its_time(hostile, source):
    ends_with(hostile, source, "sandbox: asynchronous script execution timeout", timeout_s=0.2)


def test_an_endless_script_without_a_time_is_ended_too(impatient):
    ends_with(impatient, "for (;;);", "the script kept the engine busy for 1 s")


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
        ("await (0, eval)('import(\"file:///etc/passwd\")')", "A dynamic import callback was not specified."),
        ("await new Function('return import(\"x\")')()", "A dynamic import callback was not specified."),
        ("import.meta.url", "Cannot use 'import.meta' outside a module"),
        ("new Function('return process.env')()", "process is not defined"),
        ("pm.test.constructor.constructor('return process')()", "process is not defined"),
        ("(function* () {}).constructor('yield Deno.env')().next()", "Deno is not defined"),
        ("await (async () => {}).constructor('return Deno')()", "Deno is not defined"),
        ("(0, eval)('WebAssembly')", "WebAssembly is not defined"),
        ("new MessageChannel()", "MessageChannel is not defined"),
        ("new BroadcastChannel('x')", "BroadcastChannel is not defined"),
        ("postMessage({ran: {}, done: {}})", "postMessage is not defined"),
        (
            "await Atomics.waitAsync(new Int32Array(new SharedArrayBuffer(8)), 0, 0).value",
            "the script never finished: it awaits a promise that nothing will settle",
        ),
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
    source = "for (let i = 0; i < 5e3; i++) console.log('x'.repeat(1000)); pm.test('end')"
    run = hostile.run(source, timeout_s=60)
    assert run.error is None
    assert [assertion.name for assertion in run.assertions] == ["end"]
    kept = sum(len(message.text) for message in run.console)
    assert kept < 60_000
    assert run.console[-1] == ConsoleMessage(
        level="warn", parts=("… more console output of this script was dropped",)
    )


def test_a_hundred_megabytes_of_console_are_not_kept(hostile):
    source = "for (let i = 0; i < 100; i++) console.log('x'.repeat(2 ** 20)); pm.test('end')"
    run = hostile.run(source, timeout_s=60)
    assert [assertion.name for assertion in run.assertions] == ["end"]
    assert sum(len(message.text) for message in run.console) < 60_000
    ends_with(hostile, "console.log('x'.repeat(100 * 2 ** 20))", MEMORY, timeout_s=60)


def test_a_stack_shows_neither_files_nor_the_engines_frames(hostile):
    said = hostile.said(
        """
        Error.prepareStackTrace = (error, sites) => sites.map(site => site.getFileName()).join();
        Error.stackTraceLimit = 100;
        try { require("nothing") } catch (error) { console.log(error.stack) }
        """
    )
    frames = "    at script-1.js:4:15\n    at Object.<anonymous> (script-1.js:6:4)"
    assert said == [f"Error: Cannot find module 'nothing'\n{frames}"]


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


FAKE = "() => ({test() {}, expect: () => ({to: {equal() {}}})})"
INNOCENT = (
    """
    pm.test("sync", () => { throw new Error("seen") });
    pm.test("async", async () => { await null; throw new Error("seen") });
    pm.test("done", done => setTimeout(() => done(new Error("seen")), 1));
    pm.test("never", done => {});
    """,
    "throw new Error('seen')",
    "await null; throw new Error('seen')",
    "setTimeout(() => { throw new Error('seen') }, 1)",
    "tests.legacy = false",
)


@pytest.mark.parametrize(
    "poison",
    [
        "Promise.prototype.then = function (kept) { return kept && kept() }",
        "old = Promise.prototype.then; Promise.prototype.then = function (f) { return old.call(this, f, f) }",
        "Promise.prototype.catch = function () {}",
        "Promise.prototype.constructor = class { static get [Symbol.species]() { return class {} } }",
        "Object.prototype.then = kept => kept()",
        "Function.prototype.apply = () => undefined",
        "Function.prototype.call = () => undefined",
        "Reflect.apply = Reflect.construct = () => undefined",
        "Object.keys = () => []; Object.hasOwn = () => false; Object.defineProperty = () => undefined",
        "Object.assign = (target) => target",
        f"{{const {{assign}} = Object; Object.assign = (a, ...b) => ({{...assign(a, ...b), pm: {FAKE}}})}}",
        "Array.prototype.map = Array.prototype.filter = () => []; Array.prototype.includes = () => true",
        "Array.prototype[Symbol.iterator] = function* () {}",
        "Object.getPrototypeOf([].values()).next = () => ({done: true})",
        "Object.defineProperty(Array.prototype, 0, {set() {}, get() {}})",
        "String.prototype.split = String.prototype[Symbol.split] = () => []",
        "String.prototype.slice = String.prototype.indexOf = () => ''",
        "Map.prototype.get = Map.prototype.set = Map.prototype.has = () => undefined",
        """
        const {get} = Map.prototype;
        Map.prototype.get = function (key) {
            const kept = get.call(this, key);
            if (kept?.start) kept.start = () => kept.exit();
            return kept;
        }
        """,
        f"Object.defineProperty(Object.prototype, 'test', {{set() {{}}, get: {FAKE}}})",
        f"Object.defineProperty(Object.prototype, 'setTimeout', {{set() {{this.pm = {FAKE}}}, get() {{}}}})",
        "Object.defineProperty(Object.prototype, 'number', {set() { leaked = this }, get() {}})",
        "Object.prototype.environment = Object.prototype.skipped = true; Object.prototype.promises = false",
        "const realm = (0, eval)('this'); realm.Promise = realm.String = realm.Error = realm.Map = () => {}",
        "const {JSON: J} = (0, eval)('this'); J.parse = () => null; J.stringify = () => '[]'",
    ],
)
def test_what_an_earlier_script_left_hides_no_failure_of_a_later_one(hostile, poison):
    _, several, *single = hostile.result(poison, *INNOCENT).runs
    lost = {loss.message for loss in several.losses}
    failed = {assertion.name for assertion in several.assertions if assertion.error is not None}
    assert several.error is not None or ({"sync", "async"} <= failed and len(failed) + len(lost) >= 4)
    for run in single:
        assert run.error or run.losses or [one for one in run.assertions if one.error], run.script.source


SPY = """
const realm = (0, eval)("this");
const {defineProperty, ownKeys, getOwnPropertyDescriptor, apply, construct} = Reflect;
const {add} = Set.prototype;
let open = true;
const seen = new Set();
const note = value => {
    if (!open || value === null || (typeof value !== "object" && typeof value !== "function")) return;
    open = false;
    try { apply(add, seen, [value]) } finally { open = true }
};
const spied = method => function (...args) {
    note(this);
    for (let index = 0; index < args.length; index++) note(args[index]);
    const result = new.target ? construct(method, args, new.target) : apply(method, this, args);
    note(result);
    return result;
};
const NAMES = ["Object", "Array", "Function", "Map", "Set", "WeakMap", "Promise", "String", "RegExp", "JSON"];
for (const name of NAMES) {
    for (const owner of [realm[name], realm[name].prototype]) {
        for (const key of owner === undefined ? [] : ownKeys(owner)) {
            const {value, configurable} = getOwnPropertyDescriptor(owner, key);
            if (key === "constructor" || typeof value !== "function" || !configurable) continue;
            defineProperty(owner, key, {value: spied(value)});
        }
    }
}
const KEYS = ["number", "current", "answers", "losses", "timers", "scopes", "pm", "host", "run", "records"];
for (const key of KEYS) {
    const set = function (value) {
        note(this);
        defineProperty(this, key, {value, writable: true, configurable: true, enumerable: true});
    };
    defineProperty(Object.prototype, key, {set, get() {}, configurable: true});
}
found = () => { open = false; return seen };
"""
SPIED_ON = """
pm.test("passes", () => pm.expect(1).to.equal(1));
pm.test("settles", async () => { await null });
pm.test("calls done", done => setTimeout(done, 1));
pm.environment.set("a", {b: 1}); pm.globals.unset("x"); pm.variables.replaceIn("{{a}}");
tests.legacy = environment.a;
pm.response.json(); pm.cookies.jar(); pm.visualizer.set("{{a}}", {a: 1}); console.log({a: 1});
pm.require("library");
await pm.sendRequest("http://host/x").catch(() => {});
await crypto.subtle.digest("SHA-1", new Uint8Array(1));
"""
LOOK = """
const found_ = found(), kinds = [];
const isMethod = (value, key) => { try { return typeof value[key] === "function" } catch { return false } };
found_.forEach(value => {
    if (typeof value === "function") {
        if (/call\\(operation|this\\.exit|script\\.bound/.test(String(value))) kinds.push(String(value));
    } else if (["ask", "flush", "settle", "host"].some(key => isMethod(value, key))) {
        kinds.push(value.constructor?.name ?? "nameless");
    }
});
pm.test(`leaked: ${kinds.join()}`, () => pm.expect(found_.size).to.be.above(100));
"""


def test_nothing_of_the_engine_passes_through_built_ins_that_a_script_has_tapped(hostile):
    hostile.host.packages["library"] = "exports.loaded = true"
    lasting = replace(EXACT.scripts, undoes_changes=False)
    _, victim, look = hostile.result(SPY, SPIED_ON, LOOK, answers=lasting).runs
    assert (victim.error, victim.losses) == (None, ())
    assert look.error is None
    assert [(one.name, one.error) for one in look.assertions] == [("leaked: ", None)]


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
