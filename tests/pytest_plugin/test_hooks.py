"""The hooks a `conftest.py` implements."""

HEADER = """
from dataclasses import replace

from harness.collection.model import Pair

def pytest_postman_request(config, call, request):
    if call.item.name == "a":
        return replace(request, headers=(*request.headers, Pair(key="X-Trace", value="{{trace}}")))

def pytest_postman_environment(config, path, environment):
    assert path.name == "shop.postman_collection.json"
    environment.set("trace", "t-1")
"""


def test_hooks_change_requests_and_the_environment(project):
    project.collection("a", "b")
    project.pytester.makeconftest(HEADER)
    project.pytest("--postman-live").assert_outcomes(passed=2)
    first, second = project.target.requests
    assert first["headers"]["X-Trace"] == "t-1"
    assert "X-Trace" not in second["headers"]


def test_they_do_in_a_replay_as_well(project):
    body = "{'mode': 'raw'}"
    conftest = f"""
from dataclasses import replace

from harness.collection.model import Body

def pytest_postman_request(request):
    assert {body}
    return replace(request, body=Body(mode="raw", raw="amended"))
"""
    project.collection(project.call("a", method="POST"))
    project.pytester.makeconftest(conftest)
    project.pytest("--postman-record").assert_outcomes(passed=1)
    assert project.target.requests[0]["body"] == "amended"
    project.pytest().assert_outcomes(passed=1)
    (project.pytester.path / "conftest.py").unlink()
    project.pytest().assert_outcomes(failed=1)


def test_they_hold_for_the_folder_of_their_conftest(project):
    project.workspace.text(
        "sub/conftest.py", HEADER.replace('assert path.name == "shop', 'assert path.name != "shop')
    )
    project.collection("a")
    project.pytest("--postman-live").assert_outcomes(passed=1)
    assert "X-Trace" not in project.target.requests[0]["headers"]


def test_they_hold_for_runs_of_the_fixtures(project):
    project.collection("a")
    project.pytester.makeconftest(HEADER)
    project.pytester.makepyfile(
        "def test_it(postman_run): assert postman_run('shop.postman_collection.json').passed"
    )
    project.pytest("--postman-live", "-k", "test_it").assert_outcomes(passed=1, deselected=1)
    assert project.target.requests[0]["headers"]["X-Trace"] == "t-1"


def test_what_is_no_request_is_refused(project):
    project.collection("a")
    project.pytester.makeconftest("def pytest_postman_request(request): return 7")
    result = project.pytest("--postman-live")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*pytest_postman_request returned 7, which is no Request*"])
