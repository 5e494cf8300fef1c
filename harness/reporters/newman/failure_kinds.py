"""What newman's reports say of a request that got no answer, in our words."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from harness.client.message import FailureKind

_KINDS: Final[Mapping[str, FailureKind]] = MappingProxyType(
    {
        "ECONNREFUSED": "refused",
        "ENOTFOUND": "dns",
        "EAI_AGAIN": "dns",
        "ETIMEDOUT": "timeout",
        "ESOCKETTIMEDOUT": "timeout",
        "ECONNRESET": "reset",
    }
)


def failure_kind(code: str) -> FailureKind:
    """Name the kind of a failure by the code of Node's error; an unknown code is `protocol`."""
    return _KINDS.get(code, "protocol")
