"""The plugin beside others: each means beside calls what it means beside tests."""

import json
import re
import socket

import pytest

PASSES = "pm.test('holds', () => pm.expect(1).to.equal(1));"
FAILS = "pm.test('does not', () => pm.expect(1).to.equal(2));"


@pytest.fixture
def project(neighbourhood):
    return neighbourhood


def order_of(result):
    found = (re.match(r"(?:\[gw\d\] .*|.*?)::(\S+) (?:PASSED|FAILED)", line) for line in result.outlines)
    return [one[1] for one in found if one]


def test_rerunfailures_sends_a_failed_call_again_and_only_the_last_time_counts(project):
    script = (
        "const n = Number(pm.globals.get('n') || 0) + 1; pm.globals.set('n', n);"
        "pm.test('third time', () => pm.expect(n).to.equal(3));"
    )
    project.collection("a", project.call("b", script), "c")
    result = project.pytest("--postman-live", "--reruns=3")
    assert project.target.paths == ["/a", "/b", "/b", "/b", "/c"]
    result.assert_outcomes(passed=3)
    assert result.parseoutcomes()["rerun"] == 2
    assert result.ret == pytest.ExitCode.OK


def test_rerunfailures_tells_a_replayed_call_again(project):
    project.recorded("a", project.call("b", FAILS))
    result = project.pytest("--reruns=2")
    result.assert_outcomes(passed=1, failed=1)
    assert result.parseoutcomes()["rerun"] == 2


def test_randomly_shuffles_neither_calls_nor_collections_apart(project):
    for name in ("one", "two", "three"):
        project.recorded(*(f"{name}{index}" for index in range(5)), name=name)
    shuffled = project.among("randomly")
    orders = set()
    for seed in range(4):
        result = shuffled.pytest("-v", f"--randomly-seed={seed}")
        result.assert_outcomes(passed=15)
        order = order_of(result)
        names = [one[:-1] for one in order]
        assert [
            one for index, one in enumerate(order) if names.index(names[index]) == index - int(one[-1])
        ] == order
        orders.add(tuple(dict.fromkeys(names)))
    assert len(orders) > 1


def test_cov_measures_beside_calls(project):
    project.recorded("a")
    project.pytester.makepyfile(helper="x = 1\n", test_it="import helper\n\ndef test_it(): assert helper.x")
    result = project.pytest("--cov=helper", process=True)
    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(["helper.py * 100%"])


def test_recording_records_its_tests_and_we_ours(project):
    project.recorded("a")
    project.pytester.makepyfile(
        f"""
        import pytest
        import requests

        @pytest.mark.vcr
        @pytest.mark.postman("shop.postman_collection.json")
        def test_it(postman_environment):
            assert requests.get("{project.target.url}/mine").ok
        """
    )
    project.pytest("--record-mode=once", process=True).assert_outcomes(passed=2)
    assert project.target.paths == ["/mine"]
    project.pytest("--block-network", process=True).assert_outcomes(passed=2)
    assert project.target.paths == ["/mine"]


def test_options_of_other_plugins_do_not_clash(project):
    flags = (
        "live",
        "record",
        "cassette",
        "environment",
        "globals",
        "data",
        "env-var",
        "platform",
        "upstream",
    )
    project.pytester.makeconftest(
        f"""
        def pytest_addoption(parser):
            for name in {flags!r}:
                parser.addoption("--" + name, default=None)
                parser.addini(name.replace("-", "_"), "")
        """
    )
    project.recorded("a")
    project.pytest("--live=x", "--environment=y").assert_outcomes(passed=1)


def html_data(path):
    page = path.read_text()
    found = re.search(r'data-jsonblob="([^"]*)"', page)
    blob = found[1].replace("&#34;", '"').replace("&quot;", '"').replace("&#39;", "'").replace("&lt;", "<")
    return page, json.loads(blob.replace("&gt;", ">").replace("&amp;", "&"))


