"""What a text always says, and which parts of it are made up anew each time."""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from harness.cassettes.compare.answers import opened
from harness.cassettes.compare.generated_values import made_up, shape

LONGEST_LITERAL: Final = 500
"""Longer texts are expected by their form, not by what they say."""

DATE: Final = "[0-9]{4}-[0-9]{2}-[0-9]{2}"

_CLOCK: Final = "[0-9]{2}:[0-9]{2}(:[0-9]{2}([.,][0-9]+)?)?"
_ZONE: Final = "(Z|[+-][0-9]{2}:?[0-9]{2})?"
_TIMES: Final = (
    f"{DATE}[T ]{_CLOCK}{_ZONE}",
    "[0-9]{8}T[0-9]{6}Z",
    "[0-9]{2}[-/][0-9]{2}[-/][0-9]{4}[T ][0-9]{2}:[0-9]{2}:[0-9]{2}",
    "[A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} [0-9]{4} [0-9]{2}:[0-9]{2}:[0-9]{2} GMT",
)
UUID: Final = "[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
_TOKEN: Final = "[0-9A-Za-z+/_-]+={0,2}"
_KINDS: Final = {
    "uuid": (UUID,),
    "time": _TIMES,
    "digest": ("[0-9a-fA-F]{16,}",),
    "ulid": ("[0-9A-Za-z]{13}[0-9A-Za-z]{13}",),
    "number": ("[0-9]+([.:][0-9]+)*",),
    "token": (_TOKEN,),
}
"""What values of each kind that systems make up look like; Python and I-Regexp (RFC 9485) read it alike."""

_DATE: Final = re.compile(DATE)
_JWT: Final = re.compile(r"eyJ[A-Za-z0-9_-]+\.eyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*")
_JWT_FORM: Final = r"eyJ[0-9A-Za-z_-]+[.]eyJ[0-9A-Za-z_-]+[.][0-9A-Za-z_-]*"
_BASE64: Final = re.compile(r"(?=.*[+=])(?:[0-9A-Za-z+/]{4}){5,}(?:[0-9A-Za-z+/]{2}(?:==|[0-9A-Za-z+/]=))?")
_ADDRESS: Final = re.compile(r"https?://(\[[0-9a-fA-F:]+\]|[^\s/?#:\[\]]+)(?::\d+)?(?=[/?#]|\Z)")
_ADDRESS_FORM: Final = "https?://[^/?#]+"
_SPECIAL: Final = re.compile(r"[.^*+?()\[\]{}|\\$]")
_NO_TEXT: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")
_NEAR_DAYS: Final = 400


@dataclass(frozen=True, slots=True)
class TextForms:
    """Tells what texts always say.

    `days` are those of the recordings: days near them are of the moment. `addresses` are those that the
    recordings were made against, which are others elsewhere.
    """

    days: Collection[date] = ()
    addresses: Collection[str] = ()

    def is_constant(self, text: str) -> bool:
        """Tell whether a text says the same in every run: nothing in it is made up, or of the moment."""
        if len(text) > LONGEST_LITERAL or "{{" in text or _NO_TEXT.search(text) or shape(text) != text:
            return False
        if (_DATE.fullmatch(text) and self._is_near(text)) or self._address(text) is not None:
            return False
        inner = opened(text)
        return inner is None or all(shape(one) == one for one in _texts(inner[1]))

    def common_pattern(self, texts: Sequence[str]) -> str | None:
        """Return the regular expression of what texts have in common, `None` when they have no form."""
        if all(map(_JWT.fullmatch, texts)):
            return _JWT_FORM
        if all(map(_DATE.fullmatch, texts)) and (len(set(texts)) > 1 or any(map(self._is_near, texts))):
            return DATE
        found = {self._pattern(one) for one in texts}
        return found.pop() if len(found) == 1 else None

    def _pattern(self, text: str) -> str | None:
        """Return the form of one text, `None` where nothing in it is made up or all of it is a secret."""
        if len(text) > LONGEST_LITERAL or _NO_TEXT.search(text) or "\n" in text:
            return None
        if _BASE64.fullmatch(text) and shape(text) != text:
            return _TOKEN
        address = self._address(text)
        begin = "" if address is None else _ADDRESS_FORM
        rest = text[len(address or "") :]
        parts = [begin]
        at = 0
        for kind, value, start, end in made_up(rest):
            form = next((one for one in _KINDS.get(kind, ()) if re.fullmatch(one, value)), None)
            if form is None:
                return None
            parts += (escaped(rest[at:start]), form)
            at = end
            while form is _TOKEN and rest.startswith("=", at):
                at += 1
        return "".join((*parts, escaped(rest[at:]))) if begin or len(parts) > 1 else None

    def _address(self, text: str) -> str | None:
        """Return the address that a text begins with, when it is one of the recording or of its machine."""
        found = _ADDRESS.match(text)
        if found is None:
            return None
        local = found[1] in ("localhost", "127.0.0.1", "[::1]")
        known = any(found[0] == one.rstrip("/") or one.startswith(f"{found[0]}/") for one in self.addresses)
        return found[0] if local or known else None

    def _is_near(self, text: str) -> bool:
        try:
            day = date.fromisoformat(text)
        except ValueError:
            return False
        return not self.days or any(abs((day - one).days) <= _NEAR_DAYS for one in self.days)


def escaped(text: str) -> str:
    """Spell a text as a regular expression that matches it, for Python and for I-Regexp."""
    return _SPECIAL.sub(lambda found: "[$]" if found[0] == "$" else f"\\{found[0]}", text)


def _texts(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case dict():
            for key, one in value.items():
                yield key
                yield from _texts(one)
        case list():
            for one in value:
                yield from _texts(one)
        case int() | float():
            yield str(value)
