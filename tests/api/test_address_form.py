from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from harness import run
from harness.api.address_form import as_used
from harness.collection.load import load_collection

if TYPE_CHECKING:
    from pathlib import Path

ADDRESS = "http://127.0.0.1:8080"


def collection(*urls: Any, script: str = "") -> dict[str, Any]:
    events = [{"listen": "prerequest", "script": {"exec": script}}] if script else []
    items = [{"name": str(at), "request": {"url": url}, "event": events} for at, url in enumerate(urls)]
    schema = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"
    return {"info": {"name": "c", "schema": schema}, "item": items}


def used(tmp_path: Path, document: dict[str, Any]) -> str:
    file = tmp_path / "c.json"
    file.write_text(json.dumps(document))
    return as_used({"HOST": ADDRESS}, load_collection(str(file)))["HOST"]


@pytest.mark.parametrize(
    ("url", "script", "scheme"),
    [
        ("{{HOST}}/a", "", True),
        ("https://{{HOST}}/a", "", False),
        ({"raw": "https://{{HOST}}/a", "protocol": "https", "host": ["{{HOST}}"], "path": ["a"]}, "", False),
        ("{{other}}/a", 'pm.sendRequest("https://" + pm.environment.get("HOST") + "/a")', False),
        ("{{other}}/a", "pm.sendRequest(`https://${pm.variables.get('HOST')}/a`)", False),
        ("{{other}}/a", 'pm.sendRequest(pm.environment.get("HOST") + "/a")', True),
    ],
)
def test_an_address_has_a_scheme_unless_the_collection_writes_one(
    tmp_path: Path, url: Any, script: str, scheme: bool
) -> None:
    assert used(tmp_path, collection(url, script=script)) == (ADDRESS if scheme else "127.0.0.1:8080")


def test_a_collection_reaches_the_local_platform_however_it_writes_its_address(tmp_path: Path) -> None:
    file = tmp_path / "c.json"
    file.write_text(
        json.dumps(
            collection(
                "https://{{PLATFORM_GATEWAY}}/_harness/health",
                "{{IMS}}/_harness/health",
                "https://platform.adobe.io/_harness/health",
            )
        )
    )
    assert run(str(file), platform="local").exit_code == 0


def test_an_address_given_on_the_command_line_stays(tmp_path: Path) -> None:
    file = tmp_path / "c.json"
    file.write_text(json.dumps(collection("{{PLATFORM_GATEWAY}}/_harness/health")))
    given = {"PLATFORM_GATEWAY": "https://platform.adobe.io"}
    result = run(str(file), platform="local", env_vars=given)
    assert result.exit_code == 0
    assert result.calls[0].exchange.request.url.startswith("https://platform.adobe.io/")
