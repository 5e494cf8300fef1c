"""Where cassettes are, what marks say of them, and what is told of those that nobody plays."""

import re

import pytest

from harness.cassettes.file.format import load

HANDLE = "pm.environment.set('handle', pm.response.json().path);"


def files(project, *folders):
    root = project.pytester.path
    found = (one for one in root.rglob("*.yaml") if not one.name.endswith(".harness.yaml"))
    return sorted(one.relative_to(root).as_posix() for one in found)


def tree(project, **more):
    """Two folders, one in the other, whose calls use what others set, and a call outside."""
    inner = {"name": "G", "item": [project.call("c", path="c{{handle}}")]}
    folder = {"name": "F", "item": [project.call("a", HANDLE), inner]}
    return project.collection(folder, project.call("d", path="d{{$guid}}"), **more)


@pytest.mark.parametrize(
    ("per", "wanted"),
    [
        ("collection", ["shop.yaml"]),
        ("folder", ["shop.yaml", "shop/F.yaml", "shop/F/G.yaml"]),
        ("call", ["shop/F/G/c.yaml", "shop/F/a.yaml", "shop/d.yaml"]),
    ],
)
def test_a_cassette_is_kept_per_collection_folder_or_call(project, per, wanted):
    tree(project)
    option = f"--postman-cassette-per={per}"
    project.pytest("--postman-record", option).assert_outcomes(passed=3)
    assert files(project) == wanted
    project.target.requests.clear()
    project.pytest(option, "--postman-strict").assert_outcomes(passed=3)
    project.pytest(option, "-k", "G and c").assert_outcomes(passed=1, deselected=2)
    assert project.target.paths == []


def test_a_part_is_recorded_alone_and_the_others_stay(project):
    tree(project)
    option = "--postman-cassette-per=folder"
    project.pytest("--postman-record", option)
    before = (project.pytester.path / "shop/F.yaml").read_text()
    project.target.answers["/c/a"] = (201, "new")
    project.pytest("--postman-record", option, "-m", "g", "--postman-upstream").assert_outcomes(
        passed=1, deselected=2
    )
    assert load(project.pytester.path / "shop/F/G.yaml").interactions[0].response.status == 201
    assert load(project.pytester.path / "shop/F.yaml").metadata.seed is not None
    assert before.count("- call:") == 1
    project.pytest(option).assert_outcomes(passed=3)


def test_one_recorded_in_one_piece_replays_apart(project):
    tree(project)
    project.pytest("--postman-record").assert_outcomes(passed=3)
    project.target.requests.clear()
    project.pytest("--postman-cassette-per=call").assert_outcomes(passed=3)
    assert project.target.paths == []


def test_once_records_a_call_that_is_new_and_no_other(project):
    option = ("--postman-record-mode=once", "--postman-cassette-per=call")
    project.collection("a")
    project.pytest(*option).assert_outcomes(passed=1)
    project.target.requests.clear()
    project.collection(project.call("a", path="changed"), "b")
    result = project.pytest(*option)
    assert project.target.paths == ["/b"]
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["*no recorded interaction answers GET */changed*"])
    assert files(project) == ["shop/a.yaml", "shop/b.yaml"]
    assert load(project.pytester.path / "shop/a.yaml").interactions[0].failure is None


def test_parts_recorded_in_sessions_of_their_own_replay_together(project):
    tree(project)
    option = ("--postman-record", "--postman-cassette-per=folder")
    project.pytest(*option, "shop.postman_collection.json::d").assert_outcomes(passed=1)
    assert files(project) == ["shop.yaml"]
    # As when somebody else recorded it: with draws of its own.
    (project.pytester.path / "shop.yaml").rename(project.pytester.path / "mine.txt")
    project.pytest(*option, "-m", "f").assert_outcomes(passed=2, deselected=1)
    (project.pytester.path / "mine.txt").rename(project.pytester.path / "shop.yaml")
    seeds = {load(project.pytester.path / name).metadata.seed for name in files(project)}
    assert len(seeds) == 2
    project.pytest("--postman-cassette-per=folder").assert_outcomes(passed=3)


def test_recording_apart_names_the_folder_and_keeps_what_only_the_one_in_one_piece_has(project):
    option = ("--postman-record", "--postman-cassette-per=call")
    project.collection("a", "b")
    project.pytest("--postman-record").stdout.fnmatch_lines(["*2 interactions recorded into *shop.yaml"])
    project.collection("a")
    result = project.pytest(*option)
    result.stdout.fnmatch_lines(
        ["*: 1 interaction recorded into *shop?", "*: *shop.yaml stays, since it holds *"]
    )
    assert files(project) == ["shop.yaml", "shop/a.yaml"]
    project.collection("a", "b")
    result = project.pytest(*option)
    result.stdout.no_fnmatch_line("*stays*")
    assert files(project) == ["shop/a.yaml", "shop/b.yaml"]


