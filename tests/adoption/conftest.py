"""Reports as newman writes them, in short."""

import json
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def report(tmp_path: Path):
    """Write a report of newman: executions of items by name, in order."""

    def write(*executions: dict[str, Any], file: str = "report.json", **more: Any) -> Path:
        names = list(dict.fromkeys(one["name"] for one in executions))
        items = [{"id": f"id-{name}", "name": name, "request": {"method": "GET"}} for name in names]
        told = [_execution(number, one) for number, one in enumerate(executions)]
        document = {
            "collection": {"info": {"_postman_id": "shop-id", "name": "Shop"}, "item": items},
            "environment": {"id": "e", "name": "env", "values": []},
            "globals": {"id": "g", "values": []},
            "run": {
                "timings": {"started": 1_700_000_000_000},
                "executions": told,
                "failures": [],
                "error": None,
            },
        }
        document["run"] |= more
        path = tmp_path / file
        path.write_text(json.dumps(document, indent=2), encoding="utf-8")
        return path

    return write


def _execution(number: int, told: dict[str, Any]) -> dict[str, Any]:
    name = told["name"]
    body = told.get("body", "{}")
    response = {
        "code": told.get("code", 200),
        "status": "OK",
        "header": [{"key": "Content-Type", "value": "application/json"}],
        "responseTime": 5,
        "responseSize": len(body),
    }
    if told.get("told", True):
        response["stream"] = {"type": "Buffer", "data": list(body.encode())}
    url = {"protocol": "http", "host": ["shop", "test"], "path": [name], "query": [], "variable": []}
    return {
        "cursor": {
            "ref": told.get("ref", f"ref-{number}"),
            "position": number,
            "iteration": told.get("iteration", 0),
            "cycles": 1,
        },
        "item": {"id": f"id-{name}", "name": name},
        "request": {"method": "GET", "url": url, "header": []},
        "response": response,
        "id": f"id-{name}",
        "assertions": [{"assertion": one, "skipped": False} for one in told.get("passes", ())],
    }
