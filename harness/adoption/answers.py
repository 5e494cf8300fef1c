"""A transport that answers with what newman's report keeps, call by call, and has no way to the network."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, NoReturn
from urllib.parse import parse_qsl

from harness.adoption.compared_parts import ComparedRequest
from harness.adoption.fingerprint import fingerprint
from harness.adoption.newman_run import NewmanRun, NewmanVisit
from harness.adoption.recording_proxy import ProxiedRequest
from harness.adoption.sent_request import told_request
from harness.adoption.traffic import Traffic, spelled
from harness.cassettes.compare.generated_values import Counterparts
from harness.client.message import Failure, ResolvedRequest, Response
from harness.client.transport import HopContext, HopRequest, TransportFailure
from harness.client.url import split
from harness.collection.model import Item
from harness.errors import Place, ReplayMiss
from harness.runner.plan import Call
from harness.secrets.needles import SHORTEST

_DIGEST: Final = re.compile(r'(realm|nonce|qop|opaque|algorithm)=("[^"]*"|[^,\s]+)')
_DYNAMIC: Final = re.compile(r"\{\{\s*\$")

Site = tuple[tuple[str, ...], int, int]
"""Where a visit is: the path of the call, which of the calls of that path it is of, and the iteration."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hole:
    """An answer that the report does not hold: where it was asked for, and why it is not there."""

    place: str
    why: str


class ReportedAnswers:
    """Answers each request of a call from what newman's report tells of the same call.

    `begin` says which call is about to run. `holes` are the answers that were asked for and that the report
    lacks for a reason of its own. Values that newman drew and this run drew anew are put into the answers in
    place of the recorded ones. `pass_time` is told how long each answer took. With the `traffic` of the run
    there are no holes but where it was not read; `altered` are requests of scripts that differ from it.
    `sent` are all requests that were asked, by place and fingerprint.
    """

    def __init__(
        self, run: NewmanRun, *, pass_time: Callable[[float], object], traffic: Traffic | None = None
    ) -> None:
        self._run = run
        self._traffic = traffic
        self.altered: list[tuple[str, str, str]] = []
        self.sent: list[tuple[str, bytes]] = []
        self._pass_time = pass_time
        self._waiting = _sites(run)
        self.holes: list[Hole] = []
        self.counterparts = Counterparts()
        self.visit: NewmanVisit | None = None
        self._told: ComparedRequest | None = None
        self._given = 0
        self._authored = ""
        self._reads_bodies = True

    def begin(self, call: Call, occurrence: int, iteration: int) -> NewmanVisit | None:
        """Say which call is about to run; return what newman tells of it, if it tells anything."""
        waiting = self._waiting.get((named_path(call.item), occurrence, iteration))
        self.visit = self._next(waiting.pop(0)) if waiting else None
        self._told = told_request(self.visit.request) if self.visit and self.visit.request else None
        self._given = 0
        self._authored = repr(call.item.request)
        self._reads_bodies = any(script.event == "test" for _, script in call.scripts)
        return self.visit

    def _next(self, number: int) -> NewmanVisit:
        visit = self._run.visits[number]
        return replace(visit, troubles=self._run.troubles.get(visit.ref, ()))

    def left(self) -> Iterator[tuple[Site, NewmanVisit]]:
        """Yield the visits of newman that no call of this run was about."""
        for site, numbers in self._waiting.items():
            yield from ((site, self._run.visits[number]) for number in numbers)

    def send(self, hop: HopRequest) -> Response:
        """Answer. Raises `TransportFailure` as newman did, `ReplayMiss` where the report holds nothing."""
        visit, told, context = self.visit, self._told, hop.context
        self.sent.append((f"{_place(context)} ({context.origin})", fingerprint(hop.request)))
        seen = self._traffic.take(hop.request) if self._traffic is not None else None
        if seen is not None:
            return self._seen(hop, seen)
        if visit is None or told is None:
            self._miss(hop, "newman sent nothing here")
        if not self._is_told(hop.request, told, alone=visit.sent == 1 and context.origin == "call"):
            if visit.sent > 1:
                why = f"newman's report keeps the last of the {visit.sent} requests of this call alone"
                self.holes.append(Hole(place=_place(context), why=why))
                self._miss(hop, why)
            self._miss(hop, f"newman sent {told.method} {told.url}")
        challenge = self._challenge(hop.request, told)
        if challenge is not None:
            return challenge
        if self._given >= visit.sent:
            self._miss(hop, f"newman sent {visit.sent} here")
        self._given += 1
        if visit.failure is not None and visit.response is None:
            raise TransportFailure(self._failure(visit, visit.failure))
        if visit.response is None:
            why = "newman's report holds no answer of this call"
            self.holes.append(Hole(place=_place(context), why=why))
            self._miss(hop, why)
        if not visit.body_told and self._reads_bodies:
            why = "the report leaves out the answer's body, and scripts may read it"
            self.holes.append(Hole(place=_place(context), why=why))
        self._learn(hop.request, told)
        self._pass_time(visit.response.elapsed_ms)
        return self._as_today(visit.response)

    def _seen(self, hop: HopRequest, seen: ProxiedRequest) -> Response:
        """Answer as the wire did."""
        request, place = hop.request, _place(hop.context)
        theirs = ComparedRequest(method=seen.method, url=seen.url, body=_text(seen.body))
        self._learn(request, theirs)
        if hop.context.origin in {"prerequest", "test"}:
            for was, now in ((seen.url, request.url), (theirs.body, _text(request.body or b""))):
                if was != now:
                    self.altered.append((place, was, now))
        if seen.response is None:
            failure = self.visit.failure if self.visit else None
            otherwise = Failure(kind="reset", message="socket hang up", code="ECONNRESET")
            raise TransportFailure(
                self._failure(self.visit, failure) if self.visit and failure else otherwise
            )
        self._pass_time(seen.response.elapsed_ms)
        return self._as_today(seen.response)

    def close(self) -> None:
        """Do nothing: there are no connections."""

    def _is_told(self, request: ResolvedRequest, told: ComparedRequest, *, alone: bool) -> bool:
        """Tell whether this is the request that the report tells of its call."""
        if alone:
            return True
        return request.method == told.method and spelled(request.url) == spelled(told.url)

    def _challenge(self, request: ResolvedRequest, told: ComparedRequest) -> Response | None:
        """Ask for what newman was asked for: its report tells only what it answered to a challenge."""
        sent = next((value for name, value in told.headers if name.lower() == "authorization"), "")
        if not sent.startswith("Digest ") or (request.header("authorization") or "").startswith("Digest "):
            return None
        parts = ", ".join(f'{name}="{value.strip(chr(34))}"' for name, value in _DIGEST.findall(sent))
        return Response(status=401, reason="Unauthorized", headers=(("WWW-Authenticate", f"Digest {parts}"),))

    def _failure(self, visit: NewmanVisit, failure: Failure) -> Failure:
        name, message = self._run.unanswered.get(visit.ref, ("Error", failure.message))
        return replace(failure, name=name, message=message or failure.message)

    def _learn(self, request: ResolvedRequest, told: ComparedRequest) -> None:
        """Learn what became of the values that newman drew."""
        body = _text(request.body or b"")
        for mine, theirs in ((request.url, told.url), (body, told.body)):
            if mine != theirs:
                self.counterparts.same_text(mine, theirs)
        if not _DYNAMIC.search(self._authored):
            return
        mine_now = _fields(request.url, body)
        for name, value in _fields(told.url, told.body).items():
            now = mine_now.get(name)
            if now is not None and now != value and len(value) >= SHORTEST:
                self.counterparts.learn(value, now)

    def _as_today(self, response: Response) -> Response:
        """Return an answer with what this run drew in place of what newman drew."""
        told = self.counterparts.told
        if not any(True for _ in self.counterparts.pairs()):
            return response
        body = response.body
        try:
            text = body.decode("utf-8")
        except UnicodeDecodeError:
            pass
        else:
            today = told(text)
            body = body if today == text else today.encode("utf-8")
        headers = tuple((name, told(value)) for name, value in response.headers)
        return replace(response, body=body, headers=headers)

    def _miss(self, hop: HopRequest, why: str) -> NoReturn:
        raise ReplayMiss(
            f"newman's report does not answer {hop.request.method} {hop.request.url}: {why}",
            where=Place(file=self._run.file, path=hop.context.call),
        )


