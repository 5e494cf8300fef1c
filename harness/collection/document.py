"""Reading documents: from a path or an address to JSON, with errors that say where."""

import json
import os
import sys
from collections.abc import Callable, Mapping
from glob import escape
from pathlib import Path
from typing import Any, Final, NoReturn

from harness.collection.json_error import json_error, seems_to_be
from harness.errors import InputError, Place
from harness.lazy_dataclass import dataclass

Fetch = Callable[[str], bytes]
"""Reads what an http(s) address answers. Raises `OSError` when it cannot be had."""

DocumentSource = str | os.PathLike[str]

FETCH_TIMEOUT_S: Final = 30

MOST_BYTES: Final = 512 * 1024 * 1024
"""The largest document that is read. A device or a server may go on for ever."""

DEEPEST: Final = 200
"""How many levels a document may have: the code that walks it must stay within Python's stack."""

_C1_CONTROLS: Final = frozenset(range(0x80, 0xA0))


def is_address(source: object) -> bool:
    """Whether a source is an http(s) address and not a path."""
    return isinstance(source, str) and source.startswith(("http://", "https://"))


def read_bytes(source: DocumentSource, what: str, fetch: Fetch | None = None) -> bytes:
    """Read a file, or what an address answers. `what` names the document in errors (`the collection`)."""
    name = os.fspath(source)
    try:
        if is_address(name):
            return (fetch or fetch_address)(name)
        with Path(name).open("rb") as file:
            return _bounded(file.read(MOST_BYTES + 1))
    except FileNotFoundError as error:
        raise InputError(f"{what} is not there", where=name, hint=like_named(Path(name))) from error
    except IsADirectoryError as error:
        raise InputError(f"{what} is a folder, not a file", where=name) from error
    except OSError as error:
        reason = error.strerror or str(error) or type(error).__name__
        hint = "open the address in a browser, or save the file and name that" if is_address(name) else ""
        raise InputError(f"{what} cannot be read: {reason}", where=name, hint=hint) from error
    except ValueError as error:
        raise InputError(f"{what} cannot be read: {error}", where=name) from error


def fetch_address(address: str, headers: Mapping[str, str] | None = None) -> bytes:
    """Read what an address answers. Any answer other than 200 is an `OSError`.

    `headers` are sent to that address, and not to where it redirects.
    """
    from http.client import HTTPException
    from urllib.error import HTTPError, URLError
    from urllib.request import Request, urlopen

    request = Request(address, headers={"Accept": "application/json, */*"})  # noqa: S310 - see is_address
    for name, value in (headers or {}).items():
        request.add_unredirected_header(name, value)
    try:
        with urlopen(request, timeout=FETCH_TIMEOUT_S) as answer:  # noqa: S310
            body: bytes = answer.read(MOST_BYTES + 1)
            status = answer.status
    except HTTPError as error:
        error.close()
        raise OSError(f"the address answered {error.code} {error.reason}".rstrip()) from None
    except URLError as error:
        raise OSError(f"no connection: {_reason(error.reason)}") from None
    except TimeoutError:
        raise OSError(f"no answer within {FETCH_TIMEOUT_S} s") from None
    except HTTPException as error:
        raise OSError(f"the address did not answer in HTTP: {error!r}") from None
    if status != 200:
        raise OSError(f"the address answered {status}")
    return _bounded(body)


def _reason(reason: object) -> str:
    """Say why there is no connection without the number that the system has for it."""
    if isinstance(reason, TimeoutError):
        return f"no answer within {FETCH_TIMEOUT_S} s"
    return (reason.strerror if isinstance(reason, OSError) else None) or str(reason)


def _bounded(data: bytes) -> bytes:
    if len(data) > MOST_BYTES:
        raise ValueError(f"it is larger than {MOST_BYTES >> 20} MB")
    return data


def decode(data: bytes) -> str:
    """Turn bytes into text: UTF-8, UTF-16 and UTF-32 with or without a mark, otherwise Latin-1.

    The mark is not part of the text. Bytes that are not UTF-8 are Latin-1 as in newman, or Windows-1252
    where Latin-1 would only have control characters.
    """
    encoding = json.detect_encoding(data)
    try:
        return data.decode(encoding).removeprefix("\ufeff")
    except UnicodeDecodeError:
        windows = not _C1_CONTROLS.isdisjoint(data)
        return data.decode("cp1252" if windows else "latin-1", "replace")


def decode_body(body: bytes, content_type: str) -> str:
    """Turn the body of an answer into text: in the charset that its type names, else as `decode` does."""
    name = content_type.lower().partition("charset=")[2].split(";")[0].strip(" \"'")
    try:
        return body.decode(name) if name else decode(body)
    except (LookupError, ValueError):
        return decode(body)


