"""What a run knows already: late failures and warnings that are written down, and do not fail it yet."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from harness.errors import InputError
from harness.lazy_dataclass import dataclass
from harness.runner.results import CallResult, RunSummary, RunWarning
from harness.scripting.engine import Assertion, ConsoleMessage, ScriptRun
from harness.warning_kinds import KNOWN_FAILURE

VERSION: Final = 1
LATE_TEST: Final = "async-test"
LATE_ERROR: Final = "late-failure"
"""The kinds of late failures, by the ids of the differences from newman, which loses both."""

# What differs from run to run: UUIDs, and numbers that are no part of a name.
_DRAWN: Final = re.compile(
    r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b|(?<![\w.-])-?\d[\d.,:]*(?!\w)", re.IGNORECASE
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Occurrence:
    """Something that is, or may be, known: its kind, the place in the collection, and what it says.

    Two are the same when their kinds, places and texts are, whatever numbers and UUIDs the texts hold.
    """

    collection: str
    kind: str
    place: str
    what: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "what", _DRAWN.sub("#", " ".join(self.what.split())))

    def __str__(self) -> str:
        """Tell it in one line."""
        return f"{self.place}: {self.what} [{self.kind}]" if self.place else f"{self.what} [{self.kind}]"


@dataclass(frozen=True, slots=True, kw_only=True)
class BaselineEntry:
    """Since when something is known, as YYYY-MM-DD, and why it is left as it is."""

    since: str
    reason: str = ""

    def __str__(self) -> str:
        """Tell it in a few words."""
        return f"known since {self.since}" + (f": {self.reason}" if self.reason else "")


class Baseline:
    """What is known of one collection, and what a run of it meets.

    `accepted` is given to what is met and not known, which is known from then on; without it such things
    fail the run. `mask` hides secrets, so that what is known holds none.
    """

    def __init__(
        self,
        collection: str,
        known: Mapping[Occurrence, BaselineEntry],
        *,
        accepted: BaselineEntry | None = None,
        mask: Callable[[str], str] = str,
    ) -> None:
        self.collection = collection
        self._mask = mask
        self.known = {one: entry for one, entry in known.items() if one.collection == collection}
        self._accepted = accepted
        self._met: dict[Occurrence, BaselineEntry] = {}
        self._ran: set[str] = set()

    def settle(self, result: CallResult) -> CallResult:
        """Return what came of a call, with a warning in place of each late failure that is known."""
        place = " / ".join(result.call.path)
        self._ran.add(place)
        told: list[RunWarning] = []

        def knows(kind: str, what: str, message: str) -> bool:
            entry = self._entry(self._occurrence(kind, place, what))
            if entry is not None:
                text = f"{message} ({entry})"
                told.append(RunWarning(kind="known-failure", message=text, place=place))
            return entry is not None

        prerequest, test = (
            tuple(_settled(run, knows) for run in runs) for runs in (result.prerequest, result.test)
        )
        if not told:
            return result
        return replace(result, prerequest=prerequest, test=test, warnings=(*result.warnings, *told))

    def knows(self, warning: RunWarning) -> bool:
        """Whether a warning is known, or is accepted."""
        if warning.kind == KNOWN_FAILURE:
            return False
        return self._entry(self._occurrence(warning.kind, warning.place, warning.message)) is not None

    def met(self, summary: RunSummary) -> Mapping[Occurrence, BaselineEntry]:
        """Return what is known, or is accepted, and was met in a run that ended.

        Secrets that were learnt late are masked now.
        """
        for warning in summary.warnings:
            self.knows(warning)
        return {replace(one, what=self._mask(one.what)): entry for one, entry in self._met.items()}

    def gone(self, summary: RunSummary, *, whole: bool, ignored: Iterable[str] = ()) -> Sequence[Occurrence]:
        """Return what is known and was not met, although what it belongs to ran.

        Of a run that is not the `whole` collection, or was interrupted, only what belongs to calls counts.
        Nobody can tell of kinds of warnings that are `ignored`.
        """
        met, silent = {**self.met(summary), **self._met}, frozenset(ignored)
        whole = whole and not summary.interrupted and not summary.timed_out
        return [
            one
            for one in self.known
            if one not in met and one.kind not in silent and (self._has_run(one) or whole)
        ]

    def _has_run(self, one: Occurrence) -> bool:
        # A place may go on behind the call's path, as in `Folder / Call, test-script, line 3`.
        ends = [found.start() for found in re.finditer(", ", one.place)]
        return any(one.place[:end] in self._ran for end in (*ends, len(one.place)))

    def _entry(self, one: Occurrence) -> BaselineEntry | None:
        entry = self.known.get(one, self._accepted)
        if entry is not None:
            self._met[one] = entry
        return entry

    def _occurrence(self, kind: str, place: str, what: str) -> Occurrence:
        return Occurrence(
            collection=self.collection, kind=kind, place=self._mask(place), what=self._mask(what)
        )


def fails_late(result: CallResult) -> bool:
    """Whether a call has a late failure, known or not."""
    return any(map(_late, (*result.prerequest, *result.test)))


def _late(run: ScriptRun) -> bool:
    unseen = run.unseen and run.error is not None
    return unseen or bool(run.losses) or any(one.late and one.error is not None for one in run.assertions)


def _settled(run: ScriptRun, knows: Callable[[str, str, str], bool]) -> ScriptRun:
    """Return a script's run without those late failures that are known; newman takes none of them for one."""
    if not _late(run):
        return run

    def settled(one: Assertion | ConsoleMessage) -> Assertion | ConsoleMessage:
        if isinstance(one, ConsoleMessage) or one.error is None or not one.late:
            return one
        known = knows(LATE_TEST, one.name, f"{one.name}: {one.error.message}")
        return replace(one, error=None) if known else one

    output = tuple(settled(one) for one in run.output)
    losses = tuple(
        one
        for one in run.losses
        if not knows(LATE_ERROR, f"{one.name}: {one.message}", f"{one.name}: {one.message}")
    )
    error = run.error
    if run.unseen and error is not None and knows(LATE_ERROR, *[f"{error.name}: {error.message}"] * 2):
        error = None
    return replace(run, output=output, losses=losses, error=error)


