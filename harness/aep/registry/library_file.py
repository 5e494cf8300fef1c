"""The structure of Adobe's public XDM resources, as the package carries it.

`xdm_library.json.gz` is derived from https://github.com/adobe/xdm, (c) Adobe, CC BY 4.0: names, types,
limits and short labels, without descriptions (NOTICE says what was changed). It is read at the first
question about a global resource, so that a platform nobody asks starts without it.
"""

from __future__ import annotations

import gzip
import json
from functools import cache
from importlib import resources
from typing import Any

NAME = "xdm_library.json.gz"


@cache
def structures() -> dict[str, dict[str, Any]]:
    """Structures by `$id`.

    Each has `kind` (a resource type), `title` and `status`, and where it applies `extends`, `intended`,
    `class`, `includes` (ids it takes in), `required` (paths), `abstract`, `extensible`, `fields`
    (a JSON Schema fragment by path, `[]` for the items of an array and `{}` for the values of a map)
    and `definitions` (`fields`, `includes` or `value` by name). They are shared: never change one.
    """
    packed = resources.files("harness.aep.registry").joinpath(NAME).read_bytes()
    found: dict[str, dict[str, Any]] = json.loads(gzip.decompress(packed))["resources"]
    return found
