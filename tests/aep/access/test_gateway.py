from __future__ import annotations

from typing import Any

import pytest

from harness.aep.settings import Organisation

STATS = "/data/foundation/schemaregistry/stats"


@pytest.mark.parametrize(
    ("headers", "status", "code", "message"),
    [
        ({"x-api-key": None}, 403, "403000", "Api Key is required"),
        ({"authorization": None}, 403, "403010", "Oauth token is missing."),
        ({"authorization": "Bearer "}, 403, "403010", "Oauth token is missing."),
        ({"x-api-key": "unknown"}, 403, "403003", "Api Key is invalid"),
        ({"authorization": "Bearer nonsense"}, 401, "401013", "Oauth token is not valid"),
        ({"x-gw-ims-org-id": None}, 400, "400003", "Missing header"),
        ({"x-gw-ims-org-id": "who"}, 403, "403027", "User region is missing"),
        (
            {"x-gw-ims-org-id": "FFFFFFFFFFFFFFFFFFFFFFFF@AdobeOrg"},
            403,
            "403025",
            "Profile is not valid",
        ),
    ],
)
def test_a_header_that_is_wrong_gets_its_own_answer(
    client: Any, headers: dict[str, str | None], status: int, code: str, message: str
) -> None:
    answer = client.get(STATS, headers=headers)
    assert answer.status == status
    assert answer.json() == {"error_code": code, "message": message}


def test_the_key_is_missed_before_the_token(client: Any) -> None:
    answer = client.get(STATS, headers={"x-api-key": None, "authorization": None})
    assert answer.json()["error_code"] == "403000"


def test_the_scheme_of_the_token_is_compared_without_case(client: Any) -> None:
    assert client.get(STATS, headers={"authorization": f"bearer {client.token}"}).status == 200


def test_an_expired_token_is_not_valid(client: Any) -> None:
    assert client.get(STATS).status == 200
    client.clock.advance(client.settings.token_ttl_s * 1000)
    answer = client.get(STATS)
    assert (answer.status, answer.json()["error_code"]) == (401, "401013")


def test_a_token_whose_claims_were_changed_is_not_valid(client: Any) -> None:
    head, claims, signature = client.token.split(".")
    forged = f"{head}.{claims[:-2]}AA.{signature}"
    assert client.get(STATS, headers={"authorization": f"Bearer {forged}"}).status == 401


def test_a_new_token_leaves_older_ones_good(client: Any) -> None:
    old = client.token
    client.platform.tokens.issue(client.settings.organisation)
    assert client.get(STATS, headers={"authorization": f"Bearer {old}"}).status == 200


def test_the_token_of_one_organisation_does_not_open_another(make_client: Any) -> None:
    other = Organisation(
        org_id="0123456789ABCDEF01234567@AdobeOrg",
        tenant_id="other",
        client_id="other-client",
        client_secret="other-secret",
        technical_account_id="other@techacct.adobe.com",
    )
    client = make_client(other_organisations=(other,))
    answer = client.get(STATS, headers={"x-api-key": "other-client"})
    assert (answer.status, answer.json()["error_code"]) == (401, "401013")
    token = client.platform.tokens.issue(other)
    headers = {
        "x-api-key": "other-client",
        "authorization": f"Bearer {token}",
        "x-gw-ims-org-id": other.org_id,
    }
    assert client.get(STATS, headers=headers).json()["tenantId"] == "other"
    headers["x-gw-ims-org-id"] = client.settings.org_id
    assert client.get(STATS, headers=headers).json()["error_code"] == "403025"


def test_a_body_needs_a_content_type(client: Any) -> None:
    answer = client.post(
        "/data/foundation/schemaregistry/tenant/schemas",
        b"{}",
        headers={"content-type": "text/plain"},
    )
    assert answer.status == 400
    assert answer.json() == {
        "type": "/placeholder/type/uri",
        "status": 400,
        "title": "BadRequestError",
        "detail": "A valid content-type must be specified",
    }


def test_a_missing_sandbox_header_means_prod_but_not_when_strict(client: Any, make_client: Any) -> None:
    assert client.get(STATS).status == 200
    answer = make_client(strict=True).get(STATS)
    assert answer.status == 400
    assert "2105-400" in answer.json()["type"]


def test_an_unknown_sandbox_is_not_found(client: Any) -> None:
    answer = client.get(STATS, headers={"x-sandbox-name": "nowhere"})
    assert answer.status == 404
    assert "nowhere" in answer.json()["errorMessage"]


def test_an_unknown_path_is_404_and_an_absent_service_501_by_name(client: Any) -> None:
    assert client.get("/nothing/here").status == 404
    answer = client.get("/data/core/privacy/jobs")
    assert answer.status == 501
    assert "Privacy Service" in answer.json()["detail"]


def test_another_method_is_405_and_says_which_are_allowed(client: Any) -> None:
    answer = client.call("DELETE", STATS)
    assert (answer.status, answer.headers["allow"]) == (405, "GET")


def test_a_body_over_the_limit_is_refused_unread(make_client: Any) -> None:
    client = make_client(body_limit_bytes=10)
    answer = client.post(
        "/data/foundation/sandbox-management/sandboxes",
        headers={"content-length": "11", "content-type": "application/json"},
    )
    assert answer.status == 413


def test_faults_come_at_the_rate_asked_for_and_the_same_with_the_same_seed(
    make_client: Any,
) -> None:
    def statuses() -> list[int]:
        client = make_client(fail_rate=0.5, seed=3)
        return [client.get(STATS).status for _ in range(20)]

    first = statuses()
    assert set(first) == {200, 503}
    assert statuses() == first


@pytest.mark.parametrize(
    "path", ["/data/foundation/exim/unheard-of", "/data/foundation/brand-new", "/ajo/x", "/ee/v1/media/start"]
)
def test_every_path_of_adobe_is_answered_501_which_a_page_may_read(client: Any, path: str) -> None:
    page = {"origin": "https://shop.example"}
    refused = client.post(path, {}, headers=page)
    assert refused.status == 501
    assert refused.headers["access-control-allow-origin"] == "https://shop.example"
    asked = client.call("OPTIONS", path, headers={**page, "access-control-request-method": "POST"})
    assert (asked.status, asked.headers["access-control-allow-methods"]) == (204, "POST")


def test_any_path_of_a_host_of_adobes_is_501_and_of_no_host_of_adobes_404(client: Any) -> None:
    assert client.get("/some/path", headers={"host": "platform-nld2.adobe.io"}).status == 501
    assert client.get("/some/path").status == 404
