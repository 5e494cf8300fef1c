"""Looking for texts in encodings of encodings, without decoding noise for ever."""

import base64
import gzip
import random
import zlib

import pytest

from harness.secrets.byte_text import as_bytes, as_text
from harness.secrets.encodings import replace
from harness.secrets.needles import Edit, Needles
from harness.secrets.views import LARGEST, hidden


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


@pytest.mark.parametrize("pack", [gzip.compress, zlib.compress], ids=["gzip", "zlib"])
def test_in_a_packed_file_a_secret_is_replaced_and_it_stays_one(pack):
    known = needles("TOPSECRET99")
    packed = as_text(pack(b'{"gates": 17, "token": "TOPSECRET99"}' * 3))
    replaced = as_bytes(replace(packed, known))
    assert zlib.decompress(replaced, 47) == b'{"gates": 17, "token": "REDACTED_x"}' * 3
    untouched = as_text(pack(b"nothing of that kind"))
    assert replace(untouched, known) == untouched


def test_a_packed_file_of_several_members_is_looked_through_to_its_end():
    members = [gzip.compress(b"nothing of that kind"), gzip.compress(b'{"token": "TOPSECRET99"}')]
    replaced = as_bytes(replace(as_text(b"".join((*members, *members))), needles("TOPSECRET99")))
    assert gzip.decompress(replaced) == b'nothing of that kind{"token": "REDACTED_x"}' * 2


@pytest.mark.parametrize("pack", [gzip.compress, zlib.compress], ids=["gzip", "zlib"])
def test_what_stands_behind_what_is_packed_stays(pack):
    packed = as_text(pack(b"token=TOPSECRET99") + b"\0\0 and more")
    assert as_bytes(replace(packed, needles("TOPSECRET99"))).endswith(b"\0\0 and more")


@pytest.mark.parametrize(("bombs", "found"), [(2, True), (16, False)])
def test_packed_runs_are_opened_as_long_as_they_say_what_there_is_room_for(bombs, found):
    runs = [gzip.compress(bytes([n]) + bytes(LARGEST - 1)) for n in range(bombs)]
    text = " ".join(base64.b64encode(run).decode() for run in [*runs, gzip.compress(b"TOPSECRET99")])
    assert ("TOPSECRET99" in hidden(text, 1)) is found


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-16"])
def test_in_utf_16_a_secret_is_replaced_in_utf_16(encoding):
    text = "a berth, TOPSECRET99, and {}"
    replaced = replace(as_text(text.encode(encoding)), needles("TOPSECRET99"))
    assert as_bytes(replaced).decode(encoding) == text.replace("TOPSECRET99", "REDACTED_x")
    last = replace(as_text("=TOPSECRET99".encode(encoding)), needles("TOPSECRET99"))
    assert as_bytes(last).decode(encoding) == "=REDACTED_x"


@pytest.mark.parametrize(
    "spelled",
    [
        r"tulip\x2d52\x21harbour",
        r"tulip\05552\041harbour",
        r"tulip\u{2d}52\u{000021}harbour",
        "tulip%u002d52!harbour",
    ],
)
def test_a_secret_of_which_scripts_escape_the_signs_is_found(spelled):
    assert "harbour" not in replace(f'x = "{spelled}";', needles("tulip-52!harbour"))


def test_a_backslash_that_is_escaped_escapes_nothing():
    text = r'{"path": "C:\\x41\\101\\new", "note": "it\'s"}'
    assert replace(text, needles("CA1ABCDE", "TOPSECRET99")) == text
    assert "share" not in replace(r'{"path": "C:\\x41share"}', needles(r"C:\x41share"))
