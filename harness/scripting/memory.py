"""How much memory a process holds, by the means of each system."""

import subprocess
import sys
from pathlib import Path


def resident_bytes(pid: int) -> int:
    """Return the resident memory of a process, or 0 when it is gone or cannot be asked."""
    if sys.platform == "win32":
        return _windows(pid)
    try:
        pages = Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]
    except (OSError, IndexError):
        return _ps(pid) if sys.platform == "darwin" else 0
    return int(pages) * _page_size()


def _page_size() -> int:
    import resource

    return resource.getpagesize()


def _ps(pid: int) -> int:
    asked = subprocess.run(
        ["ps", "-o", "rss=", "-p", str(pid)], capture_output=True, text=True, encoding="ascii", check=False
    )
    text = asked.stdout.strip()
    return int(text) * 1024 if text.isdigit() else 0


def _windows(pid: int) -> int:
    asked = subprocess.run(
        ["tasklist", "/fi", f"PID eq {pid}", "/fo", "csv", "/nh"],
        capture_output=True,
        text=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    digits = "".join(filter(str.isdigit, asked.stdout.rpartition('","')[2]))
    return int(digits) * 1024 if digits else 0
