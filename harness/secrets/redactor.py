"""What is secret, and what is written in its place.

A `Redactor` learns secret values and replaces them in any text by placeholders, in whichever encoding they
occur. The same value always gets the same placeholder, so what was chained before redaction is chained after.
"""

import operator
import re
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from threading import RLock
from typing import Any, Final, Literal

from harness.lazy_dataclass import dataclass
from harness.secrets.authored import Authored
from harness.secrets.byte_text import as_bytes, as_text
from harness.secrets.clean_texts import CleanTexts
from harness.secrets.document_members import claims
from harness.secrets.encodings import occurs, replace, replaced
from harness.secrets.lens import Lens
from harness.secrets.names import SECRET_NAMES
from harness.secrets.needles import SHORTEST, Needles
from harness.secrets.patterns import SecretPattern
from harness.secrets.placeholder import PREFIX, digits_for, stands_in, words_for
from harness.secrets.token_forms import jwt_signature
from harness.secrets.views import hidden

_COMMON_WORDS: Final = frozenset(
    {
        "application", "bearer", "boolean", "client", "content", "default", "disabled", "enabled", "header",
        "headers", "localhost", "method", "number", "object", "private", "production", "public", "request",
        "response", "sandbox", "status", "string", "username",
    }
)  # fmt: skip

_REFERENCE: Final = re.compile(r"\{\{([^{}]+)\}\}")
_KEY_LINE: Final = re.compile(r"(?:^|(?<=\n)|(?<=\\n))[A-Za-z0-9+/=]{16,}")
_HOST_LABEL: Final = re.compile(r"(?=.*[A-Z])(?=.*[0-9])[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?")
_WORDS: Final = re.compile(r"[^A-Za-z0-9]+")
_STRICT: Final = frozenset({"type", "pattern"})

LONG_SECRET: Final = 12
"""How long a value of the type `secret` is, in characters, that is no word used elsewhere."""

_READ: Final = 8192
"""How many bodies and headers are remembered as read."""

_LONG_TEXT: Final = 1024
_LONG_TEXTS: Final = 12
"""How long texts are, in characters, whose redacted form is remembered, and how many of them."""

_FEW: Final = 64
"""How many numbers are looked for one by one."""


