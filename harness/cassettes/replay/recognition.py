"""Recognizing requests that are equal but for secrets that nobody named.

A secret that a script spells out is hidden in the cassette as soon as it shows itself as one, also in
requests that were sent before. On replay it comes as it is, and nothing tells that it is one: what the same
call sent then, and what it sends now, differ in the placeholder alone. What stands there is the secret, and
from then on it is known. What is computed from a secret that a replay does not have (a signature) is another
one each time; its form is compared.
"""

import base64
import binascii
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Final
from urllib.parse import unquote

import regex

from harness.cassettes.replay.miss import RecordingDifference
from harness.client.message import ResolvedRequest, Response
from harness.secrets.byte_text import as_bytes, as_text
from harness.secrets.encodings import replace as replace_all
from harness.secrets.needles import SHORTEST, Needles
from harness.secrets.placeholder import PREFIX

PLACEHOLDER: Final = re.compile(PREFIX + r"[A-Za-z0-9_]+")

_HEX: Final = re.compile(r"[0-9a-fA-F]{32,}")
_BASE64: Final = re.compile(r"[A-Za-z0-9+/_-]{22,}={0,2}")
_CODED_RUN: Final = re.compile(r"[A-Za-z0-9+/_-]{12,}={0,2}")
_MARK: Final = PREFIX.encode()
_LONGEST_S: Final = 0.5
"""Seconds that are spent on finding out what stands behind placeholders that repeat."""

Secrets = Mapping[str, str]
"""What stands behind placeholders."""


class Recognition:
    """What is known of the secrets of a replay. Its owner has the lock."""

    def __init__(self) -> None:
        self._behind: dict[str, str] = {}
        self._needles = Needles()

    def explain(self, differences: Iterable[RecordingDifference], *, derived: bool) -> Secrets | None:
        """Return what secrets are where a request and a recorded one differ; `None` when more differs.

        With `derived` digests of the same form count as computed from secrets.
        """
        found: dict[str, str] = {}
        for one in differences:
            if one.sent is None or one.recorded is None:
                return None
            sent, recorded = _plain(one.pointer, one.sent), _plain(one.pointer, one.recorded)
            secrets = _behind(sent, recorded)
            if secrets is None:
                if derived and _digest_alike(sent, recorded):
                    continue
                return None
            for placeholder, value in secrets.items():
                known = self._behind.get(placeholder, found.get(placeholder, value))
                if known != value:
                    return None
                found[placeholder] = value
        return found

    def learn(self, secrets: Secrets) -> None:
        """Remember what stands behind placeholders."""
        for placeholder, value in secrets.items():
            if placeholder not in self._behind:
                self._behind[placeholder] = value
                self._needles.put(value, placeholder)

    def hide(self, request: ResolvedRequest) -> ResolvedRequest:
        """Return a request with placeholders where the secrets are that were recognized before."""
        if not self._behind:
            return request
        body = request.body
        return replace(
            request,
            url=replace_all(request.url, self._needles),
            body=as_bytes(replace_all(as_text(body), self._needles)) if body else body,
        )

    def show(self, response: Response) -> Response:
        """Return an answer with the secrets that were recognized: the script that has them expects them."""
        if not self._behind or not self._held(response):
            return response
        headers = tuple((name, self._shown(value)) for name, value in response.headers)
        return replace(response, headers=headers, body=as_bytes(self._shown(as_text(response.body))))

    def _held(self, response: Response) -> bool:
        return _MARK in response.body or any(PREFIX in value for _, value in response.headers)

    def _shown(self, text: str) -> str:
        return PLACEHOLDER.sub(lambda found: self._behind.get(found.group(), found.group()), text)


def _plain(pointer: str, text: str) -> str:
    """Return a differing value as it was written: of JSON a text's content, of an address without escapes."""
    if pointer.startswith("url"):
        return unquote(text)
    if text[:1] == '"':
        try:
            return str(json.loads(text))
        except ValueError:
            pass
    return text


def _behind(sent: str, recorded: str) -> dict[str, str] | None:
    """Return what stands behind the placeholders of a recorded text, when that is all that differs."""
    if PREFIX not in recorded:
        return _behind_coded(sent, recorded)
    placeholders = PLACEHOLDER.findall(recorded)
    first, *rest = map(re.escape, PLACEHOLDER.split(recorded))
    names: dict[str, str] = {}
    pattern = [first]
    # Where each stands once, the nearest place for what follows it is as good as any: nothing is tried again.
    once = len(set(placeholders)) == len(placeholders)
    for number, (placeholder, text) in enumerate(zip(placeholders, rest, strict=True), 1):
        if placeholder in names:
            piece = f"(?P={names[placeholder]}){text}"
        else:
            names[placeholder] = f"s{len(names)}"
            piece = f"(?P<{names[placeholder]}>.{{{SHORTEST},}}?){text}"
        pattern.append(f"(?>{piece})" if once and number < len(placeholders) else piece)
    try:
        solved = regex.fullmatch("".join(pattern), sent, regex.DOTALL | regex.VERSION0, timeout=_LONGEST_S)
    except TimeoutError:
        return None
    if solved is None:
        return None
    return {placeholder: solved.group(name) for placeholder, name in names.items()}


def _behind_coded(sent: str, recorded: str) -> dict[str, str] | None:
    """Look for placeholders in digits of base64 or hexadecimal, those of each side at the same place."""
    mine, theirs = list(_CODED_RUN.finditer(sent)), list(_CODED_RUN.finditer(recorded))
    if len(mine) != len(theirs) or _CODED_RUN.sub("\0", sent) != _CODED_RUN.sub("\0", recorded):
        return None
    found: dict[str, str] = {}
    for one, other in zip(mine, theirs, strict=True):
        if one.group() == other.group():
            continue
        for decode in (_from_base64, _from_hex):
            now, then = decode(one.group()), decode(other.group())
            secrets = _behind(now, then) if now and then and PREFIX in then else None
            if secrets:
                found |= secrets
                break
        else:
            return None
    return found


def _from_base64(digits: str) -> str:
    plain = digits.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        return base64.b64decode(plain + "=" * (-len(plain) % 4)).decode()
    except (binascii.Error, UnicodeDecodeError):
        return ""


def _from_hex(digits: str) -> str:
    try:
        return bytes.fromhex(digits).decode()
    except ValueError:
        return ""


def _digest_alike(sent: str, recorded: str) -> bool:
    """Tell whether two texts are digests of the same length, in the same digits."""
    if _HEX.fullmatch(sent) and _HEX.fullmatch(recorded):
        return len(sent) == len(recorded)
    both = _BASE64.fullmatch(sent) and _BASE64.fullmatch(recorded)
    return (
        bool(both) and _size(sent) == _size(recorded) and _size(sent) in {16, 20, 32, 48, 64, 128, 256, 512}
    )


def _size(digits: str) -> int:
    return len(digits.rstrip("=")) * 3 // 4
