"""`harness adopt`: reports of newman, and what is said of them."""

import json

import pytest

from harness.errors import ExitCode

TEST = "pm.test('ok', () => pm.expect(pm.response.json().id).to.eql(7))"


def execution(name, *, body='{"id": 7}', verdicts=(("ok", None),), ref=None, query=(), method="GET", more=()):
    url = {"protocol": "http", "host": ["shop", "test"], "path": [name], "variable": []}
    url["query"] = [{"key": key, "value": value} for key, value in query]
    told = {
        "cursor": {"ref": ref or f"r-{name}", "position": 0, "iteration": 0, "cycles": 1},
        "item": {"id": f"i-{name}", "name": name},
        "request": {"method": method, "url": url, "header": list(more)},
        "response": {
            "code": 200,
            "status": "OK",
            "header": [{"key": "Content-Type", "value": "application/json"}],
            "stream": {"type": "Buffer", "data": list(body.encode())},
            "responseTime": 5,
            "responseSize": len(body),
        },
    }
    if verdicts:
        told["assertions"] = [
            {"assertion": name, "skipped": False, **({"error": {"name": error}} if error else {})}
            for name, error in verdicts
        ]
    return told


@pytest.fixture
def written(workspace):
    """Write a report of the executions of a collection that was read from a file."""

    def write(file, *executions, name="night.json", failures=(), environment=(), **run):
        collection = json.loads(file.read_text())
        for item in collection["item"]:
            item["id"] = f"i-{item['name']}"
        values = [{"key": key, "value": value} for key, value in environment]
        document = {
            "collection": collection,
            "environment": {"id": "e", "values": values},
            "globals": {"values": []},
            "run": {"executions": list(executions), "failures": list(failures), "error": None, **run},
        }
        workspace.json(name, document)
        return name

    return write


def rows(said):
    return json.loads(said.out)


def test_a_run_that_repeats_is_the_same_and_its_cassette_replays(command, workspace, written):
    file = workspace.collection(("a", "http://shop.test/a?token=abc-secret-1", TEST))
    night = written(file, execution("a", query=[("token", "abc-secret-1")]))
    said = command("adopt", night, "-c", ".", "--format", "json")
    assert said.code is ExitCode.PASSED, said.out + said.err
    assert rows(said) == [
        {
            "collection": file.name,
            "report": night,
            "verdict": "same",
            "why": [],
            "line": f"harness run {file.name}",
        }
    ]
    cassette = workspace.folder / "adopted" / "shop.yaml"
    assert "abc-secret-1" not in cassette.read_text()
    replayed = command("run", file, "--replay", cassette)
    assert replayed.code is ExitCode.PASSED, replayed.out + replayed.err


def test_what_only_the_default_notices_differs_by_its_documented_row(command, workspace, written):
    late = "setTimeout(() => { throw new Error('late') }, 1)"
    file = workspace.collection(("a", "http://shop.test/a", late))
    said = command("adopt", written(file, execution("a", verdicts=())), "--format", "json")
    assert said.code is ExitCode.FAILED
    (row,) = rows(said)
    assert row["verdict"] == "differs"
    assert row["why"][0].startswith("late-failure: ")
    assert row["line"] == f"harness run {file.name} --compat newman"


def test_requests_that_newman_does_not_tell_apart_are_a_hole(command, workspace, written):
    twice = "pm.sendRequest('http://shop.test/x', () => {})"
    file = workspace.collection(("a", "http://shop.test/a", twice))
    one = execution("x", ref="r")
    one["item"] = {"id": "i-a", "name": "a"}
    said = command("adopt", written(file, one, one), "--format", "json")
    (row,) = rows(said)
    assert row["verdict"] == "cannot tell"
    assert "keeps the last of the 2 requests of this call" in row["why"][0]
    assert row["line"].startswith("harness shadow -- newman run ")


def test_a_request_that_is_sent_in_another_way_is_never_the_same(command, workspace, written):
    file = workspace.collection(("a", "http://shop.test/a?v=1"))
    said = command(
        "adopt", written(file, execution("a", verdicts=(), query=[("v", "2")])), "--format", "json"
    )
    (row,) = rows(said)
    assert (row["verdict"], said.code) == ("cannot tell", ExitCode.FAILED)
    assert any("v=2" in why and "v=1" in why for why in row["why"])


