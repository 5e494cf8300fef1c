"""Forms of secrets that the user names: `--secret-pattern NAME=REGEX`."""

import re
from collections.abc import Mapping

from harness.errors import UsageError
from harness.lazy_dataclass import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretPattern:
    """A user's own rule: what matches `expression` (its first group, when it has one) is secret."""

    name: str
    expression: re.Pattern[str]


def secret_patterns(expressions: Mapping[str, str]) -> tuple[SecretPattern, ...]:
    """Compile a user's rules, given by name. Raises `UsageError` for one that is no regular expression."""
    patterns: list[SecretPattern] = []
    for name, expression in expressions.items():
        try:
            patterns.append(SecretPattern(name=name, expression=re.compile(expression)))
        except re.error as error:
            raise UsageError(
                f"the secret pattern {name!r} is no regular expression: {error}", where=expression
            ) from error
    return tuple(patterns)
