"""Lines over time, as SVG."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

from harness.reporters.units import duration

_WIDTH: Final = 960
_HEIGHT: Final = 220
_LEFT: Final = 60
_RIGHT: Final = 12
_TOP: Final = 10
_BOTTOM: Final = 26


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of a chart; a value that is `None` is a gap."""

    name: str
    colour: str
    values: Sequence[float | None]


def chart(title: str, at: Sequence[float], lines: Sequence[Line]) -> str:
    """Draw lines over seconds, as a figure with a legend."""
    top = _round_up(max((value for line in lines for value in line.values if value is not None), default=1.0))
    end = max(at[-1] if at else 0.0, 1.0)
    keys = "".join(
        f'<span class="key"><i style="background:{line.colour}"></i>{escape(line.name)}</span>'
        for line in lines
    )
    drawn = "".join(_path(line, at, end, top) for line in lines)
    told = ", ".join(
        f"{line.name} at most {max((v for v in line.values if v is not None), default=0):g}" for line in lines
    )
    return (
        f"<figure><figcaption>{escape(title)}</figcaption>{keys}"
        f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{escape(f"{title}: {told}")}">'
        f"{_grid(end, top)}{drawn}</svg></figure>"
    )


def _x(at: float, end: float) -> float:
    return _LEFT + (_WIDTH - _LEFT - _RIGHT) * at / end


def _y(value: float, top: float) -> float:
    return _HEIGHT - _BOTTOM - (_HEIGHT - _BOTTOM - _TOP) * value / top


def _path(line: Line, at: Sequence[float], end: float, top: float) -> str:
    words: list[str] = []
    lone: list[str] = []
    pen = "M"
    for place, (moment, value) in enumerate(zip(at, line.values, strict=True)):
        if value is None:
            pen = "M"
            continue
        x, y = _x(moment, end), _y(value, top)
        words.append(f"{pen}{x:.1f} {y:.1f}")
        after = line.values[place + 1] if place + 1 < len(line.values) else None
        if pen == "M" and after is None:
            lone.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.5" style="fill:{line.colour}"/>')
        pen = "L"
    return (
        f'<path d="{" ".join(words)}" style="fill:none;stroke:{line.colour};stroke-width:2"/>{"".join(lone)}'
    )


def _grid(end: float, top: float) -> str:
    parts: list[str] = []
    rule = "stroke:var(--line);stroke-width:1"
    label = "fill:var(--dim);font:12px system-ui,sans-serif"
    for step in range(5):
        value = top * step / 4
        y = _y(value, top)
        parts.append(f'<line x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}" style="{rule}"/>')
        parts.append(
            f'<text x="{_LEFT - 8}" y="{y + 4:.1f}" text-anchor="end" style="{label}">{value:,.4g}</text>'
        )
    for step in range(7):
        moment = end * step / 6
        anchor = "start" if step == 0 else "end" if step == 6 else "middle"
        place = f'x="{_x(moment, end):.1f}" y="{_HEIGHT - 8}"'
        parts.append(f'<text {place} text-anchor="{anchor}" style="{label}">{duration(moment * 1000)}</text>')
    return "".join(parts)


def _round_up(value: float) -> float:
    """Return the next value that reads well at the top of an axis."""
    if value <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(value))
    return next(factor * power for factor in (1, 2, 4, 5, 8, 10) if factor * power >= value)
