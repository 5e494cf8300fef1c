"""Reading the keys of a YAML map one by one, and noting what is left out.

What has one reading counts: a number where a text belongs is its text as written, digits in quotes where a
number belongs are that number, nothing (`null`) is absent. What has none is left out alone, with a notice
that names file, line and key.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any, Final

from harness.collection.model import Notice, NoticeKind
from harness.collection.yaml_document import YamlNode

_NUMBER: Final = re.compile(r"\s*[-+]?(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][-+]?\d+)?\s*", re.ASCII)
"""A number in quotes, or with underscores among its digits, as Postman's YAML reader takes them."""

_FLAGS: Final = {"true": True, "false": False}
_CONTAINERS: Final = (dict, tuple)


class Notes:
    """Gathers what is left out of one file; `file` is what the user can open."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.notices: list[Notice] = []

    def leave_out(
        self, node: YamlNode | None, field: str, message: str, *, kind: NoticeKind = "left-out"
    ) -> None:
        """Note something that has no reading."""
        line = None if node is None else node.line
        self.notices.append(Notice(message=message, file=self.file, line=line, field=field, kind=kind))

    def mistyped(
        self, node: YamlNode, field: str, expected: str, consequence: str = "it is left out"
    ) -> None:
        """Note a value that is not what was expected (`a map`), and what comes of it."""
        message = f"expected {expected}, found {node.kind}; {consequence}"
        self.leave_out(node, field, message, kind="wrong-type")


class Fields:
    """A map whose keys are taken one by one; what nobody takes is unknown."""

    __slots__ = ("_taken", "field", "node", "notes", "values")

    def __init__(self, node: YamlNode, notes: Notes, field: str = "") -> None:
        self.node = node
        self.values: dict[str, YamlNode] = node.value
        self.notes = notes
        self.field = field
        self._taken: set[str] = set()

    def name(self, key: str) -> str:
        """Spell a key with the keys above it."""
        return f"{self.field}.{key}" if self.field else key

    def take(self, key: str) -> YamlNode | None:
        """Take a value; nothing is absent."""
        self._taken.add(key)
        node = self.values.get(key)
        return None if node is None or node.value is None else node

    def text(self, key: str) -> str | None:
        """Take a text; another scalar is its text as written."""
        self._taken.add(key)
        node = self.values.get(key)
        if node is None or node.value is None:
            return None
        return node.text if type(node.value) is str else self.text_of(node, self.name(key))

    def text_of(self, node: YamlNode, name: str) -> str | None:
        """Read a text."""
        if isinstance(node.value, _CONTAINERS):
            self.notes.mistyped(node, name, "a text")
            return None
        return node.text

    def number(self, key: str) -> int | float | None:
        """Take a number; one in quotes is that number."""
        node = self.take(key)
        if node is None:
            return None
        value = node.value
        if isinstance(value, str) and _NUMBER.fullmatch(value):
            value = float(value.replace("_", ""))
        if isinstance(value, bool) or not isinstance(value, int | float) or value - value != 0:
            self.notes.mistyped(node, self.name(key), "a number")
            return None
        return int(value) if isinstance(value, float) and value.is_integer() else value

    def flag(self, key: str) -> bool | None:
        """Take `true` or `false`; one in quotes is the same."""
        node = self.take(key)
        if node is None:
            return None
        value = _FLAGS.get(node.text) if isinstance(node.value, str) else node.value
        if isinstance(value, bool):
            return value
        self.notes.mistyped(node, self.name(key), "true or false")
        return None

    def fields(self, key: str) -> "Fields | None":
        """Take a map."""
        node = self.take(key)
        if node is None:
            return None
        if not isinstance(node.value, dict):
            self.notes.mistyped(node, self.name(key), "a map")
            return None
        return Fields(node, self.notes, self.name(key))

    def entries(self, key: str, what: str) -> Iterator["Fields"]:
        """Take a list of maps; a single map is a list of one. `what` names an entry for notices."""
        node = self.take(key)
        if node is None:
            return
        name = self.name(key)
        if isinstance(node.value, dict):
            yield Fields(node, self.notes, name)
            return
        if not isinstance(node.value, tuple):
            self.notes.mistyped(node, name, f"a list of {what}s")
            return
        for index, one in enumerate(node.value):
            if isinstance(one.value, dict):
                yield Fields(one, self.notes, f"{name}[{index}]")
            elif one.value is not None:
                self.notes.mistyped(one, f"{name}[{index}]", f"a {what} (a map)")

    def pairs(self, key: str, more: Iterable[str] = ()) -> list[dict[str, Any]] | None:
        """Take a list of `key` and `value`, or a map, as v2.1 writes them; `None` where there is none.

        `more` are keys that an entry of the list may have besides.
        """
        node = self.take(key)
        if node is None:
            return None
        name = self.name(key)
        if isinstance(node.value, dict):
            pairs = (self._member(one, value, name) for one, value in node.value.items())
            return [pair for pair in pairs if pair is not None]
        return [
            pair
            for entry in self.entries(key, "pair of key and value")
            if (pair := entry.pair(more)) is not None
        ]

    def _member(self, key: str, value: YamlNode, name: str) -> dict[str, Any] | None:
        if isinstance(value.value, dict | tuple):
            self.notes.mistyped(value, f"{name}.{key}", "a text")
            return None
        return {"key": key, "value": None if value.value is None else value.text}

    def pair(self, more: Iterable[str] = ()) -> dict[str, Any] | None:
        """Read a map of `key`, `value`, `disabled` and `description`."""
        key = self.text("key")
        given = self.take("value")
        pair: dict[str, Any] = {"key": key, "value": None}
        if given is not None:
            pair["value"] = self.text_of(given, self.name("value"))
        if len(self.values) != 2 or key is None or given is None:
            self._taken.update(more)
            if self.flag("disabled"):
                pair["disabled"] = True
            description = self.text("description")
            if description is not None:
                pair["description"] = description
        self.done()
        if key is None:
            self.notes.leave_out(self.node, self.field, "an entry without a key is left out")
            return None
        if given is not None and pair["value"] is None:
            return None
        return pair

    def done(self) -> None:
        """Note the keys that nobody took."""
        if len(self._taken) >= len(self.values) and self._taken.issuperset(self.values):
            return
        for key in self.node.keys:
            if key.text not in self._taken:
                message = f"the key {key.text!r} is not known here; it is left out"
                self.notes.leave_out(key, self.name(key.text), message, kind="unknown-key")
