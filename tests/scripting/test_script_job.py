"""What travels to the script engine: everything once, and large bodies only when they are read."""

from dataclasses import replace

import pytest

from harness.client.message import Response
from harness.dialect import EXACT, NEWMAN
from harness.errors import EngineError
from harness.scripting.deno import DenoEngine
from harness.scripting.job import Mirror, job_json


def test_a_source_travels_once(bench):
    mirror = Mirror()
    first, _ = job_json(bench.job("1", "2", "1"), mirror)
    again, _ = job_json(bench.job("2", "3"), mirror)
    assert first["sources"] == {"1": "1", "2": "2"}
    assert [number for number, _ in first["scripts"]] == [1, 2, 1]
    assert again["sources"] == {"3": "3"}


def test_a_scope_travels_again_only_when_it_changed(bench):
    mirror = Mirror()
    bench.fill("environment", a=1)
    sent = [job_json(bench.job("1"), mirror)[0]["scopes"]]
    sent.append(job_json(bench.job("1"), mirror)[0]["scopes"])
    bench.scopes.environment.set("a", 2)
    sent.append(job_json(bench.job("1"), mirror)[0]["scopes"])
    assert set(sent[0]) == {"local", "data", "environment", "collection", "globals"}
    assert sent[1] == {}
    assert set(sent[2]) == {"environment"}


def test_a_large_body_stays_behind_until_it_is_read(bench):
    large = Response(status=200, reason="OK", body=b"x" * 10_000_000)
    message, body = job_json(bench.job("1", response=large), Mirror())
    assert body is None
    assert message["response"]["size"] == 10_000_000
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
    assert "pip install deno" in caught.value.hint


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
