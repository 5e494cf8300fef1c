"""What recordings propose for a companion: all that holds, less what its author said."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from harness.cassettes.file.interaction import Cassette
from harness.collection.companion import CallEntry, Companion, ExpectEntry, bind, numbered
from harness.collection.model import CallPath, Collection, Item
from harness.contract.infer.answer_schema import answer_schema
from harness.contract.infer.evidence import Evidence
from harness.contract.infer.expectations import expectations, json_bodies
from harness.contract.infer.samples import CallSamples, call_samples
from harness.errors import InputError
from harness.extract.answer import Answer
from harness.extract.expectation import compile_expectation


@dataclass(frozen=True, slots=True, kw_only=True)
class CallProposal:
    """What is proposed for a call; `schema` is that of its answers, `None` where they are not JSON."""

    path: CallPath
    expect: tuple[ExpectEntry, ...]
    answers: int
    schema: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What is proposed for the calls of a collection, in its order.

    `gone` are recorded calls that the collection does not have, `unanswered` those that never got an answer.
    """

    calls: tuple[CallProposal, ...]
    gone: tuple[CallPath, ...] = ()
    unanswered: tuple[CallPath, ...] = ()


def propose(
    cassettes: Sequence[Cassette],
    collection: Collection | None = None,
    companion: Companion | None = None,
    before: Companion | None = None,
) -> Proposal:
    """Propose expectations from recordings.

    What was inferred `before`, and still holds, stays as it is: of fewer recordings less can be told.
    Without a collection the calls are those of the recordings. Raises `InputError` when the recordings do not
    say which calls their interactions are of, or the companion has entries for other calls.
    """
    samples = call_samples(cassettes)
    if not samples:
        raise InputError(
            "the recording does not say of which calls its answers are",
            where=", ".join(one.file for one in cassettes),
            hint="record the collection: harness run COLLECTION --record CASSETTE",
        )
    said = _said(collection, companion)
    order = list(samples) if said is None else [path for path in said if path in samples]
    gone = () if said is None else tuple(path for path in samples if path not in said)
    unanswered = tuple(path for path in order if not samples[path].answers)
    inferred = _inferred(before, companion)
    calls = [
        _call(samples[path], (said or {}).get(path), inferred.get(path, ()))
        for path in order
        if samples[path].answers
    ]
    return Proposal(calls=tuple(calls), gone=gone, unanswered=unanswered)


def _said(
    collection: Collection | None, companion: Companion | None
) -> dict[CallPath, CallEntry | None] | None:
    if collection is None:
        return None
    paths = [path for path, entry in numbered(collection.root) if isinstance(entry, Item)]
    entries = bind(companion or Companion(), collection)
    return dict(zip(paths, entries, strict=True))


def _inferred(before: Companion | None, companion: Companion | None) -> Mapping[CallPath, list[ExpectEntry]]:
    """Return what `before` expects of calls that the companion without it does not."""
    authored = {call.path: call.expect for call in (companion or Companion()).calls}
    found: dict[CallPath, list[ExpectEntry]] = {}
    for call in (before or Companion()).calls:
        known = {_target(one) for one in authored.get(call.path, ())}
        found[call.path] = [one for one in call.expect if _target(one) not in known]
    return found


def _call(samples: CallSamples, said: CallEntry | None, inferred: Sequence[ExpectEntry] = ()) -> CallProposal:
    bodies = json_bodies(samples.answers)
    evidence = Evidence.of(samples)
    title = " / ".join(samples.path)
    return CallProposal(
        path=samples.path,
        expect=tuple(_kept(inferred, list(_new(expectations(samples), said)), samples)),
        answers=len(samples.answers),
        schema=None if bodies is None else answer_schema(bodies, evidence, title),
    )


def _kept(
    inferred: Sequence[ExpectEntry], found: Sequence[ExpectEntry], samples: CallSamples
) -> Iterator[ExpectEntry]:
    """Yield what was inferred before where it holds, and what is found where it does not or says nothing."""
    answers = [Answer(status=one.status, headers=one.headers, body=one.body) for one in samples.answers]
    anew = _by_target(found)
    for target, entries in _by_target(inferred).items():
        instead = anew.pop(target, [])
        checks = [compile_expectation(one) for one in entries]
        held = all(check.hold(answer, str).passed for check in checks for answer in answers)
        yield from entries if held else instead
    for entries in anew.values():
        yield from entries


def _by_target(entries: Iterable[ExpectEntry]) -> dict[tuple[str, str], list[ExpectEntry]]:
    groups: dict[tuple[str, str], list[ExpectEntry]] = {}
    for one in entries:
        groups.setdefault(_target(one), []).append(one)
    return groups


def _new(found: Iterable[ExpectEntry], said: CallEntry | None) -> Iterable[ExpectEntry]:
    """Leave out what the author says something of, however that is checked."""
    known = {_target(one) for one in said.expect} if said is not None else set()
    return (one for one in found if _target(one) not in known)


def _target(one: ExpectEntry) -> tuple[str, str]:
    return one.subject, one.target.lower() if one.subject == "header" else one.target
