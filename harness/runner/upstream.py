"""Which earlier calls a call stands on: those that set the variables it uses, and those its companion names.

What scripts do is read off their text, so only names written literally count. More is taken for needed
rather than less: a call too many costs a request, one too few makes a wrong one.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from harness.collection.model import Script
from harness.collection.request_json import auth_to_json, request_to_json
from harness.runner.plan import Call
from harness.runner.rules import CallRule
from harness.variables.substitute import TOKEN

_SCOPES: Final = r"(?:environment|globals|collectionVariables|variables)"
_NAME: Final = r"""\s*\(\s*(['"`])(?P<name>[^'"`]+)\1"""
_SET: Final = re.compile(
    rf"(?:{_SCOPES}\s*\.\s*set|\bset(?:Environment|Global)Variable){_NAME}(?P<rest>[^;\n]*)"
)
_GET: Final = re.compile(
    rf"(?:{_SCOPES}\s*\.\s*(?:get|has|replaceIn)|\bget(?:Environment|Global)Variable){_NAME}"
)
_LEGACY: Final = re.compile(
    r"""(?<![.\w])(?:environment|globals)(?:\.(?P<name>[A-Za-z_$][\w$]*)|\[\s*(['"`])(?P<key>[^'"`]+)\2\s*\])"""
)


def upstream(
    calls: Sequence[Call],
    wanted: Iterable[int],
    *,
    rules: Mapping[int, CallRule],
    needs: Mapping[int, frozenset[int]],
    values: Mapping[str, str],
) -> frozenset[int]:
    """Return the positions of all earlier calls that the wanted ones stand on, directly or not.

    `needs` are the positions that the companion names; `values` the variables known before the run, since one
    of them may hold the names of others.
    """
    gives: dict[str, list[int]] = {}
    uses: dict[int, frozenset[str]] = {}
    for position, call in enumerate(calls):
        rule = rules.get(position)
        for name in _given(call, rule):
            gives.setdefault(name, []).append(position)
        uses[position] = _used(call, rule, values)
    chosen = set(wanted)
    found: set[int] = set()
    waiting = list(chosen)
    while waiting:
        position = waiting.pop()
        earlier = {
            giver for name in uses[position] for giver in gives.get(name, ()) if giver < position
        } | needs.get(position, frozenset())
        fresh = earlier - found - chosen
        found |= fresh
        waiting += fresh
    return frozenset(found)


def _given(call: Call, rule: CallRule | None) -> set[str]:
    """Return the variables that a call sets."""
    extracted = {one.entry.variable for one in rule.judge.extractors} if rule else set()
    return extracted.union(*(_sets(script) for _, script in call.scripts))


def _used(call: Call, rule: CallRule | None, values: Mapping[str, str]) -> frozenset[str]:
    """Return the variables that have to be there before a call."""
    own: set[str] = set()
    used: set[str] = set()
    # In the order they run: what a script set before needs nobody else.
    for event in ("prerequest", "test"):
        for script in (script for _, script in call.scripts if script.event == event):
            used |= _reads(script) - own
            own |= _sets(script) if event == "prerequest" else set()
        if event == "prerequest":
            request: list[Any] = [request_to_json(call.item.request)]
            if call.auth is not None:
                request.append(auth_to_json(call.auth))
            used |= set(_names(request, values)) - own
    wanted = [one.entry.wanted for one in rule.judge.expectations] if rule else []
    return frozenset(used | (set(_names(wanted, values)) - own))


def _sets(script: Script) -> set[str]:
    return {found["name"] for found in _SET.finditer(script.source)}


def _reads(script: Script) -> set[str]:
    """Return what a script reads and does not set itself, unless it sets it from what it was."""
    source = script.source
    reads = {found["name"] for found in _GET.finditer(source)}
    reads |= {found["name"] or found["key"] for found in _LEGACY.finditer(source)}
    reads |= set(TOKEN.findall(source))
    counted = {found["name"] for found in _SET.finditer(source) if found["name"] in _quoted(found["rest"])}
    return (reads - _sets(script)) | (reads & counted)


def _quoted(text: str) -> set[str]:
    return {found["name"] for found in _GET.finditer(text)}


def _names(value: Any, values: Mapping[str, str]) -> Iterator[str]:
    """Walk the names in all texts of a JSON value, and those in the values of these names."""
    seen: set[str] = set()
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, str):
            fresh = set(TOKEN.findall(one)) - seen
            seen |= fresh
            waiting += (values[name] for name in fresh if name in values)
            yield from fresh
        elif isinstance(one, Mapping):
            waiting += one.values()
        elif isinstance(one, list | tuple):
            waiting += one
