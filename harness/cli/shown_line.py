"""A command line as it may be printed: values that are secret by their names are left out."""

import shlex
from collections.abc import Iterator, Sequence
from typing import Final

from harness.secrets.names import secret_name

_ASSIGNING: Final = frozenset({"--env-var", "--global-var"})
_SECRET: Final = frozenset({"--ssl-client-passphrase", "--postman-api-key"})
_HIDDEN: Final = "***"


def shown_line(words: Sequence[str]) -> str:
    """Return words as one line for a shell, with `***` for passphrases, keys and secret variables."""
    return shlex.join(_shown(words))


def _shown(words: Sequence[str]) -> Iterator[str]:
    before = ""
    for word in words:
        name, equals, value = word.partition("=")
        if before in _SECRET or before in _ASSIGNING:
            yield _value(before, word)
        elif equals and (name in _SECRET or name in _ASSIGNING):
            yield f"{name}={_value(name, value)}"
        else:
            yield word
        before = word


def _value(option: str, value: str) -> str:
    if option in _SECRET:
        return _HIDDEN
    key, equals, _ = value.partition("=")
    return f"{key}={_HIDDEN}" if equals and secret_name(key) else value
