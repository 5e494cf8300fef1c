"""What a companion says becomes scripts, and what no script can say is listed."""

import json
from io import StringIO
from pathlib import Path

from harness.cli import main
from harness.cli.terminal import Terminal
from harness.errors import ExitCode

COMPANION = """\
calls:
  - call: [A]
    extract: {ID: $.id, OTHER: $..x}
    expect: {status: 2xx}
    retry: {every: 1s, for: 3s}
"""


def test_extractions_stand_in_front_of_the_script_and_the_rest_is_listed(tmp_path: Path) -> None:
    event = {"listen": "test", "script": {"exec": ["own();"]}}
    item = {"name": "A", "event": [event], "request": {"url": "http://h/"}}
    source = tmp_path / "s.postman_collection.json"
    source.write_text(json.dumps({"info": {"name": "S"}, "item": [item]}))
    (tmp_path / "s.harness.yaml").write_text(COMPANION)
    err = StringIO()

    code = main(
        ["convert", str(source), "--with-companion", "-o", str(tmp_path / "out.json")],
        Terminal(out=StringIO(), err=err),
    )

    events = json.loads((tmp_path / "out.json").read_text())["item"][0]["event"]
    lines = events[0]["script"]["exec"]
    assert code is ExitCode.PASSED
    assert len(events) == 1
    assert lines[-1] == "own();"
    assert any('pm.environment.set("ID"' in line for line in lines)
    assert [("retry" in line, "$..x" in line) for line in err.getvalue().splitlines()] == [
        (True, False),
        (False, True),
    ]


def test_without_a_companion_there_is_an_error(tmp_path: Path) -> None:
    source = tmp_path / "s.postman_collection.json"
    source.write_text(json.dumps({"info": {"name": "S"}, "item": []}))
    err = StringIO()

    assert (
        main(["convert", str(source), "--with-companion", "-o", "x.json"], Terminal(err=err))
        is ExitCode.USAGE
    )
    assert "no companion" in err.getvalue()