def parse_json(text: str, file: str = "") -> Any:
    """Read JSON as JavaScript does. Raises `InputError` with line and column."""
    text = text.removeprefix("\ufeff")
    if not text.strip():
        raise InputError("the document is empty", where=Place(file=file))
    try:
        document = json.loads(text, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        where = Place(file=file, field=f"line {error.lineno}, column {error.colno}")
        raise InputError(
            f"not valid JSON: {json_error(error)}", where=where, hint=seems_to_be(text)
        ) from error
    except _NotJson as error:
        raise InputError(f"not valid JSON: {error}", where=_constant_place(text, error.word, file)) from error
    except RecursionError as error:
        raise _nested(file) from error
    except ValueError as error:  # a number of more digits than Python converts
        what = f"not usable JSON: a number has more than {sys.get_int_max_str_digits():,} digits"
        raise InputError(what, where=Place(file=file)) from error
    if is_too_deep(document):
        raise _nested(file)
    return document


def is_too_deep(document: Any) -> bool:
    """Whether a JSON document has more than `DEEPEST` levels."""
    level = [document] if isinstance(document, dict | list) else []
    for _ in range(DEEPEST):
        if not level:
            return False
        level = [
            inner
            for outer in level
            for inner in (outer.values() if type(outer) is dict else outer)
            if type(inner) is dict or type(inner) is list
        ]
    return bool(level)


def _nested(file: str) -> InputError:
    return InputError(f"the document is nested too deeply, over {DEEPEST} levels", where=Place(file=file))


def read_json(source: DocumentSource, what: str, fetch: Fetch | None = None) -> Any:
    """Read a JSON document from a path or an address."""
    return parse_json(decode(read_bytes(source, what, fetch)), os.fspath(source))


@dataclass(frozen=True, slots=True)
class Spot:
    """A place in a document, for errors: the file and a JSON pointer (RFC 6901)."""

    file: str = ""
    pointer: str = ""

    def at(self, *keys: str | int) -> "Spot":
        """Go deeper."""
        steps = (str(key).replace("~", "~0").replace("/", "~1") for key in keys)
        return Spot(self.file, "/".join((self.pointer, *steps)))

    def refuse(self, what: str, hint: str = "") -> NoReturn:
        """Say what is wrong here."""
        raise InputError(what, where=Place(file=self.file, field=self.pointer), hint=hint)

    def expect(self, wanted: str, given: Any, hint: str = "") -> NoReturn:
        """Say what should be here instead of what is."""
        self.refuse(f"expected {wanted}, found {describe(given)}", hint)


def describe(value: Any) -> str:
    """Name a JSON value's type, short values with the value itself."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case str():
            return f"the text {value!r}" if len(value) <= 40 else f"the text {value[:40]!r}…"
        case int() | float():
            return f"the number {value}"
        case list():
            return "a list"
        case _:
            return "an object"


class _NotJson(ValueError):
    """A word that Python reads as a number and JSON does not know."""

    def __init__(self, word: str) -> None:
        super().__init__(f"{word} is no JSON value")
        self.word = word


def _refuse_constant(word: str) -> NoReturn:
    raise _NotJson(word)


def _constant_place(text: str, word: str, file: str) -> Place:
    """Find the word outside of strings."""
    import re

    for found in re.finditer(r'"(?:[^"\\]|\\.)*"|(-?Infinity|NaN)', text):
        if found[1] == word:
            line = text.count("\n", 0, found.start()) + 1
            column = found.start() - text.rfind("\n", 0, found.start())
            return Place(file=file, field=f"line {line}, column {column}")
    return Place(file=file)


_KINDS: Final = (".postman_collection.", ".postman_environment.", ".postman_globals.")


def _same_kind(name: str, other: str) -> bool:
    """Whether two names do not say that they are of different kinds of files."""
    kinds = [{kind for kind in _KINDS if kind in one} for one in (name, other)]
    return not all(kinds) or kinds[0] == kinds[1]


def _stem(name: str) -> str:
    return name.lstrip(".").partition(".")[0]


def like_named(path: Path) -> str:
    """Name a file of nearly the same name in the same folder, or of the same name in one below.

    Of a link it says where that leads. Empty where there is none.
    """
    from difflib import get_close_matches

    def near(one: Path) -> str:
        names = [other.name for other in one.parent.iterdir() if _same_kind(one.name, other.name)]
        whole = get_close_matches(one.name, names, n=3)
        # What files of one kind all end in makes none of them alike.
        found = [name for name in whole if get_close_matches(_stem(one.name), [_stem(name)])]
        told = [one.parent / name for name in found[:1]]
        for deep in ("*/", "*/*/") if one.name and not told else ():
            told = told or sorted(one.parent.glob(deep + escape(one.name)))
        return f"did you mean {str(told[0])!r}?" if told else ""

    if path.is_symlink():
        return f"it is a link to {str(path.readlink())!r}, which is not there"
    try:
        return near(path)
    except OSError:
        told = f"there is no folder {str(path.parent)!r}"
    try:
        also = near(path.parent)
    except OSError:
        also = ""
    return f"{told}; {also}" if also else told
