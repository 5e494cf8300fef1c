"""What running scripts may ask of the run: requests, cookies, the vault, packages."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import field, replace
from datetime import UTC, datetime
from functools import partial
from typing import Any, Literal

from harness.client.build import BuiltRequest, build
from harness.client.cookies import CookieJar
from harness.client.files import FilePolicy
from harness.client.message import Cookie, Exchange
from harness.client.profile import Profile
from harness.client.session import Session
from harness.client.transport import HopContext
from harness.collection.model import Auth, Body, Request
from harness.collection.request_json import request_from_json
from harness.lazy_dataclass import dataclass
from harness.runner.results import RunWarning, SideExchange
from harness.runner.side_by_side import SideBySide
from harness.variables.draws import CallDraws, Clock, SteppingClock

# Scripts may send any body with any method (postman-runtime, event.command.js).
_SCRIPT_PROFILE = Profile(disable_body_pruning=True)


@dataclass(slots=True, kw_only=True)
class RunHost:
    """The host of the scripts of one event. `side` and `warnings` fill while scripts run.

    Requests draw by the order in which scripts ask for them, and are listed in it, whatever is answered
    first.
    """

    session: Session
    jar: CookieJar
    files: FilePolicy
    context: HopContext
    draws: CallDraws
    vault_values: dict[str, Any]
    packages: Callable[[str], str | list[str]]
    run_item: Callable[[str, Mapping[str, Any]], Exchange | None]
    place: str
    sent: dict[int, SideExchange] = field(default_factory=dict)
    asked: int = 0
    warnings: list[RunWarning] = field(default_factory=list)

    @property
    def side(self) -> tuple[SideExchange, ...]:
        """What scripts have sent and was answered, in the order of asking."""
        return tuple(self.sent[place] for place in sorted(self.sent))

    def sends(self, requests: Sequence[Mapping[str, Any]]) -> Sequence[Callable[[], Exchange]]:
        """Prepare what a script asks to send; names are not resolved and files not uploaded, as in newman."""
        clock = self.draws.clock
        together = None
        if clock.virtual and len(requests) > 1:
            together = SideBySide(self.session, self.context, len(requests))
        senders: list[Callable[[], Exchange]] = []
        for place, request in enumerate(requests):
            if together is None:
                built = self._build(request, clock)
                send = partial(self.session.exchange, built, context=self.context)
                senders.append(self._noting(send, built.auth))
            else:
                built = self._build(request, SteppingClock(clock.now_ms()))
                senders.append(self._noting(together.sender(place, built), built.auth))
        return senders

    def _build(self, request: Mapping[str, Any], clock: Clock) -> BuiltRequest:
        authored, stripped = without_files(request_from_json(request))
        if stripped:
            self.warnings.append(
                RunWarning(
                    kind="script-upload",
                    message="uploading files from scripts is not allowed",
                    place=self.place,
                )
            )
        return build(
            authored,
            authored.auth,
            lambda text: text,
            files=self.files,
            profile=_SCRIPT_PROFILE,
            random=self.draws.random(f"{self.context.origin} {self.asked}"),
            clock=clock,
        )

    def _noting(self, send: Callable[[], Exchange], auth: Auth | None) -> Callable[[], Exchange]:
        place = self.asked
        self.asked += 1

        def noted() -> Exchange:
            exchange = send()
            self.sent[place] = SideExchange(origin=self.context.origin, exchange=exchange, auth=auth)
            return exchange

        return noted

    def run_request(self, target: str, overrides: Mapping[str, Any]) -> Exchange | None:
        """Run another item of the collection, with its scripts; `None` when one of them called it off."""
        return self.run_item(target, overrides)

    def cookies(self, url: str) -> tuple[Cookie, ...]:
        """Return the jar's cookies for a URL."""
        return tuple(stored.plain() for stored in self.jar.matching(url))

    def set_cookie(self, url: str, cookie: Cookie) -> None:
        """Put a cookie into the jar."""
        self.jar.store(set_cookie_text(cookie), url)

    def clear_cookies(self, url: str, name: str | None = None) -> None:
        """Take cookies out of the jar."""
        for stored in self.jar.matching(url):
            if name is None or stored.key == name:
                self.jar.remove(stored)

    def vault(self, operation: Literal["get", "set", "unset"], key: str, value: str = "") -> Any:
        """Read or change the secrets that scripts keep for the run."""
        match operation:
            case "get":
                return self.vault_values.get(key)
            case "set":
                self.vault_values[key] = value
            case "unset":
                self.vault_values.pop(key, None)
        return None

    def package(self, name: str) -> str | list[str]:
        """Return the source of a package on disk, or where it was looked for."""
        return self.packages(name)


def set_cookie_text(cookie: Cookie) -> str:
    """Write a cookie as a server would, so that the jar takes it in by its own rules."""
    text = f"{cookie.name}={cookie.value}"
    if cookie.domain and not cookie.host_only:
        text += f"; Domain={cookie.domain}"
    if cookie.path:
        text += f"; Path={cookie.path}"
    if cookie.expires is not None:
        from email.utils import format_datetime

        text += f"; Expires={format_datetime(datetime.fromtimestamp(cookie.expires, UTC), usegmt=True)}"
    return text + ("; Secure" if cookie.secure else "") + ("; HttpOnly" if cookie.http_only else "")


def without_files(request: Request) -> tuple[Request, bool]:
    """Take the files out of a request's body, and say whether there were any."""
    body: Body | None = request.body
    if body is None:
        return request, False
    if body.mode == "file":
        return replace(request, body=None), True
    kept = tuple(part for part in body.formdata if not part.is_file)
    if len(kept) == len(body.formdata):
        return request, False
    return replace(request, body=replace(body, formdata=kept)), True
