import pytest

from harness.client.message import ResolvedRequest
from harness.collection.model import Body, Pair, Request, Url
from harness.reporters.newman.execution import request_document, url_document


def authored(mode, **body):
    return Request(url=Url(raw=""), headers=(Pair(key="X-Own", value="1"),), body=Body(mode=mode, **body))


def sent(body, content_type):
    headers = (("x-own", "1"), ("Content-Type", content_type), ("Host", "x"))
    return ResolvedRequest(method="POST", url="http://x/", headers=headers, body=body)


@pytest.mark.parametrize(
    ("url", "document"),
    [
        (
            "https://u:p@api.example.com:8443/a/b%20c?q=1&flag&e=",
            {
                "protocol": "https",
                "port": "8443",
                "path": ["a", "b%20c"],
                "host": ["api", "example", "com"],
                "query": [
                    {"key": "q", "value": "1"},
                    {"key": "flag", "value": None},
                    {"key": "e", "value": ""},
                ],
                "variable": [],
            },
        ),
        ("http://x", {"protocol": "http", "path": [], "host": ["x"], "query": [], "variable": []}),
    ],
)
def test_an_address_is_taken_apart_as_in_postman(url, document):
    assert url_document(url) == document


@pytest.mark.parametrize("url", ["http://[::1", "http://", "://", "\ud800", "http://\u2100/"])
def test_what_is_no_address_is_told_too(url):
    assert request_document(ResolvedRequest(method="GET", url=url), None)["method"] == "GET"


def test_headers_that_the_author_did_not_write_are_marked():
    headers = request_document(sent(None, "a/b"), authored(None))["header"]
    assert [header.get("system", False) for header in headers] == [False, True, True]


def test_an_urlencoded_body_is_told_by_its_fields():
    document = request_document(
        sent(b"a=b%20c&d=", "application/x-www-form-urlencoded"), authored("urlencoded")
    )
    assert document["body"] == {
        "mode": "urlencoded",
        "urlencoded": [{"key": "a", "value": "b c"}, {"key": "d", "value": ""}],
    }


def test_a_multipart_body_is_told_by_its_parts():
    body = (
        b'--B\r\nContent-Disposition: form-data; name="f"\r\n\r\n1\r\n'
        b'--B\r\nContent-Disposition: form-data; name="g"; filename="a.txt"\r\n'
        b"Content-Type: text/plain\r\n\r\nhello\r\n--B--\r\n"
    )
    document = request_document(sent(body, "multipart/form-data; boundary=B"), authored("formdata"))
    assert document["body"]["formdata"] == [
        {"key": "f", "value": "1", "type": "text"},
        {"key": "g", "type": "file", "src": "a.txt"},
    ]


def test_a_raw_body_keeps_its_language():
    document = request_document(sent(b"{}", "application/json"), authored("raw", language="json"))
    assert document["body"] == {"mode": "raw", "raw": "{}", "options": {"raw": {"language": "json"}}}
