"""The values that options take, as types of the parser: what is none of them is an error of usage."""

import argparse


def positive(text: str) -> int:
    """Read a whole number above 0."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number above 0")
    return int(text)


def milliseconds(text: str) -> int:
    """Read a number of milliseconds."""
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of milliseconds")
    return int(text)


def port(text: str) -> int:
    """Read a port; 0 is any free one."""
    if not text.isdecimal() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port: 0 to 65535")
    return int(text)


def percent(text: str) -> int:
    """Read a percentage above 0, with its sign or without."""
    number = text.removesuffix("%")
    if not number.isdecimal() or int(number) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a percentage above 0")
    return int(number)
