"""`harness load`, as a process of its own, against a server of the test."""

import csv
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from tests.load.target import Target, collection, item, target, v3_folder

SAME_USER = """
pm.test("own variable", () => pm.expect(pm.response.json().path).to.eql("/who/" + pm.environment.get("me")));
pm.test("own cookie", () => pm.expect(pm.response.json().cookie).to.eql("user=" + pm.environment.get("me")));
"""


WATCH = """
import os, sys

def watch(event, arguments):
    if event == "socket.connect":
        told = repr(arguments[1])
    elif event == "socket.getaddrinfo":
        told = repr(arguments[:2])
    else:
        return
    file = os.open(os.environ["CONNECTED"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.write(file, told.encode() + b"\\n")
    os.close(file)

sys.addaudithook(watch)
"""
"""Makes every interpreter of a load write down where it connects to, and which names it looks up."""


@pytest.fixture
def shop() -> Iterator[Target]:
    with target() as running:
        yield running


def start(folder: Path, *argv: object) -> subprocess.Popen[str]:
    watch = folder / "watch"
    watch.mkdir(exist_ok=True)
    (watch / "sitecustomize.py").write_text(WATCH)
    return subprocess.Popen(
        [sys.executable, "-m", "harness", "load", *map(str, argv)],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(watch), "CONNECTED": str(folder / "connected")},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def load(folder: Path, *argv: object) -> tuple[int, str, str]:
    process = start(folder, *argv)
    out, err = process.communicate(timeout=120)
    return process.returncode, out, err


def written(folder: Path) -> dict[str, Any]:
    report: dict[str, Any] = json.loads((folder / "load.json").read_text())
    return report


def connected(folder: Path) -> set[str]:
    return set((folder / "connected").read_text().splitlines())


def test_users_have_variables_and_cookies_of_their_own(tmp_path: Path, shop: Target) -> None:
    file = collection(
        tmp_path,
        item(
            "Log in",
            f"{shop.url}/login/{{{{me}}}}",
            before="pm.environment.has('me') || pm.environment.set('me', Math.random().toString(36))",
        ),
        item("Who", f"{shop.url}/who/{{{{me}}}}", test=SAME_USER),
    )
    code, out, err = load(
        tmp_path, file, "--users", 6, "--duration", "2s", "-r", "json", "--threshold", "failed<=0%"
    )
    assert (code, out) == (0, ""), err
    assert len({path for path, _ in shop.asked if path.startswith("/who/")}) == 6
    assert written(tmp_path)["total"]["failures"] == 0


def test_the_report_counts_exchanges_and_each_failure_once(tmp_path: Path, shop: Target) -> None:
    twice = "pm.test('a', () => { throw new Error('no') }); pm.test('b', () => { throw new Error('no') });"
    file = collection(
        tmp_path,
        item("Plain", f"{shop.url}/plain"),
        item(
            "Sends", f"{shop.url}/own", before=f"pm.sendRequest('{shop.url}/aside', () => {{}})", test=twice
        ),
    )
    code, out, err = load(
        tmp_path, file, "--duration", "2s", "-r", "cli,json,junit,csv",
        "--threshold", "failed<10%", "--threshold", "Plain: p99<30s",
    )  # fmt: skip
    assert code == 1, err
    report = written(tmp_path)
    assert set(report) == {"total", "calls", "thresholds", "workers", "stages"}
    plain, sends = report["calls"]
    assert [one["path"] for one in report["calls"]] == [["Plain"], ["Sends"]]
    assert plain["failures"] == 0
    assert sends["failures"] == sum(path == "/own" for path, _ in shop.asked)
    assert sends["requests"] in {2 * sends["failures"], 2 * sends["failures"] + 1}
    assert report["total"]["requests"] == plain["requests"] + sends["requests"]
    assert [one["passed"] for one in report["thresholds"]] == [False, True]
    assert "failed  failed<10%" in out
    suite = ET.parse(tmp_path / "load.xml").getroot()
    assert (suite.get("tests"), suite.get("failures")) == ("2", "1")
    rows = list(csv.DictReader((tmp_path / "load.csv").read_text().splitlines()))
    assert [row["Name"] for row in rows] == ["Plain", "Sends", "Aggregated"]


def test_data_rows_are_shared_out_among_users_and_workers(tmp_path: Path, shop: Target) -> None:
    (tmp_path / "rows.csv").write_text("n\n" + "".join(f"{number}\n" for number in range(1000)))
    file = collection(tmp_path, item("Row", f"{shop.url}/row/{{{{n}}}}", test="pm.test('t', () => {})"))
    code, _, err = load(
        tmp_path, file, "-d", "rows.csv", "--users", 4, "--processes", 2, "--rate", "20/s",
        "--duration", "2s", "-r", "json",
    )  # fmt: skip
    assert code == 0, err
    rows = [path for path, _ in shop.asked]
    assert len(rows) == len(set(rows))
    assert len(rows) == written(tmp_path)["total"]["requests"] == 40
    assert [one["lost"] for one in written(tmp_path)["workers"]] == [False, False]
    assert written(tmp_path)["arrivals"] == [{"at_s": 0.0, "planned": 40, "started": 40}]
    # Master and workers meet on this machine; besides them nobody but the target is spoken to.
    assert all("127.0.0.1" in place for place in connected(tmp_path))
    assert any(shop.url.rpartition(":")[2] in place for place in connected(tmp_path))


def test_arrivals_do_not_wait_for_answers_and_queueing_is_part_of_the_time(
    tmp_path: Path, shop: Target
) -> None:
    wait = "pm.test('slow', (done) => setTimeout(done, 400))"
    file = collection(tmp_path, item("Slow", f"{shop.url}/slow", test=wait))
    code, out, err = load(
        tmp_path, file, "--rate", "10/s", "--users", 1, "--duration", "3s", "-r", "cli,json",
        "--threshold", "p95<200ms",
    )  # fmt: skip
    assert code == 1, err
    assert "the generator was the limit" in out


