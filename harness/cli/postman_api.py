"""Collections and environments of Postman's API, for `--postman-api-key`.

Source of the rules: newman, `lib/util.js`.
"""

import re
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any, Final, Literal, Protocol
from urllib.parse import urlsplit

from harness.collection.document import fetch_address, read_json
from harness.lazy_dataclass import dataclass

_ADDRESS: Final = "https://api.postman.com"
_HOSTS: Final = frozenset({"api.postman.com", "api.getpostman.com"})
_UID: Final = re.compile(r"[0-9A-Z]+-[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}", re.ASCII | re.IGNORECASE)


class KeyedFetch(Protocol):
    """Reads what an address answers to a request with some headers more."""

    def __call__(self, address: str, headers: Mapping[str, str], /) -> bytes:
        """Read it. Raises `OSError` when there is no answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PostmanApi:
    """Postman's API as the owner of a key sees it. The key goes to Postman's hosts alone."""

    key: str
    fetch: KeyedFetch = fetch_address

    def read(self, source: str, kind: Literal["collection", "environment"]) -> str | dict[str, Any]:
        """Return the document that a UID or an address at Postman stands for; any other source as it is.

        A file that has a UID for a name is a file. Raises `InputError`.
        """
        address = source
        if _UID.fullmatch(source) and not Path(source).exists():
            address = f"{_ADDRESS}/{kind}s/{source}"
        parts = urlsplit(address)
        if parts.scheme not in ("http", "https") or parts.hostname not in _HOSTS:
            return source
        fetch = partial(_keyed, self)
        document = read_json(address, f"the {kind}", fetch)
        return document if isinstance(document, dict) else {}


def _keyed(api: PostmanApi, address: str) -> bytes:
    return api.fetch(address, {"X-Api-Key": api.key})
