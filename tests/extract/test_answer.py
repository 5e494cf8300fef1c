import pytest

from harness.extract.answer import Answer, NoJson, outline


def test_headers_are_found_in_any_case_and_joined():
    answer = Answer(status=200, headers=(("X-A", "1"), ("x-a", "2")))
    assert answer.header("x-A") == "1, 2"
    assert answer.header("other") is None


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/json", b'{"a": "\xc3\xbc"}'),
        ("application/json; charset=iso-8859-1", b'{"a": "\xfc"}'),
        ('application/json; charset="UTF-8"; x=y', b'\xef\xbb\xbf{"a": "\xc3\xbc"}'),
        ("application/json; charset=nonsense", b'{"a": "\xc3\xbc"}'),
        ("application/json; charset=utf-8", b'{"a": "\xfc"}'),
        ("application/json", '{"a": "ü"}'.encode("utf-16")),
    ],
)
def test_bodies_are_decoded_by_their_charset(content_type, body):
    assert Answer(status=200, headers=(("Content-Type", content_type),), body=body).json == {"a": "ü"}


@pytest.mark.parametrize(
    ("body", "what"),
    [
        (b"", "the answer 204 has no body"),
        (b" <html>\n<p>", "the body of the answer 204 is not JSON: it begins '<html> <p>'"),
        (b"[" * 100_000, "is not JSON"),
    ],
)
def test_what_is_no_json_is_said(body, what):
    answer = Answer(status=204, body=body)
    for _ in range(2):
        with pytest.raises(NoJson) as caught:
            answer.json  # noqa: B018 - reading it is the test
        assert what in str(caught.value)


def test_an_outline_says_what_a_value_is_and_not_all_it_holds():
    assert outline({str(n): n for n in range(10)}) == "an object with 0, 1, 2, 3, 4, 5, 6, 7 and 2 more"
    assert outline([1, 2]) == "a list of 2"
    assert outline({}) == "an empty object"
    assert outline([]) == "an empty list"
    assert outline("x" * 500).endswith("…")