def test_pytest_html_has_columns_and_extras_and_one_row_a_call(project):
    project.target.answers["/a"] = (200, {"password": "hunter2hunter2"})
    project.recorded(project.call("a", PASSES, FAILS), "b", name="shop")
    project.pytester.makepyfile("def test_it(): pass")
    project.pytest("--html=report.html", "--self-contained-html").assert_outcomes(passed=2, failed=1)
    page, data = html_data(project.pytester.path / "report.html")
    assert "<th>Method</th>" in page
    rows = data["tests"]
    assert [len(one) for one in rows.values()] == [1, 1, 1]
    (failed,) = rows["shop.postman_collection.json::a"]
    assert failed["result"] == "Failed"
    cells = "".join(failed["resultsTableRow"])
    assert f"<td>GET</td><td>{project.target.url}/a</td><td>200</td>" in cells.replace("\n", "")
    assert "does not: expected 1 to equal 2" in failed["log"]
    shown = json.dumps(failed["extras"])
    assert shown.count("<summary>Request</summary>") == 1
    assert "GET /a" in shown or "/a" in shown
    assert "hunter2" not in page
    assert not re.search(r'(?:src|href)="(?!data:)[^"#]', page.replace('href="https://pypi.python.org', ""))
    (mine,) = rows[next(name for name in rows if "test_it" in name)]
    assert "<td></td><td></td><td></td><td></td>" in "".join(mine["resultsTableRow"])


def test_pytest_html_is_as_it_was_where_no_collection_can_be_met(project):
    project.pytester.makepyfile("def test_it(): pass")
    project.pytest("--html=report.html", "--self-contained-html").assert_outcomes(passed=1)
    page, _ = html_data(project.pytester.path / "report.html")
    assert "<th>Method</th>" not in page


def test_pytest_html_shows_a_collection_that_cannot_be_collected(project):
    project.collection("a")
    project.pytest("--html=report.html", "--self-contained-html").assert_outcomes(errors=1)
    page, _ = html_data(project.pytester.path / "report.html")
    assert "the cassette is not there" in page


