"""Writing expectations into a companion file, all else as its author wrote it.

Only lines are added and taken away: comments, order and layout stay to the letter, as no writer of whole
documents leaves them. What is added ends in `# inferred`; a line without that is the author's.
"""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from harness.collection.companion import CallEntry, Companion, ExpectEntry
from harness.collection.companion_file import parse_companion
from harness.collection.yaml_document import YamlNode, core_scalar, json_scalar, parse_yaml
from harness.errors import InputError, Place

MARK: Final = "# inferred"

_MARKED: Final = re.compile(rf"\s{MARK}\s*$")
_LINE: Final = re.compile(
    r"[^\r\n\x85\u2028\u2029]*(?:\r\n|[\r\n\x85\u2028\u2029])|[^\r\n\x85\u2028\u2029]+\Z"
)
_COMMENT: Final = re.compile(r"#[^\r\n]*")
_PLAIN: Final = re.compile(r"[^\s\-?:,\[\]{}#&*!|>'\"%@`~=<\x00-\x1f](?:[^\x00-\x1f\x7f]*\S)?")
_FLOW_SIGNS: Final = re.compile(r"[,\[\]{}]")
_YAML_11_WORDS: Final = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})
_UNPRINTABLE: Final = re.compile(r"[\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Addition:
    """Expectations to be written for a call."""

    path: tuple[str, ...]
    expect: tuple[ExpectEntry, ...]


def as_companion(additions: Sequence[Addition]) -> str:
    """Write expectations as a companion of their own."""
    return with_expectations("", "", additions)


def without_inferred(text: str, file: str) -> str:
    """Take out what was inferred before. Raises `InputError` when the file cannot be read."""
    root = parse_yaml(text, file)
    lines = _LINE.findall(text)
    gone: set[int] = set()
    for entry in _entries(root):
        for key, value in entry.items():
            if key.text == "expect":
                inner = range(key.start.line, _last_line(lines, key, value) + 1)
                gone |= {at for at in inner if _MARKED.search(lines[at])}
    if not gone:
        return text
    kept = "".join(line for at, line in enumerate(lines) if at not in gone)
    return _without_empty(kept, file)


def with_expectations(text: str, file: str, additions: Sequence[Addition]) -> str:
    """Return a companion's text with expectations added; with none, the text as it is.

    Raises `InputError` when the file cannot be read, or is laid out so that nothing can be added to it.
    """
    additions = [one for one in additions if one.expect]
    if not additions:
        return text
    before = parse_companion(text, file)
    edited = _Text(text, file)
    edited.add(additions)
    made = edited.made()
    try:
        whole = _content(parse_companion(made, file)) == _with_additions(_content(before), additions)
    except InputError:
        whole = False
    if not whole:
        raise InputError(
            "the expectations cannot be put into this layout",
            where=file,
            hint="write `calls` as a list of maps on lines of their own, without anchors",
        )
    return made


def expect_document(expect: Sequence[ExpectEntry]) -> dict[str, Any]:
    """Return expectations as the value of a call's `expect`."""
    made: dict[str, Any] = {}
    for one in expect:
        if one.subject == "header":
            made.setdefault("header", {})[one.target] = _wanted(one)
        else:
            made["status" if one.subject == "status" else one.target] = _wanted(one)
    return made


def _wanted(one: ExpectEntry) -> Any:
    if one.subject == "status":
        return one.wanted[0] if len(one.wanted) == 1 else list(one.wanted)
    if one.check == "equals" and not isinstance(one.wanted, dict):
        return one.wanted
    return {one.check: one.wanted}


class _Text:
    """A companion's text, and what is to be put into it where."""

    def __init__(self, text: str, file: str) -> None:
        self.root = parse_yaml(text, file)
        self.lines: list[str] = _LINE.findall(text)
        self.newline = "\r\n" if any(one.endswith("\r\n") for one in self.lines) else "\n"
        self._insertions: list[tuple[int, int, str]] = []

    def add(self, additions: Sequence[Addition]) -> None:
        """Put expectations into the entries of their calls, and new entries behind the others."""
        entries = {_path(entry.value["call"]): entry for entry in _entries(self.root)}
        new = []
        for one in additions:
            if one.path in entries:
                self._into_entry(entries[one.path], expect_document(one.expect))
            else:
                new.append((one.path, expect_document(one.expect)))
        if new:
            self._new_entries(new)

    def made(self) -> str:
        """Return the text with all of it."""
        found: dict[int, list[tuple[int, str]]] = {}
        for at_line, column, text in self._insertions:
            found.setdefault(at_line, []).append((column, text))
        pieces: list[str] = []
        for number, line in enumerate((*self.lines, "")):
            at = 0
            for column, inserted in sorted(found.get(number, ()), key=lambda one: one[0]):
                pieces += (line[at:column], inserted)
                at = column
            pieces.append(line[at:])
        return "".join(pieces)

    def _into_entry(self, entry: YamlNode, wanted: dict[str, Any]) -> None:
        expect = entry.value.get("expect")
        key = next((one for one in entry.keys if one.text == "expect"), None)
        if _is_flow(self.lines, entry) and expect is None:
            self._into_flow(entry, {"expect": wanted})
        elif expect is None or key is None:
            pad = " " * entry.keys[0].start.column
            self._behind(_end_of(self.lines, entry), [f"{pad}expect:", *self._block(wanted, f"{pad}  ")])
        elif expect.value is None:
            self._behind(key.start.line, self._block(wanted, " " * (key.start.column + 2)))
        else:
            known = expect.value.get("header") if isinstance(expect.value, dict) else None
            if known is not None and "header" in wanted and known.keys:
                self._into_map(known, wanted.pop("header"))
            if wanted:
                self._into_map(expect, wanted)

    def _into_map(self, node: YamlNode, wanted: dict[str, Any]) -> None:
        if _is_flow(self.lines, node):
            self._into_flow(node, wanted)
        else:
            self._behind(_end_of(self.lines, node), self._block(wanted, " " * node.keys[0].start.column))

    def _new_entries(self, new: Sequence[tuple[tuple[str, ...], dict[str, Any]]]) -> None:
        calls = self.root.value.get("calls") if isinstance(self.root.value, dict) else None
        if calls is not None and isinstance(calls.value, tuple) and _is_flow(self.lines, calls):
            self._into_flow(calls, [{"call": list(path), "expect": wanted} for path, wanted in new])
            return
        if self.root.value and _is_flow(self.lines, self.root):
            self._into_flow(
                self.root, {"calls": [{"call": list(path), "expect": wanted} for path, wanted in new]}
            )
            return
        head: list[str] = []
        pad = "  "
        if calls is not None and calls.value:
            pad = " " * calls.start.column
            last = _end_of(self.lines, calls)
        elif calls is not None:
            last = next(key.start.line for key in self.root.keys if key.text == "calls")
        else:
            head = ["calls:"]
            last = _end_of(self.lines, self.root) if self.root.value else len(self.lines) - 1
        for path, wanted in new:
            head += (
                f"{pad}- call: {_flow(list(path))}",
                f"{pad}  expect:",
                *self._block(wanted, f"{pad}    "),
            )
        self._behind(last, head)

    def _block(self, wanted: dict[str, Any], pad: str) -> list[str]:
        return [f"{pad}{_spelled(key)}: {_flow(value)}  {MARK}" for key, value in wanted.items()]

    def _behind(self, line: int, texts: Sequence[str]) -> None:
        begun = "" if line < 0 or self.lines[line].endswith(("\n", "\r")) else self.newline
        self._insertions.append((line + 1, 0, begun + "".join(one + self.newline for one in texts)))

    def _into_flow(self, node: YamlNode, wanted: dict[str, Any] | list[Any]) -> None:
        """Put lines before the bracket that closes a map or a list."""
        line, column = node.end.line, node.end.column - 1
        last = _last_child(node)
        if last is not None and "," not in self._between(last, line, column):
            self._insertions.append((*last, ","))
        start = self.lines[node.start.line]
        pad = start[: len(start) - len(start.lstrip())]
        if isinstance(wanted, dict):
            texts = [f"{_spelled(key, flow=True)}: {_flow(value)}" for key, value in wanted.items()]
        else:
            texts = [_flow(one) for one in wanted]
        body = "".join(f"{pad}    {one},  {MARK}{self.newline}" for one in texts)
        if self.lines[line][:column].strip():
            self._insertions.append((line, column, f"{self.newline}{body}{pad}  "))
        else:
            self._insertions.append((line, 0, body))

    def _between(self, begin: tuple[int, int], line: int, column: int) -> str:
        """Return what stands between two places, without comments."""
        first, at = begin
        if first == line:
            return self.lines[line][at:column]
        texts = [self.lines[first][at:], *self.lines[first + 1 : line], self.lines[line][:column]]
        return "".join(_COMMENT.sub("", one) for one in texts)


def _entries(root: YamlNode) -> Iterator[YamlNode]:
    """Walk the entries of `calls` that name a call."""
    calls = root.value.get("calls") if isinstance(root.value, dict) else None
    for entry in calls.value if calls is not None and isinstance(calls.value, tuple) else ():
        if isinstance(entry.value, dict) and "call" in entry.value:
            yield entry


def _path(node: YamlNode) -> tuple[str, ...]:
    if isinstance(node.value, tuple):
        return tuple(one.text for one in node.value)
    return tuple(node.text.split(" / "))


def _without_empty(text: str, file: str) -> str:
    """Take out the entries that say nothing any more."""
    lines: list[str] = _LINE.findall(text)
    gone: set[int] = set()
    for entry in _entries(parse_yaml(text, file)):
        for key, value in entry.items():
            if key.text != "expect" or value.value is not None:
                continue
            line = lines[key.start.line]
            if line[: key.start.column].strip():
                ending = line[len(line.rstrip("\r\n")) :]
                lines[key.start.line] = line[: key.start.column] + "expect: {}" + ending
            elif len(entry.keys) == 2:
                gone |= set(range(entry.start.line, key.start.line + 1))
            else:
                gone.add(key.start.line)
    return "".join(line for at, line in enumerate(lines) if at not in gone)


def _is_flow(lines: Sequence[str], node: YamlNode) -> bool:
    """Tell whether a map or a list is in brackets."""
    line = lines[node.start.line] if node.start.line < len(lines) else ""
    return line[node.start.column : node.start.column + 1] in ("{", "[")


def _end_of(lines: Sequence[str], node: YamlNode) -> int:
    """Return the last line that a block belongs to: its own end is where the next thing begins."""
    if _is_flow(lines, node):
        return node.end.line
    if node.keys:
        return max(_last_line(lines, key, value) for key, value in node.items())
    return max((_last_line(lines, one, one) for one in node.value), default=node.start.line)


def _last_line(lines: Sequence[str], key: YamlNode, value: YamlNode) -> int:
    first = key.start.line
    last = _end_of(lines, value) if isinstance(value.value, dict | tuple) and value.value else value.end.line
    # A block scalar ends where the next line begins, an alias where its anchor is.
    if (
        value.end.column == 0
        and value.end.line > value.start.line
        and not isinstance(value.value, dict | tuple)
    ):
        last -= 1
    return max(first, last)


def _last_child(node: YamlNode) -> tuple[int, int] | None:
    """Return where the last element of a map or list in brackets ends."""
    children = [one for pair in node.items() for one in pair] if node.keys else list(node.value or ())
    ends = [(one.end.line, one.end.column) for one in children]
    return max(ends) if ends else None


def _content(companion: Companion) -> dict[tuple[str, ...], Any]:
    """Return what a companion says, wherever it stands; under `()` what is of no call."""
    # Lines move when others are put in between; what stands on them does not change.
    before, after = (
        tuple(replace(one, place=Place()) for one in entries)
        for entries in (companion.before, companion.after)
    )
    rest_of_all = replace(companion, calls=(), before=before, after=after)
    found: dict[tuple[str, ...], Any] = {(): repr(rest_of_all)}
    for entry in companion.calls:
        rest = replace(entry, expect=(), extract=(), place=Place())
        taken = [repr(replace(one, place=Place())) for one in entry.extract]
        found[entry.path] = (repr(rest), taken, sorted(_said(one) for one in entry.expect))
    return found


def _with_additions(
    content: dict[tuple[str, ...], Any], additions: Sequence[Addition]
) -> dict[tuple[str, ...], Any]:
    made = dict(content)
    for one in additions:
        empty: tuple[str, list[str], list[str]] = (repr(CallEntry(path=one.path)), [], [])
        rest, taken, said = made.get(one.path, empty)
        made[one.path] = (rest, taken, sorted([*said, *map(_said, one.expect)]))
    return made


def _said(one: ExpectEntry) -> str:
    return repr((one.subject, one.check, one.target, one.wanted))


def _flow(value: Any) -> str:
    """Spell a value on one line."""
    match value:
        case dict():
            inner = (f"{_spelled(key, flow=True)}: {_flow(one)}" for key, one in value.items())
            return f"{{{', '.join(inner)}}}"
        case list():
            return f"[{', '.join(map(_flow, value))}]"
        case str():
            return _spelled(value, flow=True)
        case _:
            return json.dumps(value)


def _spelled(text: str, *, flow: bool = False) -> str:
    """Spell a text, in quotes where YAML of any version would read something else."""
    if (
        _PLAIN.fullmatch(text)
        and ": " not in text
        and " #" not in text
        and not text.endswith(":")
        and not (flow and _FLOW_SIGNS.search(text))
        and not _UNPRINTABLE.search(text)
        and text.lower() not in _YAML_11_WORDS
        and not text[0].isdigit()
        and json_scalar(text) == text == core_scalar(text)
    ):
        return text
    if text.isprintable():
        return "'" + text.replace("'", "''") + "'"
    quoted = json.dumps(text, ensure_ascii=False)
    return _UNPRINTABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", quoted)
