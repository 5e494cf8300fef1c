from pathlib import Path

import pytest

from harness.client.build import build
from harness.client.files import FilePolicy
from harness.client.http import HttpTransport
from harness.client.message import Exchange
from harness.client.profile import Profile
from harness.client.proxy import Proxies
from harness.client.session import Session, SessionOptions
from harness.collection.model import Auth, Body, FormPart, Pair, Request, Url
from harness.dialect import EXACT, NEWMAN

FILES = FilePolicy(working_dir=Path())


@pytest.fixture
def session():
    transport = HttpTransport(proxies=Proxies())
    yield Session(transport)
    transport.close()


def send(
    session: Session, url: str, auth: Auth | None = None, profile: dict | None = None, **parts
) -> Exchange:
    request = Request(url=Url(raw=url), **parts)
    built = build(request, auth, lambda text: text, files=FILES, profile=Profile.of(profile or {}))
    return session.exchange(built)


def answers(server, *responses: bytes) -> None:
    left = list(responses)
    server.answer = lambda request: left.pop(0)


def moved(location: str, status: int = 302, *headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status} Moved", f"Location: {location}", "Content-Length: 0", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n"


OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


def test_the_default_headers_follow_postmans_order_and_spelling(server, session):
    send(session, server.base + "/a", headers=(Pair(key="x-mine", value="1"),))
    names = [line.partition(":")[0] for line in server.lines()[1:]]
    assert server.lines()[0] == "GET /a HTTP/1.1"
    assert names == [
        "x-mine", "User-Agent", "Accept", "Cache-Control", "Postman-Token", "Host", "Accept-Encoding",
        "Connection",
    ]  # fmt: skip


def test_a_target_is_sent_as_it_is_spelled(server, session):
    send(session, server.base + "/%2f{x}|[y]?q={a}|b,c&e=&f?")
    assert server.lines()[0] == "GET /%2f%7Bx%7D|[y]?q={a}|b,c&e=&f? HTTP/1.1"


def test_a_post_without_a_body_says_that_it_is_empty(server, session):
    send(session, server.base, method="POST")
    assert server.lines()[-1] == "Content-Length: 0"


def test_a_302_after_post_becomes_a_get_without_body_and_names_its_referer(server, session):
    answers(server, moved("/next"), OK)
    exchange = send(session, server.base + "/first", method="POST", body=Body(mode="raw", raw="hi"))
    assert exchange.response.status == 200
    assert [hop.response.status for hop in exchange.hops] == [302, 200]
    names = [line.partition(":")[0] for line in server.lines()[1:]]
    assert server.lines()[0] == "GET /next HTTP/1.1"
    assert "Content-Type" not in names
    assert "Content-Length" not in names
    assert names[-2:] == ["Referer", "Host"]
    assert f"Referer: {server.base}/first" in server.lines()


def test_a_307_repeats_method_and_body(server, session):
    answers(server, moved("/next", 307), OK)
    send(session, server.base, method="PUT", body=Body(mode="raw", raw="hi"))
    assert server.lines()[0] == "PUT /next HTTP/1.1"
    assert server.body() == b"hi"


def test_the_eleventh_redirect_is_an_error(server, session):
    server.answer = lambda request: moved("/again")
    exchange = send(session, server.base + "/")
    assert exchange.failure.kind == "redirects"
    assert exchange.failure.message.startswith(
        "Exceeded maxRedirects. Probably stuck in a redirect loop http://"
    )
    assert len(server.requests) == 11


def test_redirects_can_be_left_alone(server, session):
    answers(server, moved("/next"))
    assert send(session, server.base, profile={"followRedirects": False}).response.status == 302


def test_the_items_profile_wins_over_the_runs_options(server, session):
    session.options = SessionOptions(follow_redirects=False)
    answers(server, moved("/next"), OK)
    assert send(session, server.base, profile={"followRedirects": True}).response.status == 200


def test_cookies_set_on_a_redirect_are_sent_on_the_next_hop(server, session):
    answers(server, moved("/next", 302, "Set-Cookie: a=1; Path=/"), OK)
    exchange = send(session, server.base, headers=(Pair(key="cookie", value="own=2"),))
    assert "cookie: own=2; a=1" in server.lines()
    assert [(cookie.name, cookie.value) for cookie in exchange.cookies] == [("a", "1")]


def test_cookies_switched_off_are_neither_sent_nor_kept(server, session):
    session.jar.store("a=1; Path=/", server.base)
    answers(server, b"HTTP/1.1 200 OK\r\nSet-Cookie: b=2\r\nContent-Length: 0\r\n\r\n")
    send(session, server.base, profile={"disableCookies": True})
    assert not any(line.lower().startswith("cookie") for line in server.lines())
    assert [cookie.key for cookie in session.jar.all()] == ["a"]


@pytest.mark.difference("cookies-across-hosts")
def test_a_jars_cookies_do_not_leak_to_another_host_unless_newman_is_followed(server, session):
    session.jar.store("a=1; Path=/", server.base)
    elsewhere = f"http://localhost:{server.port}/"
    for dialect, leaks in ((EXACT, False), (NEWMAN, True)):
        session.options = SessionOptions(answers=dialect.run)
        answers(server, moved(elsewhere), OK)
        send(session, server.base)
        assert any(line == "Cookie: a=1" for line in server.lines()) is leaks


