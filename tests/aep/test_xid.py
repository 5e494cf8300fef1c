from __future__ import annotations

import re

from harness.aep.xid import xid


def test_an_xid_is_stable_and_blind_to_the_case_of_the_namespace() -> None:
    assert xid("org", "Email", "a") == xid("org", "email", "a")
    assert len({xid("org", "Email", "a"), xid("org", "Email", "b"), xid("o", "Email", "a")}) == 3
    assert re.fullmatch(r"[A-Za-z0-9_-]{30}", xid("org", "Email", "a"))
