"""What counts as a difference between newman's run and ours."""

import re

import pytest

from harness.adoption.recording_proxy import ProxiedRequest
from harness.cli.parity_difference import ParityComparison
from harness.cli.parity_outcome import ParityOutcome

UUIDS = ("0f8fad5b-d9cb-469f-a165-70867728950e", "7c9e6679-7425-40de-944b-e07fc1f90ae7")


def request(url="http://a.example/", method="GET", body=b"", **headers):
    pairs = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return ProxiedRequest(method=method, url=url, headers=pairs, body=body)


def compared(newman, ours, *masks, **more):
    def side(requests):
        return ParityOutcome(exit_code=0, requests=tuple(requests), tunnels=0, **more)

    return [
        (what, theirs, mine)
        for what, _, theirs, mine in ParityComparison(masks).rows(side(newman), side(ours))
    ]


@pytest.mark.parametrize(
    ("newman", "ours"),
    [
        (request(f"http://a.example/{UUIDS[0]}"), request(f"http://a.example/{UUIDS[1]}")),
        (request(Postman_Token=UUIDS[0]), request(postman_token=UUIDS[1])),
        (request(User_Agent="PostmanRuntime/7.39.1"), request(User_Agent="PostmanRuntime/7.43.0")),
        (request(A="1", B="2"), request(B="2", A="1")),
        (
            request(Content_Type="multipart/form-data; boundary=xx", Content_Length="7", body=b"--xx--"),
            request(Content_Type="multipart/form-data; boundary=yyyy", Content_Length="9", body=b"--yyyy--"),
        ),
        (
            request(Authorization='OAuth oauth_nonce="a",oauth_signature="b"'),
            request(Authorization='OAuth oauth_nonce="c",oauth_signature="d"'),
        ),
        (request(Connection="close"), request(Connection="keep-alive")),
        (request("http://a.example/orders/ord-7301"), request("http://a.example/orders/ord-7302")),
        (request(body=b"M-2f5350e3"), request(body=b"M-f2ef455a")),
        (request(X_Amz_Date="20261122T180121Z"), request(X_Amz_Date="20261122T180124Z")),
    ],
)
def test_what_differs_from_run_to_run_by_itself_is_no_difference(newman, ours):
    assert compared([newman], [ours]) == []


@pytest.mark.parametrize(
    ("newman", "ours", "row"),
    [
        (request(A="1"), request(), ("header a", "1", "-")),
        (request(method="PUT"), request(), ("method", "PUT", "GET")),
        (request(body=b'{"n": 1}'), request(body=b'{"n": 2}'), ("body/n", "1", "2")),
        (request(body=b"\xff\x00"), request(body=b"\xff\x01\x02"), ("body", "2 bytes", "3 bytes")),
        (request("http://a.example/ord-7301"), request("http://a.example/inv-7301"), ("url",)),
        (request("http://a.example/?a=1"), request("http://a.example/?a=2"), ("url",)),
        (
            request(Authorization='Digest realm="a"'),
            request(Authorization='OAuth realm="a"'),
            ("header authorization",),
        ),
    ],
)
def test_what_a_server_can_tell_apart_is_a_difference(newman, ours, row):
    (found,) = compared([newman], [ours])
    assert found[: len(row)] == row


def test_a_request_more_is_one_difference_and_shifts_nothing():
    urls = [request(f"http://a.example/{name}") for name in "abc"]
    assert compared(urls, [*urls[:1], request("http://a.example/extra"), *urls[1:]]) == [
        ("request", "-", "sent")
    ]
    assert compared(urls, urls[1:]) == [("request", "sent", "-")]


def test_what_matches_a_mask_is_the_same():
    pair = [request("http://a.example/Jane")], [request("http://a.example/Kim")]
    assert compared(*pair) == [("url", "http://a.example/Jane", "http://a.example/Kim")]
    assert compared(*pair, re.compile("Jane|Kim")) == []


def test_variables_are_compared_by_value_and_shape():
    def side(**values):
        variables = {("environment", name): value for name, value in values.items()}
        return ParityOutcome(exit_code=0, requests=(), tunnels=0, variables=variables)

    newman = side(id=UUIDS[0], n=1, same="x", only="n")
    ours = side(id=UUIDS[1], n="2", same="x")
    assert list(ParityComparison().rows(newman, ours)) == [
        ("variable", "environment n", "1", "2"),
        ("variable", "environment only", "n", "-"),
    ]


def test_requests_through_a_tunnel_are_compared_as_reported():
    sides = [
        ParityOutcome(exit_code=0, requests=(), tunnels=1, reported=(("a, iteration 1", f"GET /{name}"),))
        for name in "xy"
    ]
    assert list(ParityComparison().rows(*sides)) == [
        ("request as reported", "a, iteration 1", "GET /x", "GET /y")
    ]
