"""Where newman is: on PATH, or installed by npm into a folder of ours."""

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from harness.cli.terminal import Terminal
from harness.errors import UsageError

VERSION: Final = "6.2.2"
"""The version that is installed where there is none, and that `--compat newman` follows."""


def find_newman(terminal: Terminal) -> str:
    """Return the path of newman, and install it where there is none.

    Raises `UsageError` when there is neither newman nor npm.
    """
    path = terminal.environ.get("PATH")
    found = shutil.which("newman", path=path)
    if found is not None:
        return found
    folder = _cache(terminal.environ) / f"newman-{VERSION}"
    binaries = folder / "node_modules" / ".bin"
    found = shutil.which("newman", path=str(binaries))
    if found is not None:
        return found
    npm = shutil.which("npm", path=path)
    if npm is None:
        raise UsageError(
            "newman is not there, and npm to install it is not either",
            where="PATH",
            hint="install Node.js (https://nodejs.org), or name newman with --newman FILE",
        )
    terminal.err.write(f"installing newman {VERSION} into {folder}\n")
    folder.mkdir(parents=True, exist_ok=True)
    command = [npm, "install", "--no-audit", "--no-fund", "--prefix", str(folder), f"newman@{VERSION}"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=dict(terminal.environ))
    found = shutil.which("newman", path=str(binaries))
    if done.returncode or found is None:
        raise UsageError(
            f"npm could not install newman: {(done.stderr or done.stdout).strip()[-500:]}", where=str(folder)
        )
    return found


def _cache(environ: Mapping[str, str]) -> Path:
    given = environ.get("XDG_CACHE_HOME") or environ.get("LOCALAPPDATA")
    home = environ.get("HOME") or environ.get("USERPROFILE") or os.path.expanduser("~")  # noqa: PTH111 - a text
    return (Path(given) if given else Path(home, ".cache")) / "harness"
