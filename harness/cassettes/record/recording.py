"""A recording from its beginning to the cassette in its place."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from threading import Lock
from typing import Any, Final, Never

from harness.cassettes.file.document import (
    Document,
    interaction_of,
    metadata_document,
    numbered,
    start_document,
)
from harness.cassettes.file.draws import RecordedDraws, clock_starts
from harness.cassettes.file.interaction import Cassette, CassetteMetadata, ClockStart, Interaction
from harness.cassettes.file.journal import Journal, idle_clocks
from harness.cassettes.file.journal_path import journal_path
from harness.cassettes.file.lock import FileLock
from harness.cassettes.file.parts import Parts
from harness.cassettes.file.redaction import learn_interaction, redact_interaction, redact_metadata, remains
from harness.cassettes.file.variable_state import VariableWatch, redact_start
from harness.cassettes.modes import Action
from harness.cassettes.record.earlier import kept_of, resumed, settle_journal
from harness.cassettes.record.plan import RecordingPlan, metadata_of
from harness.cassettes.record.spellings import spellings
from harness.cassettes.record.transport import RecordTransport
from harness.cassettes.record.written_texts import WrittenTexts
from harness.cassettes.replay.match import Index, MatchRule
from harness.cassettes.replay.transport import ReplayTransport
from harness.client.transport import HopContext, HopRequest, Transport
from harness.errors import InputError, Place
from harness.lazy_dataclass import dataclass
from harness.secrets.fields import learn_variables
from harness.secrets.redactor import Redactor
from harness.variables.scope import Scopes

_PATIENCE: Final = 250_000
_PATIENCE_PER_BYTE: Final = 1
"""How many bytes of a journal are searched in depth for secrets learnt later: at first, and per new byte."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingOutcome:
    """How a recording ended: whether the cassette was written, and where the journal stayed if not.

    `beside` is a cassette in one piece that was taken apart, and stays for the calls that it alone has.
    """

    written: bool
    interactions: int
    path: Path
    journal: Path | None = None
    beside: Path | None = None
    warnings: tuple[str, ...] = ()


