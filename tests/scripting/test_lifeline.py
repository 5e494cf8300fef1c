"""A child whose script loops does not outlive the process that started it, whatever ends that."""

import select
import subprocess
import sys
from pathlib import Path

import pytest

from harness.scripting.lifeline import Lifeline

BUSY = "import sys\nprint('busy', flush=True)\nwhile True: pass"
PARENT = f"""
import subprocess, sys
from harness.scripting.lifeline import Lifeline
line = Lifeline()
child = subprocess.Popen([sys.executable, "-c", {BUSY!r}], pass_fds=line.inherited, start_new_session=True)
line.tie(child.pid)
sys.stdin.read()
"""

OPEN = Path("/proc/self/fd")

linux = pytest.mark.skipif(sys.platform != "linux", reason="Linux alone sends such signals")


def ended(output):
    """Wait until all who could write are gone."""
    ready, _, _ = select.select([output], [], [], 60)
    return bool(ready) and output.read() == b""


@linux
def test_a_busy_child_ends_when_its_parent_is_killed():
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT], stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0
    )
    assert parent.stdin is not None
    assert parent.stdout is not None
    try:
        assert parent.stdout.readline() == b"busy\n"
        parent.kill()
        assert ended(parent.stdout)
    finally:
        parent.kill()
        parent.wait()
        parent.stdin.close()
        parent.stdout.close()


@linux
def test_nothing_stays_open():
    before = len(list(OPEN.iterdir()))
    line = Lifeline()
    line.close()
    line.close()
    assert len(list(OPEN.iterdir())) == before
