from harness.api import LiveRun, RunConfig
from harness.runner.events import CallFinished


def order(project):
    """A collection whose call hands an order's number on."""
    project.target.answers["/orders"] = (200, {"id": "o-1"})
    extract = {"calls": [{"call": ["orders"], "extract": {"ORDER": "$.id"}}]}
    return {"companion": extract}, project.call("orders")


def test_a_test_starts_where_a_collection_ended(project):
    more, call = order(project)
    project.recorded(call, **more)
    project.pytester.makepyfile(
        """
        import pytest

        @pytest.mark.postman("shop.postman_collection.json")
        def test_order(postman_environment):
            assert postman_environment["ORDER"] == "o-1"
        """
    )
    project.pytest("--strict-markers", "-p", "no:cacheprovider").assert_outcomes(passed=2)
    project.pytest("-k", "test_order").assert_outcomes(passed=1, deselected=1)
    assert project.target.paths == []


def test_a_collection_that_ran_in_the_session_is_not_run_again(project):
    more, call = order(project)
    project.collection(call, **more)
    project.pytester.makepyfile(
        test_x="""
        def test_one(postman_run):
            result = postman_run("shop.postman_collection.json")
            assert result.passed
            assert result.environment["ORDER"] == "o-1"
            assert [call.exchange.response.status for call in result.calls] == [200]
            assert result.summary.requests.total == 1

        def test_two(postman_run):
            assert postman_run("shop.postman_collection.json").passed
        """
    )
    project.pytest("--postman-live").assert_outcomes(passed=3)
    assert project.target.paths == ["/orders"]


def test_it_is_run_once_when_its_calls_were_not_selected(project):
    more, call = order(project)
    project.collection(call, "other", **more)
    project.pytester.makepyfile(
        """
        def test_one(postman_run):
            assert postman_run("shop.postman_collection.json").environment["ORDER"] == "o-1"

        def test_two(postman_run):
            assert postman_run("shop.postman_collection.json").passed
        """
    )
    project.pytest("--postman-live", "-k", "test_ or orders").assert_outcomes(passed=3, deselected=1)
    assert project.target.paths == ["/orders", "/orders", "/other"]


def test_options_of_a_run_make_one_of_its_own(project):
    project.collection(project.call("a", path="{{who}}"))
    project.pytester.makepyfile(
        """
        def test_one(postman_run):
            postman_run("shop.postman_collection.json", env_vars={"who": "one"})
            postman_run("shop.postman_collection.json", env_vars={"who": "two"})
        """
    )
    project.pytest("--postman-live", "-k", "test_one").assert_outcomes(passed=1, deselected=1)
    assert project.target.paths == ["/one", "/two"]


def test_a_run_that_failed_has_its_failures(project):
    project.collection({"name": "a", "request": "http://{{nowhere}}/"})
    project.pytester.makepyfile(
        """
        def test_one(postman_run):
            result = postman_run("shop.postman_collection.json")
            assert [failure.kind for failure in result.failures] == ["request"]
            assert "nowhere" in repr(result)
        """
    )
    project.pytest("--postman-live", "-k", "test_one").assert_outcomes(passed=1, deselected=1)


def test_what_the_run_was_against_is_still_there(project):
    project.collection({"name": "a", "request": "{{PLATFORM_GATEWAY}}/nothing"})
    project.pytester.makepyfile(
        """
        import urllib.error
        import urllib.request

        import pytest

        @pytest.mark.postman("shop.postman_collection.json")
        def test_platform(postman_environment):
            with pytest.raises(urllib.error.HTTPError) as raised:
                urllib.request.urlopen(postman_environment["PLATFORM_GATEWAY"] + "/nothing")
            raised.value.close()
        """
    )
    result = project.pytest("--postman-live", "--postman-platform=local", process=True)
    result.assert_outcomes(passed=2)