class Recording:
    """A recording under way: give `transport` and `draws` to the run, then call `finish`."""

    def __init__(
        self,
        parts: Parts,
        inner: Transport,
        *,
        plan: RecordingPlan,
        redactor: Redactor,
        base: Cassette | None,
        answers: bool,
        resume: bool,
        rule: MatchRule,
        lock: FileLock,
    ) -> None:
        path = parts.path
        self.path: Final = path
        self._parts = parts
        self.redactor: Final = redactor
        self._file_lock = lock
        self._lock = Lock()
        self._scopes: list[tuple[Scopes, list[int]]] = []
        self._variables: VariableWatch | None = None
        self._outcome: RecordingOutcome | None = None
        self._beside: Path | None = None
        self._secret_names = plan.secret_names
        learn_variables(plan.environment, redactor, plan.secret_names)
        left = resumed(path) if resume else None
        earlier = left[1] if left is not None else base.interactions if base is not None else ()
        told = left[0] if left is not None else kept_of(base, parts)
        self._kept = told.kept or 0
        self._metadata = metadata_of(plan, told.metadata)
        self._superseded: set[int] = left[2] if left is not None else set()
        beginning = replace(told, metadata=redact_metadata(self._metadata, redactor))
        if left is None and base is not None:
            # The journal alone says what the cassette will hold.
            self._journal = Journal.over(
                journal_path(path),
                beginning,
                (redact_interaction(one, redactor) for one in base.interactions),
                (redact_start(one, redactor) for one in base.metadata.clocks),
            )
        else:
            self._journal = Journal(journal_path(path), beginning)
            self._journal.entries = len(earlier)
        self._searched = len(redactor.spellings())
        # Who wrote what is resumed knew other secrets.
        self._written = WrittenTexts(redactor, doubted=left is not None)
        for one in self._journal.interactions() if self._journal.entries else ():
            self._written.add(one)
        for start in self._journal.clocks() if self._journal.entries else ():
            self._written.add_text(_spelled(start_document(start)))
        self._written.add_text(_spelled(metadata_document(beginning.metadata)))
        self._patience = _PATIENCE
        # Most starts of clocks are told by the interaction that follows them.
        self._untold: set[_ClockKey] = set()
        self._waiting: dict[_ClockKey, ClockStart] = {}
        self._tells_clocks = self._journal.entries > 0
        starts = Cassette(
            interactions=tuple(earlier),
            metadata=replace(self._metadata, clocks=tuple(self._journal.clocks())),
        )
        self.draws = RecordedDraws(
            self._metadata.seed or 0,
            known=clock_starts(starts),
            told=self._start_clock,
            seeds=self._metadata.seeds,
            now=plan.now,
        )
        self.transport = RecordTransport(
            inner,
            self._keep,
            self._clock_of,
            known=_known(earlier, self._superseded, rule, redactor) if earlier else None,
            answers_from=0 if answers else self._kept,
        )

    @property
    def metadata(self) -> CassetteMetadata:
        """What the recording says about itself."""
        return self._metadata

    @property
    def outcome(self) -> RecordingOutcome | None:
        """How it ended, once it did."""
        return self._outcome

    @property
    def added(self) -> int:
        """How many interactions were recorded so far."""
        return self._journal.entries - self._kept

    def watch(self, scopes: Scopes) -> None:
        """Learn secret variables as the run changes them.

        What calls change in the first scopes watched is kept, so that a part of the calls replays alone.
        """
        with self._lock:
            self._scopes.append((scopes, []))
            if self._variables is None:
                self._variables = VariableWatch(scopes)

    def finish(self, *, complete: bool) -> RecordingOutcome:
        """End the recording; a second time changes nothing.

        A complete one is scanned, written and takes the place of the file; otherwise the file stays as it
        was, and the journal stays to be resumed. Raises `InputError` when a secret is left anywhere.
        """
        with self._lock:
            if self._outcome is None:
                try:
                    self._outcome = self._end(complete=complete)
                finally:
                    self._journal.close()
                    self._file_lock.release()
            return self._outcome

    def _end(self, *, complete: bool) -> RecordingOutcome:
        self._learn_scopes()
        self._scour()
        self._tell_clocks()
        if complete:
            if self._overlooked():
                self._rewrite()
                self._refuse_secrets()
            self._write()
            self._journal.remove()
        return RecordingOutcome(
            written=complete,
            interactions=self.added,
            path=self.path,
            journal=None if complete else self._journal.path,
            beside=self._beside,
            warnings=self.redactor.warnings,
        )

    def _keep(self, interaction: Interaction, superseded: Interaction | None) -> None:
        with self._lock:
            self._learn_scopes()
            learn_interaction(interaction, self.redactor)
            self._scour()
            redacted = redact_interaction(interaction, self.redactor)
            self._written.add(redacted)
            before = self._journal.size
            key = _clock_key(interaction.context, interaction.clock_ms)
            self._waiting.pop(key, None)
            self._untold.discard(key)
            self._tell_clocks()
            self._journal.append(redacted, number=self._journal.entries)
            self._patience += _PATIENCE_PER_BYTE * (self._journal.size - before)
            if superseded is not None:
                self._superseded.add(superseded.number)
                self._tells_clocks = True
                self._journal.supersede(superseded.number)

    def _start_clock(self, start: ClockStart) -> None:
        with self._lock:
            self._learn_scopes()
            self._scour()
            changes = self._variables.changes() if self._variables is not None else {}
            key = _clock_key(start, start.start_ms)
            self._untold.add(key)
            self._waiting[key] = replace(start, variables=changes)
            if changes:
                self._tells_clocks = True
                self._tell_clocks()

    def _tell_clocks(self) -> None:
        """Write the starts of clocks that no interaction tells, before what came after them."""
        for start in self._waiting.values():
            told = redact_start(start, self.redactor)
            if told.variables:
                self._written.add_text(_spelled(start_document(told)))
            self._journal.start_clock(told)
        self._waiting.clear()

    def _clock_of(self, hop: HopRequest) -> float | None:
        context = hop.context
        return self.draws.current(context.call, context.iteration, context.attempt)

    def _learn_scopes(self) -> None:
        for scopes, seen in self._scopes:
            versions = [scope.version for scope in scopes]
            if versions != seen:
                seen[:] = versions
                for scope in scopes:
                    learn_variables(scope, self.redactor, self._secret_names)

    def _rewrite(self) -> None:
        written = self._written = WrittenTexts(self.redactor)

        def redacted(interaction: Interaction) -> Interaction:
            clean = redact_interaction(interaction, self.redactor)
            written.add(clean)
            return clean

        def told(start: ClockStart) -> ClockStart:
            clean = redact_start(start, self.redactor)
            written.add_text(_spelled(start_document(clean)))
            return clean

        metadata = redact_metadata(self._metadata, self.redactor)
        written.add_text(_spelled(metadata_document(metadata)))
        self._journal.rewrite(metadata, redacted, told)

    def _scour(self) -> None:
        """Rewrite the journal when it holds a secret that was learnt since it was last searched."""
        fresh = self.redactor.spellings(self._searched)
        if not fresh:
            return
        self._searched += len(fresh)
        tokens = self.redactor.tokens_among(fresh)
        others = (value for value in fresh if value not in tokens and self._written.may_hold(value))
        searched = tuple(spelling for value in others for spelling in spellings(value))
        if self._written.holds(tokens) or (searched and self._journal.holds(searched)):
            self._rewrite()
        elif self._patience >= self._journal.size:
            # Encodings of encodings take long to look through: a run that learns all the time does without,
            # until its end.
            self._patience -= self._journal.size
            if self._overlooked():
                self._rewrite()

    def _overlooked(self) -> bool:
        return self._written.may_hold_secret() and any(
            remains(one, self.redactor) is not None for one in self._journal.interactions()
        )

    def _entries(self) -> Iterator[Document]:
        """Yield what the cassette will hold, less what was recorded again."""
        kept = (
            one
            for place, one in enumerate(self._journal.entries_of_cassette())
            if place not in self._superseded
        )
        return (numbered(one, number) for number, one in enumerate(kept))

    def _refuse_secrets(self) -> None:
        for one in map(interaction_of, self._entries()):
            pointer = remains(one, self.redactor)
            if pointer is not None:
                field = f"interaction {one.number + 1}{pointer}"
                self._refuse(Place(file=str(self._journal.path), path=one.context.call, field=field))

    def _refuse(self, where: Place) -> Never:
        raise InputError(
            "the recording still holds a secret and is not moved into place",
            where=where,
            hint=f"finish it with `harness cassette redact {self._journal.path}`",
        )

    def _write(self) -> None:
        idle: tuple[ClockStart, ...] = ()
        if self._tells_clocks or self._untold:
            idle = idle_clocks(self._journal.clocks(), map(interaction_of, self._entries()))
        metadata = redact_metadata(replace(self._metadata, clocks=idle), self.redactor)
        if redact_metadata(metadata, self.redactor) != metadata:
            self._refuse(Place(file=str(self._journal.path), field="/metadata"))
        self._beside = self._parts.write(metadata, self._entries)


