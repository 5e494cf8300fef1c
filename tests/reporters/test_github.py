from dataclasses import replace

import pytest

from harness.errors import InputError
from harness.runner.events import CallFinished


def test_failures_and_warnings_are_workflow_commands(bench, shop_run, golden):
    bench.report("github", shop_run)
    golden("github.txt", bench.text)


def test_secrets_are_masked_and_lines_are_escaped(bench, shop_run):
    bench.report("github", shop_run, mask=lambda text: text.replace("bad", "100%\nsure"))
    assert "100%25%0Asure: AssertionError" in bench.text


def test_commas_and_colons_of_names_do_not_end_a_property(bench, shop_run):
    bench.report("github", shop_run, mask=lambda text: text.replace("Create order", "a,b:c"))
    assert "title=Orders / a%2Cb%3Ac::" in bench.text


def test_beyond_a_limit_the_rest_is_counted(bench, shop_run):
    finished = next(event for event in shop_run if isinstance(event, CallFinished))
    bench.report("github", [shop_run[0], *[finished] * 20])
    assert bench.text.count("::error") == 51
    assert bench.text.endswith("10 more failures\n")


def test_the_iteration_is_named_when_there_are_several(bench, shop_run_twice):
    bench.report("github", shop_run_twice)
    assert "title=Refused (iteration 2)::" in bench.text


def test_silence_is_kept(bench, shop_run):
    shop_run[0] = replace(shop_run[0], iterations=1)
    bench.report("github", shop_run, {"silent": True})
    assert bench.text == ""


def test_the_step_gets_a_summary_after_what_others_wrote(bench, shop_run):
    (bench.folder / "summary.md").write_text("before\n")
    environ = {"GITHUB_STEP_SUMMARY": str(bench.folder / "summary.md")}
    bench.report("github", shop_run, environ=environ)
    first, headline, _, numbers, _, *failures = (bench.folder / "summary.md").read_text("utf-8").splitlines()
    assert (first, headline) == ("before", "### Shop API: ❌ 5 failures")
    assert numbers == "3 calls (1 skipped), 4 assertions (1 skipped) in 371ms"
    assert failures[0].startswith(
        "- **Orders / Create order** bad: AssertionError: expected 'POST' to deeply"
    )
    assert "test-script, line 2: pm.test('bad', () =\\> pm.expect(" in failures[0]
    assert len([line for line in failures if line]) == 5


def test_a_secret_that_markdown_would_escape_is_masked_in_the_summary(bench, shop_run):
    shop_run[0] = replace(shop_run[0], collection=replace(shop_run[0].collection, name="Shop a_b*c"))
    environ = {"GITHUB_STEP_SUMMARY": "summary.md"}
    bench.report("github", shop_run, environ=environ, mask=lambda text: text.replace("a_b*c", "[masked]"))
    assert (bench.folder / "summary.md").read_text("utf-8").startswith("### Shop \\[masked\\]: ")


def test_an_interrupted_run_says_so_in_the_summary(bench, interrupted_run):
    bench.report("github", interrupted_run, environ={"GITHUB_STEP_SUMMARY": "summary.md"})
    assert "interrupted" in (bench.folder / "summary.md").read_text("utf-8")


def test_a_summary_that_cannot_be_written_is_an_error_in_words(bench, shop_run):
    environ = {"GITHUB_STEP_SUMMARY": str(bench.folder)}
    with pytest.raises(InputError, match="cannot write the summary of the step"):
        bench.report("github", shop_run, environ=environ)
