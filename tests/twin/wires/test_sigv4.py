from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from harness.twin.wires.sigv4 import SignatureError, SignedRequest, verify


def signed(
    *,
    secret: str = "secret",
    region: str = "us-east-1",
    service: str = "kinesis",
    url: str = "http://aep.local/_sinks/kinesis/us-east-1/?b=2&a=x%20y",
    body: bytes = b'{"a": 1}',
) -> dict[str, str]:
    """Headers as botocore, which shares nothing with the verification, signs them."""
    headers = {"Host": "aep.local", "X-Amz-Target": "Kinesis_20131202.ListStreams"}
    request = AWSRequest(method="POST", url=url, data=body, headers=headers)
    SigV4Auth(Credentials("KEY", secret), service, region).add_auth(request)
    return {name.lower(): value for name, value in request.headers.items()}


def check(headers: dict[str, str], **changes: Any) -> str:
    request = {
        "method": "POST",
        "path": "/_sinks/kinesis/us-east-1/",
        "query": "b=2&a=x%20y",
        "headers": headers,
        "body": b'{"a": 1}',
        **changes,
    }
    now = request.pop("now", None)
    return verify(
        SignedRequest(**request),
        service="kinesis",
        region="us-east-1",
        secret_of={"KEY": "secret"}.get,
        now=now,
    )


def refused(headers: dict[str, str], **changes: Any) -> str:
    with pytest.raises(SignatureError) as caught:
        check(headers, **changes)
    return caught.value.code


def test_what_botocore_signs_is_accepted() -> None:
    assert check(signed()) == "KEY"


@pytest.mark.parametrize(
    "changes",
    [
        {"method": "PUT"},
        {"path": "/_sinks/kinesis/us-east-2/"},
        {"query": "b=3&a=x%20y"},
        {"body": b'{"a": 2}'},
    ],
)
def test_a_request_changed_after_it_was_signed_is_refused(changes: dict[str, Any]) -> None:
    assert refused(signed(), **changes) == "InvalidSignatureException"


def test_a_signed_header_cannot_be_changed() -> None:
    headers = {**signed(), "x-amz-target": "Kinesis_20131202.PutRecord"}
    assert refused(headers) == "InvalidSignatureException"


def test_wrong_secrets_regions_and_services_are_refused() -> None:
    assert refused(signed(secret="other")) == "InvalidSignatureException"
    assert refused(signed(region="eu-west-1")) == "InvalidSignatureException"
    assert refused(signed(service="sqs")) == "InvalidSignatureException"


def test_an_unknown_key_and_absent_or_broken_headers_have_their_own_types() -> None:
    headers = signed()
    other = {**headers, "authorization": headers["authorization"].replace("=KEY/", "=NOPE/")}
    assert refused(other) == "UnrecognizedClientException"
    assert refused({}) == "MissingAuthenticationTokenException"
    assert refused({"authorization": "Bearer x"}) == "IncompleteSignatureException"
    short = {**headers, "authorization": headers["authorization"].partition(", Signature")[0]}
    assert refused(short) == "IncompleteSignatureException"
    assert refused({**headers, "x-amz-date": "today"}) == "IncompleteSignatureException"


def test_an_old_signature_is_refused() -> None:
    headers = signed()
    assert check(headers, now=datetime.now(UTC) + timedelta(minutes=14)) == "KEY"
    assert refused(headers, now=datetime.now(UTC) + timedelta(minutes=16)) == "InvalidSignatureException"
