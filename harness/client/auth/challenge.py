"""The challenges of a server (RFC 9110, section 11.6.1): in which ways it lets a client prove who it is."""

import re
from typing import Final

from harness.client.message import Response
from harness.lazy_dataclass import dataclass

# Only begins at the start of a word, and never gives back what it took: a hostile header costs no time.
_PARAMETER: Final = re.compile(
    r"(?<![\w-])(?:(?P<scheme>[\w-]++)\s++)?(?P<name>[\w-]++)\s*+=\s*+"
    r'(?:"(?P<quoted>(?:[^"\\]|\\.)*+)"|(?P<plain>[^\s,"]*+))',
    re.DOTALL,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Challenge:
    """One way to sign that a server offers.

    The scheme and the names of its parameters are in lower case; what was quoted is as it stood in quotes.
    """

    scheme: str
    params: dict[str, str]


def challenges(response: Response) -> list[Challenge]:
    """Return the challenges with parameters, in the server's order, whether in one header or in several."""
    found: list[Challenge] = []
    for key, value in response.headers:
        if key.lower() != "www-authenticate":
            continue
        current: Challenge | None = None
        for match in _PARAMETER.finditer(value):
            if match["scheme"]:
                current = Challenge(scheme=match["scheme"].lower(), params={})
                found.append(current)
            if current is not None:
                quoted = match["quoted"]
                current.params.setdefault(match["name"].lower(), match["plain"] if quoted is None else quoted)
    return found
