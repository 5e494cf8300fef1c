"""Working on cassettes as wholes: show, diff, merge, prune, scan, redact."""

import json
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from harness.cassettes.compare.answers import AnswerComparison, Ignore
from harness.cassettes.compare.generated_values import shape
from harness.cassettes.file.document import interaction_document
from harness.cassettes.file.format import load
from harness.cassettes.file.interaction import Cassette, CassetteMetadata, Interaction
from harness.cassettes.file.journal import beginning_of, journal_cassette
from harness.cassettes.file.journal_path import SUFFIX
from harness.cassettes.file.parts import Parts
from harness.cassettes.file.redaction import learn_interaction, redact_interaction, redact_metadata, remains
from harness.cassettes.replay.match import Index, MatchRule
from harness.cassettes.replay.miss import RecordingDifference
from harness.client.message import Headers, header
from harness.collection.model import CallPath
from harness.errors import InputError, Place
from harness.secrets.redactor import Redactor


@dataclass(frozen=True, slots=True, kw_only=True)
class CassetteChange:
    """What differs between two cassettes at one request; the side that lacks it is `None`."""

    old: Interaction | None
    new: Interaction | None
    differences: tuple[RecordingDifference, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretFound:
    """A secret that a cassette holds: in which interaction and where, not what."""

    interaction: int
    call: tuple[str, ...]
    pointer: str


def show(cassette: Cassette, *, bodies: bool = True) -> Iterator[str]:
    """Yield a cassette as lines for people: whose each interaction is, request and answer, JSON indented."""
    for one in cassette.interactions:
        context = one.context
        owner = " / ".join(context.call) or "(no call)"
        yield f"{one.number + 1}. {owner}, iteration {context.iteration + 1}, attempt {context.attempt}"
        if one.recorded_at:
            yield f"   recorded {one.recorded_at}, took {one.elapsed_ms:.0f}ms"
        yield f"   {one.request.method} {one.request.url}"
        if bodies:
            yield from _message(one.request.headers, one.request.body)
        if one.failure is not None:
            yield f"   failed: {one.failure.kind}, {one.failure.message}"
        elif one.response is not None:
            yield f"   {one.response.status} {one.response.reason}".rstrip()
            if bodies:
                yield from _message(one.response.headers, one.response.body)
        yield ""


def _message(headers: Headers, body: bytes | None) -> Iterator[str]:
    for name, value in headers:
        yield f"      {name}: {value}"
    if body:
        yield from (f"      | {line}" for line in pretty(body, header(headers, "content-type") or ""))


def pretty(body: bytes, media: str) -> list[str]:
    """Return a body as lines: JSON indented, other text as it is, binary as its size."""
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return [f"({len(body)} bytes)"]
    if "json" in media or text.lstrip()[:1] in {"{", "["}:
        try:
            return json.dumps(json.loads(text), indent=2, ensure_ascii=False).splitlines()
        except ValueError:
            pass
    return text.splitlines()


def diff(old: Cassette, new: Cassette, *, ignore: Ignore | None = None) -> tuple[CassetteChange, ...]:
    """Compare two cassettes request by request, in the order of the new one; what is gone comes last.

    A request that holds other ids than in the old recording is compared with the one of the same call; what
    else differs in it has a pointer below `request/`.
    """
    pairs, gone = _paired(old, new)
    comparison = AnswerComparison(ignore)
    comparison.learn((one, known) for one, known in pairs if known is not None)
    changes: list[CassetteChange] = []
    for one, known in pairs:
        differences = (
            (*comparison.requests(one.request, known.request), *comparison.outcomes(one, known))
            if known is not None
            else ()
        )
        if known is None or differences:
            changes.append(CassetteChange(old=known, new=one, differences=differences))
    return (*changes, *(CassetteChange(old=one, new=None) for one in gone))


def _paired(
    old: Cassette, new: Cassette
) -> tuple[list[tuple[Interaction, Interaction | None]], tuple[Interaction, ...]]:
    """Find the old one of each new request: the same, else one but for ids, else the next of its call."""
    index = Index(old.interactions, MatchRule())
    found: list[Interaction | None] = []
    for one in new.interactions:
        known = index.take(index.parts(one.request, one.context), one.context)
        found.append(known if isinstance(known, Interaction) else None)
    left = {one.number: one for one in index.unused()}
    for key in (_but_for_ids, _call):
        near: dict[object, deque[Interaction]] = {}
        for other in left.values():
            near.setdefault(key(other), deque()).append(other)
        for place, one in enumerate(new.interactions):
            if found[place] is None and one.context.call and (others := near.get(key(one))):
                known = others.popleft()
                found[place] = left.pop(known.number)
    return list(zip(new.interactions, found, strict=True)), tuple(left.values())


def _call(one: Interaction) -> tuple[CallPath, int, str]:
    return one.context.call, one.context.iteration, one.request.method


def _but_for_ids(one: Interaction) -> tuple[object, ...]:
    return *_call(one), shape(one.request.url)


def merge(cassettes: Sequence[Cassette]) -> Cassette:
    """Return one cassette of several; of equal requests of the same call attempt the later file's count.

    Metadata are the first one's; environment and base addresses of the others fill in what it lacks.
    Each call keeps the seed and the clock of its recording; one that drew from another is the later file's.
    """
    first, *others = cassettes
    interactions: list[Interaction] = list(first.interactions)
    metadata = first.metadata
    for other in others:
        drawn = _drawn_apart(other, metadata)
        interactions = [one for one in interactions if one.context.call not in drawn]
        index = Index([one.numbered(place) for place, one in enumerate(interactions)], MatchRule())
        for one in other.interactions:
            found = index.take(index.parts(one.request, one.context), one.context)
            if isinstance(found, Interaction) and found.context == one.context:
                interactions[found.number] = one
            else:
                if isinstance(found, Interaction):
                    index.played[found.number] = 0
                interactions.append(one)
        metadata = replace(
            metadata,
            seed=metadata.seed if metadata.seed is not None else other.metadata.seed,
            seeds={**metadata.seeds, **drawn},
            complete=metadata.complete and other.metadata.complete,
            clock_ms=min(
                (one.clock_ms for one in (metadata, other.metadata) if one.clock_ms is not None), default=None
            ),
            clocks=(*(one for one in metadata.clocks if one.call not in drawn), *other.metadata.clocks),
            base_addresses={**other.metadata.base_addresses, **metadata.base_addresses},
            environment={**other.metadata.environment, **metadata.environment},
            shapes={**other.metadata.shapes, **metadata.shapes},
        )
    return replace(first, interactions=_numbered(interactions), metadata=metadata)


def _drawn_apart(cassette: Cassette, metadata: CassetteMetadata) -> dict[CallPath, int]:
    """Return the seeds of calls that drew from another one than `metadata` has for them."""
    own = cassette.metadata
    if own.seed is None or metadata.seed is None:
        return dict(own.seeds)
    calls = {one.context.call for one in cassette.interactions} | {one.call for one in own.clocks}
    seeds = {call: own.seeds.get(call, own.seed) for call in calls}
    return {call: seed for call, seed in seeds.items() if seed != metadata.seeds.get(call, metadata.seed)}


def prune(cassette: Cassette, unused: Iterable[Interaction]) -> Cassette:
    """Return a cassette without the interactions that a replay did not use."""
    gone = {one.number for one in unused}
    return replace(
        cassette, interactions=_numbered(one for one in cassette.interactions if one.number not in gone)
    )


def scan(cassette: Cassette, redactor: Redactor | None = None) -> tuple[SecretFound, ...]:
    """Return where a cassette holds secrets: those the redactor knows, and what shows itself to be one."""
    known = redactor or Redactor(redacted=True)
    for one in cassette.interactions:
        learn_interaction(one, known)
    return tuple(
        SecretFound(interaction=one.number, call=one.context.call, pointer=pointer)
        for one in cassette.interactions
        if (pointer := remains(one, known)) is not None
    )


def redact(cassette: Cassette, redactor: Redactor | None = None) -> Cassette:
    """Return a cassette without secrets: those the redactor knows, and what shows itself to be one."""
    known = redactor or Redactor(redacted=True)
    for one in cassette.interactions:
        learn_interaction(one, known)
    return replace(
        cassette,
        interactions=tuple(redact_interaction(one, known) for one in cassette.interactions),
        metadata=redact_metadata(cassette.metadata, known),
    )


def finish_journal(journal: Path, redactor: Redactor | None = None) -> Path:
    """Make a cassette of what an interrupted or refused recording left, and return its path.

    It is marked as not complete. Raises `InputError` when the journal cannot be read, a secret is left, or
    there is a cassette that the recording did not keep but was to replace.
    """
    path = journal.with_name(journal.name.removesuffix(SUFFIX))
    beginning = beginning_of(journal)
    parts = Parts(path=path, per=beginning.per)
    if beginning.kept is None and parts.exists():
        raise InputError(
            "there is a cassette already",
            where=str(path),
            hint="move it away, or merge: `harness cassette merge` reads journals too",
        )
    cassette = redact(journal_cassette(journal), redactor)
    save(replace(cassette, metadata=replace(cassette.metadata, complete=False)), parts, redactor)
    journal.unlink()
    return path


def save(cassette: Cassette, path: Path | Parts, redactor: Redactor | None = None) -> None:
    """Write a cassette in the place of a file, or of several, whole or not at all.

    Raises `InputError` when it holds a secret, and when the file there is no cassette.
    """
    parts = path if isinstance(path, Parts) else Parts(path=path)
    for file in parts.files():
        load(file)
    findings = scan(cassette, redactor)
    if findings:
        first = findings[0]
        raise InputError(
            "the cassette holds secrets and is not written",
            where=Place(
                file=str(parts.path),
                path=first.call,
                field=f"interaction {first.interaction + 1}{first.pointer}",
            ),
            hint="take them out with `harness cassette redact`",
        )
    parts.path.parent.mkdir(parents=True, exist_ok=True)
    parts.write(cassette.metadata, lambda: map(interaction_document, cassette.interactions))


def _numbered(interactions: Iterable[Interaction]) -> tuple[Interaction, ...]:
    return tuple(one.numbered(place) for place, one in enumerate(interactions))