@pytest.mark.parametrize("per", ["folder", "call"])
def test_parts_that_are_there_alone_are_replayed_without_the_option(project, per):
    project.collection({"name": "F", "item": [project.call("a"), project.call("b")]})
    project.pytest("--postman-record", f"--postman-cassette-per={per}").assert_outcomes(passed=2)
    project.target.requests.clear()
    result = project.pytest("--postman-strict")
    result.assert_outcomes(passed=2)
    result.stdout.no_fnmatch_line("*that nothing uses*")
    assert project.target.paths == []


def test_parts_of_a_folder_and_of_calls_are_not_mixed_up_without_the_option(project):
    project.collection({"name": "F", "item": [project.call("a")]})
    for per in ("folder", "call"):
        project.pytest("--postman-record", f"--postman-cassette-per={per}")
    result = project.pytest()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*the cassette is not there*", "*--postman-cassette-per=folder or =call*"])


def test_a_part_of_another_kind_is_in_use_until_its_calls_have_parts_of_their_own(project):
    project.collection({"name": "F", "item": [project.call("a")]})
    option = "--postman-cassette-per=call"
    project.pytest("--postman-record", "--postman-cassette-per=folder")
    result = project.pytest(option, "--postman-strict")
    result.assert_outcomes(passed=1)
    result.stdout.no_fnmatch_line("*that nothing uses*")
    project.pytest("--postman-record", option)
    project.pytest(option).stdout.fnmatch_lines(["1 cassette that nothing uses: shop?F.yaml"])


def test_parts_stay_when_no_request_of_a_new_recording_is_answered(project):
    project.collection("a")
    option = ("--postman-record", "--postman-cassette-per=call")
    project.pytest(*option)
    before = (project.pytester.path / "shop/a.yaml").read_bytes()
    gone = {"name": "a", "request": {"method": "GET", "url": "http://127.0.0.1:9/a"}}
    project.collection(gone)
    project.pytest(*option).assert_outcomes(failed=1)
    assert (project.pytester.path / "shop/a.yaml").read_bytes() == before


def test_xdist_records_and_replays_parts(dealt):
    for name in ("one", "two", "three"):
        tree(dealt, name=name)
    option = ("-n", "2", "--postman-cassette-per=call")
    dealt.pytest(*option, "--postman-record", process=True).assert_outcomes(passed=9)
    assert len(files(dealt)) == 9
    dealt.target.requests.clear()
    result = dealt.pytest(*option, "--postman-strict", process=True)
    result.assert_outcomes(passed=9)
    assert dealt.target.paths == []


def test_a_part_that_is_missing_is_a_miss_that_names_how_to_record_it(project):
    tree(project)
    option = "--postman-cassette-per=call"
    project.pytest(option, "--postman-record")
    (project.pytester.path / "shop/d.yaml").unlink()
    result = project.pytest(option)
    result.assert_outcomes(passed=2, failed=1)
    result.stdout.fnmatch_lines(
        ["*record just this: pytest '*::d' --postman-cassette-per=call --postman-record"]
    )


def test_without_any_part_the_error_says_how_to_record(project):
    tree(project)
    result = project.pytest("--postman-cassette-per=call")
    result.assert_outcomes(errors=3)
    result.stdout.fnmatch_lines(["*the cassette is not there*", "*record one: pytest *--postman-record"])


def test_recordings_that_are_not_played_are_told_and_fail_when_strict(project):
    project.recorded("a", "b", "c")
    project.collection("a")
    result = project.pytest()
    result.assert_outcomes(passed=1)
    assert result.ret == pytest.ExitCode.OK
    result.stdout.fnmatch_lines(["*not played from the cassette: 2, first GET */b*"])
    result = project.pytest("--postman-strict")
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["not played from the cassette: 2, *"])


def test_of_a_part_of_the_calls_nothing_is_said_about_what_is_not_played(project):
    project.recorded("first", "second")
    result = project.pytest("-k", "first", "--postman-strict")
    result.assert_outcomes(passed=1, deselected=1)
    result.stdout.no_fnmatch_line("*not played*")


