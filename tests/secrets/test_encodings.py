"""Looking for texts in encodings of encodings, without decoding noise for ever."""

import base64
import random
import zlib

import pytest

from harness.secrets.byte_text import as_bytes
from harness.secrets.encodings import replace
from harness.secrets.needles import Edit, Needles


class CountingNeedles(Needles):
    """Needles that count the characters they are looked for in."""

    def __init__(self):
        super().__init__()
        self.characters = 0

    def plain(self, text: str) -> list[Edit]:
        self.characters += len(text)
        return super().plain(text)


def needles(*texts):
    known = CountingNeedles()
    for text in texts:
        known.put(text, "REDACTED_x")
    return known


@pytest.mark.parametrize(
    "text",
    [
        "x" * 40_000,
        base64.b64encode(random.Random(1).randbytes(30_000)).decode(),
        random.Random(2).randbytes(20_000).hex(),
    ],
    ids=["one letter", "base64", "hexadecimal"],
)
def test_noise_is_not_decoded_again_and_again(text):
    known = needles("TOPSECRET99")
    assert replace(text, known) == text
    assert known.characters < 12 * len(text)


def test_the_last_digits_of_a_uuid_are_decoded_and_its_dashes_are_none_of_base64():
    known = needles("gate17", "a1b2c3d4-aaaa-4bbb")
    tail = b"gate17".hex()
    assert replace(f"a1b2c3d4-aaaa-4bbb-8ccc-{tail}", known) != replace(
        f"b1b2c3d4-aaaa-4bbb-8ccc-{tail}", known
    )
    assert tail not in replace(f"b1b2c3d4-aaaa-4bbb-8ccc-{tail}", known)


@pytest.mark.parametrize(
    "secret", ["TOPSECRET99", "Sécret ✓ 12", "two\r\nlines\tof it", "\x00\x01\x02\x03binary"]
)
@pytest.mark.parametrize("before", [b"", b"a", b"\x00\xff", b"\xf0\x9f\xff\xfe\x80"])
def test_a_secret_between_noise_is_found_in_base64_and_hexadecimal(secret, before):
    known = needles(secret)
    noise = bytes(range(128, 256)) * 3
    data = before + noise + as_bytes(secret) + noise
    for encoded, decode in (
        (base64.b64encode(data).decode(), base64.b64decode),
        (data.hex(), bytes.fromhex),
    ):
        assert decode(replace(encoded, known)) == before + noise + b"REDACTED_x" + noise


def test_a_secret_is_found_under_three_encodings():
    known = needles("TOPSECRET99")
    inner = base64.b64encode(b"token=TOPSECRET99;").decode()
    middle = base64.b64encode(f'{{"a":"{inner}"}}'.encode()).hex()
    redacted = bytes.fromhex(replace(middle, known)).decode()
    assert b"TOPSECRET99" not in base64.b64decode(base64.b64decode(redacted)[6:-2])


@pytest.mark.parametrize("secret", ["000000007qZ", "aaaaaaaaaaaa"])
def test_a_secret_that_repeats_itself_is_found_in_the_few_bytes_that_it_is_packed_in(secret):
    coded = base64.b64encode(zlib.compress(f"a={secret}".encode())).decode()
    shown = replace(f"[{coded}]", needles(secret))[1:-1]
    assert zlib.decompress(base64.b64decode(shown + "=" * (-len(shown) % 4))) == b"a=REDACTED_x"
