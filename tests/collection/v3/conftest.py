"""Folders of format v3 for tests: a path with its text, as a tree of files."""

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

Tree = Callable[[dict[str, str]], Path]


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    """Write files below a new folder `Shop`, which is returned; `$kind` is added where a text has none."""

    def write(files: dict[str, str]) -> Path:
        for name, text in files.items():
            path = tmp_path / "Shop" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            kind = f"$kind: {'http-request' if '.request.' in name else 'collection'}\n"
            path.write_text(("" if "$kind" in text else kind) + dedent(text), encoding="utf-8")
        return tmp_path / "Shop"

    return write