@pytest.mark.parametrize("workers", [(), ("-n", "2")], ids=["alone", "xdist"])
def test_cassettes_that_nothing_uses_are_told_and_fail_when_strict(dealt, workers):
    dealt.recorded("old", name="old")
    dealt.recorded("first", "second")
    for name in ("old.postman_collection.json", "old.harness.yaml"):
        (dealt.pytester.path / name).unlink()
    result = dealt.pytest(*workers, process=bool(workers))
    result.assert_outcomes(passed=2)
    assert result.ret == pytest.ExitCode.OK
    result.stdout.fnmatch_lines(["1 cassette that nothing uses: old.yaml"])
    assert (
        dealt.pytest("--postman-strict", *workers, process=bool(workers)).ret == pytest.ExitCode.TESTS_FAILED
    )
    for narrowed in (["-k", "first"], ["shop.postman_collection.json"]):
        dealt.pytest(*narrowed).stdout.no_fnmatch_line("*that nothing uses*")


def test_a_cassette_that_a_test_uses_is_in_use(project):
    project.recorded("old", name="old")
    project.recorded("a")
    (project.pytester.path / "old.harness.yaml").unlink()
    project.pytester.makepyfile(
        """
        def test_it(postman_run):
            assert postman_run("old.postman_collection.json", cassette="old.yaml").passed
        """
    )
    result = project.pytest()
    result.assert_outcomes(passed=2)
    result.stdout.no_fnmatch_line("*that nothing uses*")


def test_a_call_that_is_gone_leaves_a_part_that_nothing_uses(project):
    project.collection("a", "b")
    project.pytest("--postman-record", "--postman-cassette-per=call")
    project.collection("a")
    result = project.pytest("--postman-cassette-per=call")
    result.stdout.fnmatch_lines(["1 cassette that nothing uses: shop?b.yaml"])


def test_strict_fails_a_call_with_a_warning(project):
    project.recorded(project.call("a", path="{{nowhere}}"), "b")
    result = project.pytest("--postman-strict")
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["variable 'nowhere' is not defined*"])


def aged(project):
    path = project.pytester.path / "shop.yaml"
    path.write_text(re.sub(r"recorded_at: .*", "recorded_at: '2020-01-01T00:00:00Z'", path.read_text()))


def test_old_recordings_warn_fail_or_are_recorded_again(project):
    project.recorded("a")
    aged(project)
    result = project.pytest("--postman-expire=30d=warn")
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["*1 recorded interactions are older than 30 days*"])
    result = project.pytest("--postman-expire=30d=fail")
    result.assert_outcomes(passed=1, errors=1)
    assert project.target.paths == []
    project.pytest("--postman-expire=30d=record").assert_outcomes(passed=1)
    assert project.target.paths == ["/a"]


MARKED = """
import pytest
from harness.pytest_plugin.collecting import CollectionFile

def pytest_collectstart(collector):
    if isinstance(collector, CollectionFile):
        collector.add_marker(pytest.mark.{mark})
"""


def test_a_mark_of_a_collection_names_its_cassette(project):
    project.collection("a")
    project.workspace.text("shop.harness.yaml", "calls: []")
    project.pytester.makeconftest(MARKED.format(mark="default_cassette('mine')"))
    project.pytest("--postman-record").assert_outcomes(passed=1)
    assert files(project) == ["cassettes/shop/mine.yaml"]
    project.pytest("--strict-markers").assert_outcomes(passed=1)


def test_a_mark_of_a_collection_says_how_it_is_recorded_unless_an_option_does(project):
    project.collection("a")
    project.pytester.makeconftest(MARKED.format(mark="vcr(record_mode='once', match_on=['method', 'path'])"))
    project.pytest().assert_outcomes(passed=1)
    assert project.target.paths == ["/a"]
    project.collection(project.call("a", path="a?other"))
    project.pytest("--postman-record-mode=none").assert_outcomes(passed=1)
    assert project.target.paths == ["/a"]


def test_marks_of_a_test_say_where_its_run_is_recorded(project):
    project.collection("a", companion=False)
    project.pytester.makepyfile(
        test_x="""
        import pytest

        @pytest.mark.default_cassette("named.yaml")
        def test_named(postman_run):
            assert postman_run("shop.postman_collection.json").passed

        @pytest.mark.vcr("../../further.yaml", match_on=["method", "path"])
        def test_further(postman_run):
            result = postman_run("shop.postman_collection.json", env_vars={"more": "?q=1"})
            assert result.passed
        """
    )
    run = ("--strict-markers",)
    project.pytest(*run, "--postman-record", "-k", "named").assert_outcomes(passed=1, deselected=1)
    assert files(project) == ["cassettes/test_x/named.yaml"]
    project.pytest(*run, "-k", "named").assert_outcomes(passed=1, deselected=1)
    (project.pytester.path / "cassettes/test_x/named.yaml").rename(project.pytester.path / "further.yaml")
    project.target.requests.clear()
    project.collection(project.call("a", path="a{{more}}"), companion=False)
    # pytest-recording 0.14 cannot read more than one cassette with vcrpy 9.
    alone = (*run, "-p", "no:recording")
    project.pytest(*alone, "-k", "further").assert_outcomes(passed=1, deselected=1)
    assert project.target.paths == []


