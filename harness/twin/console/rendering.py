"""Pages of the console out of templates. The only door to Jinja2 here."""

from __future__ import annotations

import json
import re
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from starlette.responses import Response

from harness.twin.clock import iso

if TYPE_CHECKING:
    from collections.abc import Mapping

_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src data:;"
    " form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_KIT = "harness.twin.console"
_TYPES = {"console.css": "text/css", "console.js": "text/javascript"}


class Pages:
    """Pages of one platform: the templates of its package `package`, over those of the kit."""

    def __init__(self, package: str = "") -> None:
        own = [PackageLoader(package)] if package else []
        self._environment = Environment(
            loader=ChoiceLoader([*own, PackageLoader(_KIT)]),
            autoescape=True,
            finalize=_harmless,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.filters.update(
            moment=_moment, clock=_clock, size=_size, elapsed=_elapsed, number=_number, pretty=_pretty
        )

    def page(self, template: str, facts: Mapping[str, Any], status: int = 200) -> Response:
        """Render a template. Texts are escaped; scripts other than the console's own do not run."""
        text = self._environment.get_template(template).render(facts)
        headers = {
            "content-security-policy": _POLICY,
            "cache-control": "no-store",
            "x-content-type-options": "nosniff",
        }
        return Response(text, status, headers=headers, media_type="text/html")


def asset(name: str) -> Response | None:
    """Style or script of the pages; None for any other name."""
    kind = _TYPES.get(name)
    return None if kind is None else Response(_asset(name), media_type=kind)


@cache
def _asset(name: str) -> bytes:
    return files(_KIT).joinpath("templates", name).read_bytes()


_ACTING = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""Characters that steer a terminal, or turn the direction of the text around them."""


def _harmless(value: Any) -> Any:
    """Show what would act on the text around it by its number: a name must not read as another."""
    if not isinstance(value, str) or hasattr(value, "__html__"):
        return value
    return _ACTING.sub(lambda found: f"<U+{ord(found[0]):04X}>", value)


def _moment(ms: int) -> str:
    return iso(ms).replace("T", " ").replace("Z", "") if ms else "–"


def _clock(ms: int) -> str:
    return iso(ms, millis=True)[11:-1]


def _size(count: int) -> str:
    for unit in ("B", "kB", "MB"):
        if count < 1000 or unit == "MB":
            return f"{count:.0f} {unit}" if unit == "B" else f"{count:.1f} {unit}"
        count = count / 1000  # type: ignore[assignment]  # from here on a fraction
    return ""


def _elapsed(ms: float) -> str:
    return f"{ms * 1000:.0f} µs" if ms < 1 else f"{ms:.1f} ms" if ms < 100 else f"{ms:.0f} ms"


def _number(count: int) -> str:
    return f"{count:,}".replace(",", "\N{NARROW NO-BREAK SPACE}")


def _pretty(text: str) -> str:
    """Lay JSON out over lines; leave any other text as it is."""
    try:
        return json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    except ValueError:
        return text
