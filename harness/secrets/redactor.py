"""What is secret, and what is written in its place.

A `Redactor` learns secret values and replaces them in any text by placeholders, in whichever encoding they
occur. The same value always gets the same placeholder, so what was chained before redaction is chained after.
"""

import base64
import binascii
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from itertools import count
from threading import RLock
from typing import Any, Final

from harness.collection.model import Auth, Collection, Folder, Variable
from harness.errors import UsageError
from harness.secrets.encodings import SHORTEST, Needles, as_bytes, as_text, occurs, replace

PREFIX: Final = "REDACTED_"
"""How every placeholder begins. Letters, digits and underscores only: no encoding changes it."""

CHECKED: Final = 3
"""How many digits of a placeholder of digits show that it is one."""

SECRET_AUTH_PARAMS: Final[Mapping[str, tuple[str, ...]]] = {
    "apikey": ("value",),
    "asap": ("privateKey",),
    "awsv4": ("secretKey", "sessionToken"),
    "basic": ("password",),
    "bearer": ("token",),
    "digest": ("password",),
    "edgegrid": ("accessToken", "clientToken", "clientSecret"),
    "hawk": ("authKey",),
    "jwt": ("secret", "privateKey"),
    "ntlm": ("password",),
    "oauth1": ("consumerSecret", "token", "tokenSecret", "privateKey"),
    "oauth2": ("accessToken", "clientSecret", "password", "refreshToken", "privateKey"),
}
"""The parameters of each auth scheme that nobody may see."""

_SECRET_NAMES: Final = frozenset(
    {
        "accountkey", "apikey", "apitoken", "assertion", "authkey", "authorization", "authtoken", "bearer",
        "clientassertion", "clientsecret", "connectionstring", "cookie", "credential", "credentials",
        "csrftoken", "jwt", "jwttoken", "passphrase", "passwd", "password", "privatekey", "pwd", "saskey",
        "sastoken", "secret", "secretaccesskey", "secretkey", "sessionid", "sessiontoken", "setcookie",
        "sharedaccesskey", "sharedaccesssignature", "storagekey", "subscriptionkey", "token", "xsrftoken",
    }
)  # fmt: skip
_SECRET_ENDINGS: Final = (
    "accesskey", "accesstoken", "apikey", "authtoken", "bearertoken", "clientsecret", "idtoken",
    "passphrase", "password", "privatekey", "refreshtoken", "saskey", "secretkey", "securitytoken",
    "sessiontoken", "sharedsecret",
)  # fmt: skip
_COMMON_WORDS: Final = frozenset(
    {
        "application", "bearer", "boolean", "client", "content", "default", "disabled", "enabled", "header",
        "headers", "localhost", "method", "number", "object", "private", "production", "public", "request",
        "response", "sandbox", "status", "string", "username",
    }
)  # fmt: skip

_JWT: Final = re.compile(r"\beyJ[A-Za-z0-9_-]+\.eyJ[A-Za-z0-9_-]*\.([A-Za-z0-9_-]+)")
_PEM: Final = re.compile(
    r"-----BEGIN ([A-Z0-9 ]*PRIVATE KEY)-----(?:\\[nr]|[^-])+-----END \1-----(?:\\[nr]|\s)*"
)
_CONNECTION_KEY: Final = re.compile(r"\b(SharedAccessKey|AccountKey)=([A-Za-z0-9+/]{12,}={0,2})")
_REFERENCE: Final = re.compile(r"\{\{([^{}]+)\}\}")
_SCHEME_AND_TOKEN: Final = re.compile(r"[A-Za-z][A-Za-z0-9-]* ([^\s,]+)")
_KEY_LINE: Final = re.compile(r"(?:^|(?<=\n)|(?<=\\n))[A-Za-z0-9+/=]{16,}")
_HOST_LABEL: Final = re.compile(r"(?=.*[A-Z])(?=.*[0-9])[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?")
_WORDS: Final = re.compile(r"[^A-Za-z0-9]+")


def secret_name(name: str) -> bool:
    """Tell whether a field, header or variable of that name usually holds a secret."""
    plain = _WORDS.sub("", name).lower()
    return plain in _SECRET_NAMES or plain.endswith(_SECRET_ENDINGS)


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretPattern:
    """A user's own rule: what matches `expression` (its first group, when it has one) is secret."""

    name: str
    expression: re.Pattern[str]


def secret_patterns(expressions: Mapping[str, str]) -> tuple[SecretPattern, ...]:
    """Compile a user's rules, given by name. Raises `UsageError` for one that is no regular expression."""
    patterns: list[SecretPattern] = []
    for name, expression in expressions.items():
        try:
            patterns.append(SecretPattern(name=name, expression=re.compile(expression)))
        except re.error as error:
            raise UsageError(
                f"the secret pattern {name!r} is no regular expression: {error}", where=expression
            ) from error
    return tuple(patterns)


@dataclass(frozen=True, slots=True, kw_only=True)
class Learned:
    """A secret as it may be talked about: its name and what is written in its place, not its value."""

    name: str
    placeholder: str


