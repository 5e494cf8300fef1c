import json
import os
import subprocess
import sys

import yaml

from harness.errors import ExitCode


def test_list_shows_folders_and_calls_with_method_and_url(command, workspace):
    folder = {
        "name": "Orders",
        "item": [{"name": "New", "request": {"method": "POST", "url": "http://h/{{x}}"}}],
    }
    said = command("list", workspace.collection(("Home", "http://h/"), folder))
    assert said.code is ExitCode.PASSED
    assert said.out.splitlines() == [
        "Shop",
        "├─ Home · GET http://h/",
        "└─ Orders",
        "   └─ New · POST http://h/{{x}}",
        "",
        "2 requests",
    ]


def test_list_plan_says_which_calls_wait_and_why(command, workspace):
    place = {"name": "Place", "request": {"method": "POST", "url": "http://h/"}}
    said = command(
        "list", "--plan", workspace.collection(("Home", "http://h/"), place, ("News", "http://n/"))
    )
    assert said.code is ExitCode.PASSED
    assert said.out.splitlines() == [
        "Shop",
        "  1 Home - GET http://h/",
        "  2 Place - POST http://h/",
        "     waits for 1: it may change h (POST)",
        "  3 News - GET http://n/",
        "",
        "3 calls, of which 2 have to follow one another:",
        "    1 Home",
        "    2 Place",
    ]


def interaction(call, method, url, answer, status=200):
    return {
        "request": {"method": method, "uri": url, "headers": {}, "body": ""},
        "response": {
            "status": {"code": status, "message": "OK"},
            "headers": {"Content-Type": ["application/json"]},
            "body": {"string": json.dumps(answer)},
        },
        "call": [call],
    }


def test_a_recording_suggests_lines_for_the_companion(command, workspace):
    post = [
        {"name": name, "request": {"method": "POST", "url": f"http://h/{name}"}} for name in ("make", "find")
    ]
    use = {"name": "use", "request": {"method": "GET", "url": "http://other/{{id}}"}}
    file = workspace.collection(*post, ("read", "http://h/read"), use)
    tape = workspace.json(
        "tape.json",
        {
            "version": 1,
            "interactions": [
                interaction("make", "POST", "http://h/make", {"id": "order-4711"}),
                interaction("find", "POST", "http://h/find", {"found": "nothing"}),
                interaction("read", "GET", "http://h/read", {}),
                interaction("use", "GET", "http://other/order-4711", {}),
            ],
        },
    )
    said = command("list", "--plan", file, "--from", tape)
    assert said.code is ExitCode.PASSED, said.err
    lines = said.out.splitlines()
    suggested = lines[next(place for place, line in enumerate(lines) if line.startswith("# ")) :]
    assert "proves none of them" in suggested[0]
    assert yaml.safe_load("\n".join(suggested)) == {
        "calls": [{"call": ["find"], "parallel": True}, {"call": ["use"], "after": [["make"]]}]
    }
    workspace.text("shop.harness.yaml", "\n".join(suggested))
    again = command("list", "--plan", file, "--from", tape)
    assert "waits for 1: the companion says `after`" in again.out
    assert again.out.endswith("suggests nothing\n")


def test_a_recording_says_nothing_about_a_list_without_a_plan(command, workspace):
    said = command("list", workspace.collection(("a", "http://h/")), "--from", "tape.yaml")
    assert said.code is ExitCode.USAGE
    assert "--plan" in said.err


def test_list_of_a_file_that_is_no_collection_is_an_error(command, workspace):
    said = command("list", workspace.text("x.json", "[1]"))
    assert said.code is ExitCode.USAGE
    assert "x.json" in said.err


def test_a_name_that_the_stream_cannot_spell_is_escaped(workspace):
    file = workspace.collection(("Kraków ✓", "http://h/"))
    said = subprocess.run(
        [sys.executable, "-m", "harness", "list", str(file)],
        capture_output=True,
        env=os.environ | {"PYTHONIOENCODING": "ascii"},
        check=False,
    )
    assert (said.returncode, said.stderr) == (0, b"")
    assert b"`- Krak\\xf3w \\u2713 - GET http://h/" in said.stdout
