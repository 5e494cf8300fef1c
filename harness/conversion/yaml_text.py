"""Writing YAML that readers of 1.1 and of 1.2 understand alike.

Texts are plain where nobody can take them for anything else, literal blocks where they have several lines,
and in double quotes otherwise.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

_PLAIN: Final = re.compile(r"[A-Za-z/][A-Za-z0-9_/.+()-]*(?:[ :][A-Za-z0-9_/.+()-]+)*")
_WORDS: Final = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})
_ESCAPED: Final = re.compile(r'["\\\x00-\x1f\x7f-\xa0\xad\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]')
_NAMED: Final = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_NOT_IN_A_BLOCK: Final = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]"
)


def yaml_text(document: Mapping[str, Any]) -> str:
    """Write a document of maps, lists, texts, numbers, booleans and null."""
    return "".join(f"{line}\n" for line in _map_lines(document))


def comment(text: str) -> str:
    """Write a text as lines of comment."""
    lines = re.split(r"\r\n|[\r\n\x85\u2028\u2029]", text)
    shown = (_NOT_IN_A_BLOCK.sub("\ufffd", line) for line in lines)
    return "".join(f"# {line}".rstrip() + "\n" for line in shown)


def _map_lines(value: Mapping[str, Any]) -> Iterator[str]:
    for key, inner in value.items():
        yield from _entry(f"{_scalar(key)}:", inner)


def _entry(head: str, value: Any) -> Iterator[str]:
    """Write a value behind the head of its line; what has lines of its own is indented below."""
    if isinstance(value, Mapping) and value:
        yield head
        yield from (f"  {line}" if line else line for line in _map_lines(value))
    elif isinstance(value, list) and value:
        yield head
        for one in value:
            lines = _list_entry(one)
            yield f"  - {next(lines)}"
            yield from (f"    {line}" if line else line for line in lines)
    elif isinstance(value, str) and _is_block(value):
        yield f"{head} {_block_mark(value)}"
        yield from (f"  {line}" if line else line for line in value.removesuffix("\n").split("\n"))
    else:
        yield f"{head} {_scalar(value)}"


def _list_entry(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping) and value:
        yield from _map_lines(value)
    else:
        yield _scalar(value)


def _is_block(text: str) -> bool:
    lines = text.split("\n")
    first = lines[0]
    return (
        len(lines) > 1
        and first != ""
        and first[0] not in " \t"
        and text.rstrip("\n") != ""
        and _NOT_IN_A_BLOCK.search(text) is None
    )


def _block_mark(text: str) -> str:
    if not text.endswith("\n"):
        return "|-"
    return "|+" if text.endswith("\n\n") else "|"


def _scalar(value: Any) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int() | float():
            return repr(value)
        case Mapping():
            inner = ", ".join(f"{_quoted(str(key))}: {_scalar(one)}" for key, one in value.items())
            return f"{{{inner}}}"
        case list() | tuple():
            return f"[{', '.join(_scalar(one) for one in value)}]"
    text = str(value)
    plain = len(text) < 100 and _PLAIN.fullmatch(text) and text.lower() not in _WORDS
    return text if plain or text == "$kind" else _quoted(text)


def _quoted(text: str) -> str:
    return f'"{_ESCAPED.sub(_escape, text)}"'


def _escape(found: re.Match[str]) -> str:
    character = found[0]
    if "\ud800" <= character <= "\udfff":
        return "\ufffd"
    return _NAMED.get(character) or f"\\u{ord(character):04x}"
