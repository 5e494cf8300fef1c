"""What 0.1.0 wrote is read by every later build, and what a newer build wrote is refused."""

import io
import json
import shutil
import sqlite3
from dataclasses import dataclass
from pathlib import Path

import pytest

from harness.cli import main
from harness.cli.terminal import Terminal
from harness.collection.companion_file import parse_companion
from harness.errors import ExitCode, InputError
from harness.reporters.history import read_history
from harness.twin.store import Store

GOLDEN = Path(__file__).parent / "golden_formats"
SHOP = ("run", "shop.postman_collection.json", "-e", "local.postman_environment.json")


@dataclass
class Golden:
    """A copy of the golden files, and the command run beside them."""

    folder: Path
    said: str = ""

    def run(self, *arguments: str) -> ExitCode:
        stream = io.StringIO()
        code = main(
            arguments,
            Terminal(out=stream, err=stream, environ={"HOME": str(self.folder)}, cwd=self.folder),
        )
        self.said = stream.getvalue()
        return code


@pytest.fixture
def golden(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Golden:
    folder = tmp_path / "golden"
    shutil.copytree(GOLDEN, folder)
    monkeypatch.chdir(folder)
    return Golden(folder)


@pytest.mark.parametrize("cassette", ["cassette.yaml", "cassette.json"])
def test_a_cassette_and_its_companion_replay(golden: Golden, cassette: str) -> None:
    code = golden.run(*SHOP, "-d", "rows.csv", "--replay", cassette, "--strict")
    assert code == ExitCode.PASSED, golden.said


def test_a_har_becomes_a_cassette(golden: Golden) -> None:
    assert golden.run("cassette", "import-har", "cassette.har", "-o", "again.yaml") == ExitCode.PASSED
    assert (golden.folder / "again.yaml").read_text("utf-8").count("/orders/order-17") >= 2


def test_a_journal_is_finished(golden: Golden) -> None:
    (golden.folder / "unfinished.journal-file").rename(golden.folder / "unfinished.yaml.journal")
    assert golden.run("cassette", "redact", "unfinished.yaml.journal") == ExitCode.PASSED, golden.said
    assert golden.run("cassette", "show", "unfinished.yaml") == ExitCode.PASSED
    assert "Create order" in golden.said


@pytest.mark.parametrize("log", ["events.jsonl", "report.json"])
def test_results_become_a_report(golden: Golden, log: str) -> None:
    assert golden.run("report", log, "-o", "report.xml") == ExitCode.PASSED, golden.said
    assert 'name="created"' in (golden.folder / "report.xml").read_text("utf-8")


def test_exports_are_inputs_again(golden: Golden) -> None:
    code = golden.run(
        *("run", "collection.json", "-e", "environment.json", "-g", "globals.json"),
        *("--cookie-jar", "cookies.json", "-d", "rows.csv", "--replay", "cassette.yaml"),
    )
    assert code in {ExitCode.PASSED, ExitCode.REPLAY_MISS}, golden.said


def test_a_history_goes_on(golden: Golden) -> None:
    code = golden.run(*SHOP, "-d", "rows.csv", "--replay", "cassette.yaml", "--history", "history.jsonl")
    assert code == ExitCode.PASSED
    lines = (golden.folder / "history.jsonl").read_text("utf-8").splitlines()
    assert len(read_history(golden.folder / "history.jsonl")) == len(lines) == 3
    assert all(json.loads(line)["version"] == 1 for line in lines)


def test_the_state_of_the_platform_is_opened_and_told_its_version(golden: Golden) -> None:
    store = Store(golden.folder / "platform.sqlite")
    store.close()
    database = sqlite3.connect(golden.folder / "platform.sqlite")
    assert database.execute("SELECT count(*) FROM document").fetchone()[0] > 5
    assert database.execute("PRAGMA user_version").fetchone() == (1,)
    database.close()


def test_a_newer_history_is_refused(golden: Golden) -> None:
    path = golden.folder / "history.jsonl"
    path.write_text('{"version": 2}\n', "utf-8")
    with pytest.raises(InputError, match="its version is 2, and this build reads 1"):
        read_history(path)


def test_a_newer_companion_is_refused() -> None:
    with pytest.raises(InputError, match="version"):
        parse_companion("version: 2\ncalls: []\n", "shop.harness.yaml")


def test_a_newer_state_of_the_platform_is_refused(golden: Golden) -> None:
    path = golden.folder / "platform.sqlite"
    database = sqlite3.connect(path)
    database.execute("PRAGMA user_version=9")
    database.close()
    with pytest.raises(sqlite3.DatabaseError, match="of version 9, and this build reads 1"):
        Store(path)


def test_a_newer_event_log_is_refused(golden: Golden) -> None:
    path = golden.folder / "events.jsonl"
    path.write_text(path.read_text("utf-8").replace('{"version":1,', '{"version":2,', 1), "utf-8")
    assert golden.run("report", "events.jsonl") == ExitCode.USAGE
    assert "version" in golden.said
