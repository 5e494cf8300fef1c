"""Security schemes of a description: whether a request has the credentials that its operation wants."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from harness.client.message import ResolvedRequest
from harness.contract.openapi.request_pairs import cookies_of, query_pairs


@dataclass(frozen=True, slots=True, kw_only=True)
class SecurityScheme:
    """Where a request has its credentials: a `place` (header, query, cookie) and the `name` there.

    `word` is what the `Authorization` header begins with, empty for any. Of a scheme that cannot be seen in
    a request (client certificates) the place is empty.
    """

    place: str
    name: str
    word: str = ""

    def is_met(self, request: ResolvedRequest) -> bool:
        """Tell whether a request has such credentials, whatever they are."""
        match self.place:
            case "header":
                given = request.header(self.name)
                if given is None:
                    return False
                return not self.word or given.partition(" ")[0].lower() == self.word
            case "query":
                return any(key == self.name for key, _ in query_pairs(urlsplit(request.url).query))
            case "cookie":
                return self.name in cookies_of(request.header("cookie"))
            case _:
                return True

    def __str__(self) -> str:
        word = f": {self.word.capitalize()}" if self.word else ""
        return f"{self.place} {self.name}{word}" if self.place else "credentials outside of the request"


SecurityRequirements = tuple[tuple[SecurityScheme, ...], ...]
"""Alternatives, each of schemes that have to be met together."""


def requirements(given: Any, schemes: Mapping[str, Mapping[str, Any]]) -> SecurityRequirements:
    """Read `security` of an operation or of all; an empty alternative makes credentials optional."""
    alternatives = [one for one in given if isinstance(one, dict)] if isinstance(given, list) else []
    return tuple(tuple(_scheme(schemes.get(name)) for name in one) for one in alternatives)


def _scheme(given: Mapping[str, Any] | None) -> SecurityScheme:
    match given:
        case {"type": "apiKey", "in": str(place), "name": str(name)}:
            return SecurityScheme(place=place, name=name)
        case {"type": "http", "scheme": str(word)}:
            return SecurityScheme(place="header", name="Authorization", word=word.lower())
        case {"type": "oauth2" | "openIdConnect"}:
            return SecurityScheme(place="header", name="Authorization")
        case _:
            return SecurityScheme(place="", name="")
