"""A server that a run asks in place of the hosts that it names."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class StandIn:
    """A server that takes the place of the hosts that a run asks.

    `hosts` says where each leads (`*` is any other), `certificate` (PEM) is what the server proves itself
    with. Of the environment, `variables` are set in any case, and those in `missing` unless the user chose a
    value.
    """

    hosts: Mapping[str, str]
    certificate: str
    variables: Mapping[str, str]
    missing: Mapping[str, str]
