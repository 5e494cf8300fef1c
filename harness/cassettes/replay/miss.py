"""Explaining a miss: whose request it is, what is nearest, what differs, and how to repair it."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, Final

from harness.cassettes.file.canonical import canonical_body, canonical_url
from harness.cassettes.file.interaction import Interaction
from harness.cassettes.replay.match import Index, MissReason
from harness.client.message import ResolvedRequest
from harness.client.transport import HopContext
from harness.errors import Place, ReplayMiss
from harness.lazy_dataclass import dataclass
from harness.secrets.placeholder import PREFIX

SHOWN: Final = 12
"""How many differences the message lists."""

_SHORT: Final = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingDifference:
    """One place where the request and the nearest recorded one differ.

    `pointer` is `method`, `url`, or a JSON pointer below `url` or `body`; a side that has nothing there is
    `None`. `variables` are the names of variables that the sent value came from.
    """

    pointer: str
    sent: str | None
    recorded: str | None
    variables: tuple[str, ...] = ()

    def __str__(self) -> str:
        sent = "nothing" if self.sent is None else _short(self.sent)
        recorded = "nothing" if self.recorded is None else _short(self.recorded)
        origin = f"  (from {', '.join(self.variables)})" if self.variables else ""
        return f"{self.pointer}: sent {sent}, recorded {recorded}{origin}"


@dataclass(frozen=True, slots=True, kw_only=True)
class MissReport:
    """A miss as data, for reports. `nearest` is `None` when the cassette holds nothing alike."""

    request: ResolvedRequest
    context: HopContext
    reason: MissReason
    nearest: Interaction | None
    differences: tuple[RecordingDifference, ...]
    command: str


class ExplainedMiss(ReplayMiss):
    """A miss with its report."""

    def __init__(self, report: MissReport, *, file: str) -> None:
        self.report = report
        context = report.context
        field = f"iteration {context.iteration + 1}, attempt {context.attempt}"
        super().__init__(
            _what(report),
            where=Place(file=file, path=context.call, field=field),
            hint="\n  ".join(_hints(report)),
        )


def _what(report: MissReport) -> str:
    asked = f"{report.request.method} {report.request.url}"
    if report.reason == "played":
        return f"every recorded answer to {asked} was given already"
    if report.reason == "order":
        return f"{asked} is recorded, but it is not its turn"
    return f"no recorded interaction answers {asked}"


def _hints(report: MissReport) -> Iterator[str]:
    if report.nearest is not None:
        one = report.nearest
        owner = " / ".join(one.context.call)
        yield (
            f"nearest: interaction {one.number + 1}, {one.request.method} {one.request.url}"
            + (f" ({owner})" if owner else "")
        )
    for difference in report.differences[:SHOWN]:
        yield f"  {difference}"
    hidden = len(report.differences) - SHOWN
    if hidden > 0:
        yield f"  and {hidden} more"
    if any(PREFIX in (one.recorded or "") for one in report.differences):
        yield (
            f"{PREFIX}... hides a secret: if a script spells it out, keep it in a variable of type secret, "
            "so that a replay knows its place"
        )
    yield report.command


def explain(
    request: ResolvedRequest,
    context: HopContext,
    reason: MissReason,
    index: Index,
    *,
    command: str,
    origins: Callable[[RecordingDifference], tuple[str, ...]],
) -> MissReport:
    """Look for the nearest interaction and say what differs. The costly part of a miss, done once.

    `origins` names the variables that the sent value of a difference came from.
    """
    url = index.addresses.recorded(request.url)
    ranked = sorted(
        index.interactions, key=lambda one: _likeness(one, request, context, url, index), reverse=True
    )
    nearest: Interaction | None = None
    differences: tuple[RecordingDifference, ...] = ()
    best = -1.0
    for one in ranked[:8]:
        found = tuple(request_differences(request, url, one.request))
        score = _likeness(one, request, context, url, index) - min(len(found), 50) / 50
        if score > best:
            best, nearest, differences = score, one, found
    if nearest is not None and best < 0.5:
        nearest, differences = None, ()
    return MissReport(
        request=request,
        context=context,
        reason=reason,
        nearest=nearest,
        differences=tuple(replace(one, variables=origins(one)) for one in differences),
        command=command,
    )


def _likeness(
    one: Interaction, request: ResolvedRequest, context: HopContext, url: str, index: Index
) -> float:
    """Rate how alike an interaction is; whose it is counts most, then the path, then what is left."""
    score = 0.0
    if context.call and one.context.call == context.call:
        score += 4 + (one.context.iteration == context.iteration) + (one.context.attempt == context.attempt)
        score += one.context.origin == context.origin
    score += one.request.method == request.method
    mine, theirs = url.partition("?")[0], one.request.url.partition("?")[0]
    if mine == theirs:
        score += 3
    else:
        mine_parts, their_parts = mine.split("/"), theirs.split("/")
        same = sum(a == b for a, b in zip(mine_parts, their_parts, strict=False))
        score += 2 * same / max(len(mine_parts), len(their_parts))
    if not index.played[one.number]:
        score += 0.5
    return score


def request_differences(
    request: ResolvedRequest, url: str, recorded: ResolvedRequest
) -> Iterator[RecordingDifference]:
    """Compare a request, at its address as of the recording, with a recorded one."""
    if request.method != recorded.method:
        yield RecordingDifference(pointer="method", sent=request.method, recorded=recorded.method)
    mine, theirs = canonical_url(url), canonical_url(recorded.url)
    if mine != theirs:
        yield from _url_differences(mine, theirs)
    mine, theirs = canonical_body(request), canonical_body(recorded)
    if mine != theirs:
        yield from _body_differences(mine, theirs)


def _url_differences(mine: str, theirs: str) -> Iterator[RecordingDifference]:
    sent, _, sent_query = mine.partition("?")
    recorded, _, recorded_query = theirs.partition("?")
    sent_parts, recorded_parts = sent.split("/")[2:], recorded.split("/")[2:]
    if len(sent_parts) == len(recorded_parts):
        for place, (one, other) in enumerate(zip(sent_parts, recorded_parts, strict=True)):
            if one != other:
                pointer = f"url/path/{place - 1}" if place else "url/host"
                yield RecordingDifference(pointer=pointer, sent=one, recorded=other)
    else:
        yield RecordingDifference(pointer="url", sent=sent, recorded=recorded)
    fields, others = _query(sent_query), _query(recorded_query)
    for name in dict.fromkeys((*fields, *others)):
        if fields.get(name) != others.get(name):
            yield RecordingDifference(
                pointer=f"url/query/{name}", sent=fields.get(name), recorded=others.get(name)
            )
    if fields == others and sent_query != recorded_query:
        yield RecordingDifference(pointer="url/query", sent=sent_query, recorded=recorded_query)


def _query(query: str) -> dict[str, str]:
    fields: dict[str, str] = {}
    for field in query.split("&") if query else ():
        name, _, value = field.partition("=")
        fields[name] = f"{fields[name]}, {value}" if name in fields else value
    return fields


def _body_differences(mine: str, theirs: str) -> Iterator[RecordingDifference]:
    kind, _, sent = mine.partition(" ")
    other_kind, _, recorded = theirs.partition(" ")
    if kind == other_kind == "json":
        yield from json_differences(json.loads(sent), json.loads(recorded), "body")
    elif kind == other_kind and kind in {"form", "multipart"}:
        yield from json_differences(_named(json.loads(sent)), _named(json.loads(recorded)), "body")
    else:
        yield RecordingDifference(
            pointer="body",
            sent=f"{kind} {sent}" if kind else None,
            recorded=f"{other_kind} {recorded}" if other_kind else None,
        )


def _named(fields: list[list[Any]]) -> dict[str, Any]:
    named: dict[str, Any] = {}
    for name, value in fields:
        key = name if isinstance(name, str) else dict(name).get("content-disposition", "part")
        while key in named:
            key += " (again)"
        named[key] = value
    return named


def json_differences(mine: Any, theirs: Any, pointer: str) -> Iterator[RecordingDifference]:
    """Compare two JSON values and give a difference for each place, by JSON pointer below `pointer`."""
    if isinstance(mine, dict) and isinstance(theirs, dict):
        for name in dict.fromkeys((*mine, *theirs)):
            below = f"{pointer}/{name.replace('~', '~0').replace('/', '~1')}"
            if name not in theirs:
                yield RecordingDifference(pointer=below, sent=_text(mine[name]), recorded=None)
            elif name not in mine:
                yield RecordingDifference(pointer=below, sent=None, recorded=_text(theirs[name]))
            else:
                yield from json_differences(mine[name], theirs[name], below)
    elif isinstance(mine, list) and isinstance(theirs, list):
        for place in range(max(len(mine), len(theirs))):
            below = f"{pointer}/{place}"
            if place >= len(theirs):
                yield RecordingDifference(pointer=below, sent=_text(mine[place]), recorded=None)
            elif place >= len(mine):
                yield RecordingDifference(pointer=below, sent=None, recorded=_text(theirs[place]))
            else:
                yield from json_differences(mine[place], theirs[place], below)
    elif mine != theirs or isinstance(mine, bool) != isinstance(theirs, bool):
        yield RecordingDifference(pointer=pointer, sent=_text(mine), recorded=_text(theirs))


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _short(text: str) -> str:
    return text if len(text) <= _SHORT else f"{text[:_SHORT]}… ({len(text)} characters)"
