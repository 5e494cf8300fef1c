"""What holds for all elements of a list, as JSONPath filters that select the elements for which it does not.

`$.items[?@.state != 'open' && @.state != 'done']` with a count of 0 says that each element has a state, and
which ones there are.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any, Final

from harness.cassettes.compare.generated_values import shape
from harness.collection.companion import ExpectEntry
from harness.contract.infer.evidence import Evidence
from harness.contract.infer.path_spelling import is_spelled, literal, quoted, step
from harness.extract.json_types import json_type
from harness.secrets.names import name_rule

_LARGE_COUNT: Final = re.compile(r"(\[[^\]]*\])\{(1[0-7])(,?)\}")
_DEEPEST: Final = 40
_LONGEST: Final = 600
"""A key of a YAML file ends on its line, and libyaml takes up to 1024 characters for one."""


def element_filters(
    path: str,
    name: str,
    lists: Sequence[Sequence[Any]],
    sources: Sequence[int],
    evidence: Evidence,
    depth: int = 0,
) -> Iterator[ExpectEntry]:
    """Say what holds for all elements of the lists at a path; nothing where there are none."""
    elements = list(chain.from_iterable(lists))
    if elements and depth <= _DEEPEST:
        owners = [source for one, source in zip(lists, sources, strict=True) for _ in one]
        yield from _each(path, "@", name, elements, owners, evidence, depth)


def _each(
    path: str,
    inner: str,
    name: str,
    values: Sequence[Any],
    sources: Sequence[int],
    evidence: Evidence,
    depth: int,
) -> Iterator[ExpectEntry]:
    """Say what holds at one place, `inner`, of each element."""
    present = [one for one in values if one is not None]
    owners = [source for one, source in zip(values, sources, strict=True) if one is not None]
    optional = f"{inner} != null && " if 0 < len(present) < len(values) else ""
    kinds = {json_type(one) for one in present}
    if kinds == {"integer", "number"}:
        kinds = {"number"}
    if len(kinds) == 1 and kinds <= {"object", "array"} and not optional and depth <= _DEEPEST:
        if "array" in kinds:
            yield from _exists(path, inner)
            yield from element_filters(f"{path}[*]{inner[1:]}", name, present, owners, evidence, depth + 1)
            return
        if any(shape(key) != key for one in present for key in one):
            yield from _exists(path, inner)
            return
        names = [key for key in present[0] if is_spelled(key) and all(key in one for one in present)]
        if not names:
            yield from _exists(path, inner)
        for key in names:
            members = [one[key] for one in present]
            yield from _each(path, step(inner, key), key, members, owners, evidence, depth + 1)
        return
    wrong = _wrong(inner, name, present, owners, kinds, evidence)
    if wrong is None or len(path) + len(wrong) > _LONGEST:
        yield from _exists(path, inner)
    else:
        yield _none(path, optional + wrong)


def _wrong(
    inner: str,
    name: str,
    values: Sequence[Any],
    sources: Sequence[int],
    kinds: set[str],
    evidence: Evidence,
) -> str | None:
    """Return the condition under which a value is not as all were, `None` where nothing holds of all."""
    if len(kinds) > 1 or kinds & {"object", "array"}:
        return None
    match "".join(kinds):
        case "":
            return f"{inner} != null"
        case "boolean":
            same = len(values) > 1 and len(set(values)) == 1
            found = (values[0],) if same else (True, False)
            return " && ".join(f"{inner} != {literal(one)}" for one in found)
        case "string":
            return _wrong_text(inner, name, values, sources, evidence)
        case _:
            one = values[0]
            if len(values) > 1 and all(other == one for other in values) and evidence.is_constant(name, one):
                return f"{inner} != {literal(one)}"
            return f"!({inner} >= 0 || {inner} < 0)"


def _wrong_text(
    inner: str, name: str, values: Sequence[str], sources: Sequence[int], evidence: Evidence
) -> str:
    same = len(values) > 1 and all(other == values[0] for other in values)
    words = (
        (values[0],)
        if same and evidence.is_constant(name, values[0])
        else evidence.words(name, values, sources)
    )
    if words:
        return " && ".join(f"{inner} != {literal(one)}" for one in words)
    pattern = None if name_rule(name) else evidence.forms.common_pattern(values)
    if pattern is None:
        return f"!search({inner}, '')"
    return f"!match({inner}, {quoted(in_single_digits(pattern))})"


def in_single_digits(pattern: str) -> str:
    """Spell counts of ten and more as two smaller ones: iregexp-check 0.1 refuses what RFC 9485 allows."""
    return _LARGE_COUNT.sub(
        lambda found: f"{found[1]}{{8}}{found[1]}{{{int(found[2]) - 8}{found[3]}}}", pattern
    )


def _exists(path: str, inner: str) -> Iterator[ExpectEntry]:
    if inner != "@":
        yield _none(path, f"!{inner}")


def _none(path: str, condition: str) -> ExpectEntry:
    return ExpectEntry(subject="path", target=f"{path}[?{condition}]", check="count", wanted=0)
