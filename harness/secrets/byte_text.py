"""Bytes as text, so that they are searched as texts are, and back."""


def as_text(data: bytes) -> str:
    """Decode bytes so that every byte comes back from `as_bytes`."""
    return data.decode("utf-8", "surrogateescape")


def as_bytes(text: str) -> bytes:
    """Encode what `as_text` decoded; a lone surrogate that JSON spelled out becomes its three bytes."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")
