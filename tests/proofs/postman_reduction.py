"""What Postman CLI does not run of a v3 folder, taken out of it, so that the rest can be compared."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

from harness.collection.yaml_document import core_scalar, parse_yaml


def reduce_to_what_runs(folder: Path) -> Counter[str]:
    """Take out GraphQL requests, and all scripts of a type but the first; count them."""
    gone: Counter[str] = Counter()
    for file in sorted(folder.rglob("*.yaml")):
        data = parse_yaml(file.read_text("utf-8"), str(file), schema=core_scalar, merge=True).data()
        if data.get("$kind") == "graphql-request":
            file.unlink()
            gone["GraphQL requests need an account"] += 1
            continue
        scripts: list[dict[str, Any]] = data.get("scripts") or []
        first = list({one["type"]: one for one in reversed(scripts)}.values())
        if len(first) < len(scripts):
            data["scripts"] = first
            file.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
            gone["a second script of a type does not run"] += len(scripts) - len(first)
    return gone
