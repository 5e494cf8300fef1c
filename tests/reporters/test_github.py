from dataclasses import replace

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
