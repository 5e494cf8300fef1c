"""Authentication, one module a scheme, each a generator flow. What a flow is: `harness.client.auth.flow`."""

from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from harness.client.auth.flow import Scheme

# Postman's type of an auth -> the module of its scheme.
MODULES: Final = {
    "apikey": "apikey",
    "asap": "asap",
    "awsv4": "awsv4",
    "basic": "basic",
    "bearer": "bearer",
    "digest": "digest",
    "edgegrid": "edgegrid",
    "hawk": "hawk",
    "jwt": "jwt",
    "noauth": "noauth",
    "ntlm": "ntlm",
    "oauth1": "oauth1",
    "oauth2": "oauth2",
}


def scheme(type: str) -> "Scheme | None":
    """Return the flow of a type of auth; `None` for one that nobody knows. Loads what the scheme needs."""
    name = MODULES.get(type)
    if name is None:
        return None
    flow: Scheme = import_module(f"harness.client.auth.{name}").flow
    return flow