def test_a_test_marked_for_pytest_recording_keeps_what_collections_send_in_a_file_of_its_own(project):
    project.collection("a", companion=False)
    project.pytester.makepyfile(
        test_x=f"""
        import pytest
        import requests

        @pytest.mark.vcr
        def test_it(postman_run):
            assert postman_run("shop.postman_collection.json").passed
            assert requests.get("{project.target.url}/mine").ok
        """
    )
    project.pytest("--postman-record", "--record-mode=once", process=True).assert_outcomes(passed=1)
    assert sorted(project.target.paths) == ["/a", "/mine"]
    assert files(project) == ["cassettes/test_x/test_it.postman.yaml", "cassettes/test_x/test_it.yaml"]
    project.target.requests.clear()
    project.pytest("--block-network", process=True).assert_outcomes(passed=1)
    assert project.target.paths == []


def test_the_network_is_blocked_for_calls_that_are_marked_so(project):
    project.collection("a", "b")
    project.pytester.makeconftest(
        """
        import pytest

        def pytest_collection_modifyitems(items):
            items[0].add_marker(pytest.mark.block_network)
        """
    )
    result = project.pytest("--postman-live")
    result.assert_outcomes(passed=1, failed=1)
    assert project.target.paths == ["/b"]
    result.stdout.fnmatch_lines(["*the network is blocked, and a request to '127.0.0.1' was attempted*"])
    project.target.requests.clear()
    project.pytest("--postman-record").assert_outcomes(passed=2)
    assert project.target.paths == ["/a", "/b"], "recording may always reach it"


def test_hosts_that_a_mark_allows_are_reached(project):
    project.collection("a")
    project.pytester.makeconftest(MARKED.format(mark="block_network(allowed_hosts=['127[.]0', 'x'])"))
    project.pytest("--postman-live").assert_outcomes(passed=1)


def test_the_option_of_pytest_recording_blocks_calls_too(project):
    project.collection("a")
    project.pytest("--postman-live", "--block-network").assert_outcomes(failed=1)
    assert project.target.paths == []
    hosts = "--allowed-hosts=nobody,127.*"
    project.pytest("--postman-live", "--block-network", hosts).assert_outcomes(passed=1)


def test_a_test_that_is_marked_runs_its_collection_behind_the_fence(project):
    project.collection("a", companion=False)
    project.pytester.makepyfile(
        """
        import pytest

        @pytest.mark.block_network
        def test_it(postman_run):
            assert not postman_run("shop.postman_collection.json").passed
        """
    )
    project.pytest("--postman-live", "-p", "no:recording").assert_outcomes(passed=1)
    project.pytest("--postman-live").assert_outcomes(passed=1)
    assert project.target.paths == []


def test_hooks_may_reach_allowed_hosts_in_a_replay(project):
    project.recorded("a")
    project.pytester.makeconftest(
        f"""
        import urllib.request

        def pytest_postman_request(request):
            urllib.request.urlopen("{project.target.url}/hook").close()
        """
    )
    project.pytest().assert_outcomes(failed=1)
    assert project.target.paths == []
    project.pytest("--postman-allowed-hosts=127[.]").assert_outcomes(passed=1)
    assert project.target.paths == ["/hook"]


@pytest.mark.parametrize(
    ("mark", "said"),
    [
        ("default_cassette()", "*default_cassette needs the cassette's name*"),
        ("vcr(match_on=['moon'])", "*cannot be matched on 'moon'*"),
        ("vcr(record_mode='moon')", "*'moon' is no record mode*"),
        ("block_network(allowed_hosts=['['])", "*'[[]' is none*"),
    ],
)
def test_a_mark_that_makes_no_sense_is_an_error_without_a_traceback(project, mark, said):
    project.recorded("a")
    project.pytester.makeconftest(MARKED.format(mark=mark))
    result = project.pytest()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([said])
    result.stdout.no_fnmatch_line("*Traceback*")