def test_values_drawn_anew_stand_in_the_answers_too(command, workspace, written):
    drawn = "6f0b8f2e-7d3b-4a0c-9e65-0f4a2d1b7c11"
    test = "pm.test('ok', () => pm.expect(pm.response.json().id).to.eql(pm.request.url.query.get('id')))"
    file = workspace.collection(("a", "http://shop.test/a?id={{$guid}}", test))
    night = written(file, execution("a", query=[("id", drawn)], body=json.dumps({"id": drawn})))
    assert command("adopt", night).code is ExitCode.PASSED


def test_a_collection_that_changed_since_is_named(command, workspace, written):
    file = workspace.collection(("a", "http://shop.test/a", TEST))
    night = written(file, execution("a"))
    workspace.collection(("a", "http://shop.test/a", "pm.test('new', () => {})"))
    (row,) = rows(command("adopt", night, "--format", "json"))
    assert row["verdict"] == "cannot tell"
    assert row["why"][0] == "the collection has changed since the report was made: a"


def test_an_environment_that_the_report_names_is_found(command, workspace, written):
    file = workspace.collection(("a", "http://{{host}}/a"))
    env = workspace.json(
        "env.json", {"id": "e", "name": "ci", "values": [{"key": "host", "value": "shop.test"}]}
    )
    night = written(file, execution("a", verdicts=()), environment=[("host", "shop.test")])
    (row,) = rows(command("adopt", night, "--format", "json"))
    assert (row["verdict"], row["line"]) == ("same", f"harness run {file.name} -e {env.name}")
    (row,) = rows(command("adopt", night, "-e", env, "--format", "json"))
    assert row["line"] == f"harness run {file.name} -e {env}"


def test_several_nights_vote_and_reports_without_a_collection_stand_alone(command, workspace, written):
    file = workspace.collection(("a", "http://shop.test/a"))
    nights = [written(file, execution("a", verdicts=()), name=f"{number}.json") for number in (1, 2)]
    broken = workspace.text("3.json", (workspace.folder / "1.json").read_text()[:-200])
    other = workspace.text("4.json", "<html>")
    said = command("adopt", *nights, broken.name, other.name, "-c", ".", "--format", "json")
    assert said.code is ExitCode.FAILED
    shop, unknown = rows(said)
    assert (shop["verdict"], shop["report"]) == ("same", "1.json, 2.json, 3.json")
    assert (unknown["collection"], unknown["verdict"]) == ("?", "cannot tell")
    assert "htmlextra" in unknown["why"][0]


def test_the_table_says_go_or_no_go_and_the_page_is_written(command, workspace, written):
    file = workspace.collection(("a", "http://shop.test/a"))
    night = written(file, execution("a", verdicts=()))
    said = command("adopt", night, "-o", "page.html")
    assert said.out.endswith("GO: 1 same\n")
    page = (workspace.folder / "page.html").read_text()
    assert "<h1>GO: 1 same</h1>" in page
    said = command("adopt", night, "none.json", "--format", "html")
    assert "NO-GO: 1 same, 1 cannot tell" in said.out


def test_secrets_of_both_sides_are_masked_in_the_reasons(command, workspace, written):
    file = workspace.collection(
        {
            "name": "a",
            "request": {
                "url": "http://shop.test/a?v=1",
                "header": [{"key": "Authorization", "value": "Bearer mine-4711-secret"}],
            },
        }
    )
    header = {"key": "Authorization", "value": "Bearer theirs-0815-secret"}
    night = written(file, execution("a", query=[("v", "2")], verdicts=(), more=[header]))
    said = command("adopt", night)
    assert "cannot tell" in said.out
    assert "4711" not in said.out + said.err
    assert "0815" not in said.out + said.err


def test_hostile_names_do_not_act_on_the_terminal(command, workspace, written):
    file = workspace.collection(("a\x1b[2J", "http://shop.test/a"))
    said = command("adopt", written(file, execution("a\x1b[2J", verdicts=(), query=[("q", "\x1b]0;x\x07")])))
    assert "\x1b" not in said.out


def test_the_line_for_ci_leaves_out_what_is_secret(command, workspace, written):
    file = workspace.collection(("a", "http://shop.test/a"))
    night = written(file, execution("a", verdicts=()))
    given = ("--env-var", "api_token=abcdef-4711", "--env-var=host=shop", "--ssl-client-passphrase", "open")
    (row,) = rows(command("adopt", night, "--format", "json", *given))
    assert row["line"].endswith("'api_token=***' --env-var host=shop --ssl-client-passphrase '***'")
