"""The local platform called in process: no socket, no thread."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

if TYPE_CHECKING:
    from harness.aep.platform import Platform
    from harness.aep.settings import Settings
    from harness.twin.clock import StoppedClock


NOW_MS = 1_715_774_400_000  # 2024-05-15T12:00:00Z


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Status, headers (lower-case names), cookies that are set, and body of an answer."""

    status: int
    headers: dict[str, str]
    body: bytes
    cookies: tuple[str, ...] = ()

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(slots=True)
class Client:
    """Calls the platform with the headers of a good caller; a header given as None is left out."""

    settings: Settings
    platform: Platform
    clock: StoppedClock
    app: Any
    sandbox: str | None = None
    _token: str = field(default="", init=False)

    @property
    def token(self) -> str:
        if not self._token:
            self._token = self.platform.tokens.issue(self.settings.organisation)
        return self._token

    def headers(self) -> dict[str, str | None]:
        return {
            "authorization": f"Bearer {self.token}",
            "x-api-key": self.settings.client_id,
            "x-gw-ims-org-id": self.settings.org_id,
            "x-sandbox-name": self.sandbox,
        }

    def call(
        self,
        method: str,
        target: str,
        body: Any = None,
        *,
        headers: dict[str, str | None] | None = None,
        bare: bool = False,
    ) -> Answer:
        """Send; a body that is not bytes goes as JSON. `bare` sends no platform headers."""
        sent: dict[str, str | None] = (
            {"host": "aep.local"} if bare else {"host": "aep.local", **self.headers()}
        )
        content = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        if body is not None and not isinstance(body, bytes):
            sent["content-type"] = "application/json"
        if content:
            sent["content-length"] = str(len(content))
        sent.update({name.lower(): value for name, value in (headers or {}).items()})
        return asyncio.run(self._send(method, target, content, sent))

    async def _send(self, method: str, target: str, content: bytes, headers: dict[str, str | None]) -> Answer:
        path, _, query = target.partition("?")
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": unquote(path),
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "root_path": "",
            "headers": [
                (name.encode(), value.encode()) for name, value in headers.items() if value is not None
            ],
            "client": ("127.0.0.1", 1),
            "server": ("aep.local", 80),
        }
        messages: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": content, "more_body": False}

        async def send(message: dict[str, Any]) -> None:
            messages.append(message)

        await self.app(scope, receive, send)
        start = messages[0]
        return Answer(
            status=start["status"],
            headers={name.decode().lower(): value.decode() for name, value in start["headers"]},
            body=b"".join(message.get("body", b"") for message in messages[1:]),
            cookies=tuple(value.decode() for name, value in start["headers"] if name == b"set-cookie"),
        )

    def get(self, target: str, **options: Any) -> Answer:
        return self.call("GET", target, **options)

    def post(self, target: str, body: Any = None, **options: Any) -> Answer:
        return self.call("POST", target, body, **options)

    def put(self, target: str, body: Any = None, **options: Any) -> Answer:
        return self.call("PUT", target, body, **options)

    def patch(self, target: str, body: Any = None, **options: Any) -> Answer:
        return self.call("PATCH", target, body, **options)

    def delete(self, target: str, **options: Any) -> Answer:
        return self.call("DELETE", target, **options)
