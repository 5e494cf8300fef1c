"""Write `expected.json` of cases from a run of newman: `python tests/conformance/record.py [CASE ...]`.

newman is the one on PATH, or is installed by npm. A case is run twice, and only written when both runs
agree: what differs from run to run can not be expected of anybody.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, Final

from conformance_case import CASES, Case, EchoServer, all_cases, echo_server

from harness.cli.newman_command import find_newman
from harness.cli.terminal import Terminal

LONGEST_S: Final = 60
"""How long newman may take over a case."""


def newman_run(newman: str, case: Case, server: EchoServer) -> dict[str, Any]:
    """Return what is seen of one run of newman."""
    with tempfile.TemporaryDirectory() as name:
        workspace = Path(name)
        arguments = case.lay_out(workspace, server)
        environ = {"PATH": os.environ["PATH"], **case.environment(workspace, server)}
        done = subprocess.run(
            [newman, "run", *arguments],
            cwd=workspace,
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            timeout=LONGEST_S,
            check=False,
        )
        return case.seen(workspace, server, done.returncode)


def record(names: list[str]) -> int:
    """Record the cases of these names, or all; return how many were left as they were."""
    newman = find_newman(Terminal())
    unstable = 0
    with echo_server() as server:
        for folder in [CASES / name for name in names] or all_cases():
            case = Case.load(folder)
            try:
                first, second = (newman_run(newman, case, server) for _ in range(2))
            except subprocess.TimeoutExpired as error:
                sys.stderr.write(f"{folder.name}: not recorded, newman took over {error.timeout} s\n")
                unstable += 1
                continue
            if first != second:
                sys.stderr.write(f"{folder.name}: not recorded, two runs differ\n")
                unstable += 1
                continue
            text = json.dumps(first, indent=2, ensure_ascii=False)
            case.expected.write_text(text + "\n", encoding="utf-8")
    return unstable


if __name__ == "__main__":
    sys.exit(record(sys.argv[1:]))
