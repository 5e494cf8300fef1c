"""Whose state it is: an organisation, and a partition of what it has."""

from __future__ import annotations

from typing import NamedTuple


class Tenant(NamedTuple):
    """An organisation and one of its sandboxes. What belongs to the whole organisation has no sandbox.

    A tuple, since it is a part of most keys and of most lines that are looked up.
    """

    org: str = ""
    sandbox: str = ""


NOWHERE = Tenant()
"""State that belongs to no organisation."""
