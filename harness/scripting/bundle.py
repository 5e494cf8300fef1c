"""What the package was built with for scripts: the engine, the libraries, and V8's code caches of these."""

import os
import sys
from pathlib import Path
from typing import Final, NamedTuple

BUNDLE: Final = Path(__file__).parent / "js" / "dist"

V8_FLAGS: Final = Path(__file__).parent / "js" / "v8_flags.txt"
"""What the code caches were made with, and are good for: V8 refuses them under others, and parses anew."""


def machine() -> str:
    """Return the kind of system and processor, which a code cache is good for."""
    uname = getattr(os, "uname", None)
    return f"{sys.platform}-{uname().machine if uname else os.environ.get('PROCESSOR_ARCHITECTURE', '')}"


class ScriptLibrary(NamedTuple):
    """A library: its text, and V8's code cache of it, which may be empty."""

    text: bytes
    cache: bytes


def library(name: str, *, bundle: Path = BUNDLE) -> ScriptLibrary | None:
    """Return a library that the engine asks for; `None` if there is none of that name."""
    path = bundle / "chunks" / f"{name}.js"
    if not name.replace("-", "").replace("_", "").isalnum() or not path.is_file():
        return None
    try:
        cache = (bundle / "caches" / machine() / f"{name}.cache").read_bytes()
    except FileNotFoundError:
        cache = b""
    return ScriptLibrary(path.read_bytes(), cache)
