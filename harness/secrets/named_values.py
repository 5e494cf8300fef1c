"""Names and values in text that is neither JSON nor a form: configuration, scripts, tables, markup.

`db_password: x`, `export API_KEY='x'`, `login(password: "x")`, `Server=a;Password=x;` say as much as a member
of a JSON document does.
"""

import csv
import re
from collections.abc import Iterator
from itertools import islice
from typing import Final

Named = tuple[str, str]

_TELLING: Final = re.compile(
    r"pass|pwd|psw|secret|token|key|cred|cookie|jwt|otp|bearer|auth|psk|sid", re.IGNORECASE
)
_ASSIGNMENT: Final = re.compile(
    r"""(?<![\w.-])([A-Za-z_][\w.-]{1,60})["'\]]{0,2}[ \t]{0,4}(?:=>|[:=])[ \t]{0,4}"""
    r"""(?:"([^"\\\r\n]{6,})|'([^'\\\r\n]{6,})|`([^`\\\r\n]{6,})|([^\s"'`\\&;,<>{}()\[\]|]{6,}))"""
)
_CDATA: Final = re.compile(r"<!\[CDATA\[(.*?)\]\]>", re.DOTALL)
_XML_FIELD: Final = re.compile(r"<([A-Za-z_][\w.:-]*)(?:\s[^<>]*)?>([^<>]{6,})</\1>")
_TAG: Final = re.compile(r"<[A-Za-z_][^<>]{8,}>")
_ATTRIBUTE: Final = re.compile(r"""\b([A-Za-z_][\w.:-]*)\s*=\s*(?:"([^"<>]{6,})"|'([^'<>]{6,})')""")
_ROWS: Final = 10_000
"""How many rows of a table are read."""


def assigned(text: str) -> Iterator[Named]:
    """Yield the names and values that a text of any kind assigns, where a name may be that of a secret."""
    if _TELLING.search(text) is None:
        return
    for found in _ASSIGNMENT.finditer(text):
        if _TELLING.search(found.group(1)) is not None:
            yield found.group(1), next(value for value in found.groups()[1:] if value is not None)


def marked_up(text: str) -> Iterator[Named]:
    """Yield the names and values of XML and HTML: elements, attributes, fields of forms and meta elements."""
    text = _CDATA.sub(lambda found: found.group(1) if "<" not in found.group(1) else "", text)
    for found in _XML_FIELD.finditer(text):
        yield _local(found.group(1)), found.group(2).strip()
    for tag in _TAG.finditer(text):
        pairs = [(one.group(1), one.group(2) or one.group(3)) for one in _ATTRIBUTE.finditer(tag.group())]
        # <input name="csrf_token" value="...">, in either order.
        label = next((value for name, value in pairs if name in {"name", "property"}), "")
        for name, value in pairs:
            if name in {"value", "content"}:
                yield label, value
            elif name != "name":
                yield _local(name), value


def tabled(text: str, *, delimiter: str = ",") -> Iterator[Named]:
    """Yield the names and values of a table whose first line names its columns."""
    rows = csv.reader(text.splitlines(), delimiter=delimiter)
    try:
        names = next(rows, [])
        if not any(_TELLING.search(name) for name in names):
            return
        for row in islice(rows, _ROWS):
            yield from zip(names, row, strict=False)
    except csv.Error:
        return


def _local(name: str) -> str:
    return name.rpartition(":")[2]
