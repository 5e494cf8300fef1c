"""The platform of the page "Offer a platform of your own" is one, as it stands there."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from harness.twin.server import TwinServer
from harness.twin.settings import TwinSettings

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "offer-a-platform.md"


@pytest.fixture
def local(monkeypatch: pytest.MonkeyPatch) -> Iterator[TwinServer]:
    (source,) = re.findall(
        r"```python\n(from harness\.twin import .*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL
    )
    module = ModuleType("lockers_of_the_page")
    monkeypatch.setitem(sys.modules, module.__name__, module)
    exec(compile(source, str(PAGE), "exec"), module.__dict__)
    with TwinServer(module.KIND, TwinSettings(seed=1)) as started:
        yield started


def ask(local: TwinServer, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
    data = None if body is None else json.dumps(body).encode()
    try:
        with urlopen(Request(local.base_url + path, data, headers), timeout=20) as found:
            return found.status, json.loads(found.read() or b"null")
    except HTTPError as refused:
        return refused.code, json.loads(refused.read())


def test_the_platform_of_the_page_answers(local: TwinServer) -> None:
    assert ask(local, "/lockers", {"size": "small"})[0] == 401
    assert ask(local, "/lockers", {"size": "huge"}, **{"x-key": "ann"})[0] == 400
    status, locker = ask(local, "/lockers", {"size": "small"}, **{"x-key": "ann"})
    assert (status, ask(local, f"/lockers/{locker['id']}", **{"x-key": "ann"})) == (201, (200, locker))
    assert ask(local, f"/lockers/{locker['id']}", **{"x-key": "eve"})[0] == 404
    assert ask(local, "/_harness/clock", {"advance_ms": 25 * 3_600_000})[0] == 200
    assert ask(local, f"/lockers/{locker['id']}", **{"x-key": "ann"})[0] == 404
    assert "/lockers/{id}" in ask(local, "/openapi.json")[1]["paths"]
    assert local.environment() == {"LOCKERS": local.base_url}