class Redactor:
    """Knows secret values and takes them out of texts. All threads of a run share one.

    `redacted` is for texts that were redacted before: digits that stand in for others are then no secret.
    `version` grows whenever a value is learnt. `warnings` are for the user: values too weak to be taken out.
    """

    def __init__(self, patterns: Iterable[SecretPattern] = (), *, redacted: bool = False) -> None:
        self._redacted = redacted
        self.patterns: Final = tuple(patterns)
        self._needles = Needles()
        self._names: dict[str, str] = {}
        self._taken: set[str] = set()
        self._used: dict[str, int] = {}
        self._weak: dict[str, None] = {}
        self._lock = RLock()
        self.version = 0

    @property
    def warnings(self) -> tuple[str, ...]:
        """Names of values that are known to be secret and are written all the same, and why."""
        return tuple(self._weak)

    @property
    def learned(self) -> tuple[Learned, ...]:
        """What was learnt so far."""
        with self._lock:
            return tuple(
                Learned(name=self._names[value], placeholder=placeholder)
                for value, placeholder in self._needles
                if value in self._names
            )

    def learn(self, value: str, name: str) -> str:
        """Learn a secret value and return what will stand in for it.

        A value under 6 characters or one that is a common word stays as it is, with a warning: replacing it
        would tear other texts apart. Of a JSON Web Token the signature is taken out, which makes it
        worthless and leaves its claims to scripts that read them.
        """
        if not value or value.isspace() or PREFIX in value or (self._redacted and _stands_in(value)):
            return value
        with self._lock:
            known = self._needles.replacement(value)
            if known is not None:
                return known
            token = _JWT.fullmatch(value.strip())
            if token is not None and len(token.group(1)) >= SHORTEST and _claims(value) is not None:
                self._learn(token.group(1), name)
                return replace(value, self._needles)
            if len(value) < SHORTEST:
                self._weaken(name, f"has under {SHORTEST} characters")
                return value
            if (
                value in PREFIX
                or value.lower() in _COMMON_WORDS
                or _WORDS.sub("", value).lower() in _SECRET_NAMES
            ):
                self._weaken(name, "is a common word")
                return value
            placeholder = self._learn(value, name)
            stripped = value.strip()
            if stripped != value and len(stripped) >= SHORTEST and stripped not in self._needles:
                self._put(stripped, placeholder)
            if _HOST_LABEL.fullmatch(value) and value.lower() not in self._needles:
                # Names of hosts are written in lower case, and stand so in addresses and messages.
                self._put(value.lower(), placeholder)
            if "-----BEGIN" in value:
                self._learn_key(value, placeholder)
            return placeholder

    def learn_variables(self, variables: Iterable[Variable], names: Iterable[str] = ()) -> None:
        """Learn the values of the variables that are secret by type, by name, or because they are listed."""
        wanted = frozenset(names)
        for variable in variables:
            if isinstance(variable.value, str) and (
                variable.secret or variable.key in wanted or secret_name(variable.key)
            ):
                self.learn(variable.value, variable.key)

    def learn_from(self, text: str) -> None:
        """Learn what a text shows to be secret by its shape alone: keys, tokens, the user's patterns."""
        if "eyJ" in text:
            for token in _JWT.finditer(text):
                self.learn(token.group(), "jwt")
        if "PRIVATE KEY-----" in text:
            for key in _PEM.finditer(text):
                self.learn(key.group().replace("\\n", "\n").replace("\\r", "\r").strip(), "private_key")
        if "Key=" in text:
            for part in _CONNECTION_KEY.finditer(text):
                self.learn(part.group(2), part.group(1))
        for pattern in self.patterns:
            for found in pattern.expression.finditer(text):
                value = found.group(1) if pattern.expression.groups else found.group()
                if value:
                    self.learn(value, pattern.name)

    def learn_document(self, document: Any) -> None:
        """Learn the values under secret names anywhere in a JSON document, in JSON inside its strings too."""
        for name, value in _members(document):
            if isinstance(value, str):
                if _is_cookie(name):
                    self._learn_cookies(value, name)
                elif secret_name(name):
                    self.learn(_credentials(value) if _is_authorization(name) else value, name)
                if value[:1] in {"{", "["}:
                    try:
                        self.learn_document(json.loads(value))
                    except ValueError:
                        continue
            elif secret_name(name) and isinstance(value, int) and not isinstance(value, bool):
                self.learn(str(value), name)

    def _learn_cookies(self, value: str, name: str) -> None:
        """Learn what a document shows of cookies: `a=1; b=2` are names and secrets."""
        # Behind the first one of a Set-Cookie stand attributes.
        pairs = value.split(";")[: 1 if name.lower().startswith("set") else None]
        for pair in pairs:
            label, equals, secret = pair.strip().partition("=")
            if not equals:
                self.learn(label, name)
            elif len(secret) >= SHORTEST:
                self.learn(secret, f"{name}_{label}")

    def text(self, text: str) -> str:
        """Return a text without the secrets known so far."""
        return replace(text, self._needles)

    def bytes(self, data: bytes) -> bytes:
        """Return bytes without the secrets known so far."""
        text = as_text(data)
        redacted = replace(text, self._needles)
        return data if redacted == text else as_bytes(redacted)

    def holds_secret(self, text: str) -> bool:
        """Tell whether a text still holds a secret in some encoding."""
        return occurs(text, self._needles)

    def spellings(self, since: int = 0) -> tuple[str, ...]:
        """Return the values learnt after version `since`, for a quick search; never to be shown."""
        with self._lock:
            return tuple(value for value, _ in self._needles)[since:]

    def _weaken(self, name: str, why: str) -> None:
        self._weak[f"the value of {name!r} {why} and is not redacted"] = None

    def _learn(self, value: str, name: str) -> str:
        placeholder = self._placeholder(value, name)
        self._taken.add(placeholder)
        self._names[value] = name
        self._put(value, placeholder)
        return placeholder

    def _put(self, value: str, placeholder: str) -> None:
        for known, replacement in self._needles:
            if value in replacement:
                self._needles.put(known, replacement.replace(value, placeholder))
        self._needles.put(value, placeholder)
        self.version = len(self._needles)

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
        if value.isascii() and value.isdigit():
            candidates = _digits(len(value), name)
        else:
            slug = _WORDS.sub("_", name).strip("_") or "value"
            used = self._used.get(slug, 0)
            self._used[slug] = used + 1
            candidates = _words(slug if used == 0 else f"{slug}_{used + 1}")
        return next(
            one
            for one in candidates
            if one not in self._taken and value not in one and not occurs(one, self._needles)
        )


