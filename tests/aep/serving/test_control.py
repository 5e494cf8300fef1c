from __future__ import annotations

import asyncio
from typing import Any

import pytest

STATS = "/data/foundation/schemaregistry/stats"


def test_a_token_can_be_minted_with_any_lifetime(client: Any) -> None:
    def status(ttl_s: int) -> int:
        minted = client.post("/_harness/token", {"ttl_s": ttl_s}, bare=True).json()
        headers = {"authorization": f"Bearer {minted['access_token']}"}
        return int(client.get(STATS, headers=headers).status)

    assert status(60) == 200
    assert status(0) == 401
    assert status(-60) == 401
    assert client.post("/_harness/token", {"ttl_s": "x"}, bare=True).status == 400
    assert client.post("/_harness/token", {"client_id": "x"}, bare=True).status == 400


def test_the_clock_can_be_read_and_moved(client: Any) -> None:
    before = client.get("/_harness/clock", bare=True).json()["now_ms"]
    moved = client.post("/_harness/clock", {"advance_ms": 5}, bare=True)
    assert moved.json() == {"now_ms": before + 5}
    assert client.post("/_harness/clock", {"now_ms": 7}, bare=True).json() == {"now_ms": 7}
    assert client.post("/_harness/clock", {}, bare=True).status == 400


@pytest.mark.parametrize(
    "move", [{"now_ms": -1}, {"now_ms": 10**18}, {"advance_ms": 10**15}, {"advance_ms": -(10**15)}]
)
def test_the_clock_stays_where_dates_are(client: Any, move: dict[str, int]) -> None:
    before = client.get("/_harness/clock", bare=True).json()
    assert client.post("/_harness/clock", move, bare=True).status == 400
    assert client.get("/_harness/clock", bare=True).json() == before


def test_settling_answers_when_work_is_done(client: Any) -> None:
    waited: list[int] = []
    client.platform.at_settle(lambda: waited.append(1))
    assert client.post("/_harness/settle", bare=True).json() == {"settled": True}
    assert waited == [1]


def test_another_machine_is_refused(client: Any) -> None:
    scope = {
        "type": "http",
        "method": "GET",
        "scheme": "http",
        "path": "/_harness/health",
        "raw_path": b"/_harness/health",
        "query_string": b"",
        "root_path": "",
        "headers": [],
        "client": ("192.0.2.1", 1),
    }
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b""}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    asyncio.run(client.app(scope, receive, send))
    assert sent[0]["status"] == 403


def test_event_types_are_kept(client: Any) -> None:
    base = "/data/core/ups/config/eventTypes"
    body = {"id": "loyaltyBalanceUpdate", "imsOrgId": client.settings.org_id, "global": True}
    typeless = {"content-type": None}
    made = client.post(base, body, headers=typeless)
    assert (made.status, made.json()) == (201, body)
    assert client.post(base, body).status == 200
    assert client.get(base).json()["children"] == [body]
    assert client.get(f"{base}/loyaltyBalanceUpdate").json() == body
    assert client.get(f"{base}/none").json() == {"statusCode": "404"}
    assert client.post(base, {"title": "x"}).status == 400
    assert client.post(base, {**body, "imsOrgId": "x@AdobeOrg"}).status == 403
