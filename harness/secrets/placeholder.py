"""What is written in the place of a secret: a word no encoding changes, or digits where a number stood."""

from collections.abc import Iterator
from hashlib import blake2b
from itertools import count
from typing import Final

from harness.secrets.needles import SHORTEST

PREFIX: Final = "REDACTED_"
"""How every placeholder begins. Letters, digits and underscores only: no encoding changes it."""

CHECKED: Final = 3
"""How many digits of a placeholder of digits show that it is one."""


def digits_for(length: int, name: str) -> Iterator[str]:
    """Yield placeholders of so many digits: where a number was, JSON needs one."""
    for number in count():
        digest = int.from_bytes(blake2b(f"{name}\0{number}".encode()).digest(), "big")
        drawn = f"9{str(digest)[: length - 1 - CHECKED]}".ljust(length - CHECKED, "0")
        yield drawn + check_digits(drawn)


def check_digits(digits: str) -> str:
    """Return the last digits of a placeholder of digits, by which it is known."""
    check = int.from_bytes(blake2b(digits.encode(), person=b"harness").digest(), "big")
    return f"{check % 10**CHECKED:0{CHECKED}d}"


def stands_in(value: str) -> bool:
    """Tell whether digits are a placeholder: they check themselves."""
    return (
        len(value) >= SHORTEST
        and value.isascii()
        and value.isdigit()
        and value[-CHECKED:] == check_digits(value[:-CHECKED])
    )


def words_for(name: str) -> Iterator[str]:
    """Yield placeholders, the readable one first; a secret that is a part of it leaves the others."""
    yield PREFIX + name
    for number in count():
        yield PREFIX + blake2b(f"{name}{number}".encode(), digest_size=6).hexdigest()