Rule = Literal["told", "type", "auth", "name", "pattern", "protocol", "address", "cookie"]
"""What made a value a secret: its type, the auth that uses it, its name, a pattern, or where it stood."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Learned:
    """A secret as it may be talked about: its name, what is written in its place, and why; not its value."""

    name: str
    placeholder: str
    rule: Rule = "told"


class Redactor:
    """Knows secret values and takes them out of texts. All threads of a run share one.

    `redacted` is for texts that were redacted before: digits that stand in for others are then no secret.
    `version` grows whenever a value is learnt, `reworded` when it was a part of what stood in for another.
    `warnings` are for the user: values too weak to be taken out.
    `key_fields` are the headers and parameters, in small letters, that hold an API key of the collection.
    """

    def __init__(self, patterns: Iterable[SecretPattern] = (), *, redacted: bool = False) -> None:
        self._redacted = redacted
        self.patterns: Final = tuple(patterns)
        self._needles = Needles()
        self._names: dict[str, str] = {}
        self._rules: dict[str, Rule] = {}
        self._shown: dict[str, str] = {}
        self._digits: set[str] = set()
        self._taken: set[str] = set()
        self._read: set[int] = set()
        self._last: dict[str, tuple[Any, ...]] = {}
        # Short texts in which nothing known at a version stands; reports repeat headers and names.
        self._clean = CleanTexts(self._occurs_in, self._needles.may_occur)
        self._used: dict[str, int] = {}
        self._bases: dict[str, str] = {}
        self._spoiled = False
        self._results: OrderedDict[tuple[int, str], tuple[int, str]] = OrderedDict()
        self._rests: OrderedDict[str, str] = OrderedDict()
        self.authored: Final = Authored()
        self.key_fields: Final[set[tuple[str, str]]] = set()
        self._masks = Lens(self._needles, self._mask_of)
        self._labels = Lens(self._needles, self._mask_of, self._keeps)
        self._names_of_calls = Lens(self._needles, self._needles.replacement_of, self._keeps)
        self._weak: dict[str, None] = {}
        self._lock = RLock()
        self.version = 0
        self.reworded = 0

    @property
    def warnings(self) -> tuple[str, ...]:
        """Names of values that are known to be secret and are written all the same, and why."""
        return tuple(self._weak)

    @property
    def learned(self) -> tuple[Learned, ...]:
        """What was learnt so far."""
        with self._lock:
            return tuple(
                Learned(name=self._names[value], placeholder=placeholder, rule=self._rules[value])
                for value, placeholder in self._needles
                if value in self._names
            )

    def learn(self, value: str, name: str, rule: Rule = "told") -> str:
        """Learn a secret value and return what will stand in for it.

        A value under 6 characters or one that is a common word stays as it is, with a warning: replacing it
        would tear other texts apart. Of a JSON Web Token the signature is taken out, which makes it
        worthless and leaves its claims to scripts that read them.
        """
        if not value or value.isspace() or PREFIX in value or (self._redacted and stands_in(value)):
            return value
        if "{{" in value and _REFERENCE.search(value) is not None:
            # What a variable stands for is the secret, not how it is referred to.
            return value
        with self._lock:
            known = self._needles.replacement(value)
            if known is not None:
                if rule in _STRICT:
                    self._rules[value] = rule
                return known
            signature = jwt_signature(value)
            if len(signature) >= SHORTEST and claims(value) is not None:
                self._learn(signature, name, rule)
                return replace(value, self._needles)
            if len(value) < SHORTEST:
                self._weaken(name, f"has under {SHORTEST} characters")
                return value
            if (
                value in PREFIX
                or value.lower() in _COMMON_WORDS
                or _WORDS.sub("", value).lower() in SECRET_NAMES
            ):
                self._weaken(name, "is a common word")
                return value
            placeholder = self._learn(value, name, rule)
            stripped = value.strip()
            if stripped != value and len(stripped) >= SHORTEST and stripped not in self._needles:
                self._put(stripped, placeholder)
            if _HOST_LABEL.fullmatch(value) and value.lower() not in self._needles:
                # Names of hosts are written in lower case, and stand so in addresses and messages.
                self._put(value.lower(), placeholder)
            if "-----BEGIN" in value:
                self._learn_key(value, placeholder)
            return placeholder

    def has_read(self, kind: str, content: Any) -> bool:
        """Tell whether this was read before, and remember it: what it holds is learnt once."""
        key = hash((kind, content))
        if key in self._read:
            return True
        if len(self._read) >= _READ:
            self._read.clear()
        self._read.add(key)
        return False

    def has_just_read(self, kind: str, *message: Any) -> bool:
        """Tell whether the last message of a kind was the very same, and remember it: one is told by many."""
        last = self._last.get(kind)
        if last is not None and all(map(operator.is_, last, message)):
            return True
        self._last[kind] = message
        return False

    def text(self, text: str) -> str:
        """Return a text without the secrets known so far, as a cassette keeps it: digits stay digits."""
        return self._replaced(text, self._needles)

    def bytes(self, data: bytes) -> bytes:
        """Return bytes without the secrets known so far."""
        text = as_text(data)
        redacted = self.text(text)
        return data if redacted == text else as_bytes(redacted)

    def changed(self, texts: Iterable[str], *, shown: bool = False) -> dict[str, str]:
        """Return those of some texts that hold secrets known so far, each with the text without them."""
        redacted_of = self.shown if shown else self.text
        if not self._needles:
            return {}
        found: dict[str, str] = {}
        for text in self._clean.doubtful(texts, self.version):
            if len(text) >= SHORTEST and (redacted := redacted_of(text)) != text:
                found[text] = redacted
        return found

    def rest_of(self, redacted: str) -> str:
        """Return what is left of a long text that was redacted just now: a NUL for each secret it held.

        It is the text itself where that is not known.
        """
        return self._rests.get(redacted, redacted)

    def shown(self, text: str) -> str:
        """Return a text without the secrets known so far, for people: every mask can be seen to be one."""
        # Masks differ from placeholders for numbers alone; the same search remembers what it found.
        if not self._shown:
            return self._replaced(text, self._needles)
        if len(text) >= _LONG_TEXT and len(self._shown) <= _FEW:
            redacted = self._replaced(text, self._needles)
            if redacted in self._rests and not any(one in redacted for one in self._digits):
                return redacted
        return self._replaced(text, self._masks)

    def label(self, text: str) -> str:
        """Return a name, a line of a script or the like for people: what its author wrote stays."""
        return self._replaced(text, self._labels)

    def call_name(self, text: str) -> str:
        """Return a name as a cassette keeps it: what its author wrote stays."""
        return self._replaced(text, self._names_of_calls)

    def url(self, url: str, *, shown: bool = True) -> str:
        """Return an address without secrets. Parts of its path that its author wrote out stay."""
        masked = self.shown(url) if shown else self.text(url)
        if masked == url:
            return url
        return self.authored.path_kept(url, masked, self._shows_strict)

    def _shows_strict(self, part: str) -> bool:
        """Tell whether a part of a path holds a value that is hidden even where its author wrote it out."""
        return any(self.strict(value) for _, _, value in self._needles.found(part))

    def strict(self, value: str) -> bool:
        """Tell whether a value is hidden even where its author wrote it out."""
        rule = self._rules.get(value, "told")
        return rule == "pattern" or (rule == "type" and len(value) >= LONG_SECRET)

    def holds_secret(self, text: str) -> bool:
        """Tell whether a text still holds a secret in some encoding."""
        if len(text) < SHORTEST or not self._needles:
            return False
        return self._suspects(text) and replace(text, self._needles) != text

    @property
    def irregular(self) -> int:
        """How many of the values are no runs of letters and digits, as tokens are."""
        return self._needles.irregular

    def tokens_among(self, values: Iterable[str]) -> set[str]:
        """Return those of the values known that are runs of letters and digits, as tokens are."""
        return self._needles.tokens_among(values)

    def in_runs(self, runs: set[str]) -> bool:
        """Tell whether a token stands in one of these runs of letters and digits."""
        return self._needles.in_runs(runs)

    def spellings(self, since: int = 0) -> tuple[str, ...]:
        """Return the values learnt after version `since`, for a quick search; never to be shown."""
        with self._lock:
            return self._needles.since(since)

    def _replaced(self, text: str, search: "Needles | Lens") -> str:
        version = self.version
        if len(text) < SHORTEST or not version:
            return text
        if self._clean.holds(text, version):
            return text
        if len(text) < _LONG_TEXT:
            if self._suspects(text):
                return replace(text, search)
            self._clean.add(text, version)
            return text
        # Reports repeat what is in the cassette: the last long texts are remembered.
        key = id(search), text
        with self._lock:
            known = self._results.get(key)
        if known is not None and known[0] == version:
            return known[1]
        swapped = replaced(text, search)
        result = swapped.text
        with self._lock:
            self._results[key] = (version, result)
            while len(self._results) > _LONG_TEXTS:
                self._results.popitem(last=False)
            if swapped.rest is not result:
                self._rests[result] = swapped.rest
                while len(self._rests) > _LONG_TEXTS:
                    self._rests.popitem(last=False)
        return result

    def _suspects(self, text: str) -> bool:
        """Tell whether a text may hold a secret; almost always it does then."""
        return self._occurs_in(text, hidden)

    def _occurs_in(self, text: str, says: Callable[[str], str]) -> bool:
        needles = self._needles
        return needles.binary or needles.occur(text) or (bool(said := says(text)) and needles.occur(said))

    def _mask_of(self, value: str) -> str:
        shown = self._shown.get(value)
        return shown if shown is not None else self._needles.replacement_of(value)

    def _keeps(self, value: str) -> bool:
        return self.authored.wrote(value) and not self.strict(value)

    def _weaken(self, name: str, why: str) -> None:
        self._weak[f"the value of {name!r} {why} and is not redacted"] = None

    def _learn(self, value: str, name: str, rule: Rule) -> str:
        placeholder = self._placeholder(value, name)
        self._taken.add(placeholder)
        self._names[value] = name
        self._rules[value] = rule
        self._put(value, placeholder)
        return placeholder

    def _put(self, value: str, placeholder: str) -> None:
        if self._within_placeholders(value):
            for known, replacement in self._needles:
                if value in replacement:
                    self.reworded += 1
                    self._needles.put(known, replacement.replace(value, placeholder))
        self._needles.put(value, placeholder)
        self.version = len(self._needles)

    def _within_placeholders(self, value: str) -> bool:
        """Tell whether a value may be a part of what stands in for others; their numbers do not count."""
        core = value.rstrip("0123456789").rstrip("_")
        within = any(core in base for base in self._bases.values()) if core else bool(self._shown)
        self._spoiled = self._spoiled or within
        return within

    def _learn_key(self, value: str, placeholder: str) -> None:
        body = "".join(line for line in value.splitlines() if line and "-----" not in line)
        unix = value.replace("\r\n", "\n")
        # The console shows a text of many lines in an object as one quoted text per line.
        lines = _KEY_LINE.findall(value)
        spellings = (unix, unix.replace("\n", "\r\n"), unix.replace("\n", "\\n"), body, *lines)
        for spelling in spellings:
            if len(spelling) >= SHORTEST and spelling not in self._needles:
                self._put(spelling, placeholder)

    def _placeholder(self, value: str, name: str) -> str:
        slug = _WORDS.sub("_", name).strip("_") or "value"
        used = self._used.get(slug, 0)
        self._used[slug] = used + 1
        word = self._free(words_for(slug if used == 0 else f"{slug}_{used + 1}"), value)
        if not (value.isascii() and value.isdigit()):
            return word
        self._shown[value] = word
        digits = self._free(digits_for(len(value), name), value)
        self._digits.add(digits)
        return digits

    def _free(self, candidates: Iterator[str], value: str) -> str:
        """Return the first candidate that is not taken and holds no secret, this one included."""
        for one in candidates:
            base = one.rstrip("0123456789").rstrip("_")
            looked_at = base in self._bases
            if one in self._taken or value in one:
                continue
            if (not looked_at or self._spoiled) and occurs(one, self._needles):
                continue
            if not looked_at:
                self._bases[base] = f"{base}\0{hidden(base + '_')}"
            return one
        raise AssertionError("there is always another candidate")