def test_a_silent_load_of_a_folder_says_nothing_however_many_users_there_are(
    tmp_path: Path, shop: Target
) -> None:
    file = v3_folder(tmp_path, "Plain", f"{shop.url}/plain")
    rate = ("--rate", "5/s", "--users", 150)
    assert load(tmp_path, file, *rate, "--duration", "1s", "--silent") == (0, "", "")
    assert [path for path, _ in shop.asked] == ["/plain"] * 5


def test_a_master_waits_for_workers_and_sends_nothing_itself(tmp_path: Path, shop: Target) -> None:
    file = collection(tmp_path, item("Plain", f"{shop.url}/plain"))
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    options = (file, "--users", 2, "--duration", "2s", "--master-port", port)
    worker = start(tmp_path, *options, "--worker")
    code, _, err = load(tmp_path, *options, "--master", "-r", "json")
    assert code == 0, err
    _, err = worker.communicate(timeout=60)
    assert worker.returncode == 0, err
    assert len(written(tmp_path)["workers"]) == 1
    assert written(tmp_path)["total"]["requests"] > 0


def test_ctrl_c_ends_a_load_with_its_report(tmp_path: Path, shop: Target) -> None:
    file = collection(tmp_path, item("Plain", f"{shop.url}/plain"))
    process = start(tmp_path, file, "--users", 2, "--processes", 2, "--duration", "5m", "-r", "cli,json")
    while len(shop.asked) < 20 and process.poll() is None:
        time.sleep(0.2)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert "interrupted" in out
    assert written(tmp_path)["total"]["requests"] > 0


def test_a_load_goes_on_without_a_worker_that_was_killed(tmp_path: Path, shop: Target) -> None:
    file = collection(tmp_path, item("Plain", f"{shop.url}/plain"))
    process = start(tmp_path, file, "--rate", "20/s", "--processes", 2, "--duration", "12s", "-r", "cli,json")
    while len(shop.asked) < 10 and process.poll() is None:
        time.sleep(0.2)
    os.kill(_a_worker(process.pid), signal.SIGKILL)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    assert "was lost" in out
    assert sorted(one["lost"] for one in written(tmp_path)["workers"]) == [False, True]


def _a_worker(first: int) -> int:
    """Return a process below the one below the first."""
    (below,) = _children(first)
    return min(_children(below))


def _children(of: int) -> list[int]:
    told = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
    pairs = [tuple(map(int, line.split())) for line in told.splitlines()]
    return [pid for pid, parent in pairs if parent == of]


def test_a_target_that_is_down_fails_every_request(tmp_path: Path) -> None:
    with target() as gone:
        url = gone.url
    file = collection(tmp_path, item("Plain", f"{url}/plain"))
    code, out, err = load(
        tmp_path, file, "--users", 2, "--duration", "1s", "-r", "cli,json", "--threshold", "failed<1%"
    )
    assert code == 1, err
    total = written(tmp_path)["total"]
    assert total["requests"] == total["failures"] > 0
    assert "ECONNREFUSED" in out


def test_requests_that_a_target_leaves_hanging_are_failures_at_the_end(tmp_path: Path, shop: Target) -> None:
    file = collection(tmp_path, item("Hangs", f"{shop.url}/hang"))
    code, out, err = load(tmp_path, file, "--users", 3, "--duration", "1s", "-r", "cli,json")
    assert code == 0, err
    assert written(tmp_path)["total"]["failures"] == 3
    assert "no answer when the load ended" in out


def test_a_script_that_loops_ends_by_its_time_and_harms_no_other_user(tmp_path: Path, shop: Target) -> None:
    loops = "if (pm.info.iteration === 0 && !pm.globals.get('x')) { while (true) {} }"
    file = collection(tmp_path, item("Loops", f"{shop.url}/loops", test=loops))
    code, _, err = load(
        tmp_path, file, "--users", 2, "--duration", "3s", "--timeout-script", 500, "-r", "json",
    )  # fmt: skip
    assert code == 0, err
    total = written(tmp_path)["total"]
    assert 0 < total["failures"] <= 4
    assert total["requests"] > total["failures"]


def test_a_report_that_cannot_be_written_is_said_and_keeps_no_other_back(
    tmp_path: Path, shop: Target
) -> None:
    (tmp_path / "file").write_text("")
    file = collection(tmp_path, item("Plain", f"{shop.url}/plain"))
    code, _, err = load(
        tmp_path, file, "--duration", "1s", "-r", "csv,json", "--reporter-csv-export", "file/load.csv"
    )
    assert code == 2
    assert "cannot write the report" in err
    assert written(tmp_path)["total"]["requests"] > 0


@pytest.mark.parametrize(
    ("argv", "told"),
    [
        ([], "has to end"),
        (["--duration", "soon"], "no duration"),
        (["--duration", "1s", "--threshold", "Nobody: p95<1s"], "there is no call or folder 'Nobody'"),
        (["--duration", "1s", "--ramp", "2s"], "the ramp is longer"),
        (["--duration", "1s", "-r", "emojis"], "a load has no reporter 'emojis'"),
        (["--duration", "1s", "--master", "--worker"], "not both"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_sent(
    tmp_path: Path, shop: Target, argv: list[str], told: str
) -> None:
    file = collection(tmp_path, item("Plain", f"{shop.url}/plain"))
    code, _, err = load(tmp_path, file, *argv)
    assert code == 2
    assert told in err
    assert "Traceback" not in err
    assert shop.asked == []