def _is_cookie(name: str) -> bool:
    return _WORDS.sub("", name).lower() in {"cookie", "setcookie"}


def _is_authorization(name: str) -> bool:
    return _WORDS.sub("", name).lower() in {"authorization", "proxyauthorization"}


def _credentials(value: str) -> str:
    """Return the secret part of a header that a document shows: `Bearer x` is a scheme and a secret."""
    found = _SCHEME_AND_TOKEN.fullmatch(value)
    return found.group(1) if found else value


def _digits(length: int, name: str) -> Iterator[str]:
    """Give placeholders of so many digits: where a number was, JSON needs one."""
    for number in count():
        digest = int.from_bytes(blake2b(f"{name}\0{number}".encode()).digest(), "big")
        drawn = f"9{str(digest)[: length - 1 - CHECKED]}".ljust(length - CHECKED, "0")
        yield drawn + _check_digits(drawn)


def _check_digits(digits: str) -> str:
    check = int.from_bytes(blake2b(digits.encode(), person=b"harness").digest(), "big")
    return f"{check % 10**CHECKED:0{CHECKED}d}"


def _stands_in(value: str) -> bool:
    """Tell whether digits are a placeholder: they check themselves."""
    return (
        len(value) >= SHORTEST
        and value.isascii()
        and value.isdigit()
        and value[-CHECKED:] == _check_digits(value[:-CHECKED])
    )


def _words(name: str) -> Iterator[str]:
    """Give placeholders, the readable one first; a secret that is a part of it leaves the others."""
    yield PREFIX + name
    for number in count():
        yield PREFIX + blake2b(f"{name}{number}".encode(), digest_size=6).hexdigest()


def _claims(token: str) -> Any:
    """Return the claims of a JSON Web Token, `None` when it is none."""
    try:
        part = token.split(".")[1]
        return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (ValueError, binascii.Error, IndexError):
        return None


def _members(document: Any) -> Iterator[tuple[str, Any]]:
    """Walk a JSON document: each value that is no container, with the name it has or its list has."""
    waiting: list[tuple[str, Any]] = [("", document)]
    while waiting:
        name, value = waiting.pop()
        if isinstance(value, dict):
            waiting += value.items()
            # Postman's and others' lists of {key, value} name their values by a member.
            label = value.get("key", value.get("name"))
            if isinstance(label, str) and isinstance(value.get("value"), str):
                waiting.append((label, value["value"]))
        elif isinstance(value, list):
            waiting += ((name, entry) for entry in value)
        else:
            yield name, value


def auth_secrets(collection: Collection) -> tuple[frozenset[str], tuple[tuple[str, str], ...]]:
    """Return which variables the collection's auth parameters take secrets from, and the secrets spelled out.

    The second part pairs a name with a value.
    """
    names: set[str] = set()
    literals: list[tuple[str, str]] = []
    for auth in _auths(collection.root):
        for param in SECRET_AUTH_PARAMS.get(auth.type, ()):
            value = auth.params.get(param)
            if isinstance(value, str) and value:
                references = _REFERENCE.findall(value)
                names.update(references)
                if not references:
                    literals.append((f"{auth.type}_{param}", value))
    return frozenset(names), tuple(literals)


def _auths(folder: Folder) -> Iterator[Auth]:
    if folder.auth is not None:
        yield folder.auth
    for child in folder.children:
        if isinstance(child, Folder):
            yield from _auths(child)
        elif child.request.auth is not None:
            yield child.request.auth
