"""`harness list`: the folders and calls of a collection as a tree."""

import argparse
from collections.abc import Iterator

from harness.cli.terminal import Terminal
from harness.client.url import unparse
from harness.collection.load import load_collection
from harness.collection.model import Folder
from harness.errors import ExitCode

_PLAIN = {"├": "|", "└": "`", "─": "-", "│": "|", "·": "-"}


def list_command(options: argparse.Namespace, terminal: Terminal) -> ExitCode:
    """Print the tree, with method and URL of each call, and how many there are."""
    collection = load_collection(options.collection)
    lines = [collection.name, *_tree(collection.root, "")]
    count = sum(1 for _ in collection.items())
    lines += ["", f"{count} request" + ("" if count == 1 else "s")]
    text = "\n".join(lines) + "\n"
    if "utf" not in (terminal.out.encoding or "utf-8").lower():
        text = "".join(_PLAIN.get(character, character) for character in text)
    terminal.out.write(text)
    return ExitCode.PASSED


def _tree(folder: Folder, indent: str) -> Iterator[str]:
    for position, child in enumerate(folder.children):
        last = position == len(folder.children) - 1
        branch = indent + ("└─ " if last else "├─ ")
        if isinstance(child, Folder):
            yield branch + child.name
            yield from _tree(child, indent + ("   " if last else "│  "))
        else:
            yield f"{branch}{child.name} · {child.request.method} {unparse(child.request.url)}"
