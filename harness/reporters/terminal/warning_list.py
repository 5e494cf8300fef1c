"""The list of warnings at the end of a run: each kind once, what it warns of, and in which places."""

from collections.abc import Iterator, Sequence
from typing import Final

from harness.reporters.terminal.colours import wrap
from harness.reporters.terminal.style import Style
from harness.reporters.units import counted
from harness.runner.results import RunWarning
from harness.warning_kinds import KINDS, OTHER

_MESSAGES: Final = 10
_PLACES: Final = 5


def warning_list(warnings: Sequence[RunWarning], style: Style) -> Iterator[str]:
    """Tell the warnings of a run by kind, in the order in which each kind first came up."""
    kinds: dict[str, dict[str, dict[str, int]]] = {}
    for one in warnings:
        places = kinds.setdefault(one.kind, {}).setdefault(one.message, {})
        places[one.place] = places.get(one.place, 0) + 1
    if not kinds:
        return
    yield style.ink("Warnings", "yellow", "bold", "underline")
    for kind, messages in kinds.items():
        yield ""
        about = KINDS.get(kind, "")
        # A single message that begins with what its kind means is all there is to say.
        alone = len(messages) == 1 and bool(about) and next(iter(messages)).startswith(about)
        about = style.text(next(iter(messages))) if alone else about
        told = "warnings without a kind" if kind == OTHER else f"{kind}: {about}".rstrip(": ")
        first = f"{style.signs.warning} "
        for line in _wrapped(told, style, 2):
            yield style.ink(first + line, "yellow")
            first = "  "
        for message, places in list(messages.items())[:_MESSAGES]:
            if not alone:
                yield from (f"  {line}" for line in _wrapped(style.text(message), style, 2))
            where = _places(places, style)
            yield from (f"    {style.ink(line, 'dim')}" for line in _wrapped(where, style, 4) if where)
        if len(messages) > _MESSAGES:
            yield style.ink(f"  ... and {len(messages) - _MESSAGES} more", "dim")


def _places(places: dict[str, int], style: Style) -> str:
    """Name the first places, and how often each was met where that was more than once."""
    told = [
        style.label(place) + (f" ({count} times)" if count > 1 else "")
        for place, count in list(places.items())[:_PLACES]
        if place
    ]
    more = f" and {counted(len(places) - _PLACES, 'more place')}" if len(places) > _PLACES else ""
    return ", ".join(told) + more


def _wrapped(text: str, style: Style, indent: int) -> Iterator[str]:
    return wrap(text, None if style.width is None else max(style.width - indent, 16))
