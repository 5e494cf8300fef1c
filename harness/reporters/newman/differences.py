"""Where newman's report counts in another way, or tells less, than what happened."""

from typing import Any

from harness.client.message import Exchange, Failure


def legs(exchange: Exchange) -> int:
    """Return how many requests newman counts: one more for each that an auth handshake sent anew."""
    return 1 + max((hop.leg for hop in exchange.hops), default=0)


def enumerable(failure: Failure) -> dict[str, Any]:
    """Tell what JSON keeps of a JavaScript error: not its message, and nothing if it has no code."""
    return {"code": failure.code} if failure.code else {}
