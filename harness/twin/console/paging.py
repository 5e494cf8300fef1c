"""Pages of long lists, and the text that is looked for in them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

if TYPE_CHECKING:
    from harness.twin.message import ServedRequest

_MOST_DIGITS = 9


@dataclass(frozen=True, slots=True, kw_only=True)
class PageSpan:
    """The part of a list that a page shows, and the links to the parts beside it; empty for none."""

    start: int
    size: int
    total: int
    before: str
    after: str

    @property
    def end(self) -> int:
        """Index behind the last one shown."""
        return min(self.start + self.size, self.total)

    @property
    def number(self) -> int:
        """Number of the page, from 1."""
        return self.start // self.size + 1


def span_of(request: ServedRequest, total: int, *, size: int = 50, name: str = "page") -> PageSpan:
    """Find out which page is asked for by the parameter `name`; what is not a number means the first."""
    text = request.query.get(name) or ""
    last = max(1, -(-total // size))
    number = int(text) if text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS else 1
    number = min(max(number, 1), last)
    others = [pair for pair in request.query.pairs if pair[0] != name]

    def link(to: int) -> str:
        return f"?{urlencode([*others, (name, str(to))])}" if 1 <= to <= last else ""

    return PageSpan(
        start=(number - 1) * size, size=size, total=total, before=link(number - 1), after=link(number + 1)
    )


def asked_for(request: ServedRequest) -> str:
    """Text that is looked for; empty for none."""
    return (request.query.get("q") or "").strip()


def fits(asked: str, *texts: object) -> bool:
    """Whether one of the texts has in it what is looked for, in whatever case."""
    wanted = asked.lower()
    return not wanted or any(wanted in str(text).lower() for text in texts)
