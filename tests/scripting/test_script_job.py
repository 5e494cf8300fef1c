"""What travels to the script engine: everything once, and large bodies only when they are read."""

import gc
import json
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from harness.client.message import Response
from harness.dialect import EXACT, NEWMAN
from harness.errors import EngineError
from harness.scripting.deno import DenoEngine
from harness.scripting.job import Mirror, job_json


def sent(bench, *sources, mirror=None, **more):
    text, payload = job_json(bench.job(*sources, **more), 1, mirror or Mirror(), crowded=False)
    message = json.loads(text)
    assert message["bytes"] == len(payload)
    return message["job"]


def test_a_source_travels_once(bench):
    mirror = Mirror()
    first, again = sent(bench, "1", "2", "1", mirror=mirror), sent(bench, "2", "3", mirror=mirror)
    assert first["sources"] == {"1": "1", "2": "2"}
    assert [number for number, _ in first["scripts"]] == [1, 2, 1]
    assert again["sources"] == {"3": "3"}


def test_of_a_scope_travels_what_changed(bench):
    mirror = Mirror()
    bench.fill("environment", a=1, b=1, c=1)
    first = sent(bench, "1", mirror=mirror)["scopes"]
    number = first["now"][2]
    assert [one[1] for one in first["fresh"]] == ["local", "data", "environment", "collection", "globals"]
    assert sent(bench, "1", mirror=mirror)["scopes"] == {"now": first["now"], "fresh": [], "gone": []}
    environment = bench.scopes.environment
    environment.set("a", 2)
    environment.unset("b")
    environment.unset("c")
    environment.set("c", 3)
    changes = [{"key": "a", "value": 2}, "b", "c", {"key": "c", "value": 3}]
    assert sent(bench, "1", mirror=mirror)["scopes"]["fresh"] == [[number, changes]]


def test_changes_between_scripts_arrive_in_their_order(bench):
    bench.fill("environment", a=1, b=1, c=1)
    bench.run("pm.environment.get('a')")
    environment = bench.scopes.environment
    environment.unset("a")
    environment.set("b", 2)
    environment.set("a", 3)
    said = bench.said("console.log(JSON.stringify(pm.environment.toObject()))")
    assert said == ['{"b":2,"c":1,"a":3}']


def test_more_changes_than_are_remembered_arrive_too(bench):
    bench.run("pm.environment.get('a')")
    for number in range(1000):
        bench.scopes.environment.set(f"k{number % 300}", number)
    assert bench.said("console.log(pm.environment.get('k5'), pm.environment.get('k299'))") == ["905 899"]


def test_a_scope_that_is_no_more_is_forgotten(bench):
    mirror = Mirror()
    first = sent(bench, "1", mirror=mirror)["scopes"]
    bench.fill("data", row=1)
    gc.collect()
    again = sent(bench, "1", mirror=mirror)["scopes"]
    assert again["gone"] == [first["now"][1]]


def test_of_a_job_travels_what_its_scripts_mention(bench):
    asked = []

    def request():
        asked.append(1)
        return {"url": "http://host/", "method": "GET"}

    assert sent(bench, "pm.test('x')", request=request)["parts"] == []
    assert asked == []
    assert [name for name, _ in sent(bench, "pm.request.url", request=request)["parts"]] == ["request"]
    assert [name for name, _ in sent(bench, "pm.response.text()")["parts"]] == ["response", "body"]


@pytest.mark.parametrize(
    ("part", "value"),
    [("req", "method"), ("resp", "code"), ("in", "requestName"), ("cook", "count()")],
)
def test_what_a_script_spells_in_pieces_is_there_all_the_same(bench, part, value):
    rest = {"req": "uest", "resp": "onse", "in": "fo", "cook": "ies"}[part]
    told = {"req": "POST", "resp": "200", "in": "Item", "cook": "0"}[part]
    assert bench.said(f"const p = '{part}' + '{rest}'; console.log(String(pm[p].{value}))") == [told]


def test_a_large_body_stays_behind_until_it_is_read(bench):
    large = Response(status=200, reason="OK", body=b"x" * 10_000_000)
    assert [name for name, _ in sent(bench, "pm.response.text()", response=large)["parts"]] == ["response"]
    assert bench.said("console.log(pm.response.responseSize)", response=large) == ["10000000"]
    assert bench.said("console.log(pm.response.text().length)", response=large) == ["10000000"]


