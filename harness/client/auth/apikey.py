"""A key and its value, as a header or as a query parameter."""

import re
from typing import Final

from harness.client.auth.flow import Flow, Params, Send, Tools
from harness.client.draft import Draft
from harness.collection.model import Pair

_WORDS: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+|[^\W_A-Za-z0-9]+")


def _words(name: str) -> list[str]:
    """Split a name as lodash's `lowerCase` does, by which Postman compares names of headers here."""
    return [word.lower() for word in _WORDS.findall(name.replace("'", ""))]


def flow(draft: Draft, params: Params, _tools: Tools) -> Flow:
    """Send with the key in place of a header or parameter of that name."""
    if not (params["key"] or params["value"]):
        yield Send(draft=draft)
        return
    key, value = params.text("key"), params.text("value")
    if params["in"] == "query":
        query = [pair for pair in draft.url.query if pair.key != key]
        yield Send(draft=draft.with_query([*query, Pair(key=key, value=value)]))
        return
    wanted = _words(key)
    yield Send(draft=draft.filtered(lambda field: _words(field.key) != wanted).adding(key, value))
