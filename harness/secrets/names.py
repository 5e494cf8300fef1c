"""Which names tell that what they name is a secret: a table of words, and one of words that say it is none.

A name is taken apart at capitals, digits and separators, so that `githubToken`, `GITHUB_TOKEN` and
`X-Github-Token` are the same words. What a word such as `token` means depends on what stands behind it: a
`tokenType` is a type.
"""

import re
from functools import lru_cache
from typing import Final, Literal

NameRule = Literal["", "exact", "word"]
"""How sure a name is: `exact` is one of the usual names of credentials, `word` has a telling word in it."""

_WORD: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+|[^\W\d_]+")
_SEPARATORS: Final = re.compile(r"[^A-Za-z0-9]+")

SECRET_NAMES: Final = frozenset(
    {
        "accountkey", "apikey", "apitoken", "assertion", "authkey", "authorization", "authtoken", "bearer",
        "clientassertion", "clientsecret", "codeverifier", "connectionstring", "cookie", "credential",
        "credentials", "csrftoken", "devicecode", "jwt", "jwttoken", "oauthtoken", "oauthverifier",
        "passcode", "passphrase", "passwd", "password", "privatekey", "proxyauthorization", "pw", "pwd",
        "samlresponse", "saskey", "sastoken", "secret", "secretaccesskey", "secretkey", "sessionid",
        "sessiontoken", "setcookie", "sharedaccesskey", "sharedaccesssignature", "sid", "storagekey",
        "subscriptionkey", "token", "xsrftoken",
    }
)  # fmt: skip
"""The usual names, without their separators, in small letters."""

_ENDINGS: Final = (
    "accesskey", "accesstoken", "apikey", "authtoken", "bearertoken", "clientsecret", "idtoken",
    "passphrase", "passwd", "password", "privatekey", "refreshtoken", "saskey", "secretkey",
    "securitytoken", "sessiontoken", "sharedsecret", "tokensecret",
)  # fmt: skip
"""What usual names end with, written in one piece or not."""

_GLUED: Final = ("credentials", "passcode", "secret", "token")
"""What a word ends with that was written in one piece: `githubtoken`."""

_WORDS: Final = frozenset(
    {
        "adminpass", "authorization", "bearer", "cookie", "credential", "credentials", "creds", "dbpass",
        "ftppass", "jwt", "mailpass", "otp", "pass", "passcode", "passphrase", "passwd", "password",
        "passwords", "pgpass", "psk", "psw", "pswd", "pwd", "rootpass", "secret", "secrets", "smtppass",
        "token", "tokens", "totp", "userpass",
    }
)  # fmt: skip
_KEYS: Final = frozenset({"key", "keys"})
_KEY_KINDS: Final = frozenset(
    {
        "access", "account", "api", "auth", "encryption", "hmac", "master", "private", "sas", "secret",
        "shared", "sign", "signature", "signing", "storage", "subscription",
    }
)  # fmt: skip
"""What a `key` has to be beside to be a secret: keys of tables and maps are none."""

_REQUEST_IDS: Final = frozenset({"Postman-Token", "postman-token"})
"""Headers called after a token that number requests; echoing services answer them."""

_NOT_BEHIND: Final = frozenset(
    {
        "address", "age", "alg", "algorithm", "at", "audience", "availability", "banner", "budget", "by",
        "class", "column", "consent", "count", "created", "criteria", "date", "description", "domain",
        "enabled", "endpoint", "endpoints", "exists", "expiration", "expired", "expires", "expiry",
        "field", "file", "folder", "format", "header", "hint", "host", "id", "identifier", "ids", "in",
        "index", "info", "issuer", "kind", "label", "length", "lifetime", "limit", "limits", "link",
        "location", "max", "method", "min", "mode", "name", "names", "number", "page", "path", "place",
        "policies", "policy", "preferences", "prefix", "provider", "realm", "ref", "reference", "region",
        "required", "rotation", "rule", "rules", "scheme", "scope", "scopes", "separator", "service",
        "set", "size", "source", "state", "status", "store", "strength", "suffix", "template", "time",
        "timeout", "title", "total", "ttl", "type", "types", "uri", "url", "urls", "usage", "used",
        "valid", "vault", "version",
    }
)  # fmt: skip
"""Words behind a telling one that make the name one of something else: `tokenType`, `passwordPolicy`."""

_NOT_BEFORE: Final = frozenset(
    {
        "boarding", "bus", "cancel", "cancellation", "completion", "continuation", "continue", "day",
        "delta", "foreign", "has", "have", "input", "is", "max", "min", "need", "needs", "next", "num",
        "output", "page", "paging", "partition", "prev", "previous", "primary", "prompt", "requires",
        "resume", "season", "ski", "skip", "sort", "sync", "total", "unique", "used",
    }
)  # fmt: skip
"""Words right before a telling one that make it none: `boardingPass`, `nextPageToken`, `hasPassword`."""


def words_of(name: str) -> tuple[str, ...]:
    """Return the words of a name in small letters, without its numbers."""
    return tuple(word.lower() for word in _WORD.findall(name) if not word.isdigit())


@lru_cache(maxsize=4096)
def name_rule(name: str) -> NameRule:
    """Tell by which rule a field, header, variable or column of that name holds a secret; empty: by none."""
    plain = _SEPARATORS.sub("", name).lower()
    words = words_of(name)
    if not words or len(name) > 200 or name in _REQUEST_IDS:
        return ""
    if plain in SECRET_NAMES or (plain.endswith(_ENDINGS) and not _is_none(words, len(words) - 1)):
        return "exact"
    place = next((at for at in reversed(range(len(words))) if _tells(words, at)), None)
    if place is None or _is_none(words, place):
        return ""
    return "word"


def secret_name(name: str) -> bool:
    """Tell whether a field, header or variable of that name usually holds a secret."""
    return name_rule(name) != ""


def _tells(words: tuple[str, ...], at: int) -> bool:
    word = words[at]
    if word in _KEYS:
        return bool(_KEY_KINDS.intersection(words[:at])) or words[at + 1 : at + 2] == ("secret",)
    return word in _WORDS or (len(word) > 8 and word.endswith(_GLUED))


def _is_none(words: tuple[str, ...], at: int) -> bool:
    """Tell whether the words around a telling one make the name one of something else."""
    if not _NOT_BEHIND.isdisjoint(words[at + 1 :]):
        return True
    # `private_token`, but `nextPageToken`: what pages are turned with is no secret.
    before = words[max(0, at - 1) : at]
    if words[at] == "pass" and words[at + 1 :] and words[at + 1] in {"through", "rate", "fail"}:
        return True
    return bool(before) and before[0] in _NOT_BEFORE
