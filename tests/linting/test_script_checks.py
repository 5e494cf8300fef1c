"""Names that `pm` does not have, tests that never run and secrets are found by what a script means."""

import pytest

from harness.linting.finding import Finding
from harness.linting.script_checks import check_script
from harness.linting.script_reading import ScriptReading, read_scripts
from harness.linting.script_site import ScriptSite

BROKEN = [
    ("unknown-pm-name", "pm.tset('a', () => {})"),
    ("unknown-pm-name", "const {tset} = pm;"),
    ("unknown-pm-name", "const {test: t, exepct} = pm;"),
    ("unknown-pm-name", "pm['tset']('a')"),
    ("unknown-pm-name", "const p = pm; p.tset('a')"),
    ("unknown-pm-name", "const env = pm.environment; env.gett('a')"),
    ("unknown-pm-name", "pm\n  .environment\n  .gett('a')"),
    ("unknown-pm-name", "if (pm.response.cod === 200) {}"),
    ("unknown-pm-name", "pm.response.jsn()"),
    ("unknown-pm-name", "pm.request.headers.push({})"),
    ("unknown-pm-name", "pm.visualizer.sett('<p>')"),
    ("unknown-pm-name", "pm.vault.fetch('a')"),
    ("unknown-pm-name", "pm.cookies.jar().gett('u', 'a')"),
    ("unknown-pm-name", "postman.setEnviromentVariable('a', 1)"),
    ("unknown-pm-name", "const b = `x ${pm.tset()}`"),
    ("test-never-runs", "throw new Error('x');\npm.test('a', () => {})"),
    ("test-never-runs", "/* x */ return;\npm.test('a', () => {})"),
    ("test-never-runs", "if (false) { pm.test('a', () => {}) }"),
    ("test-never-runs", "if (true) { } else pm.test('a', () => {})"),
    ("test-never-runs", "const {test} = pm;\nreturn;\ntest('a', () => {})"),
    ("test-never-runs", "if (a) { return; } else { throw b; }\npm.test('a', () => {})"),
    ("test-never-runs", "switch (a) { case 1:\nbreak;\npm.test('a', () => {}) }"),
    ("test-never-runs", "function check() {\n  pm.test('a', () => {});\n}"),
    ("test-never-runs", "const check = () => pm.test('a', () => {});"),
    ("test-never-runs", "false && pm.test('a', () => {});"),
    ("script-syntax", "let a = ;"),
    ("script-syntax", "import x from 'y';"),
    ("secret-in-clear", "const password = 'hunter22xyz';"),
    ("secret-in-clear", "pm.environment.set('api_key', 'abcdef123456');"),
    ("secret-in-clear", "pm.request.headers.add({key: 'Authorization', value: 'Bearer abcdef123456'});"),
    ("secret-in-clear", "const auth = {'client_secret': `abcdef123456`};"),
    ("secret-in-clear", "config.accessToken = 'abcdef' + '123456';"),
    ("secret-in-clear", "send('ghp_abcdefghijklmnopqrstuvwxyz0123456789');"),
]

RIGHT = [
    "const {test, expect, response: r} = pm; test('a', () => {})",
    "// pm.tset()\nconst a = 'pm.tset'; const b = `pm.tset`; /pm.tset/.test(a)",
    "const lpm = {tset(){}}; lpm.tset(); foo.pm.tset",
    "function f(pm) { pm.tset(); } f({})",
    "pm.newHelper = () => 1; pm.newHelper();",
    "if (pm.foo) { pm.foo.bar(); } pm?.bar?.('a'); typeof pm.baz",
    "pm.request.headers.upsert({}); pm.response.to.have.status(200); pm.cookies.jar().get('u', 'a', f)",
    "pm.vault.get('a'); pm.require('x'); pm.execution.runRequest('a'); pm.execution.location.current",
    "if (pm.response.code !== 200) {\n  return;\n}\npm.test('a', () => {})",
    "check();\nreturn;\nfunction check() {\n  pm.test('a', () => {});\n}",
    "switch (a) {\ncase 1:\nbreak;\ncase 2:\npm.test('a', () => {}) }",
    "function check() {\n  pm.test('a', () => {});\n}\neval('check()');",
    "pm.test('a', () => { return; });\npm.test('b', () => {})",
    "await pm.sendRequest('a'); with (a) {} let b = 010;",
    "pm.environment.set('token', pm.response.json().token); let secret = ''; const a = {password: '{{p}}'}",
    "const tokenType = 'Bearer12345'; const password = 'your-password'; const b = {token: '<token>'}",
]

SCRIPTS = [*(script for _, script in BROKEN), *RIGHT]


@pytest.fixture(scope="module")
def readings() -> dict[str, ScriptReading]:
    return dict(zip(SCRIPTS, read_scripts(SCRIPTS), strict=True))


def found(script: str, reading: ScriptReading) -> list[Finding]:
    return list(check_script(ScriptSite(source=script, file="f", field="s", line=11), reading))


@pytest.mark.parametrize(("rule", "script"), BROKEN)
def test_what_is_wrong_is_found(rule: str, script: str, readings: dict[str, ScriptReading]) -> None:
    assert [one.rule_id for one in found(script, readings[script])] == [rule]


@pytest.mark.parametrize("script", RIGHT)
def test_what_is_right_is_left_alone(script: str, readings: dict[str, ScriptReading]) -> None:
    assert found(script, readings[script]) == []


def test_a_finding_stands_at_its_line(readings: dict[str, ScriptReading]) -> None:
    script = "pm\n  .environment\n  .gett('a')"

    (finding,) = found(script, readings[script])

    assert (finding.line, finding.message) == (13, "there is no pm.environment.gett")


def test_no_script_starts_no_child() -> None:
    assert read_scripts([]) == []


def test_variables_are_known_by_the_names_that_scripts_give_them() -> None:
    written, looped, other = read_scripts(
        [
            "const e = pm.environment, N = 'b'; e.set('a', 1); e.set(N, 1); pm.globals.set('c' + 'd', 1);",
            "Object.entries({nope: 1}).forEach(([k, v]) => pm.environment.set(k, v)); replace('{{x}}')",
            "// pm.environment.set('a')\nnew Map().set('b', 1);\npm.variables.replaceIn('{{d}}')",
        ]
    )

    assert written.sets == {"a", "b", "cd"}
    assert written.words == frozenset()
    assert "nope" in looped.words
    assert other.sets == frozenset()
    assert [(one.text, one.line) for one in other.templates] == [("{{d}}", 2)]


def test_a_script_that_is_nested_too_deeply_is_left_alone_and_one_that_doubles_texts_is_read() -> None:
    doubling = "".join(f"const a{one + 1} = a{one} + a{one};\n" for one in range(40))
    deep, grown = read_scripts(
        [
            f"x = {'(' * 20_000}1{')' * 20_000}",
            f"const a0 = 'abcd';\n{doubling}pm.globals.set(a2, 1); pm.globals.set(a40, 1);",
        ]
    )

    assert deep.paths == ()
    assert grown.sets == {"abcd" * 4}
