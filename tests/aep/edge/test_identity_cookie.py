from __future__ import annotations

import base64

import pytest

from harness.aep.edge.identity_cookie import pack, unpack

ECID = "12345678901234567890123456789012345678"


def test_the_ecid_is_the_first_field_of_a_message() -> None:
    value = pack(ECID)
    assert base64.urlsafe_b64decode(value) == b"\x0a\x26" + ECID.encode()
    assert value.startswith("CiYx")
    assert unpack(value) == ECID


def test_what_other_encoders_write_is_read() -> None:
    # a varint, eight bytes, text and four bytes stand before the field
    others = b"\x10\xac\x02" + b"\x19" + bytes(8) + b"\x22\x02ok" + b"\x2d" + bytes(4)
    value = base64.b64encode(others + b"\x0a\x26" + ECID.encode()).decode()
    assert unpack(value) == ECID
    assert unpack(value.rstrip("=").replace("=", "%3D")) == ECID
    assert unpack(pack(ECID).replace("=", "%3D")) == ECID


@pytest.mark.parametrize("value", ["", "x", "CiY", "Ciy=", "%", "//////8=", "CgExAA==", "BwcH"])
def test_what_holds_no_ecid_gives_none(value: str) -> None:
    assert unpack(value) is None
