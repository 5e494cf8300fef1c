"""What is wrong with a text that should be JSON, in words for its writer, and what it seems to be instead."""

import json
import re
from typing import Final

_TOLD: Final = {
    "Expecting value": "a value is missing here",
    "Expecting property name enclosed in double quotes": "a name in double quotes is missing here",
    "Expecting ':' delimiter": "a colon is missing here",
    "Expecting ',' delimiter": "a comma is missing here",
    "Illegal trailing comma before end of object": "a comma stands behind the last member",
    "Illegal trailing comma before end of array": "a comma stands behind the last entry",
    "Extra data": "more follows behind the end of the document",
    "Unterminated string starting at": "a text begins here that has no end",
    "Invalid control character at": "a text holds a control character here, such as a line feed",
    "Invalid \\escape": "a text holds a backslash here that escapes nothing",
    "Invalid \\uXXXX escape": "an escape has no four hexadecimal digits here",
}
_YAML_LINE: Final = re.compile(r"(?:---|- \S|[A-Za-z_$][\w$.-]*:(?: |\r?$))", re.MULTILINE)
_TABLE_LINE: Final = re.compile(r"[^\s{\[\"<][^\n]*[,;\t][^\n]*\n")


def json_error(error: json.JSONDecodeError) -> str:
    """Say what is missing or too much where a parser of JSON stopped."""
    said = error.msg.partition(": ")[0].removesuffix(" at") if error.msg not in _TOLD else error.msg
    return _TOLD.get(said, _TOLD.get(f"{said} at", error.msg))


def seems_to_be(text: str) -> str:
    """Say which other kind of file a text is, if it is one; empty for one that may be JSON with a mistake."""
    head = text[:4096].lstrip()
    lower = head[:64].lower()
    if lower.startswith(("<!doctype html", "<html")):
        return "this is an HTML page, perhaps one saved in place of the file"
    if head.startswith("<"):
        return "this seems to be XML"
    if head.startswith("-----BEGIN"):
        return "this is a PEM file: a certificate or key"
    if head.startswith(("PK\x03\x04", "\x1f\x8b")):
        return "this is a packed file (zip or gzip): unpack it first"
    if "\0" in head:
        return "this is no text"
    if head[:1] in {"{", "["}:
        return ""
    if _YAML_LINE.match(head):
        return "this seems to be YAML"
    return "this seems to be a table (CSV)" if _TABLE_LINE.match(head) else ""
