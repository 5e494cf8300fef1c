"""Proxies of the environment: how they are read, and whom they are for."""

import pytest

from harness.client.proxy import Proxies, read_proxy
from harness.dialect import EXACT, NEWMAN


@pytest.mark.parametrize(
    ("text", "scheme", "host", "port"),
    [
        ("http://p:3128", "http", "p", 3128),
        ("http://p", "http", "p", 80),
        ("https://p/", "https", "p", 443),
        ("p:3128", "http", "p", 3128),
        ("p", "http", "p", 80),
        ('"http://p:1"', "http", "p", 1),
        ("'http://p:1' ", "http", "p", 1),
        ("http://p:1 ", "http", "p", 1),
        ("\thttp://p:1/path?x#y\r\n", "http", "p", 1),
        ("HTTP://p:1", "http", "p", 1),
        ("socks5://p", "socks5", "p", 1080),
        ("socks5h://[::1]:9", "socks5h", "::1", 9),
        ("http://[::1]", "http", "::1", 80),
    ],
)
def test_a_proxy_is_read_as_people_write_it(text, scheme, host, port):
    proxy = read_proxy(text, "HTTP_PROXY")
    assert (proxy.scheme, proxy.host, proxy.port, proxy.problem) == (scheme, host, port, "")


@pytest.mark.parametrize("text", ["", " ", '""', "' '"])
def test_blanks_and_quotes_alone_name_no_proxy(text):
    assert read_proxy(text, "HTTP_PROXY") is None


@pytest.mark.parametrize(
    ("credentials", "user", "password"),
    [
        ("u:p", "u", "p"),
        ("u", "u", ""),
        ("u%40x:p%3Aq", "u@x", "p:q"),
        ("DOMAIN\\u:p@ss/word", "DOMAIN\\u", "p@ss/word"),
        (":", "", ""),
    ],
)
def test_user_and_password_may_hold_anything(credentials, user, password):
    proxy = read_proxy(f"http://{credentials}@p:1", "HTTP_PROXY")
    assert (proxy.user, proxy.password, proxy.host, proxy.port) == (user, password, "p", 1)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("http://p:99999", "the port '99999' is no number from 1 to 65535"),
        ("http://p:0", "the port '0'"),
        ("http://p:80a", "the port '80a'"),
        ("http://p:\u0668\u0660", "the port"),
        ("http://:3128", "it names no host"),
        ("ftp://p:1", "the scheme 'ftp' is none of http, https, socks4"),
    ],
)
def test_what_is_no_proxy_is_told_with_its_variable_and_without_its_password(text, why):
    scheme, _, rest = text.partition("://")
    problem = read_proxy(f"{scheme}://me:tell-nobody@{rest}", "https_proxy").problem
    assert why in problem
    assert problem.startswith("https_proxy is ")
    assert "tell-nobody" not in problem


@pytest.mark.parametrize(
    ("environment", "protocol", "host"),
    [
        ({"HTTP_PROXY": "a", "http_proxy": "b"}, "http:", "a"),
        ({"http_proxy": "b"}, "https:", "b"),
        ({"http_proxy": "b", "HTTPS_PROXY": "s"}, "https:", "s"),
        ({"ALL_PROXY": "c"}, "http:", "c"),
        ({"all_proxy": "c"}, "https:", "c"),
        ({"ALL_PROXY": "c", "http_proxy": "b"}, "https:", "b"),
        ({"HTTPS_PROXY": '""', "ALL_PROXY": "c"}, "https:", "c"),
    ],
)
def test_the_first_variable_that_names_a_proxy_counts(environment, protocol, host):
    assert Proxies.of(environment).for_host(protocol, "x", 80).host == host


@pytest.mark.difference("network-variables")
def test_all_proxy_is_followed_and_not_where_newman_is():
    for dialect, followed in ((EXACT, True), (NEWMAN, False)):
        proxies = Proxies.of({"ALL_PROXY": "c"}, common=dialect.run.python_variables)
        assert (proxies.for_host("http:", "x", 80) is not None) is followed


@pytest.mark.parametrize(
    ("no_proxy", "host", "port", "exempt"),
    [
        ("*", "a.org", 80, True),
        ("b.org, *", "a.org", 80, True),
        ("*:81", "a.org", 80, False),
        ("*:81", "a.org", 81, True),
        ("*.a.org", "x.a.org", 80, True),
        ("*.a.org", "ba.org", 80, False),
        ("a.org b.org", "b.org", 80, True),
        ("A.org.", "a.ORG", 80, True),
        ('"a.org"', "a.org", 80, True),
        ("10.0.0.0/8", "10.1.2.3", 80, True),
        ("10.0.0.0/8", "11.1.2.3", 80, False),
        ("10.0.0.0/8", "ten.org", 80, False),
        ("10.0.0.0/8:81", "10.1.2.3", 80, False),
        ("10.0.0.0/8:81", "10.1.2.3", 81, True),
        ("10.1.2.3/8", "10.9.9.9", 80, True),
        ("10.1.2.3", "10.1.2.3", 80, True),
        ("127.0.0.1:8080", "127.0.0.1", 8080, True),
        ("127.0.0.1:8080", "127.0.0.1", 80, False),
        ("0.0.1", "127.0.0.1", 80, True),
        ("::1", "::1", 80, True),
        ("[::1]:81", "[::1]", 80, False),
        ("[::1]:81", "::1", 81, True),
        ("fd00::/8", "fd12::1", 80, True),
        ("fd00::/8", "10.1.2.3", 80, False),
        ("a.org:b", "a.org", 80, False),
        (",,", "a.org", 80, False),
        (".", "a.org", 80, False),
    ],
)
def test_no_proxy_knows_zones_networks_and_ports(no_proxy, host, port, exempt):
    proxies = Proxies.of({"HTTP_PROXY": "http://p:1", "no_proxy": no_proxy})
    assert (proxies.for_host("http:", host, port) is None) is exempt