def named_path(item: Item) -> tuple[str, ...]:
    """Return the path of an item; one that its author gave no name has none here."""
    return (*item.path[:-1], item.name)


def _sites(run: NewmanRun) -> dict[Site, list[int]]:
    """Return the numbers of the visits by where they are."""
    occurrences: dict[str, tuple[tuple[str, ...], int]] = {}
    seen: dict[tuple[str, ...], int] = {}
    for identity, item in run.items.items():
        occurrences[identity] = (item.path, seen.get(item.path, 0))
        seen[item.path] = seen.get(item.path, 0) + 1
    sites: dict[Site, list[int]] = {}
    for visit in run.visits:
        path, occurrence = occurrences.get(visit.item, ((visit.name,), 0))
        sites.setdefault((path, occurrence, visit.iteration), []).append(visit.number)
    return sites


def _place(context: HopContext) -> str:
    row = f", iteration {context.iteration + 1}" if context.iteration else ""
    return " / ".join(context.call) + row


def _fields(url: str, body: str) -> dict[str, str]:
    """Return what of a request has a name: parameters, and the fields of its body."""
    found = {f"?{name}": value for name, value in parse_qsl(split(url).query, keep_blank_values=True)}
    found |= {f"/{number}": part for number, part in enumerate(split(url).path.split("/"))}
    try:
        document = json.loads(body) if body[:1] in "{[" else dict(parse_qsl(body))
    except (ValueError, RecursionError):
        return found
    return found | dict(_leaves(document, ""))


def _leaves(value: Any, name: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for key, one in value.items():
            yield from _leaves(one, f"{name}.{key}")
    elif isinstance(value, list):
        if len(value) == 2 and all(isinstance(one, str) for one in value):
            yield f".{value[0]}", value[1]
            return
        for number, one in enumerate(value):
            yield from _leaves(one, f"{name}.{number}")
    elif value is not None:
        yield name, str(value)


def _text(body: bytes) -> str:
    return body.decode("utf-8", "replace")
