"""Query and cookies of a request, as pairs of texts."""

from collections.abc import Mapping
from urllib.parse import parse_qsl


def query_pairs(query: str) -> list[tuple[str, str]]:
    """Read a query as it goes over the wire."""
    return parse_qsl(query, keep_blank_values=True) if query else []


def cookies_of(header: str | None) -> Mapping[str, str]:
    """Read a `Cookie` header."""
    pairs = (one.strip().partition("=") for one in (header or "").split(";"))
    return {name: value for name, separator, value in pairs if separator}
