import os
import subprocess
import sys

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
