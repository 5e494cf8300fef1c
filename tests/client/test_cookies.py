import math

import pytest

from harness.client.cookie_rules import parse_date
from harness.client.cookies import CookieJar
from harness.errors import InputError


class Time:
    now = 1_700_000_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def time():
    return Time()


@pytest.fixture
def jar(time):
    return CookieJar(time)


def test_a_cookie_goes_back_to_its_host_and_path_only(jar):
    assert jar.store("a=1; Path=/x", "http://h.example/x/y")
    assert jar.header("http://h.example/x/z") == "a=1"
    assert jar.header("http://h.example/xy") == ""
    assert jar.header("http://sub.h.example/x") == ""


def test_the_default_path_is_the_folder_of_the_address(jar):
    jar.store("a=1", "http://h.example/x/y")
    assert jar.all()[0].path == "/x"
    assert jar.header("http://h.example/x") == "a=1"
    assert jar.header("http://h.example/") == ""


def test_a_domain_cookie_goes_to_subdomains_but_a_foreign_one_is_refused(jar):
    assert jar.store("a=1; Domain=.example.org", "http://www.example.org/")
    assert jar.header("http://api.example.org/") == "a=1"
    assert not jar.store("b=1; Domain=other.org", "http://www.example.org/")


def test_longer_paths_then_older_cookies_come_first(jar, time):
    jar.store("a=1; Path=/", "http://h/")
    time.now += 1
    jar.store("b=2; Path=/", "http://h/")
    jar.store("c=3; Path=/deep", "http://h/")
    time.now += 1
    jar.store("a=new; Path=/", "http://h/")
    assert jar.header("http://h/deep/x") == "c=3; a=new; b=2"


def test_cookies_expire_by_max_age_before_date(jar, time):
    jar.store("a=1; Max-Age=10; Expires=Thu, 01 Jan 1970 00:00:00 GMT", "http://h/")
    assert jar.header("http://h/") == "a=1"
    time.now += 10_000
    assert jar.header("http://h/") == ""
    jar.store("b=1", "http://h/")
    jar.store("b=; Max-Age=0", "http://h/")
    assert jar.header("http://h/") == ""


def test_secure_cookies_need_https_or_this_machine(jar):
    for host in ("h.example", "localhost", "127.0.0.1"):
        jar.store("a=1; Secure", f"https://{host}/")
    assert jar.header("http://h.example/") == ""
    assert jar.header("https://h.example/") == "a=1"
    assert jar.header("http://localhost/") == "a=1"
    assert jar.header("http://127.0.0.1/") == "a=1"


def test_name_prefixes_are_promises(jar):
    assert not jar.store("__Secure-a=1", "http://h/")
    assert not jar.store("__Host-a=1; Secure; Path=/x", "http://h/")
    assert jar.store("__Host-a=1; Secure; Path=/", "http://h/")


@pytest.mark.parametrize(
    ("text", "pair"),
    [("a=b=c", "a=b=c"), ("novalue", "novalue"), ("=x=y", "x=y"), (" a = b ;;", "a=b"), ("a=", "a=")],
)
def test_loose_spellings_are_understood(jar, text, pair):
    assert jar.store(text, "http://h/")
    assert jar.header("http://h/") == pair


def test_control_characters_are_refused(jar):
    assert not jar.store("a=\x01", "http://h/")


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("Thu, 01 Jan 1970 00:00:10 GMT", 10),
        ("Thursday, 01-Jan-70 00:00:10 GMT", 10),
        ("Thu Jan  1 00:00:10 1970", 10),
        ("31 Feb 2000 00:00:00", 951955200),
        ("1 Jan 1600 00:00:00", None),
        ("1 Jan 2000 24:00:00", None),
        ("garbage", None),
    ],
)
def test_dates_are_read_as_rfc_6265_says(text, seconds):
    assert parse_date(text) == (None if seconds is None else seconds * 1000)


def test_a_jar_survives_its_serialized_form(jar, time):
    jar.store("a=1; Max-Age=60; Secure; HttpOnly; SameSite=Lax; Odd=x", "https://h/x/y")
    jar.store("b=2; Domain=h.example; Expires=Fri, 31 Dec 2100 23:59:59 GMT", "https://www.h.example/")
    written = jar.to_json()
    assert written["version"].startswith("tough-cookie@")
    assert written["cookies"][0] == {
        "key": "a",
        "value": "1",
        "maxAge": 60,
        "domain": "h",
        "path": "/x",
        "secure": True,
        "httpOnly": True,
        "extensions": ["Odd=x"],
        "hostOnly": True,
        "pathIsDefault": True,
        "creation": "2023-11-14T22:13:20.000Z",
        "lastAccessed": "2023-11-14T22:13:20.000Z",
        "sameSite": "lax",
    }
    other = CookieJar(time)
    other.load_json(written)
    assert other.to_json() == written
    assert other.all()[0].expiry_ms == time.now + 60_000
    assert other.all()[1].max_age is None


@pytest.mark.parametrize(
    "document",
    [[], {}, {"cookies": ["x"]}, {"cookies": [{"key": "a", "expires": "soon"}]}],
)
def test_what_is_no_jar_is_an_input_error(jar, document):
    with pytest.raises(InputError):
        jar.load_json(document, where="jar.json")


def test_a_session_cookie_has_no_expiry(jar):
    jar.store("a=1", "http://h/")
    cookie = jar.all()[0]
    assert cookie.expiry_ms == math.inf
    assert cookie.plain().expires is None
    jar.remove(cookie)
    assert jar.all() == ()


@pytest.mark.parametrize("age", ["9" * 400, "9" * 5000, "-" + "9" * 5000])
def test_an_age_without_measure_is_taken_for_ever_or_never(jar, age):
    assert jar.store(f"a=b; Max-Age={age}", "http://shop.test/")
    assert jar.header("http://shop.test/") == ("" if age.startswith("-") else "a=b")


@pytest.mark.parametrize("field", [{"maxAge": []}, {"maxAge": "soon"}, {"maxAge": True}, {"extensions": 5}])
def test_a_cookie_of_the_wrong_shape_is_an_input_error(jar, field):
    with pytest.raises(InputError) as raised:
        jar.load_json({"cookies": [{"key": "a", "value": "b", **field}]}, where="jar.json")
    assert next(iter(field)) in raised.value.what
    assert raised.value.where == "jar.json: /cookies/0"


def test_a_serialized_age_may_be_infinite(jar):
    cookie = {"key": "a", "value": "b", "domain": "shop.test", "hostOnly": True}
    jar.load_json({"cookies": [{**cookie, "maxAge": "Infinity"}]})
    assert jar.header("http://shop.test/") == "a=b"
    jar.load_json({"cookies": [{**cookie, "maxAge": "-Infinity"}]})
    assert jar.header("http://shop.test/") == ""
