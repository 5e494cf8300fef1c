#!/usr/bin/env python3
"""Prove that very large collections of format v3 are read: 100 000 requests, and a script of 50 MB.

    python tests/proofs/large_folder_proof.py [COUNT]

Prints the CPU seconds of `harness list` and `harness lint`; exit code 1 when one of them fails.
"""

import resource
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

HARNESS = (sys.executable, "-m", "harness")
MEGABYTES = 50


def cost(*command: str) -> tuple[int, float]:
    """Return a command's exit code and CPU seconds."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        [*HARNESS, *command], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if "Traceback" in done.stderr:
        print(done.stderr[-2000:])
        return 70, 0.0
    return done.returncode, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> int:
    """Make the folders, run the commands."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    failed = False
    with TemporaryDirectory() as made:
        many, large = Path(made, "Many"), Path(made, "Large")
        for number in range(count):
            folder = many / f"F{number // 100:04}"
            folder.mkdir(parents=True, exist_ok=True)
            (folder / f"r{number % 100}.request.yaml").write_text("$kind: http-request\nurl: http://h/x\n")
        large.mkdir()
        line = "      // " + "x" * 91 + "\n"
        with (large / "a.request.yaml").open("w", encoding="utf-8") as file:
            file.write("$kind: http-request\nurl: http://h/x\n")
            file.write("scripts:\n  - type: afterResponse\n    code: |-\n")
            for _ in range(MEGABYTES * 1024 * 1024 // len(line)):
                file.write(line)
        for folder in (many, large):
            for command in ("list", "lint"):
                code, seconds = cost(command, str(folder))
                failed = failed or code != 0
                print(f"{folder.name}: {command} ended with {code} after {seconds:.1f} s CPU")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