def read_known(document: Any, where: str) -> dict[Occurrence, BaselineEntry]:
    """Return what a baseline's JSON lists. Raises `InputError` for one that is not valid."""
    try:
        version, listed = document["version"], document["known"]
        if not isinstance(version, int) or version > VERSION:
            raise InputError(
                f"the baseline has format {version}, and formats up to {VERSION} are known",
                where=where,
                hint="update harness, or write it again with --update-baseline",
            )
        return dict(_read(one) for one in listed)
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(
            "this is no baseline of a run", where=where, hint="write one with --update-baseline"
        ) from error


def _read(row: Mapping[str, Any]) -> tuple[Occurrence, BaselineEntry]:
    texts = {name: row[name] for name in ("collection", "kind", "place", "what", "since")}
    texts["reason"] = row.get("reason") or ""
    if not all(isinstance(text, str) for text in texts.values()):
        raise TypeError("all that an entry holds is text")
    since, reason = texts.pop("since"), texts.pop("reason")
    return Occurrence(**texts), BaselineEntry(since=since, reason=reason)


def known_document(known: Mapping[Occurrence, BaselineEntry]) -> dict[str, Any]:
    """Return the JSON that lists what is known, in an order that does not change."""
    return {"version": VERSION, "known": list(_rows(known))}


def _rows(known: Mapping[Occurrence, BaselineEntry]) -> Iterator[dict[str, str]]:
    for one in sorted(known, key=lambda one: (one.collection, one.place, one.kind, one.what)):
        entry = known[one]
        yield {
            "collection": one.collection,
            "place": one.place,
            "kind": one.kind,
            "what": one.what,
            "since": entry.since,
            "reason": entry.reason,
        }
