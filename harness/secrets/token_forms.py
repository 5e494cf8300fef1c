"""Secrets that show themselves by their form: keys, and tokens that say by how they begin whose they are."""

import re
from collections.abc import Iterator
from typing import Final

_JWT: Final = re.compile(r"\beyJ[A-Za-z0-9_-]+\.eyJ[A-Za-z0-9_-]*\.([A-Za-z0-9_-]+)")
_PEM: Final = re.compile(
    r"-----BEGIN ([A-Z0-9 ]*PRIVATE KEY)-----(?:\\[nr]|[^-])+-----END \1-----(?:\\[nr]|\s)*"
)
_KNOWN_TOKEN: Final = re.compile(
    r"(?<![A-Za-z0-9_-])(?:gh[pousr]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{22,}|glpat-[A-Za-z0-9_-]{20,}"
    r"|xox[abeoprs]-[A-Za-z0-9-]{10,}|[rs]k_(?:live|test)_[A-Za-z0-9]{16,}|AIza[A-Za-z0-9_-]{35}"
    r"|SG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}|npm_[A-Za-z0-9]{36}|pypi-[A-Za-z0-9_-]{50,}"
    r"|hf_[A-Za-z0-9]{30,}|PMAK-[A-Za-z0-9-]{40,}|dop_v1_[0-9a-f]{64}|hv[bs]\.[A-Za-z0-9_-]{24,})"
)
"""Tokens that say by how they begin whose they are: GitHub's, GitLab's, Slack's, Stripe's, Google's ..."""
_KNOWN_BEGINNING: Final = re.compile(
    r"gh[pousr]_|github_pat_|glpat-|xox[abeoprs]-|[rs]k_(?:live|test)_|AIza|SG\.|npm_|pypi-|hf_|PMAK-|dop_v1_|hv[bs]\."
)
_ADDRESS: Final = re.compile(r"""[A-Za-z][A-Za-z0-9+.-]{0,20}:(?://|\\/\\/)[^\s"'<>]+""")
_CONNECTION_KEY: Final = re.compile(r"\b(SharedAccessKey|AccountKey)=([A-Za-z0-9+/]{12,}={0,2})")


def secrets_by_form(text: str) -> Iterator[tuple[str, str]]:
    """Yield each secret that a text shows by its form alone, with the name of the form."""
    if "eyJ" in text:
        for token in _JWT.finditer(text):
            yield token.group(), "jwt"
    if "PRIVATE KEY-----" in text:
        for key in _PEM.finditer(text):
            yield key.group().replace("\\n", "\n").replace("\\r", "\r").strip(), "private_key"
    if "Key=" in text:
        for part in _CONNECTION_KEY.finditer(text):
            yield part.group(2), part.group(1)
    if _KNOWN_BEGINNING.search(text) is not None:
        for token in _KNOWN_TOKEN.finditer(text):
            yield token.group(), "token"


def addresses_in(text: str) -> Iterator[str]:
    """Yield the addresses in a text, also as JSON escapes them."""
    if "://" in text or ":\\/\\/" in text:
        for address in _ADDRESS.finditer(text):
            yield address.group()


def jwt_signature(text: str) -> str:
    """Return the signature of a JSON Web Token; empty where the text is none."""
    token = _JWT.fullmatch(text.strip())
    return token.group(1) if token is not None else ""
