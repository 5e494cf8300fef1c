"""What runners are compared by: requests as sent, failures that are no assertions, variables."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from harness.client.message import Headers

VariableValues = Mapping[str, Any]
"""Values by name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """Something that failed in a call and is no assertion of a test.

    `at` is the phase: `request`, `prerequest-script`, `test-script`, or `lost` for what newman does not
    notice. `name` is the error's.
    """

    at: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedRequest:
    """A request as it is compared: the address in full, and the body as text."""

    method: str
    url: str
    headers: Headers = ()
    body: str = ""