def _spelled(document: Mapping[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False, default=str)


_ClockKey = tuple[tuple[str, ...], int, int, float | None]


def _clock_key(of: HopContext | ClockStart, start_ms: float | None) -> _ClockKey:
    return of.call, of.iteration, of.attempt, start_ms


def _known(
    interactions: Sequence[Interaction], superseded: set[int], rule: MatchRule, redactor: Redactor
) -> ReplayTransport:
    index = Index([one.numbered(number) for number, one in enumerate(interactions)], rule)
    for number in superseded:
        index.played[number] = 1
    return ReplayTransport(index, redactor)


def open_recording(
    path: str | Path | Parts,
    inner: Transport,
    *,
    plan: RecordingPlan | None = None,
    redactor: Redactor | None = None,
    action: Action = "record",
    resume: bool = False,
    discard: bool = False,
    rule: MatchRule | None = None,
) -> Recording:
    """Begin a recording over `inner`, whose requests go live.

    `action` says what becomes of an existing cassette: `record` replaces it, `extend` answers from it what
    it can and adds the rest, `update` sends all and keeps of it what was not sent again. A journal that an
    interrupted recording left is continued with `resume` in the way it began, thrown away with `discard`, and
    otherwise refused.

    Raises `UsageError` for that and when another process records the same file, `InputError` when the file
    that is there is no cassette.
    """
    parts = path if isinstance(path, Parts) else Parts(path=Path(path))
    place = parts.path
    lock = FileLock(place)
    try:
        existing = parts.load() if parts.exists() else None
        settle_journal(place, resume=resume, discard=discard)
        return Recording(
            parts,
            inner,
            plan=plan or RecordingPlan(),
            redactor=redactor or Redactor(),
            base=existing if action != "record" else None,
            answers=action == "extend",
            resume=resume,
            rule=rule or MatchRule(),
            lock=lock,
        )
    except BaseException:
        lock.release()
        raise
