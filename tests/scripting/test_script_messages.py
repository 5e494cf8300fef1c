"""`pm.request`, `pm.response` and `pm.cookies`."""

import pytest

from harness.client.message import Cookie, Response


def keys(request):
    return [header["key"] for header in request["header"]]


def test_a_request_that_is_not_touched_is_not_told(bench):
    assert bench.result("1", event="prerequest").request is None
    assert (
        bench.result(
            "pm.request.url.toString(); pm.request.headers.get('X-Kept')", event="prerequest"
        ).request
        is None
    )


def test_a_pre_request_script_sees_names_unresolved(bench):
    assert bench.said("console.log(pm.request.url.toString(), pm.request.method)", event="prerequest") == [
        "https://{{host}}/things?limit=5 POST"
    ]


def test_a_pre_request_script_changes_the_request(bench):
    result = bench.result(
        """
        pm.request.headers.upsert({key: "X-New", value: "{{token}}"});
        pm.request.headers.remove("X-Empty");
        pm.request.method = "PUT";
        pm.request.url.query.add({key: "extra", value: "1"});
        pm.request.body.raw = "{}";
        pm.request.authorizeUsing("bearer", [{key: "token", value: "t"}]);
        """,
        event="prerequest",
    )
    request = result.request
    assert request is not None
    assert keys(request) == ["X-Kept", "X-New"]
    assert request["method"] == "PUT"
    assert [pair["key"] for pair in request["url"]["query"]] == ["limit", "extra"]
    assert request["body"] == {"mode": "raw", "raw": "{}"}
    assert request["auth"]["type"] == "bearer"


def test_headers_without_a_value_can_be_stripped(bench):
    result = bench.result(
        """
        pm.request.headers.each(header => {
            if (header && header.key && !header.value) pm.request.removeHeader(header.key);
        });
        """,
        event="prerequest",
    )
    assert result.request is not None
    assert keys(result.request) == ["X-Kept"]


def test_the_scripts_of_an_event_change_the_request_one_after_the_other(bench):
    result = bench.result(
        "pm.request.headers.add({key: 'A', value: '1'})",
        "pm.request.headers.add({key: 'B', value: String(pm.request.headers.count())})",
        event="prerequest",
    )
    assert result.request is not None
    assert result.request["header"][-1] == {"key": "B", "value": "3"}


def test_the_response_is_told_in_full(bench):
    said = bench.said(
        """
        const r = pm.response;
        console.log(r.code, r.status, r.reason(), r.responseTime, r.responseSize);
        console.log(r.text(), r.json().id, r.headers.get("x-trace"));
        console.log(r.size().body, r.stream.toString("utf8").length, r.contentInfo().mimeType);
        """
    )
    assert said == [
        "200 OK OK 12 29",
        '{"id": 7, "tags": ["a", "b"]} 7 abc',
        "29 29 text",
    ]


@pytest.mark.parametrize(
    ("content_type", "body", "text"),
    [
        ("text/plain; charset=iso-8859-1", b"caf\xe9", "café"),
        ("text/plain; charset=utf-8", "café".encode(), "café"),
        ("text/plain", b"\xef\xbb\xbfmarked", "marked"),
        ("text/plain; charset=shift_jis", "日本".encode("shift_jis"), "日本"),
        ("text/plain; charset=nonsense", "café".encode(), "café"),
    ],
)
def test_text_is_decoded_by_the_charset(bench, content_type, body, text):
    response = Response(status=200, reason="OK", headers=(("Content-Type", content_type),), body=body)
    assert bench.said("console.log(pm.response.text())", response=response) == [text]


def test_binary_bodies_arrive_byte_for_byte(bench):
    response = Response(status=200, reason="OK", body=bytes(range(256)) * 400)
    said = bench.said(
        "const s = pm.response.stream; console.log(s.length, s[255], s.slice(0, 3).toString('hex'))",
        response=response,
    )
    assert said == ["102400 255 000102"]


def test_a_body_that_is_no_json_says_so(bench):
    response = Response(status=200, reason="OK", body=b"<html>")
    error = bench.run("pm.response.json()", response=response).error
    assert error is not None
    assert (error.name, error.message) == ("JSONError", "Unexpected token '<' at 1:1\n<html>\n^")


