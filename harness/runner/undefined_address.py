"""Why a request went nowhere whose address holds variables that nobody set."""

from collections.abc import Sequence
from dataclasses import replace

from harness.client.message import Failure
from harness.client.url import unparse
from harness.collection.model import Url


def undefined_in_address(url: Url, unresolved: Sequence[str]) -> tuple[str, ...]:
    """Return those of the unresolved names that are left in the host or the port, in the order met."""
    where = f"{url.protocol or ''}://{unparse(Url(parsed=True, host=url.host, port=url.port))}".lower()
    return tuple(name for name in unresolved if f"{{{{{name}}}}}".lower() in where)


def explained(failure: Failure, names: Sequence[str]) -> Failure | None:
    """Say of a failure that names left in the address caused it; `None` when something else did.

    What failed is looked for in its message, since a proxy may know a host that we do not, or be the one
    that cannot be found.
    """
    # A host is looked up in lower case.
    if not any(f"{{{{{name}}}}}".lower() in failure.message.lower() for name in names):
        return None
    listed = ", ".join(map(repr, names))
    many = len(names) > 1
    from shlex import quote

    options = " ".join(f"--env-var {quote(f'{name}=VALUE')}" for name in names)
    return replace(
        failure,
        kind="invalid",
        name="Error",
        message=f"{'variables' if many else 'variable'} {listed} in the address"
        f" {'are' if many else 'is'} not defined",
        hint=f"set {'them' if many else 'it'} in the environment file, or with {options}",
    )
