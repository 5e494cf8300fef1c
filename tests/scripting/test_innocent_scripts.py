"""Which scripts are known to change nothing that scripts share."""

import json
import subprocess

import pytest

from harness.scripting.bundle import BUNDLE
from harness.scripting.process import find_deno

JUDGE = BUNDLE.parent / "engine" / "innocent.js"

INNOCENT = [
    "pm.test('ok', () => { for (const one of pm.response.json().items) pm.expect(one.id).to.be.ok })",
    "const data = {}; data.x = 1; data['y'] = 2; data.n++; pm.environment.set('d', JSON.stringify(data))",
    """const body = pm.response.json();
       body.rows.forEach((row, i) => {
         pm.test(`row ${i}`, function () { pm.expect(row.name).to.match(/^[a-z]+$/i) })
       })""",
    "function check(is) { pm.expect(pm.response.code).to.equal(is) } pm.test('c', () => check(200))",
    "pm.sendRequest({url: pm.variables.get('u')}, (err, res) => { console.log(err, res.code) })",
    "const r = await pm.sendRequest('http://x/'); pm.expect(r.code / 2).to.eql(100)",
    "let total = 0; for (let i = 0; i < 3; i += 1) { total += i } if (total > 2) pm.globals.set('t', total)",
    "const names = Object.keys(pm.response.json()).map((key) => key.trim()).sort(); console.log(names)",
    "try { JSON.parse('{') } catch (error) { console.log(error.message) }",
    "const [a, {b}] = pm.response.json(); pm.expect(a[b]).to.eql(moment().format('YYYY'))",
    "const x = pm.response.headers.get('x') === 'y' ? 1 : 2; switch (x) { case 1: console.log(x); break }",
    "setTimeout(() => console.log('late'), 5); const list = [1, 2]; list[0] = 5; list.push(3)",
    "pm.test.skip('later', () => {}); var f = async (x) => x * 2; f(3).then((y) => y)",
]

GUILTY = [
    "JSON.parse = () => 1",
    "const j = JSON; j.parse = () => 1",
    "const a = [JSON]; a[0].parse = () => 1",
    "const box = {}; box.x = 1; box = JSON; box.parse = () => 1",
    "[JSON.parse] = [() => 1]",
    "({a: JSON.parse} = {a: 1})",
    "for (JSON.parse of [1]) {}",
    "delete JSON.parse",
    "JSON.parse++",
    "const k = 'con' + 'structor'; pm.expect(1)[k][k]('JSON.parse = 1')()",
    "const k = 'con' + 'structor'; const f = pm.expect[k]; f('JSON.parse = 1')()",
    "const k = 'con' + 'structor'; ['JSON.parse = 1'].map(pm.expect[k])",
    "const k = 'con' + 'structor'; const f = pm.expect[k]; ['JSON.parse = 1'].map(f)",
    "const k = 'con' + 'structor'; function go(f) { f('JSON.parse = 1') } go(pm.expect[k])",
    "const k = 'con' + 'structor'; ['JSON.parse = 1'].map(true ? pm.expect[k] : 0)",
    "[JSON].forEach(Object.freeze)",
    "const freeze = Object['freeze']; freeze(JSON)",
    "Promise.resolve(JSON).then(Object.freeze)",
    "require('lodash').isEqual = () => true",
    "_.mixin({isEqual: () => true})",
    "this.JSON = 1",
    "globalThis['JSON'] = 1",
    "JSON = 1",
    "moment = () => 1",
    "moment.locale('de')",
    "\\u004aSON.parse = 1",
    "const f = () => 1; f = pm.expect['x' + 'y']; f('a')",
    "new Function('JSON.parse = 1')()",
    "class A extends Array {}",
    "Array.prototype.map = 1",
    "Object.prototype.x = 1",
    "const {assign} = Object; assign(JSON, {parse: 1})",
    "(() => JSON)().parse = 1",
    "pm.expect.fail = 1",
    "for (const x of [1]) JSON.parse = x",
    "JSON.parse += 1",
    "(function () { return 1 }).call.call(1)",
    "label: { eval('1') }",
]


@pytest.fixture(scope="module")
def verdicts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bool]:
    """Judge all scripts in one child."""
    program = tmp_path_factory.mktemp("judge") / "judge.mjs"
    program.write_text(
        f"import {{ isInnocent }} from {json.dumps(JUDGE.as_uri())};\n"
        "const texts = JSON.parse(await new Response(Deno.stdin.readable).text());\n"
        "console.log(JSON.stringify(texts.map(isInnocent)));\n"
    )
    scripts = [*INNOCENT, *GUILTY]
    done = subprocess.run(
        [find_deno(), "run", "--no-prompt", "--no-config", str(program)],
        input=json.dumps(scripts), capture_output=True, text=True, check=True,
    )  # fmt: skip
    return dict(zip(scripts, json.loads(done.stdout), strict=True))


@pytest.mark.parametrize("script", INNOCENT)
def test_usual_scripts_are_innocent(verdicts: dict[str, bool], script: str) -> None:
    assert verdicts[script]


@pytest.mark.parametrize("script", GUILTY)
def test_whatever_may_change_what_scripts_share_is_not(verdicts: dict[str, bool], script: str) -> None:
    assert not verdicts[script]
