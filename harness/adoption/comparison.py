"""What differs between a run of newman, as its report tells it, and a run of ours over the same answers."""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any, Final, Literal

from harness.adoption.compared_parts import ComparedRequest, Trouble
from harness.adoption.fingerprint import loose, loose_headers
from harness.adoption.newman_run import NewmanVisit
from harness.adoption.sent_request import NOT_TOLD, exchanged_request, told_request
from harness.client.url import split
from harness.dialect import ReportAnswers
from harness.reporters.fault import faults_of
from harness.runner.results import CallResult
from harness.secrets.watch import Mask

_DYNAMIC: Final = re.compile(r"\{\{\s*\$")
_MOST: Final = 200
_LONGEST: Final = 200

What = Literal["request", "assertion", "failure", "variable", "call", "end"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunDifference:
    """One thing that differs: what, where, and both sides as text, `-` for what one of them does not have."""

    what: What
    place: str
    theirs: str
    ours: str

    def shown(self, mask: Mask) -> "RunDifference":
        """Return it without secrets, and with long texts cut."""
        theirs, ours = (_cut(mask(one)) for one in (self.theirs, self.ours))
        return RunDifference(what=self.what, place=_cut(mask.label(self.place)), theirs=theirs, ours=ours)

    def __str__(self) -> str:
        return f"{self.what} of {self.place}: newman {self.theirs}, harness {self.ours}"


class RunComparison:
    """Compares a run of ours with newman's, call by call; the first `differences` are kept, all are counted.

    `told` says what a recorded text would read in this run, whose drawn values are others.
    """

    def __init__(self, answers: ReportAnswers, told: Callable[[str], str]) -> None:
        self._answers = answers
        self._told = told
        self.differences: list[RunDifference] = []
        self.count = 0

    def call(self, result: CallResult, visit: NewmanVisit | None) -> None:
        """Compare one call with what newman tells of it."""
        place = place_of(result.call.path, result.iteration)
        ours = _assertions(result)
        troubles = tuple(
            Trouble(at=_phase(fault.kind, fault.event), name=fault.name or "Error")
            for fault in faults_of(result, self._answers)
            if fault.kind not in {"assertion", "expectation"}
        )
        if visit is None:
            # newman tells nothing of a call that a script skipped, but its failures.
            failed = any(verdict == "failed" for _, verdict in ours)
            if result.exchange is not None or failed or troubles:
                self._note("call", place, "-", "run")
            return
        self._requests(place, result, visit)
        self._checks(place, visit.assertions, ours)
        self._troubles(place, visit, troubles)

    def altered(self, place: str, theirs: str, ours: str) -> None:
        """Take in a request of a script whose address or body is another."""
        if not self._same(ours, theirs):
            self._note("request", place, theirs, ours)

    def unsent(self, request: str) -> None:
        """Take in a request that newman sent and that was not sent here."""
        self._note("request", request, "sent", "-")

    def sent(self, theirs: Sequence[tuple[str, bytes]], ours: Sequence[tuple[str, bytes]]) -> None:
        """Compare all requests with those that a replay in newman's way sent: newman's report keeps fewer."""
        for before, now in zip_longest(theirs, ours):
            if before == now:
                continue
            if before is None or now is None or before[0] != now[0]:
                told = ["-" if one is None else f"of {one[0]}" for one in (before, now)]
                self._note("request", "the run", *told)
                return
            self._note("request", now[0], "as --compat newman", "in another way")

    def missing(self, place: str) -> None:
        """Take in a call that newman tells of and that did not run here."""
        self._note("call", place, "run", "-")

    def variables(self, scope: str, theirs: Mapping[str, Any], ours: Mapping[str, Any]) -> None:
        """Compare what the variables of a scope were at the end."""
        for name in dict.fromkeys((*theirs, *ours)):
            before, now = (_spelled(side, name) for side in (theirs, ours))
            if not self._same(now, before):
                self._note("variable", f"{scope} {name}", before, now)

    def end(self, *, theirs: bool, ours: bool) -> None:
        """Compare whether the runs told the shell that they failed."""
        if theirs is not ours:
            words = {True: "failed", False: "passed"}
            self._note("end", "the run", words[theirs], words[ours])

    def _requests(self, place: str, result: CallResult, visit: NewmanVisit) -> None:
        exchange = result.exchange
        if not visit.request or exchange is None:
            if bool(visit.request) is not (exchange is not None or bool(result.side)):
                told = {True: "sent", False: "-"}
                self._note("request", place, told[bool(visit.request)], told[exchange is not None])
            return
        ours, theirs = exchanged_request(exchange, result.request), told_request(visit.request)
        if visit.sent > 1 and (ours.method, _path(ours.url)) != (theirs.method, _path(theirs.url)):
            return
        drawn = _DYNAMIC.search(repr(result.request)) is not None
        self._request(place, *((_without_values(one) if drawn else one) for one in (theirs, ours)))

    def _request(self, place: str, theirs: ComparedRequest, ours: ComparedRequest) -> None:
        if ours.method != theirs.method:
            self._note("request", f"{place}, method", theirs.method, ours.method)
        if not self._same(ours.url, theirs.url):
            self._note("request", f"{place}, url", theirs.url, ours.url)
        if ours.body != NOT_TOLD and not self._same(ours.body, theirs.body):
            self._note("request", f"{place}, body", theirs.body, ours.body)
        before, now = (loose_headers(side) for side in (theirs, ours))
        if not theirs.headers:
            # Every request has some: the report was cut down.
            return
        for name in dict.fromkeys((*before, *now)):
            was, is_now = before.get(name, "-"), now.get(name, "-")
            if not self._same(is_now, was):
                self._note("request", f"{place}, header {name}", was, is_now)

    def _checks(self, place: str, theirs: Sequence[tuple[str, str]], ours: Sequence[tuple[str, str]]) -> None:
        """Compare assertions by their names; in which order they came says nothing."""
        if theirs == ours:
            return
        before, now = (self._by_name(side, told) for side, told in ((theirs, self._told), (ours, str)))
        for name in dict.fromkeys((*before, *now)):
            was, is_now = sorted(before.get(name, ())), sorted(now.get(name, ()))
            if was != is_now:
                self._note(
                    "assertion", f"{place}: {name}", *(", ".join(side) or "-" for side in (was, is_now))
                )

    def _by_name(self, side: Sequence[tuple[str, str]], told: Callable[[str], str]) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for name, verdict in side:
            found.setdefault(loose(told(name)), []).append(verdict)
        return found

    def _troubles(self, place: str, visit: NewmanVisit, ours: Sequence[Trouble]) -> None:
        theirs = visit.troubles
        before, now = (sorted((one.at, one.name) for one in side) for side in (theirs, ours))
        if before != now:
            told = [", ".join(f"{at}: {name}" for at, name in side) or "-" for side in (before, now)]
            self._note("failure", place, *told)

    def _same(self, ours: str, theirs: str) -> bool:
        if ours == theirs:
            return True
        today = self._told(theirs)
        return ours == today or loose(ours) == loose(today)

    def _note(self, what: What, place: str, theirs: str, ours: str) -> None:
        self.count += 1
        if len(self.differences) < _MOST:
            self.differences.append(RunDifference(what=what, place=place, theirs=theirs, ours=ours))


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."


def place_of(path: Sequence[str], iteration: int) -> str:
    """Name a call, and its iteration from the second one on."""
    row = f", iteration {iteration + 1}" if iteration else ""
    return " / ".join(path) + row


def _assertions(result: CallResult) -> tuple[tuple[str, str], ...]:
    return tuple(
        (one.name, "failed" if one.error is not None else "skipped" if one.skipped else "passed")
        for one in result.assertions
    )


def _phase(kind: str, event: str | None) -> str:
    return f"{event}-script" if kind == "script" else kind


def _without_values(request: ComparedRequest) -> ComparedRequest:
    """Return a request whose author drew values at random without what may be drawn."""
    parts = split(request.url)
    names = [pair.partition("=")[0] for pair in parts.query.split("&")]
    way = f"{parts.scheme}://{parts.netloc}{'/' * parts.path.count('/')}?{'&'.join(names)}"
    headers = tuple((name, "") for name, _ in request.headers)
    return ComparedRequest(method=request.method, url=way, headers=headers, body=NOT_TOLD)


def _path(url: str) -> str:
    return loose(url.partition("?")[0])


def _spelled(values: Mapping[str, Any], name: str) -> str:
    if name not in values:
        return "-"
    value = values[name]
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True)


def told_differences(differences: Sequence[RunDifference], most: int) -> Iterator[str]:
    """Tell the first differences, and how many there are beside."""
    yield from (str(one) for one in differences[:most])
    if len(differences) > most:
        yield f"and {len(differences) - most} more"
