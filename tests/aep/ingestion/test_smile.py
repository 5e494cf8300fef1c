"""Documents in Smile, written by hand after the specification."""

from __future__ import annotations

import json
import struct
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.aep.ingestion.smile import SmileError, parse_smile

HEAD = b":)\n"
PLAIN = HEAD + b"\x01"


def vint(value: int) -> bytes:
    made = bytearray([0x80 | value & 0x3F])
    value >>= 6
    while value:
        made.insert(0, value & 0x7F)
        value >>= 7
    return bytes(made)


def packed(content: bytes) -> bytes:
    """Seven bits a byte, with what is left over in the last."""
    made = bytearray()
    for start in range(0, len(content), 7):
        part = content[start : start + 7]
        bits, size = int.from_bytes(part, "big"), len(part)
        if size == 7:
            made += bytes(bits >> (49 - 7 * n) & 0x7F for n in range(8))
        else:
            made += bytes(bits >> (8 * size - 7 * (n + 1)) & 0x7F for n in range(size))
            made.append(bits & ((1 << size) - 1))
    return bytes(made)


def spread(bits: int, count: int) -> bytes:
    return bytes(bits >> 7 * (count - 1 - n) & 0x7F for n in range(count))


class Writer:
    """Writes a document as Jackson does, with shared names and, if asked, shared texts."""

    def __init__(self, *, texts: bool) -> None:
        self._names: dict[str, int] = {}
        self._texts: dict[str, int] | None = {} if texts else None

    def document(self, value: Any) -> bytes:
        return HEAD + bytes([1 | (2 if self._texts is not None else 0)]) + self.value(value)

    def value(self, value: Any) -> bytes:
        match value:
            case None | False | True:
                return {None: b"\x21", False: b"\x22", True: b"\x23"}[value]
            case int():
                zigzag = value << 1 if value >= 0 else (-value << 1) - 1
                if -16 <= value <= 15:
                    return bytes([0xC0 + zigzag])
                if zigzag < 1 << 64:
                    return (b"\x24" if zigzag < 1 << 32 else b"\x25") + vint(zigzag)
                content = value.to_bytes(value.bit_length() // 8 + 1, "big", signed=True)
                return b"\x26" + vint(len(content)) + packed(content)
            case float():
                return b"\x29" + spread(int.from_bytes(struct.pack(">d", value), "big"), 10)
            case str():
                return self.text(value)
            case list():
                return b"\xf8" + b"".join(map(self.value, value)) + b"\xf9"
        pairs = b"".join(self.name(name) + self.value(inner) for name, inner in value.items())
        return b"\xfa" + pairs + b"\xfb"

    def name(self, name: str) -> bytes:
        content = name.encode()
        if not content:
            return b"\x20"
        if name in self._names:
            index = self._names[name]
            return bytes([0x40 + index]) if index < 64 else bytes([0x30 | index >> 8, index & 0xFF])
        if len(content) > 56:
            return b"\x34" + content + b"\xfc"
        if len(self._names) < 200:
            self._names[name] = len(self._names)
        return bytes([(0x7F if name.isascii() else 0xBE) + len(content)]) + content

    def text(self, text: str) -> bytes:
        content = text.encode()
        if not content:
            return b"\x20"
        if len(content) > (64 if text.isascii() else 65) or (len(content) == 1 and not text.isascii()):
            return b"\xe4" + content + b"\xfc"
        if self._texts is not None:
            if text in self._texts:
                index = self._texts[text]
                return bytes([index + 1]) if index < 31 else bytes([0xEC | index >> 8, index & 0xFF])
            if len(self._texts) < 200:
                self._texts[text] = len(self._texts)
        return bytes([(0x3F if text.isascii() else 0x7E) + len(content)]) + content


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=90)
    | st.sampled_from(["gold", "silver", "zoë"]),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=70), inner, max_size=5),
    max_leaves=60,
)


@settings(max_examples=200, derandomize=True, database=None, deadline=None)
@given(JSON, st.booleans())
def test_what_is_written_is_read(value: Any, texts: bool) -> None:
    assert parse_smile(Writer(texts=texts).document(value)) == value


@pytest.mark.parametrize(
    ("content", "value"),
    [
        (b"\xfa\x80a\xc2\xfb", {"a": 1}),
        (b"\xf8\xfa\x80a\xc2\xfb\xfa\x40\xc4\xfb\xf9", [{"a": 1}, {"a": 2}]),
        (b"\x28" + spread(int.from_bytes(struct.pack(">f", 1.5), "big"), 5), 1.5),
        (b"\x2a" + vint(4) + vint(1) + packed(b"\x7b"), 1.23),
        (b"\xe0plain\xfc", "plain"),
        (b"\xe8" + vint(9) + packed(b"binary..."), "YmluYXJ5Li4u"),
        (b"\xfd" + vint(2) + b"\x00\xff", "AP8="),
        (b"\xc0\xff", 0),
    ],
    ids=str,
)
def test_forms_that_the_writer_does_not_use_are_read(content: bytes, value: Any) -> None:
    assert parse_smile(PLAIN + content) == value


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{}",
        HEAD,
        HEAD + b"\x11\xc0",
        PLAIN,
        PLAIN + b"\xc0\xc0",
        PLAIN + b"\xfa",
        PLAIN + b"\xfa\x80a",
        PLAIN + b"\xfa\x41\xc0\xfb",
        PLAIN + b"\xfa\x00\xc0\xfb",
        PLAIN + b"\xf8\xc0",
        PLAIN + b"\x01",
        PLAIN + b"\x00",
        PLAIN + b"\xe0no end",
        PLAIN + b"\x5fshort",
        PLAIN + b"\x81\xff\xff\xff",
        PLAIN + b"\xe8" + vint(10**9) + b"x",
        PLAIN + b"\x24" + b"\x7f" * 20,
        PLAIN + b"\x29" + spread(int.from_bytes(struct.pack(">d", float("inf")), "big"), 10),
        PLAIN + b"\x2a" + vint(1 << 30) + vint(1) + packed(b"\x01"),
        PLAIN + b"\xf8" * 100_000,
        PLAIN + b"\x26" + vint(2000) + packed(b"\x7f" * 2000),
        PLAIN + b"\x2a" + vint(2) + vint(2000) + packed(b"\x7f" * 2000),
    ],
    ids=lambda content: repr(content[:12]),
)
def test_what_is_no_document_is_an_error(content: bytes) -> None:
    with pytest.raises(SmileError):
        parse_smile(content)


def test_a_message_may_come_in_smile(client: Any, lake: Any) -> None:
    schema = lake.schema(lake.mixin({"n": {"type": "integer"}}))
    dataset, inlet = lake.dataset(schema), lake.inlet()
    smile = {"content-type": "application/x-jackson-smile"}

    def send(n: Any) -> Any:
        message = lake.message(schema, dataset, {lake.tenant: {"n": n}})
        content = Writer(texts=True).document(message)
        return client.post(f"/collection/{inlet}?syncValidation=true", content, bare=True, headers=smile)

    assert send(5).json()["syncValidation"] == {"status": "pass"}
    assert send("five").json()["title"] == "Invalid XDM Message Format"
    answer = client.post(f"/collection/{inlet}", json.dumps({}).encode(), bare=True, headers=smile)
    assert (answer.status, answer.json()["report"]["message"][-31:]) == (
        400,
        " Message has unknown xdm format",
    )
