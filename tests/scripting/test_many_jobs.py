"""Many jobs under way in one engine: each has its own scopes, time and draws, and fails alone."""

import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from harness.client.message import Exchange
from harness.scripting.deno import DenoEngine
from harness.scripting.engine import EngineLimits
from harness.variables.scope import Scopes
from tests.scripting.conftest import JSON_RESPONSE, Bench, MemoryHost


@pytest.fixture
def shared() -> Iterator[DenoEngine]:
    engine = DenoEngine(EngineLimits(busy_s=20))
    yield engine
    engine.close()


class Rendezvous(MemoryHost):
    """Answers when all who share it have asked."""

    def __init__(self, count: int) -> None:
        super().__init__(answers={"x": JSON_RESPONSE})
        self.barrier = threading.Barrier(count, timeout=30)

    def send(self, request: Mapping[str, Any]) -> Exchange:
        self.barrier.wait()
        return super().send(request)


class Held(MemoryHost):
    """Says when it is asked, and answers when it is let go."""

    def __init__(self) -> None:
        super().__init__(answers={"x": JSON_RESPONSE})
        self.asked = threading.Event()
        self.free = threading.Event()

    def send(self, request: Mapping[str, Any]) -> Exchange:
        self.asked.set()
        assert self.free.wait(30)
        return super().send(request)


def together(count: int, work: Callable[[int], Any]) -> list[Any]:
    with ThreadPoolExecutor(count) as pool:
        return [future.result(timeout=60) for future in [pool.submit(work, one) for one in range(count)]]


SEND = "await pm.sendRequest('http://host/x');"


def test_jobs_that_wait_for_requests_are_under_way_together(shared):
    host = Rendezvous(8)

    def user(number: int) -> tuple[list[str], Any]:
        bench = Bench(engine=shared, host=host, scopes=Scopes())
        bench.fill("environment", name=f"user {number}")
        said = bench.said(
            f"pm.environment.set('mine', {number}); {SEND} "
            "console.log(pm.environment.get('name'), pm.environment.get('mine'), pm.info.iteration)",
            iteration=number,
        )
        return said, bench.scopes.environment.get("mine")

    for number, (said, mine) in enumerate(together(8, user)):
        assert said == [f"user {number} {number} {number}"]
        assert mine == number


def test_jobs_draw_and_tell_the_time_as_if_they_were_alone(shared):
    source = f"""
        const draws = [Math.random(), Date.now(), pm.variables.replaceIn('{{{{$guid}}}}')];
        {SEND}
        console.log(...draws, Math.random(), Date.now(), pm.variables.replaceIn('{{{{$guid}}}}'));
    """

    def run(number: int, host: MemoryHost) -> list[str]:
        bench = Bench(engine=shared, host=host, scopes=Scopes())
        return bench.said(source, seed=number, clock_ms=1e12 + number * 1e6, wait_for_timers=False)

    host = Rendezvous(6)
    crowd = together(6, lambda number: run(number, host))
    assert crowd == [run(number, Rendezvous(1)) for number in range(6)]
    assert len({tuple(said) for said in crowd}) == 6


def test_timers_of_many_jobs_run_beside_each_other(shared):
    def user(number: int) -> list[str]:
        bench = Bench(engine=shared, scopes=Scopes())
        return bench.said(
            "for (let i = 0; i < 3; i++) await new Promise(done => setTimeout(done, 20));"
            f"console.log({number});"
            "console.log(await pm.cookies.jar().get('http://host/', 'no') ?? 'no cookie')"
        )

    assert together(5, user) == [[str(number), "no cookie"] for number in range(5)]


def test_a_hang_ends_the_script_that_hangs_and_no_other(shared):
    """What had not touched anything outside is begun anew; what had is told the truth."""
    held = Held()
    asked, quiet = Bench(engine=shared, host=held, scopes=Scopes()), Bench(engine=shared, scopes=Scopes())
    waiting = "await new Promise(done => setTimeout(done, 3000)); pm.test('finished')"
    with ThreadPoolExecutor(3) as pool:
        touched = pool.submit(asked.run, f"pm.test('before'); {SEND} pm.test('after')")
        untouched = pool.submit(quiet.run, waiting)
        assert held.asked.wait(30)
        hung = Bench(engine=shared, scopes=Scopes()).run("pm.test('seen'); while (true) {}", timeout_s=0.5)
        held.free.set()
        runs = touched.result(timeout=60), untouched.result(timeout=60)
    assert hung.error is not None
    assert hung.error.message == "sandbox: synchronous script execution timeout"
    assert [one.name for one in hung.assertions] == ["seen"]
    assert runs[0].error is not None
    assert "ended for another script" in runs[0].error.message
    assert [one.name for one in runs[0].assertions] == ["before"]
    assert runs[1].error is None
    assert [one.name for one in runs[1].assertions] == ["finished"]


def test_a_hang_after_a_wait_is_found_in_a_crowd_too(shared):
    held = Held()
    asked = Bench(engine=shared, host=held, scopes=Scopes())
    with ThreadPoolExecutor(2) as pool:
        waiting = pool.submit(asked.run, f"{SEND} pm.test('after')")
        assert held.asked.wait(30)
        bench = Bench(engine=shared, scopes=Scopes())
        hung = bench.run("setTimeout(() => { while (true) {} }, 300)", timeout_s=1.0)
        held.free.set()
        waiting.result(timeout=60)
    assert hung.error is not None
    assert "timeout" in hung.error.message


def test_a_request_that_fails_in_the_run_ends_its_own_job(shared):
    class Broken(MemoryHost):
        def send(self, request: Mapping[str, Any]) -> Exchange:
            raise LookupError(request["url"])

    bench = Bench(engine=shared, host=Broken(), scopes=Scopes())
    with pytest.raises(LookupError):
        bench.run("pm.sendRequest('http://host/x', () => {}); pm.sendRequest('http://host/x', () => {})")
    assert Bench(engine=shared, scopes=Scopes()).outcomes("pm.test('next')") == {"next": "passed"}


def test_a_request_run_by_a_script_is_a_job_beside_it(shared):
    bench = Bench(engine=shared, scopes=Scopes())

    def nested(target: str, overrides: Mapping[str, Any]) -> None:
        job = bench.job(f"pm.environment.set('by', '{target}'); pm.environment.unset('gone')")
        shared.run(replace(job, iteration=3), bench.host)

    bench.host.nested = nested
    bench.fill("environment", gone=1)
    said = bench.said(
        "await pm.execution.runRequest('inner');"
        "console.log(pm.environment.get('by'), pm.environment.has('gone'))"
    )
    assert said == ["inner false"]


def test_a_script_that_waits_keeps_what_it_changed_and_no_other_sees_it(shared):
    held = Held()
    waiting = Bench(engine=shared, host=held, scopes=Scopes())
    other = Bench(engine=shared, scopes=Scopes())
    with ThreadPoolExecutor(1) as pool:
        said = pool.submit(
            waiting.said,
            "JSON.parse = () => 'mine'; Object.prototype.added = 1; delete Math.floor;"
            f"{SEND} console.log(JSON.parse('1'), ({{}}).added, Math.floor)",
        )
        assert held.asked.wait(30)
        probe = "for (const one of [1]) console.log(JSON.parse('1'), ({}).added, typeof Math.floor)"
        clean = "1 undefined function"
        assert other.said(probe) == [clean]
        assert other.said("Math.floor = 1; JSON.parse = 2") == []
        assert other.said(probe) == [clean]
        held.free.set()
        assert said.result(30) == ["mine 1 undefined"]
    assert other.said(probe) == [clean]
