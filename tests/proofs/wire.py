"""Requests as they are compared, without what a program says of itself, and what is drawn or signed anew."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from typing import Final, Self

from recorder import Received

_OWN: Final = {
    "accept": r"\*/\*",
    "accept-encoding": r".*",
    "cache-control": r"no-cache",
    "connection": r"keep-alive",
    "content-length": r"\d+",
    "host": r"127\.0\.0\.1:\d+",
    "postman-token": r"[0-9a-f-]{36}",
    "user-agent": r"PostmanRuntime/[\d.]+",
}
"""Headers that each program adds, and what it says in them."""

_SIGNED: Final = ("Digest", "Hawk", "OAuth", "AWS4-HMAC-SHA256", "EG1-HMAC-SHA256")
_DRAWN: Final = re.compile(
    r"\b(X-Amz-(?:Date|Signature|Credential)|oauth_(?:timestamp|nonce|signature))=[^&]*"
)
_PARAMETER: Final = re.compile(r"\b(\w+)=")
_QUOTED: Final = re.compile(r'"[^"]*"')


@dataclass(frozen=True, slots=True, kw_only=True)
class Wire:
    """A request in the form that is compared: header names in lower case and in order, boundaries masked."""

    method: str
    target: str
    headers: tuple[tuple[str, str], ...]
    body: str

    @classmethod
    def of(cls, one: Received) -> Self:
        """Bring a request into the form."""
        body = one.body
        boundary = re.search(r'boundary="?([^";]+)', " ".join(one.values("content-type")))
        if boundary:
            body = body.replace(boundary[1].encode("latin-1"), b"BOUNDARY")
        headers = (
            (name.lower(), _masked(name.lower(), value, boundary and boundary[1]))
            for name, value in one.headers
            if re.fullmatch(_OWN.get(name.lower(), "(?!)"), value) is None
        )
        return cls(
            method=one.method,
            target=_DRAWN.sub(r"\1=DRAWN", one.target),
            headers=tuple(sorted(headers)),
            body=body.decode("utf-8", "replace"),
        )

    def values(self, name: str) -> list[str]:
        """Return the values of a header."""
        return [value for key, value in self.headers if key == name]

    def without(self, name: str) -> Self:
        """Return the request without a header."""
        return replace(self, headers=tuple(one for one in self.headers if one[0] != name))

    def __str__(self) -> str:
        headers = "".join(f" | {name}: {value}" for name, value in self.headers)
        return f"{self.method} {self.target}{headers} | {self.body!r}"


def _masked(name: str, value: str, boundary: str | None) -> str:
    if boundary and name == "content-type":
        return value.replace(boundary, "BOUNDARY")
    if name == "x-amz-date":
        return "DATE"
    scheme, _, rest = value.partition(" ")
    if name == "authorization" and scheme in _SIGNED:
        return f"{scheme} {' '.join(sorted(set(_PARAMETER.findall(_QUOTED.sub('', rest)))))}"
    return value


def beside(ours: Wire | None, theirs: Wire | None, *, most: int = 400) -> str:
    """Show two requests below one another, from shortly before they differ."""
    texts = (str(ours), str(theirs))
    alike = next((at for at, (a, b) in enumerate(zip(*texts, strict=False)) if a != b), 0)
    at = alike - 60 if alike > most // 2 else 0
    return "".join(f"\n    {'…' if at else ''}{text[at : at + most]}" for text in texts)


def aligned(ours: Sequence[Wire], theirs: Sequence[Wire]) -> Iterator[tuple[Wire | None, Wire | None]]:
    """Pair two lists of requests; what one of them alone has stands beside `None`."""
    keys = [[f"{one.method} {one.target.partition('?')[0]}" for one in side] for side in (ours, theirs)]
    for tag, a, b, c, d in SequenceMatcher(None, *keys, autojunk=False).get_opcodes():
        left: list[Wire | None] = list(ours[a:b])
        right: list[Wire | None] = list(theirs[c:d])
        if tag != "equal":
            left += [None] * (len(right) - len(left))
            right += [None] * (len(left) - len(right))
        yield from zip(left, right, strict=True)
