"""What values are taken from and expectations are held against: status, headers and body of a response."""

import json
from dataclasses import field
from typing import Any

from harness.collection.document import decode_body
from harness.lazy_dataclass import dataclass


class NoJson(Exception):
    """The body of an answer is not JSON; the text says what it is instead."""


@dataclass(slots=True, kw_only=True)
class Answer:
    """A response, as far as the companion reads it; the body is decoded when it is first asked for."""

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    _text: str | None = field(default=None, init=False, repr=False)
    _json: Any = field(default=None, init=False, repr=False)
    _parsed: bool = field(default=False, init=False, repr=False)

    def header(self, name: str) -> str | None:
        """Return a header's value, its name in any case; several are joined as HTTP joins them."""
        wanted = name.lower()
        values = [value for key, value in self.headers if key.lower() == wanted]
        return ", ".join(values) if values else None

    @property
    def text(self) -> str:
        """The body as text, in the charset that the answer names, else in Unicode or Latin-1."""
        if self._text is None:
            self._text = decode_body(self.body, self.header("content-type") or "")
        return self._text

    @property
    def json(self) -> Any:
        """The body as JSON. Raises `NoJson`."""
        if not self._parsed:
            try:
                self._json = json.loads(self.text.removeprefix("\ufeff"))
            except (ValueError, RecursionError) as error:
                raise NoJson(self._instead()) from error
            self._parsed = True
        return self._json

    def _instead(self) -> str:
        if not self.body.strip():
            return f"the answer {self.status} has no body"
        start = self.text.strip()[:60].replace("\n", " ")
        return f"the body of the answer {self.status} is not JSON: it begins {start!r}"


def outline(document: Any) -> str:
    """Say in a few words what a JSON document has, for errors about what it has not."""
    match document:
        case dict():
            return f"an object with {_some(list(map(str, document)))}" if document else "an empty object"
        case list():
            return f"a list of {len(document)}" if document else "an empty list"
        case _:
            return shown(document)


def shown(value: Any) -> str:
    """Write a value as JSON, cut when it is long."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 200 else text[:199] + "…"


def _some(names: list[str]) -> str:
    return ", ".join(names[:8]) + (f" and {len(names) - 8} more" if len(names) > 8 else "")
