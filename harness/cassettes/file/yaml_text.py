"""Entries of a cassette as YAML, as libyaml would write them, without its detours.

A recording writes the same kind of document a thousand times: maps, lists, numbers and texts of one line. How
most of those texts are spelled is told by a look at them; the spelling of the others is asked for, and kept.
"""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any, Final

import yaml

_PLAIN: Final = re.compile(r"[A-Za-z0-9/](?:[!-9;-~]|:(?! |$)| (?! |#|$))*")
"""Texts that begin like a word and hold no `: ` and no ` #`: plain, unless they say a number or a date."""
_QUOTED: Final = re.compile(r"[\[{\"](?:[ -~]*[!-~])?")
"""Texts that begin like a list, a map or a quoted text, as JSON does: in single quotes."""
_MEANINGS: Final = yaml.resolver.Resolver.yaml_implicit_resolvers
_BREAK: Final = re.compile("[\n\r\x85\u2028\u2029]")
_LONGEST: Final = 100_000
"""The longest text in characters that is spelled here: libyaml folds what is longer than its lines."""
_LONGEST_KEY: Final = 100
_KEPT_TEXT: Final = 64


class NotCovered(Exception):
    """A document holds what is not written here."""


class EntryWriter:
    """Writes entries of a cassette. `spell` gives libyaml's spelling of a text of one line."""

    def __init__(self, spell: Callable[[str], str]) -> None:
        self._spell = spell
        self._kept = lru_cache(maxsize=4096)(self._text)

    def write(self, document: Any) -> str:
        """Return a list or map as YAML. Raises `NotCovered`."""
        lines: list[str] = []
        self._block(document, lines, "", "")
        lines.append("")
        return "\n".join(lines)

    def _block(self, value: Any, lines: list[str], lead: str, indent: str) -> None:
        """Write a map or list, whose first line begins with `lead` and the others with `indent`."""
        if type(value) is dict:
            for key, one in value.items():
                if type(key) is not str or not 0 < len(key) <= _LONGEST_KEY:
                    raise NotCovered
                if type(one) is str and len(one) <= _KEPT_TEXT:
                    lines.append(f"{lead}{self._kept(key)}: {self._kept(one)}")
                else:
                    self._value(f"{lead}{self._kept(key)}:", " ", one, lines, indent)
                lead = indent
        else:
            for one in value:
                if type(one) is str and len(one) <= _KEPT_TEXT:
                    lines.append(f"{lead}- {self._kept(one)}")
                else:
                    self._value(f"{lead}-", " ", one, lines, indent, listed=True)
                lead = indent

    def _value(
        self, lead: str, space: str, value: Any, lines: list[str], indent: str, *, listed: bool = False
    ) -> None:
        kind = type(value)
        if kind is str:
            text = self._kept(value) if len(value) <= _KEPT_TEXT else self._text(value)
            lines.append(f"{lead}{space}{text}")
        elif kind is not dict and kind is not list:
            lines.append(f"{lead}{space}{_scalar(value)}")
        elif not value:
            lines.append(f"{lead}{space}{'{}' if kind is dict else '[]'}")
        elif kind is list and len(value) == 1 and type(value[0]) is str and len(value[0]) <= _KEPT_TEXT:
            # Most headers stand once.
            lines += (
                (lead, f"{indent}- {self._kept(value[0])}")
                if not listed
                else (f"{lead}{space}- {self._kept(value[0])}",)
            )
        elif listed:
            # What is in a list begins on the line of its dash.
            self._block(value, lines, f"{lead}{space}", f"{indent}  ")
        else:
            lines.append(lead)
            inner = f"{indent}  " if kind is dict else indent
            self._block(value, lines, inner, inner)

    def _text(self, text: str) -> str:
        if len(text) > _LONGEST:
            raise NotCovered
        if _PLAIN.fullmatch(text) is not None:
            return f"'{text.replace(_QUOTE, _QUOTE * 2)}'" if _means_else(text) else text
        if _QUOTED.fullmatch(text) is not None:
            return f"'{text.replace(_QUOTE, _QUOTE * 2)}'"
        if _BREAK.search(text) is not None:
            raise NotCovered
        spelled = self._spell(text)
        if "\n" in spelled:
            raise NotCovered
        return spelled


_QUOTE: Final = "'"


def _means_else(text: str) -> bool:
    """Tell whether a plain text would be read as something else than a text."""
    meanings = *_MEANINGS.get(text[0], ()), *_MEANINGS.get(None, ())
    return any(shape.match(text) for _, shape in meanings)


def _scalar(value: Any) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case float() if value - value == 0:
            shown = repr(value).lower()
            return shown.replace("e", ".0e", 1) if "." not in shown and "e" in shown else shown
        case _:
            raise NotCovered