def test_a_test_fails_when_its_collection_did(project):
    project.recorded(project.call("a", "pm.test('holds', () => pm.expect(1).to.equal(2))"))
    project.pytester.makepyfile(
        """
        import pytest

        @pytest.mark.postman("shop.postman_collection.json")
        def test_order(postman_environment):
            pass
        """
    )
    result = project.pytest("-k", "test_order")
    result.assert_outcomes(errors=1, deselected=1)
    result.stdout.fnmatch_lines(["the collection did not pass", "*a: holds: expected 1 to equal 2"])


def test_without_a_collection_the_error_says_how_to_name_one(project):
    project.pytester.makepyfile("def test_order(postman_environment): pass")
    result = project.pytest()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*which collection? mark the test with @pytest.mark.postman(*"])


def test_a_collection_that_cannot_be_run_is_an_error_without_a_traceback(project):
    project.pytester.makepyfile("def test_order(postman_run): postman_run('none.json')")
    result = project.pytest()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*none.json*"])
    result.stdout.no_fnmatch_line("*Traceback*")


OWN_TESTS = """
    import pytest

    def test_one(postman_run):
        postman_run("shop.postman_collection.json")

    @pytest.mark.postman("shop.postman_collection.json")
    def test_two(postman_environment):
        pass
    """


def test_a_test_without_its_cassette_says_how_to_record_it_and_no_more(project):
    project.collection("a")
    file = project.pytester.makepyfile(OWN_TESTS)
    result = project.pytest(file.name)
    result.assert_outcomes(failed=1, errors=1)
    for name in ("test_one", "test_two"):
        result.stdout.fnmatch_lines(
            [
                f"*_ *{name} _*",
                "the cassette is not there",
                "  --> *shop.yaml",
                f"  record one: pytest '*::{name}' --postman-record",
                "  or send live: --postman-live",
            ],
            consecutive=True,
        )
    result.stdout.no_fnmatch_line("*.py:*: *")
    project.pytest(file.name, "--postman-record").assert_outcomes(passed=2)
    project.target.requests.clear()
    project.pytest(file.name).assert_outcomes(passed=2)
    assert project.target.paths == []


def test_a_test_over_an_interrupted_recording_says_how_to_go_on_and_no_more(project):
    path = project.recorded("a")
    with LiveRun(RunConfig.of(path, record=path.parent / "shop.yaml", platform=None)) as live:
        for event in live.events():
            if isinstance(event, CallFinished):
                break
    file = project.pytester.makepyfile(OWN_TESTS)
    result = project.pytest(file.name, "--postman-record", "-k", "one")
    result.assert_outcomes(failed=1, deselected=1)
    result.stdout.fnmatch_lines(
        [
            "an interrupted recording of this cassette holds 1 finished interactions",
            "  --> *shop.yaml.journal",
            "  continue it with --postman-resume=continue, or throw it away with =discard",
        ],
        consecutive=True,
    )
    result.stdout.no_fnmatch_line("*.py:*: *")


def test_a_test_may_expect_that_its_collection_cannot_be_run(project):
    project.collection("a")
    file = project.pytester.makepyfile(
        """
        import pytest
        from harness.errors import HarnessError

        def test_one(postman_run):
            with pytest.raises(HarnessError, match="not there"):
                postman_run("shop.postman_collection.json")
        """
    )
    project.pytest(file.name).assert_outcomes(passed=1)


def test_a_recording_is_served_to_a_test(project):
    more, call = order(project)
    project.recorded(call, **more)
    project.pytester.makepyfile(
        """
        from pathlib import Path
        from urllib.request import urlopen

        def test_order(postman_mock):
            (cassette,) = [one for one in Path().rglob("*.yaml") if "interactions" in one.read_text()]
            with urlopen(postman_mock(cassette.resolve()) + "/orders") as answer:
                assert b"o-1" in answer.read()
        """
    )
    project.pytest("-k", "test_order").assert_outcomes(passed=1, deselected=1)
