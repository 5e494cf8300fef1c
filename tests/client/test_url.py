import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.client.host import host_to_ascii
from harness.client.url import encode, encode_text, join, split, unparse
from harness.collection.model import Pair, PathVariable, Url
from harness.collection.url_text import parse


def test_the_parts_of_an_address():
    url = parse("https://user:pass@api.example.com:8443/a/:id?x=1&y&z=#top")
    assert (url.protocol, url.auth_user, url.auth_password) == ("https", "user", "pass")
    assert (url.host, url.port, url.path) == (("api", "example", "com"), "8443", ("a", ":id"))
    assert url.query == (Pair(key="x", value="1"), Pair(key="y"), Pair(key="z", value=""))
    assert url.hash == "top"
    assert url.variables == (PathVariable(key="id"),)


def test_reserved_characters_inside_a_variable_do_not_split():
    url = parse("{{a://b}}.{{c.d}}:{{e:f}}/{{g/h}}/{{i?j}}?{{k&l}}={{m#n}}#{{o}}")
    assert url.host == ("{{a://b}}", "{{c.d}}")
    assert url.port == "{{e:f}}"
    assert url.path == ("{{g/h}}", "{{i?j}}")
    assert url.query == (Pair(key="{{k&l}}", value="{{m#n}}"),)
    assert url.hash == "{{o}}"


@pytest.mark.parametrize(
    "raw",
    [
        "http://localhost:3000/a?b=c",
        "localhost",
        "http://h?",
        "http://h/?a=b&&c",
        "http://u@h:80/:x.json#",
        "{{base}}/x?{{y}}",
        "http://[::1]:80/x",
    ],
)
def test_what_is_parsed_is_written_again(raw):
    assert unparse(parse(raw)) == raw


def test_backslashes_and_extra_slashes_before_the_host_are_mended():
    assert unparse(parse(" http:\\\\h\\p")) == "http://h/p"
    assert unparse(parse("http:////h/p")) == "http://h/p"


def test_path_variables_are_put_in_and_keep_their_suffix():
    url = Url(
        parsed=True,
        protocol="http",
        host=("h",),
        path=(":id", ":id.json", ":none"),
        variables=(PathVariable(key="id", value="a/b"), PathVariable(key="none", value="")),
    )
    assert unparse(url) == "http://h/a/b/a/b.json/:none"


def test_disabled_parameters_are_left_out_and_reserved_characters_escaped():
    query = (
        Pair(key="off", value="1", disabled=True),
        Pair(key="a&b=c#", value="d&e=f#"),
        Pair(key="{{v=w}}&", value=None),
    )
    url = Url(parsed=True, host=("h",), query=query)
    assert unparse(url) == "h?a%26b%3Dc%23=d%26e=f%23&{{v=w}}%26"
    assert unparse(Url(parsed=True, host=("h",), query=query[:1])) == "h"


@pytest.mark.parametrize(
    ("raw", "wire"),
    [
        ("h", "http://h/"),
        ("HTTPS://H/P", "https://h/P"),
        ("http://h/a b/é?x=y z&é='", "http://h/a%20b/%C3%A9?x=y%20z&%C3%A9=%27"),
        ("http://h/{{x}}?{{y}}", "http://h/%7B%7Bx%7D%7D?{{y}}"),
        ("http://h/%2f%zz?%20", "http://h/%2f%zz?%20"),
        ("http://h/[a]|^`\\b?[a]|^`\\", "http://h/[a]|^%60/b?[a]|^`\\"),
        ("http://h?", "http://h/?"),
        ("http://u%20s:p@w@h/", "http://u%20s:p%40w@h/"),
        ("http://ünï.com/", "http://xn--n-nga1b.com/"),
        ("http://127.1:90/", "http://127.0.0.1:90/"),
        ("http://[::1]:80/#a b", "http://[::1]:80/#a%20b"),
        ("http://h/\ud800", "http://h/%EF%BF%BD"),
    ],
)
def test_addresses_are_encoded_as_postman_encodes_them(raw, wire):
    assert encode(parse(raw)).href == wire


def test_encoding_switched_off_leaves_all_but_the_host():
    assert encode_text("http://Ü/a b?{x}", disabled=True).href == "http://xn--tda/a b?{x}"


@pytest.mark.parametrize(
    ("reference", "address"),
    [
        ("", "http://h:1/a/b?c"),
        ("/x", "http://h:1/x"),
        ("x/y", "http://h:1/a/x/y"),
        ("../x", "http://h:1/a/../x"),
        ("?q", "http://h:1/a/b?q"),
        ("#f", "http://h:1/a/b?c#f"),
        ("//g/x", "http://g/x"),
        ("ftp://g/x", "ftp://g/x"),
    ],
)
def test_references_are_joined_without_resolving_dots(reference, address):
    assert join(encode_text("http://h:1/a/b?c#d"), reference) == address


@pytest.mark.parametrize(
    ("host", "written"),
    [
        ("0x7f.1", "127.0.0.1"),
        ("1.2.3.4.5", ""),
        ("256.1.1.1", ""),
        ("+1.2.3.4", ""),
        ("{{a}}", "{{a}}"),
        ("{{a/b}}", "{{a"),
        ("a b", ""),
        ("xn--nonsense\u2603", ""),
        ("straße.de", "xn--strae-oqa.de"),
        ("[::ffff:1.2.3.4]", "[::ffff:102:304]"),
        ("[::x]", ""),
        ("", ""),
    ],
)
def test_hosts_are_read_as_browsers_read_them(host, written):
    assert host_to_ascii(host) == written


@given(st.text())
def test_any_text_is_an_address(raw):
    encoded = encode(parse(raw))
    assert encoded.pathname.startswith("/")
    assert encoded.target.isascii()
    assert parse(unparse(parse(raw))) is not None


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("HTTP://u:p@h:1/a?b=c&d#e?f", ("http", "u:p@h:1", "/a", "b=c&d", "e?f")),
        ("http://[::1", ("http", "[::1", "", "", "")),
        ("//h\n/\ud800", ("", "h\n", "/\ud800", "", "")),
        ("", ("", "", "", "", "")),
    ],
)
def test_the_parts_of_any_text(text, parts):
    assert tuple(split(text)) == parts


@given(st.text())
def test_splitting_loses_nothing(text):
    parts = split(text)
    assert len("".join(parts)) <= len(text) + len("ß")
    assert parts.query in text
    assert parts.fragment in text
