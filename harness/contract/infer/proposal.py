"""What recordings propose for a companion: all that holds, less what its author said."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from harness.cassettes.file.interaction import Cassette
from harness.collection.companion import CallEntry, Companion, ExpectEntry, bind, numbered
from harness.collection.model import Collection, Item
from harness.contract.infer.answer_schema import answer_schema
from harness.contract.infer.evidence import Evidence
from harness.contract.infer.expectations import expectations, json_bodies
from harness.contract.infer.samples import CallPath, CallSamples, call_samples
from harness.errors import InputError


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
) -> Proposal:
    """Propose expectations from recordings.

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
    calls = [_call(samples[path], (said or {}).get(path)) for path in order if samples[path].answers]
    return Proposal(calls=tuple(calls), gone=gone, unanswered=unanswered)


def _said(
    collection: Collection | None, companion: Companion | None
) -> dict[CallPath, CallEntry | None] | None:
    if collection is None:
        return None
    paths = [path for path, entry in numbered(collection.root) if isinstance(entry, Item)]
    entries = bind(companion or Companion(), collection)
    return dict(zip(paths, entries, strict=True))


def _call(samples: CallSamples, said: CallEntry | None) -> CallProposal:
    bodies = json_bodies(samples.answers)
    evidence = Evidence.of(samples)
    title = " / ".join(samples.path)
    return CallProposal(
        path=samples.path,
        expect=tuple(_new(expectations(samples), said)),
        answers=len(samples.answers),
        schema=None if bodies is None else answer_schema(bodies, evidence, title),
    )


def _new(found: Iterable[ExpectEntry], said: CallEntry | None) -> Iterable[ExpectEntry]:
    """Leave out what the author says something of, however that is checked."""
    known = {_target(one) for one in said.expect} if said is not None else set()
    return (one for one in found if _target(one) not in known)


def _target(one: ExpectEntry) -> tuple[str, str]:
    return one.subject, one.target.lower() if one.subject == "header" else one.target
