from dataclasses import replace


def test_progress_is_told_in_lines_where_nothing_can_be_drawn_over(bench, shop_run):
    bench.report("progress", shop_run)
    assert bench.text == (
        "1 of 4 calls, 1 failed\n2 of 4 calls, 2 failed\n3 of 4 calls, 3 failed\n4 of 4 calls, 3 failed\n"
    )


def test_progress_is_drawn_on_a_terminal(bench, shop_run):
    bench.report("progress", shop_run, tty=True)
    assert "━" in bench.text
    assert bench.text.endswith("\r\x1b[2K4 of 4 calls, 3 failed\n")


def test_the_train_has_a_face_for_each_call(bench, shop_run):
    bench.report("emojitrain", shop_run)
    assert bench.text == "😢 😢 😢 😀  😭\n"


def test_the_train_runs_without_unicode(bench, shop_run):
    bench.report("emojitrain", shop_run, unicode=False)
    assert bench.text.isascii()


def test_silence_is_kept(bench, shop_run):
    for name in ("progress", "emojitrain"):
        bench.report(name, shop_run, {"silent": True})
        assert bench.text == ""


def test_set_up_and_teardown_count_once_however_many_iterations_there_are(shop_run):
    started = replace(shop_run[0], calls=5, iterations=10, once=2)
    assert started.steps == 32