def many(project, *, collections=3, calls=6):
    for number in range(collections):
        items = [
            {
                "name": f"F{half}",
                "item": [project.call(f"call{number}{half}{index}") for index in range(calls // 2)],
            }
            for half in range(2)
        ]
        project.recorded(*items, name=f"many{number}")
    project.pytester.makepyfile("\n".join(f"def test_{index}(): pass" for index in range(10)))


def workers(result):
    """Which worker ran what."""
    found = (re.match(r"\[(gw\d)\].* PASSED (\S+?)::(.*?) *$", line) for line in result.outlines)
    return [(one[1], one[2], one[3]) for one in found if one]


@pytest.mark.parametrize("dist", ["load", "loadscope", "loadfile", "loadgroup"])
def test_xdist_runs_all_that_is_collected_and_each_collection_on_one_worker_in_order(dealt, dist):
    many(dealt)
    collected = dealt.ids()
    result = dealt.pytest("-n", "2", "-v", f"--dist={dist}", process=True)
    result.assert_outcomes(passed=28)
    ran = workers(result)
    assert sorted(name for _, _, name in ran) == sorted(collected)
    for number in range(3):
        own = [
            (worker, name) for worker, file, name in ran if file == f"many{number}.postman_collection.json"
        ]
        assert len({worker for worker, _ in own}) == 1
        assert [name for _, name in own] == [name for name in collected if f"call{number}" in name]
    assert dealt.target.paths == []


def test_xdist_deals_other_tests_out_to_all_workers(project):
    many(project, collections=1)
    result = project.pytest("-n", "2", "-v", process=True)
    assert len({worker for worker, _, _ in workers(result)}) == 2


def branches(project):
    """Make a collection of four branches, which all sign in first."""
    project.target.answers["/sign-in"] = (200, {"token": "t"})
    script = "pm.environment.set('token', pm.response.json().token)"
    sees = "pm.test('signed in', () => pm.expect(pm.environment.get('token')).to.equal('t'))"
    calls = [project.call("sign in", script, path="sign-in")]
    calls += [project.call(f"r{index}", sees, path=f"r{index}?t={{{{token}}}}") for index in range(4)]
    return project.collection(*calls)


def test_branches_of_a_collection_go_to_several_workers_when_asked_for(dealt):
    branches(dealt)
    apart = dealt.pytest("-n", "2", "-v", "--postman-live", "--postman-dist=branch", process=True)
    apart.assert_outcomes(passed=5)
    assert len({worker for worker, _, _ in workers(apart)}) == 2
    paths = [path.partition("?")[0] for path in dealt.target.paths]
    assert {path: paths.count(path) for path in paths if path != "/sign-in"} == {
        f"/r{one}": 1 for one in range(4)
    }
    assert paths.count("/sign-in") >= 2


def test_a_replay_is_right_even_where_xdist_takes_collections_apart(dealt):
    script = "pm.environment.set('handle', pm.response.json().path);"
    calls = [dealt.call(f"use{index}", path=f"use{index}{{{{handle}}}}") for index in range(20)]
    dealt.recorded(dealt.call("set", script), *calls)
    result = dealt.pytest("-n", "2", "--dist=worksteal", process=True)
    result.assert_outcomes(passed=21)


def test_nothing_is_sent_where_xdist_would_send_it_twice(dealt):
    dealt.collection("a")
    result = dealt.pytest("-n", "2", "--dist=each", "--postman-live", process=True)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert dealt.target.paths == []


def test_xdist_workers_tell_what_was_recorded_and_what_failed(dealt):
    dealt.collection(dealt.call("a", PASSES, FAILS), "b", name="one")
    dealt.collection("c", name="two")
    result = dealt.pytest("-n", "2", "--postman-record", "--junit-xml=j.xml", process=True)
    result.assert_outcomes(passed=2, failed=1)
    result.stdout.fnmatch_lines_random(
        ["one.*: 2 interactions recorded into *one.yaml", "two.*: 1 interaction recorded into *two.yaml"]
    )
    assert 'name="postman_status"' in (dealt.pytester.path / "j.xml").read_text()
    dealt.pytest("-n", "2", process=True).assert_outcomes(passed=2, failed=1)


def test_calls_that_always_run_do_when_a_worker_ends_early(dealt):
    companion = {"calls": [{"call": ["clean up"], "always": True}]}
    calls = [dealt.call(f"b{index}") for index in range(20)]
    clean = dealt.call("clean up", path="clean")
    dealt.collection(dealt.call("a", FAILS), *calls, clean, companion=companion)
    dealt.pytest("-n", "2", "-x", "--postman-live", process=True)
    assert dealt.target.paths[0] == "/a"
    assert dealt.target.paths.count("/clean") == 1
    assert len(dealt.target.paths) < 20


def test_pytest_html_cuts_what_is_long_and_says_how_long_it_is(project):
    project.target.answers["/a"] = (200, "x" * 9000)
    project.recorded("a")
    project.pytest("--html=report.html", "--self-contained-html").assert_outcomes(passed=1)
    _, data = html_data(project.pytester.path / "report.html")
    (row,) = data["tests"]["shop.postman_collection.json::a"]
    shown = json.dumps(row["extras"])
    assert re.search(r"x… \(9\d\d\d characters\)", shown.replace("\\u2026", "…"))
    assert len(shown) < 6000


def test_timeout_stops_a_call_that_hangs_and_says_so_in_short(project):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        project.collection({"name": "hangs", "request": url}, "next")
        result = project.pytest("--postman-live", "--timeout=2", "--timeout-method=signal", process=True)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.assert_outcomes(failed=1, skipped=1)
    result.stdout.fnmatch_lines(["Timeout (>2.0s) from pytest-timeout.", "  rerun: pytest *::hangs*"])
    result.stdout.no_fnmatch_line("*Traceback*")


def test_calls_run_without_the_plugins_of_pytest_itself(project):
    project.recorded("a", project.call("b", FAILS))
    off = ("cacheprovider", "junitxml", "subtests", "recording", "rerunfailures", "html", "xdist", "randomly")
    for name in off:
        result = project.pytest("-p", f"no:{name}", process=True)
        assert result.parseoutcomes()["passed"] == 1, name
        result.stdout.fnmatch_lines(["*1 of 1 assertion failed*"])
