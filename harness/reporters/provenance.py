"""Where the variables of a call came from: which call extracted them, or whose script set them."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from harness.collection.model import Auth, Request
from harness.collection.request_json import request_to_json
from harness.lazy_dataclass import dataclass
from harness.runner.results import CallResult

_REFERENCE: Final = re.compile(r"{{([^{}]*?)}}")
_SET: Final = re.compile(r"""(?:\.set|set(?:Environment|Global)Variable)\(\s*(['"`])(?P<name>[^'"`]+)\1""")


@dataclass(frozen=True, slots=True, kw_only=True)
class VariableSource:
    """A call that gave a variable its value: the row of the report, and how (`extracted` or `script`)."""

    row: int
    how: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """A variable that a request refers to, and what is known of its value.

    `scope` and `value` are `None` where the result does not tell them (newman's), `source` where no call is
    known to have set it.
    """

    name: str
    scope: str | None
    value: str | None
    source: VariableSource | None


class VariableProvenance:
    """Follows the variables of a run from the calls that set them to the calls that use them."""

    def __init__(self) -> None:
        self._sources: dict[str, VariableSource] = {}

    def uses(self, result: CallResult) -> tuple[Use, ...]:
        """Return the variables that a call's request names, each once, those without a value last.

        Call it before `learn`, which takes in what the same call sets.
        """
        request = result.request or result.call.item.request
        used = {one.name: one for one in result.variables}
        uses = []
        for name in dict.fromkeys((*used, *_references(request, result.call.auth))):
            one = used.get(name)
            # A row of data hides what calls have set.
            source = None if one is not None and one.scope == "data" else self._sources.get(name)
            scope, value = (one.scope, one.value) if one is not None else (None, None)
            uses.append(Use(name=name, scope=scope, value=value, source=source))
        return tuple(uses)

    def learn(self, row: int | None, result: CallResult) -> None:
        """Take in what a call set: its extractions, and names that its scripts set literally.

        A call without a row cannot be pointed to: what is known of the names it sets is forgotten.
        """
        if row is None:
            for name in self._set_by(result):
                self._sources.pop(name, None)
            return
        for run in (*result.prerequest, *result.test):
            for found in _SET.finditer(run.script.source):
                self._sources[found["name"]] = VariableSource(row=row, how="script", detail=run.script.event)
        for extraction in result.extractions:
            detail = extraction.expression
            self._sources[extraction.variable] = VariableSource(row=row, how="extracted", detail=detail)

    def _set_by(self, result: CallResult) -> Iterator[str]:
        for run in (*result.prerequest, *result.test):
            yield from (found["name"] for found in _SET.finditer(run.script.source))
        yield from (extraction.variable for extraction in result.extractions)


def _references(request: Request, inherited: Auth | None) -> Iterator[str]:
    texts: list[Any] = [request_to_json(request)]
    if request.auth is None and inherited is not None:
        texts.append(inherited.params)
    for text in _texts(texts):
        for found in _REFERENCE.finditer(text):
            yield found[1]


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from _texts(one)
    elif isinstance(value, Sequence):
        for one in value:
            yield from _texts(one)