def test_an_absent_response_is_an_empty_one_in_tests_and_none_before(bench):
    assert bench.said("console.log(typeof pm.response, pm.response.code)", response=None) == [
        "object undefined"
    ]
    assert bench.said("console.log(typeof pm.response)", event="prerequest") == ["undefined"]


def test_cookies_of_the_response_are_a_list(bench):
    cookies = (Cookie(name="a", value="1", domain="host"), Cookie(name="b", value="2", http_only=True))
    said = bench.said(
        "console.log(pm.cookies.get('a'), pm.cookies.has('none'), JSON.stringify(pm.cookies.toObject()))",
        cookies=cookies,
    )
    assert said == ['1 false {"a":"1","b":"2"}']


def test_the_jar_is_the_runs(bench):
    said = bench.said(
        """
        const jar = pm.cookies.jar();
        await jar.set("http://host/a/b", "plain", "v");
        const full = {name: "full", value: "w", domain: "host", path: "/", httpOnly: true};
        await jar.set("http://host/a/b", full);
        await jar.set("http://host/a/b", "text=x; Path=/p; Secure");
        console.log(await jar.get("http://host/a/b", "plain"), await jar.get("http://host/a/b", "none"));
        console.log((await jar.getAll("http://host/a/b")).map(c => c.name).join());
        await jar.unset("http://host/a/b", "plain");
        """
    )
    assert said == ["v null", "plain,full,text"]
    assert [cookie for _, cookie in bench.host.jar] == [
        Cookie(name="full", value="w", domain="host", path="/", http_only=True),
        Cookie(name="text", value="x", domain="host", path="/p", secure=True, host_only=True),
    ]


def test_the_jar_refuses_a_cookie_of_another_domain(bench):
    said = bench.said(
        """
        const cookie = {name: "a", value: "b", domain: "evil.test"};
        pm.cookies.jar().set("http://host/", cookie, e => console.log(e.message));
        """
    )
    assert said == ["Cookie not in this host's domain. Cookie:evil.test Request:host"]


def test_newmans_jar_wants_a_callback(newman):
    error = newman.run("pm.cookies.jar().get('http://host/', 'a')").error
    assert error is not None
    assert error.message == "CookieJar.get() requires a callback function"


def test_the_current_jar_tells_of_wrong_arguments_where_it_is_called_from(bench):
    said = bench.said(
        """
        await pm.cookies.jar().get().catch(error => console.log("promise:", error.message));
        pm.cookies.jar().get("http://host/", 5, error => console.log("callback:", error.message));
        const wrong = () => pm.cookies.jar().get("http://host/", "a", 5);
        try { wrong() } catch (error) { console.log("thrown:", error.message) }
        """
    )
    assert said == [
        "promise: CookieJar.get() requires a valid url",
        "thrown: callback needs to be a function",
        "callback: CookieJar.get() requires cookie name to be a string",
    ]


@pytest.mark.parametrize("source", ["pm.request.body = undefined", "delete pm.request.body"])
def test_a_body_that_is_taken_away_is_sent_all_the_same(newman, source):
    assert newman.result(source, event="prerequest").request is None


def test_an_empty_body_stays_empty(newman):
    changed = newman.result("pm.request.body.raw = ''", event="prerequest").request
    assert changed is not None
    assert changed["body"] == {"mode": "raw", "raw": ""}


def test_a_response_shows_its_parts_through_a_proxy_and_to_its_heirs(bench):
    assert bench.said(
        """
        const proxy = new Proxy(pm.response, {}), heir = Object.create(pm.response);
        console.log(proxy.headers === pm.response.headers, heir.cookies === pm.response.cookies);
        console.log(new Proxy(pm, {}).response === pm.response, Object.create(pm).response === pm.response);
        console.log(Object.keys(pm.response).join());
        """
    ) == [
        "true true",
        "true true",
        "id,_details,status,code,headers,stream,cookies,responseTime,responseSize",
    ]


def test_a_part_of_a_response_that_a_script_replaces_stays_replaced(bench):
    assert bench.said(
        """
        pm.response.stream = Buffer.from("other");
        pm.response.id = "mine";
        console.log(pm.response.text(), pm.response.id, JSON.parse(JSON.stringify(pm.response)).id);
        """
    ) == ["other mine mine"]
