"""Spellings of a text: each encoding of `harness.secrets.encodings`, under the name that it has there."""

import base64
import gzip
import html
import json
import quopri
import zlib
from urllib.parse import quote


def raw_deflate(text):
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(text.encode()) + packer.flush()


SPELLINGS = {
    "plain": lambda text: text,
    "JSON and JavaScript escapes": lambda text: "".join(f"\\u{ord(one):04x}" for one in text),
    "JSON and JavaScript escapes, bytes": lambda text: "".join(f"\\x{ord(one):02x}" for one in text),
    "JSON and JavaScript escapes, octal": lambda text: "".join(f"\\{ord(one):03o}" for one in text),
    "JSON and JavaScript escapes, braces": lambda text: "".join(f"\\u{{{ord(one):X}}}" for one in text),
    "JSON and JavaScript escapes, percent": lambda text: "".join(f"%u{ord(one):04X}" for one in text),
    "UTF-16": lambda text: base64.b64encode(text.encode("utf-16-le")).decode(),
    "UTF-16, big-endian": lambda text: text.encode("utf-16-be").hex(),
    "packed file": lambda text: base64.b64encode(gzip.compress(text.encode())).decode(),
    "percent escapes": lambda text: "".join(f"%{byte:02x}" for byte in text.encode()),
    "HTML entities": lambda text: html.escape(text).replace("/", "&#x2F;").replace("=", "&#x3D;"),
    "HTML entities, decimal": lambda text: "".join(f"&#{ord(one)};" for one in text),
    "HTML entities, hexadecimal": lambda text: "".join(f"&#X{ord(one):X};" for one in text),
    "quoted-printable": lambda text: quopri.encodestring(text.encode(), quotetabs=True).decode(),
    "quoted-printable, every byte": lambda text: "".join(f"={byte:02X}" for byte in text.encode()),
    "quoted-printable, small digits": lambda text: "".join(f"={byte:02x}" for byte in text.encode()),
    "hexadecimal": lambda text: text.encode().hex(),
    "hexadecimal with separators": lambda text: text.encode().hex(":").upper(),
    "hexadecimal with separators, blanks": lambda text: text.encode().hex(" "),
    "hexadecimal with separators, C": lambda text: ", ".join(f"0x{byte:02x}" for byte in text.encode()),
    "decimal bytes": lambda text: json.dumps(list(text.encode())),
    "base32": lambda text: base64.b32encode(text.encode()).decode(),
    "base32, within": lambda text: base64.b32encode(f"x={text};".encode()).decode().rstrip("="),
    "base64, plain or packed": lambda text: base64.b64encode(f"user:{text}".encode()).decode(),
    "base64, plain or packed: gzip": lambda text: base64.b64encode(gzip.compress(text.encode())).decode(),
    "base64, plain or packed: zlib": lambda text: base64.b64encode(
        zlib.compress(f"a={text}".encode())
    ).decode(),
    "base64, plain or packed: deflate in an address": lambda text: quote(
        base64.b64encode(raw_deflate(f"<Request>{text}</Request>")).decode(), safe=""
    ),
    "plus signs": lambda text: text.replace(" ", "+"),
}
