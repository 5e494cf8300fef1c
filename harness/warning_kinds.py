"""What a user is warned of: the kinds of warnings, and a text that has one.

Each warning has a kind, so that it can be ignored (`--ignore-warning KIND`) or made a failure
(`--error-on KIND`, `--strict` for all). A new kind is a row of `KINDS`; `python -m harness.options` writes it
into the reference.
"""

from collections.abc import Iterable
from typing import Final, Protocol, Self, TypeVar

from harness.lazy_dataclass import dataclass

KINDS: Final = {
    "undefined-variable": "a request names a variable that no scope defines; it is sent as it is written",
    "deprecated-name": "a script uses a name that Postman has deprecated",
    "unknown-next-request": "a script asks to go on with a request that is not among the calls of this run",
    "script-upload": "a script wants to upload a file, which scripts may not; it is left out",
    "unreadable-file": "a file that a request uploads cannot be read, or lies where none may be read",
    "unknown-auth": "a request has a kind of auth that is not known; it is sent without",
    "unsigned-request": "the auth of a request cannot be worked out of its values; it is sent unsigned",
    "auth-limit": "an auth scheme asked for more requests than Postman allows in between",
    "client-certificate": "the file of a client certificate cannot be read; it is not shown to the server",
    "ignored-setting": "a setting of a request or of the process has no effect here",
    "old-collection": "the collection is in an old format, and was converted",
    "odd-collection": "the collection holds what Postman would not write; it is read as newman reads it",
    "unreadable-request": "a file of the collection cannot be read as a request, and is not to be run",
    "script-file": "a script is kept in a file of its own, which is not run",
    "odd-environment": "the file of an environment or of globals holds what looks like a mistake",
    "odd-data": "the data rows hold what looks like a mistake, such as a row that is no object, or are none",
    "shared-name": "several folders or requests have a name that `--folder` or `-i` gives; the first runs",
    "masked-value": "a variable holds what a report or export shows in place of a secret",
    "no-requests": "there is no request to run",
    "weak-secret": "a secret is too short or too common to be masked; it stands in the cassette as it is",
    "expired-recording": "a replay is from recordings that are older than `--expire` allows",
    "unplayed-recording": "recorded interactions were not played, though the run came to its end",
    "cassette-kept": "a recording was not kept, because no request of it was answered",
    "unused-cassette": "no collection of the project is answered from a cassette that is there",
    "undescribed-request": "no operation of the OpenAPI description has a request; it is not checked",
    "unchecked-format": "the OpenAPI description has formats that nobody checks",
    "overtaken-cookies": "a call that cannot be sent twice went out before one beside it changed its cookies",
    "known-failure": "a late failure that the baseline knows (`--baseline`); it fails nothing yet",
    "deprecated-option": "an option is given that is going to be removed, with what to use instead",
    "idle-option": "an option changes nothing in this run",
    "other": "a warning that has no kind of its own, as those in results of earlier versions",
}
"""One line for each kind, by its id."""

OTHER: Final = "other"
KNOWN_FAILURE: Final = "known-failure"


class WarningText(str):
    """A text that warns, with its kind: one of `KINDS`."""

    __slots__ = ("kind",)
    kind: str

    def __new__(cls, text: str, *, kind: str) -> Self:
        """Give a text a kind."""
        if kind not in KINDS:
            raise ValueError(f"{kind!r} is no kind of warning")
        self = super().__new__(cls, text)
        self.kind = kind
        return self

    def __getnewargs_ex__(self) -> tuple[tuple[str], dict[str, str]]:
        """Say how a copy is made."""
        return (str(self),), {"kind": self.kind}


def kind_of(text: str, *, otherwise: str = OTHER) -> str:
    """Return the kind of a text that warns, which may be a plain one."""
    return text.kind if isinstance(text, WarningText) else otherwise


class Warned(Protocol):
    """A warning."""

    @property
    def kind(self) -> str:
        """Its kind: one of `KINDS`."""
        ...


_Warned = TypeVar("_Warned", bound=Warned)


@dataclass(frozen=True, slots=True, kw_only=True)
class WarningPolicy:
    """Which warnings are told, and which are failures. What is ignored fails nothing.

    A failure that a baseline knows is none under `strict` alone.
    """

    strict: bool = False
    errors: frozenset[str] = frozenset()
    ignored: frozenset[str] = frozenset()

    def told(self, warnings: Iterable[_Warned]) -> tuple[_Warned, ...]:
        """Return the warnings without those that are ignored."""
        return tuple(one for one in warnings if one.kind not in self.ignored)

    def fails(self, warning: Warned) -> bool:
        """Tell whether a warning is a failure."""
        strict = self.strict and warning.kind != KNOWN_FAILURE
        return warning.kind not in self.ignored and (strict or warning.kind in self.errors)
