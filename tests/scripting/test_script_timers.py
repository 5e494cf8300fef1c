"""Timers, promises, and the time that a script may take."""


def test_timers_fire_in_the_order_in_which_they_are_due(bench):
    said = bench.said(
        """
        setTimeout(() => console.log("20"), 20);
        setTimeout(() => console.log("0"), 0);
        setImmediate(() => console.log("immediate"));
        Promise.resolve().then(() => console.log("promise"));
        console.log("sync");
        """
    )
    assert said == ["sync", "promise", "immediate", "0", "20"]


def test_an_interval_repeats_until_it_is_cleared(bench):
    said = bench.said(
        "let n = 0; const id = setInterval(() => { console.log(n); if (++n === 3) clearInterval(id) }, 1)"
    )
    assert said == ["0", "1", "2"]


def test_a_cleared_timer_does_not_fire(bench):
    assert (
        bench.said(
            "clearTimeout(setTimeout(() => console.log('no'), 1)); clearImmediate(setImmediate(() => 1))"
        )
        == []
    )


def test_timers_set_by_timers_are_waited_for(bench):
    assert bench.said("setTimeout(() => setTimeout(() => console.log('inner'), 1), 1)") == ["inner"]


def test_a_timer_that_outlasts_the_time_allowed_ends_the_script(bench):
    result = bench.result(
        "pm.environment.set('kept', 1); setTimeout(() => pm.test('late'), 10_000)",
        "pm.test('next')",
        timeout_s=0.05,
    )
    first, second = result.runs
    assert first.error is not None
    assert first.error.message == "sandbox: asynchronous script execution timeout"
    assert first.assertions == ()
    assert bench.scopes.environment.get("kept") == 1
    assert [assertion.name for assertion in second.assertions] == ["next"]


def test_time_allowed_is_counted_on_the_virtual_clock(bench):
    result = bench.result("setTimeout(() => {}, 60_000)", timeout_s=30, clock_ms=0.0, wait_for_timers=False)
    assert result.runs[0].error is not None
    assert result.clock_ms == 30_000.0


def test_top_level_await_waits(bench):
    said = bench.said("const v = await new Promise(go => setTimeout(() => go('done'), 2)); console.log(v)")
    assert said == ["done"]


def test_a_top_level_return_ends_a_script(bench):
    assert bench.said("console.log('a'); return; console.log('b')") == ["a"]
