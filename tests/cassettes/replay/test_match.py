"""Which requests are the same, and which of several same interactions is played."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.cassettes.file.canonical import canonical_body, canonical_url
from harness.cassettes.file.interaction import Interaction
from harness.cassettes.replay.match import Index, MatchRule
from harness.client.message import ResolvedRequest, Response
from harness.client.transport import HopContext
from harness.errors import UsageError

JWT = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJtZSJ9.{}"


def body_of(body, media="application/json"):
    headers = (("Content-Type", media),) if media else ()
    return canonical_body(ResolvedRequest(method="POST", url="", headers=headers, body=body))


def multipart(boundary, value=b"1", file=b'{"a": 1}', media=b"application/json"):
    lines = [
        b"--" + boundary,
        b'Content-Disposition: form-data; name="x"',
        b"",
        value,
        b"--" + boundary,
        b'Content-Disposition: form-data; name="f"; filename="a.json"',
        b"Content-Type: " + media,
        b"",
        file,
        b"--" + boundary + b"--",
        b"",
    ]
    return body_of(b"\r\n".join(lines), f"multipart/form-data; boundary={boundary.decode()}")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (body_of(b'{"a": 1, "b": [1.0, "\\u00fc"]}'), body_of('{"b":[1,"ü"],"a":1.0}'.encode())),
        (body_of(b'{"a": 1}', "application/vnd.api+json; charset=utf-8"), body_of(b'{"a":1}', "text/json")),
        (body_of(b'{"a": 1}', ""), body_of(b'{ "a":1}', "")),
        (
            body_of(b"b=2&a=1%202", "application/x-www-form-urlencoded"),
            body_of(b"a=1+2&b=2", "application/x-www-form-urlencoded"),
        ),
        (multipart(b"one"), multipart(b"other", file=b'{"a":1.0}')),
        (
            body_of(f'{{"t": "{JWT.format("aaa")}"}}'.encode()),
            body_of(f'{{"t":"{JWT.format("bbb")}"}}'.encode()),
        ),
        (canonical_url("HTTPS://A.example:443/x?b={1}"), canonical_url("https://a.example/x?b=%7B1%7D#f")),
        (canonical_url("https://a.example"), canonical_url("https://a.example/?")),
        (canonical_url("https://me:pw@a.example/%7euser"), canonical_url("https://a.example/~user")),
        (
            canonical_url("https://a.example/?X-Amz-Signature=1&x=2"),
            canonical_url("https://a.example/?X-Amz-Signature=9&x=2"),
        ),
    ],
)
def test_what_is_spelled_in_another_way_is_the_same_request(one, other):
    assert one == other


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (body_of(b'{"a": 1}'), body_of(b'{"a": "1"}')),
        (body_of(b'{"a": 1}'), body_of(b'{"a": true}')),
        (body_of(b"[1, 2]"), body_of(b"[2, 1]")),
        (body_of(b'{"a": 9007199254740993}'), body_of(b'{"a": 9007199254740992}')),
        (
            body_of(b"a=1&a=2", "application/x-www-form-urlencoded"),
            body_of(b"a=2&a=1", "application/x-www-form-urlencoded"),
        ),
        (body_of(b""), body_of(b"{}")),
        (body_of(b"\xff"), body_of(b"\xfe")),
        (multipart(b"one"), multipart(b"one", value=b"2")),
        (multipart(b"one"), multipart(b"one", media=b"text/plain")),
        (canonical_url("https://a.example/a%2Fb"), canonical_url("https://a.example/a/b")),
        (canonical_url("https://a.example/?a=1%26b"), canonical_url("https://a.example/?a=1&b")),
        (canonical_url("https://a.example/?a=1&b=2"), canonical_url("https://a.example/?b=2&a=1")),
        (canonical_url("https://a.example/A"), canonical_url("https://a.example/a")),
    ],
)
def test_what_means_something_else_is_another_request(one, other):
    assert one != other


@given(st.text(max_size=30), st.binary(max_size=30), st.text(max_size=30))
@settings(max_examples=200, deadline=None)
def test_any_request_has_a_canonical_form_that_settles(url, body, media):
    assert canonical_url(canonical_url(f"https://a.example/{url}")) == canonical_url(
        f"https://a.example/{url}"
    )
    request = ResolvedRequest(method="POST", url=url, headers=(("Content-Type", media),), body=body)
    assert canonical_body(request) == canonical_body(request)


def interaction(number, url="https://a.example/", **context):
    return Interaction(
        request=ResolvedRequest(method="GET", url=url),
        response=Response(status=200, reason="", body=str(number).encode()),
        context=HopContext(**context),
        number=number,
    )


def play(index, url="https://a.example/", **context):
    found = index.take(
        index.parts(ResolvedRequest(method="GET", url=url), HopContext(**context)), HopContext(**context)
    )
    return found.number if isinstance(found, Interaction) else found


def test_ties_are_broken_by_attempt_then_call_then_order():
    index = Index(
        [
            interaction(0, call=("A",)),
            interaction(1, call=("B",), iteration=1),
            interaction(2, call=("B",)),
            interaction(3, call=("B",), attempt=2),
            interaction(4, call=("B",), origin="test"),
        ],
        MatchRule(),
    )
    assert play(index, call=("B",)) == 2
    assert play(index, call=("B",), attempt=2) == 3
    assert play(index, call=("B",), origin="test") == 4
    assert play(index, call=("B",), iteration=7) == 1
    assert play(index, call=("B",)) == "played"
    assert play(index, call=("renamed",)) == 0
    assert play(index, call=("renamed",)) == "played"
    assert play(index, "https://a.example/other") == "unknown"


def test_a_call_that_used_up_its_answers_does_not_take_anothers():
    index = Index([interaction(0, call=("A",)), interaction(1, call=("B",))], MatchRule())
    assert play(index, call=("A",)) == 0
    assert play(index, call=("A",)) == "played"
    assert play(index, call=("B",)) == 1


def test_identical_interactions_of_nobody_are_played_in_order():
    index = Index([interaction(number) for number in range(4)], MatchRule())
    assert [play(index, call=("any",)) for _ in range(5)] == [0, 1, 2, 3, "played"]


def test_matching_is_loosened_and_tightened():
    loose = Index([interaction(0, "https://a.example/x?t=1")], MatchRule(on=("method", "path")))
    assert play(loose, "https://elsewhere.example/x?t=2") == 0
    tight = Index([interaction(0, call=("A",))], MatchRule(on=("method", "url", "call", "header:Accept")))
    assert play(tight, call=("B",)) == "unknown"
    assert play(tight, call=("A",)) == 0


def test_strict_order_refuses_what_comes_too_early():
    index = Index(
        [interaction(0, "https://a.example/0"), interaction(1, "https://a.example/1")],
        MatchRule(strict_order=True),
    )
    assert play(index, "https://a.example/1") == "order"
    assert play(index, "https://a.example/0") == 0
    assert play(index, "https://a.example/1") == 1


def test_an_unknown_aspect_is_refused_with_the_valid_ones():
    with pytest.raises(UsageError, match=r"(?s)'bdy'.*did you mean 'body'"):
        MatchRule(on=("method", "bdy"))
