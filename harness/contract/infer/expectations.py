"""What holds in all answers of a call, as the entries that a companion's `expect` has."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from harness.cassettes.compare.generated_values import names_identity, shape
from harness.client.message import Response
from harness.collection.companion import ExpectCheck, ExpectEntry
from harness.collection.document import is_too_deep
from harness.contract.infer.element_filters import element_filters
from harness.contract.infer.evidence import Evidence
from harness.contract.infer.path_spelling import is_spelled, step
from harness.contract.infer.samples import CallSamples
from harness.contract.infer.text_form import escaped
from harness.extract.answer import Answer, NoJson
from harness.extract.json_types import json_type
from harness.secrets.names import name_rule

HEADERS: Final = (
    "Content-Type", "Location", "Allow", "Content-Disposition", "Content-Language", "Accept-Patch",
)  # fmt: skip
"""The headers that say what was answered; others are the server's own affair."""

DEEPEST: Final = 40
MOST_LISTED: Final = 60
"""How many expectations the elements of a list may need one by one."""

_LONGEST_LIST: Final = 2000


def expectations(samples: CallSamples) -> list[ExpectEntry]:
    """Return what holds in all answers of a call: status, headers, and the body where it is JSON."""
    evidence = Evidence.of(samples)
    answers = samples.answers
    statuses = tuple(sorted({one.status for one in answers}))
    found = [ExpectEntry(subject="status", check="equals", wanted=statuses)]
    found += _headers(answers, evidence)
    bodies = json_bodies(answers)
    if bodies is not None:
        found += _Body(evidence).at("$", "", bodies, 0)
    return found


def json_bodies(answers: Sequence[Response]) -> list[Any] | None:
    """Return the bodies as JSON, `None` where one of them is none, or nested too deeply to be walked."""
    try:
        found = [Answer(status=one.status, headers=one.headers, body=one.body).json for one in answers]
    except NoJson:
        return None
    return None if any(map(is_too_deep, found)) else found


def _headers(answers: Sequence[Response], evidence: Evidence) -> Iterator[ExpectEntry]:
    for name in HEADERS:
        found = [Answer(status=one.status, headers=one.headers).header(name) for one in answers]
        values = [one for one in found if one is not None]
        if len(values) < len(answers):
            continue
        check, wanted = _text("", values, evidence)
        if check == "type":
            check, wanted = "exists", True
        yield ExpectEntry(subject="header", target=name, check=check, wanted=wanted)


def _text(name: str, values: Sequence[str], evidence: Evidence) -> tuple[ExpectCheck, Any]:
    """Say the most that holds of texts: what they are, what form they have, or that they are texts."""
    if len(set(values)) == 1 and evidence.is_constant(name, values[0]):
        return "equals", values[0]
    pattern = None if name_rule(name) else evidence.forms.common_pattern(values)
    words = () if pattern else evidence.words(name, values, evidence.sources)
    if words:
        pattern = f"({'|'.join(map(escaped, words))})"
    return ("type", "string") if pattern is None else ("matches", f"^{pattern}$")


@dataclass(frozen=True, slots=True)
class _Body:
    """Says of the values at one place of all bodies what holds; `name` is that of the member they are of."""

    evidence: Evidence

    def at(self, path: str, name: str, values: Sequence[Any], depth: int) -> Iterator[ExpectEntry]:
        kinds = {json_type(one) for one in values}
        if kinds == {"integer", "number"}:
            kinds = {"number"}
        if len(kinds) > 1 or depth > DEEPEST:
            yield _entry(path, "exists", True)
            return
        match kinds.pop():
            case "object":
                yield from self._object(path, name, values, depth)
            case "array":
                yield from self._array(path, name, values, depth)
            case "string":
                yield _entry(path, *_text(name, values, self.evidence))
            case kind:
                same = all(one == values[0] for one in values) and self.evidence.is_constant(name, values[0])
                yield _entry(path, "equals", values[0]) if same else _entry(path, "type", kind)

    def _object(
        self, path: str, name: str, values: Sequence[dict[str, Any]], depth: int
    ) -> Iterator[ExpectEntry]:
        if any(shape(key) != key for one in values for key in one):
            # A map by ids: its members are like the elements of a list.
            yield _entry(path, "type", "object")
            yield from element_filters(
                path, name, [list(one.values()) for one in values], self.evidence.sources, self.evidence
            )
            return
        names = [key for key in values[0] if is_spelled(key) and all(key in one for one in values)]
        if not names:
            yield _entry(path, "type", "object")
        for key in names:
            yield from self.at(step(path, key), key, [one[key] for one in values], depth + 1)

    def _array(self, path: str, name: str, values: Sequence[list[Any]], depth: int) -> Iterator[ExpectEntry]:
        first = values[0]
        same = all(one == first for one in values) and self.evidence.is_constant(name, first)
        if same and not any(isinstance(one, dict | list) for one in first):
            yield _entry(path, "equals", first)
            return
        lengths = {len(one) for one in values}
        if len(lengths) > 1:
            yield _entry(path, "type", "array")
        elif not any(_is_made_up(one) for value in values for one in value):
            listed = self._listed(path, name, values, depth)
            if listed is not None:
                yield _entry(f"{path}[*]", "count", len(first))
                yield from listed
                return
            if same and len(json.dumps(first)) <= _LONGEST_LIST:
                yield _entry(path, "equals", first)
                return
        if len(lengths) == 1:
            yield _entry(f"{path}[*]", "count", len(first))
        yield from element_filters(path, name, values, self.evidence.sources, self.evidence)

    def _listed(
        self, path: str, name: str, values: Sequence[list[Any]], depth: int
    ) -> list[ExpectEntry] | None:
        """Say what holds of each element by itself, unless that is too much to read."""
        found: list[ExpectEntry] = []
        for place in range(len(values[0])):
            found += self.at(f"{path}[{place}]", name, [one[place] for one in values], depth + 1)
            if len(found) > MOST_LISTED:
                return None
        return found


def _is_made_up(element: Any) -> bool:
    """Tell whether what says which element of a list this is was made up: then their order was, too."""
    if isinstance(element, dict):
        return any(
            isinstance(one, str) and names_identity(name) and shape(one) != one
            for name, one in element.items()
        )
    return isinstance(element, str) and shape(element) != element


def _entry(path: str, check: ExpectCheck, wanted: Any) -> ExpectEntry:
    return ExpectEntry(subject="path", target=path, check=check, wanted=wanted)