def test_authorization_is_dropped_for_another_host(server, session):
    elsewhere = f"http://localhost:{server.port}/"
    basic = Auth(type="basic", params={"username": "u", "password": "p"})
    answers(server, moved(elsewhere), OK, moved(elsewhere), OK)
    send(session, server.base, basic)
    assert not any(line.startswith("Authorization") for line in server.lines())
    send(session, server.base, basic, {"followAuthorizationHeader": True})
    assert "Authorization: Basic dTpw" in server.lines()


def test_switched_off_system_headers_are_not_sent(server, session):
    off = dict.fromkeys(("host", "connection", "content-length", "user-agent", "accept-encoding"), True)
    send(session, server.base, profile={"disabledSystemHeaders": off})
    names = [line.partition(":")[0] for line in server.lines()[1:]]
    assert names == ["Accept", "Cache-Control", "Postman-Token"]


def test_a_refused_connection_fails_in_nodes_words(session):
    import socket

    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        exchange = send(session, f"http://127.0.0.1:{port}/")
    assert exchange.failure.code == "ECONNREFUSED"
    assert exchange.failure.message == f"connect ECONNREFUSED 127.0.0.1:{port}"
    assert exchange.response is None


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("", "runtime:extensions~request: request url is empty"),
        ("http:///", 'Invalid URI "http:///"'),
        ("ftp://127.0.0.1/", "Invalid protocol: ftp:"),
    ],
)
def test_an_address_that_cannot_be_sent_to_is_a_failure(session, url, message):
    exchange = send(session, url)
    assert (exchange.failure.kind, exchange.failure.message) == ("invalid", message)


def test_a_header_that_http_does_not_allow_is_a_failure(server, session):
    exchange = send(session, server.base, headers=(Pair(key="a b", value="1"),))
    assert exchange.failure.message == 'Header name must be a valid HTTP token ["a b"]'
    exchange = send(session, server.base, headers=(Pair(key="X", value="snow ☃"),))
    assert exchange.failure.message == 'Invalid character in header content ["X"]'
    assert server.requests == []


def test_of_two_spellings_the_last_is_sent_in_place_of_the_first(server, session):
    pairs = (Pair(key="X-A", value="1"), Pair(key="other", value="2"), Pair(key="x-a", value="3"))
    send(session, server.base, headers=pairs)
    assert server.lines()[1:4] == ["x-a: 3", "other: 2", server.lines()[3]]


def test_same_spelled_headers_are_all_sent_together(server, session):
    pairs = (Pair(key="X-A", value="1"), Pair(key="b", value="2"), Pair(key="X-A", value="3"))
    send(session, server.base, headers=pairs)
    assert server.lines()[1:4] == ["X-A: 1", "X-A: 3", "b: 2"]


def test_an_unknown_auth_is_a_warning_and_the_request_goes_out(server, session):
    exchange = send(session, server.base, Auth(type="magic"))
    assert "could not find a handler for auth: magic" in exchange.warnings[0]
    assert exchange.response.status == 200


DIGEST = Auth(type="digest", params={"username": "us", "password": "pw"})


def asks(nonce: str) -> bytes:
    offer = f'WWW-Authenticate: Digest realm="R", nonce="{nonce}", qop="auth"'
    return f"HTTP/1.1 401 No\r\n{offer}\r\nContent-Length: 0\r\n\r\n".encode()


@pytest.mark.difference("digest-challenge")
@pytest.mark.parametrize(
    ("dialect", "second"),
    [(EXACT, ('uri="/b?c=d%20e"', "nc=00000002")), (NEWMAN, ('uri="/a"', "nc=00000001"))],
)
def test_digest_signs_the_address_that_a_redirect_leads_to(server, session, dialect, second):
    session.options = SessionOptions(answers=dialect.run)
    answers(server, asks("N"), moved("/b?c=d%20e"), OK)
    exchange = send(session, server.base + "/a", auth=DIGEST, method="POST", body=Body(mode="raw", raw="hi"))
    signed = [dict(hop.request.headers).get("Authorization", "") for hop in exchange.hops]
    assert signed[0] == ""
    assert 'uri="/a"' in signed[1]
    assert [part for part in second if part not in signed[2]] == []


def test_digest_does_not_sign_for_another_host(server, session):
    answers(server, asks("N"), moved(server.base.replace("127.0.0.1", "localhost") + "/b"), OK)
    exchange = send(session, server.base + "/a", auth=DIGEST)
    assert "Authorization" not in dict(exchange.hops[-1].request.headers)


@pytest.mark.parametrize(
    ("body", "coding"),
    [
        (None, "latin-1"),
        (Body(mode="raw", raw=""), "latin-1"),
        (Body(mode="raw", raw="text"), "utf-8"),
        (Body(mode="urlencoded", urlencoded=(Pair(key="a", value="b"),)), "utf-8"),
        (Body(mode="formdata", formdata=(FormPart(key="a", value="b"),)), "utf-8"),
        (Body(mode="file", file_src=Path(__file__).name), "latin-1"),
    ],
)
def test_headers_are_sent_in_the_coding_that_node_gives_them_before_such_a_body(
    server, session, monkeypatch, body, coding
):
    monkeypatch.chdir(Path(__file__).parent)
    send(session, server.base, method="POST", headers=(Pair(key="X-Name", value="öäü"),), body=body)
    assert "X-Name: öäü".encode(coding) in server.requests[0].split(b"\r\n")
