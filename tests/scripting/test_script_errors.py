"""What a script throws: the error, its place, and failures that newman loses."""

import pytest


def test_an_error_carries_name_message_and_the_authors_line(bench):
    run = bench.run("let a = 1;\n\n  missing();")
    error = run.error
    assert error is not None
    assert (error.name, error.message) == ("ReferenceError", "missing is not defined")
    assert error.position is not None
    assert (error.position.line, error.position.column, error.position.text) == (3, 3, "  missing();")
    assert error.stack.startswith("ReferenceError: missing is not defined\n    at ")


def test_a_stack_shows_no_frame_of_the_engine(bench):
    error = bench.run("function inner() { throw new Error('x') }\ninner();").error
    assert error is not None
    assert all("script-" in line for line in error.stack.splitlines()[1:])


def test_a_syntax_error_is_placed(bench):
    error = bench.run("let a = 1;\nlet b = ;").error
    assert error is not None
    assert (error.name, error.message) == ("SyntaxError", "Unexpected token ';'")
    assert error.position is not None
    assert (error.position.line, error.position.column, error.position.text) == (2, 9, "let b = ;")


def test_lines_count_the_same_with_top_level_await(bench):
    error = bench.run("await null;\nmissing();").error
    assert error is not None
    assert error.position is not None
    assert error.position.line == 2


@pytest.mark.parametrize(
    ("thrown", "message"),
    [
        ("'text'", "text"),
        ("null", "null"),
        ("42", "42"),
        ("Symbol('s')", "Symbol(s)"),
        ("{message: 'plain'}", "plain"),
        ("new Proxy({}, {get() { throw 1 }})", ""),
    ],
)
def test_anything_may_be_thrown(bench, thrown, message):
    error = bench.run(f"throw {thrown};").error
    assert error is not None
    assert (error.name, error.message) == ("Error", message)


def test_a_script_that_throws_does_not_stop_the_next(bench):
    result = bench.result("throw new Error('first')", "pm.test('second')")
    first, second = result.runs
    assert first.error is not None
    assert [assertion.name for assertion in second.assertions] == ["second"]


def test_with_stop_on_error_the_scripts_after_it_do_not_run(bench):
    result = bench.result("throw new Error('first')", "pm.test('second')", stop_on_error=True)
    assert len(result.runs) == 1


@pytest.mark.parametrize(
    "source",
    [
        "setTimeout(() => { throw new Error('lost') }, 1);",
        "Promise.reject(new Error('lost'));",
        "(async () => { await null; throw new Error('lost') })();",
        "pm.sendRequest('http://host/x', () => { throw new Error('lost') });",
        "pm.cookies.jar().get('http://host/', 'a', () => { throw new Error('lost') });",
    ],
)
def test_a_failure_outside_the_script_itself_is_a_loss_with_its_place(bench, source):
    run = bench.run(f"\n{source}")
    assert run.error is None
    (loss,) = run.losses
    assert loss.message == "lost"
    assert loss.position is not None
    assert loss.position.line == 2


def test_an_error_while_timers_are_pending_is_lost_in_newman_only(bench, newman):
    source = "setTimeout(() => {}, 1); throw new Error('sync');"
    assert bench.run(source).error is not None
    run = newman.run(source)
    assert run.error is None
    assert [loss.message for loss in run.losses] == ["sync"]


def test_a_script_that_awaits_what_never_comes_ends_with_an_error(bench):
    error = bench.run("await new Promise(() => {});").error
    assert error is not None
    assert error.message == "the script never finished: it awaits a promise that nothing will settle"


def test_newman_knows_no_top_level_await(newman):
    error = newman.run("await null;").error
    assert error is not None
    assert error.name == "SyntaxError"
    assert error.position is not None
    assert error.position.line == 1


@pytest.mark.difference("declared-name")
def test_scripts_may_declare_legacy_names_but_not_in_newman(bench, newman):
    source = "const data = 1; let request = 2; console.log(data + request);"
    assert bench.said(source) == ["3"]
    error = newman.run(source).error
    assert error is not None
    assert error.message == "Identifier 'data' has already been declared"


@pytest.mark.parametrize("thrown", ["null", "undefined", "0", "''", "false"])
@pytest.mark.difference("falsy-throw")
def test_what_is_thrown_and_nothing_is_no_error_for_newman(newman, bench, thrown):
    assert newman.run(f"throw {thrown}").error is None
    assert bench.run(f"throw {thrown}").error is not None


def test_a_throw_in_a_microtask_is_a_loss(bench):
    run = bench.run("queueMicrotask(() => { throw new Error('lost') }); pm.test('first')")
    assert [loss.message for loss in run.losses] == ["lost"]
    assert "queueMicrotask requires a function" in bench.run("queueMicrotask(1)").error.message
