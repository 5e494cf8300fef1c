"""How a collection writes the addresses that an environment gives it: with a scheme, or behind one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from harness.collection.model import Folder

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from harness.collection.model import Collection, Url

_ADDRESS = re.compile(r"https?://[^/?#]+$")


def as_used(variables: Mapping[str, str], collection: Collection) -> dict[str, str]:
    """Give variables that hold an address without their scheme where the collection writes one before them.

    `https://{{HOST}}/path` needs a host, `{{HOST}}/path` takes an address. A name that is used in both ways
    gets the host: a URL without a scheme is sent by http.
    """
    text = "\n".join(_texts(collection))
    return {
        name: value.partition("://")[2] if _ADDRESS.match(value) and _follows_scheme(name, text) else value
        for name, value in variables.items()
    }


def _follows_scheme(name: str, text: str) -> bool:
    held = re.escape(name)
    # in a URL or template: https://{{NAME}}; in a script: "https://" + pm.environment.get("NAME")
    quoted = rf"[^;\n]{{0,80}}[\"'`]{held}[\"'`]"
    return re.search(rf"://(?:\{{\{{\s*{held}\s*\}}\}}|[\"'`]\s*\+{quoted}|\$\{{{quoted})", text) is not None


def _texts(collection: Collection) -> Iterator[str]:
    yield from _scripts(collection.root)
    for item in collection.items():
        yield _written(item.request.url)


def _scripts(folder: Folder) -> Iterator[str]:
    yield from (script.source for script in folder.scripts)
    for child in folder.children:
        if isinstance(child, Folder):
            yield from _scripts(child)
        else:
            yield from (script.source for script in child.scripts)


def _written(url: Url) -> str:
    if not url.parsed:
        return url.raw
    protocol = "" if url.protocol is None else url.protocol.removesuffix("://") + "://"
    return protocol + ".".join(url.host)