@pytest.mark.parametrize(
    ("label", "owner"), [("", "Collection"), ("Folder", "Folder"), ("Folder / Item", "Item")]
)
def test_a_script_is_told_whose_it_is(bench, label, owner):
    job = bench.job("console.log(pm.execution.location.current)")
    ((_, script),) = job.scripts
    (run,) = bench.engine.run(replace(job, scripts=((label, script),)), bench.host).runs
    assert run.console[0].text == owner
    assert run.label == label


def test_texts_of_any_kind_arrive_as_they_are(bench):
    odd = "\u0000\u2028\ud800 \U0001f600 \"'\\\n"
    bench.fill("environment", odd=odd)
    bench.run("pm.environment.set('back', pm.environment.get('odd'))")
    assert bench.scopes.environment.get("back") == odd


def test_nothing_is_started_before_the_first_script():
    engine = DenoEngine(deno="/nonexistent/deno")
    engine.close()


def test_a_deno_that_cannot_be_started_is_an_error_that_says_how_to_get_one(bench):
    engine = DenoEngine(deno="/nonexistent/deno")
    with pytest.raises(EngineError) as caught:
        engine.run(bench.job("1"), bench.host)
    assert "deno could not be started" in str(caught.value)
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = next(one for one in project["dependencies"] if one.startswith("deno"))
    assert f"pip install {wanted!r}" in caught.value.hint


@pytest.mark.parametrize(
    ("does", "how"),
    [("exit 0", "with code 0"), ("exit 3", "with code 3"), ("kill -ILL $$", "by signal 4")],
)
def test_a_deno_that_is_something_else_is_an_error(bench, tmp_path, does, how):
    impostor = tmp_path / "deno"
    impostor.write_text(f"#!/bin/sh\n{does}\n")
    impostor.chmod(0o755)
    engine = DenoEngine(deno=str(impostor))
    with pytest.raises(EngineError) as caught:
        engine.run(bench.job("1"), bench.host)
    assert f"the script engine did not start: {impostor} ended {how}" in str(caught.value)


def test_a_deno_that_is_too_old_is_an_error_that_says_which_is_needed(bench, tmp_path):
    old = tmp_path / "deno"
    word = """$(printf %s "$line" | sed 's/.*"word":"\\([^"]*\\)".*/\\1/')"""
    old.write_text(f"""#!/bin/sh\nread -r line\nprintf '%s{{"ready":"2.8.3"}}\\n' "{word}"\nread -r line\n""")
    old.chmod(0o755)
    engine = DenoEngine(deno=str(old))
    with pytest.raises(EngineError, match=r"Deno 2\.8\.3 is too old") as caught:
        engine.run(bench.job("1"), bench.host)
    assert "Deno 2.9 or newer" in str(caught.value.hint)


def test_a_closed_engine_can_be_closed_again_and_starts_anew(bench):
    engine = DenoEngine()
    for _ in range(2):
        (run,) = engine.run(bench.job("pm.test('works')"), bench.host).runs
        assert run.assertions[0].passed
        engine.close()
        engine.close()


def test_one_engine_serves_both_modes_one_after_the_other(bench):
    engine = DenoEngine()
    try:
        for dialect, known in ((NEWMAN, "'undefined'"), (EXACT, "function"), (NEWMAN, "'undefined'")):
            (run,) = engine.run(
                bench.job("console.log(typeof URL)", answers=dialect.scripts), bench.host
            ).runs
            assert run.console[0].text == known
    finally:
        engine.close()


class Interruption(BaseException):
    """As Ctrl-C, which may come while a script waits for the run."""


def test_an_interrupted_engine_serves_the_next_job(bench):
    def interrupt(url):
        raise Interruption

    engine = DenoEngine()
    bench.host.cookies = interrupt
    try:
        with pytest.raises(Interruption):
            engine.run(bench.job("await pm.cookies.jar().get('http://host/', 'a')"), bench.host)
        (run,) = engine.run(bench.job("pm.test('clean up')"), bench.host).runs
        assert [assertion.name for assertion in run.assertions] == ["clean up"]
    finally:
        engine.close()
