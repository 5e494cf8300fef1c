"""OAuth 2: tokens that are given, fetched, kept and fetched anew."""

from base64 import b64encode

import pytest

from harness.client.auth.flow import AuthProblem
from harness.client.transport import TransportFailure
from harness.client.url import encode
from harness.collection.model import Pair
from tests.client.auth.talk import OLD, Talk, authorization, request, signed, target


@pytest.mark.parametrize(
    ("params", "header", "path"),
    [
        ({"accessToken": "T"}, "Bearer T", "/o2?x=1"),
        ({"accessToken": "T", "addTokenTo": "queryParams"}, None, "/o2?x=1&access_token=T"),
        ({"accessToken": "T", "headerPrefix": " Tok "}, "Tok T", "/o2?x=1"),
        ({"accessToken": "T", "headerPrefix": ""}, "T", "/o2?x=1"),
        ({"accessToken": "T", "tokenType": "MAC"}, "old", "/o2?access_token=old&x=1"),
        ({}, "old", "/o2?access_token=old&x=1"),
    ],
)
def test_oauth2_sends_the_stored_token_as_newman_does(params, header, path):
    sent = signed("oauth2", request("/o2?access_token=old&x=1", headers=OLD), **params)
    assert (authorization(sent), target(sent)) == (header, path)


CLIENT = {
    "grant_type": "client_credentials",
    "accessTokenUrl": "http://ims/token",
    "clientId": "id",
    "clientSecret": "s c",
    "scope": "a b",
}


def test_oauth2_fetches_a_token_and_keeps_it_for_the_run():
    tokens: dict = {}
    talk = Talk("oauth2", request(), CLIENT, obtains_tokens=True, tokens=tokens)
    assert encode(talk.sent.url).href == "http://ims/token"
    assert authorization(talk.sent) == "Basic aWQ6cyBj"
    assert talk.sent.content.fields == (
        Pair(key="grant_type", value="client_credentials"),
        Pair(key="scope", value="a b"),
    )
    sent = talk.answer(200, body=b'{"access_token": "T", "expires_in": 3600}')
    assert authorization(sent) == "Bearer T"
    assert talk.answer(200) is None
    again = Talk("oauth2", request(), CLIENT, obtains_tokens=True, tokens=tokens)
    assert authorization(again.sent) == "Bearer T"


def test_oauth2_fetches_anew_when_a_token_is_refused():
    params = CLIENT | {"accessToken": "old", "refreshToken": "R", "client_authentication": "body"}
    talk = Talk("oauth2", request(), params, obtains_tokens=True)
    assert authorization(talk.sent) == "Bearer old"
    asked = talk.answer(401)
    assert talk.aside
    assert asked.content.fields[:2] == (
        Pair(key="grant_type", value="refresh_token"),
        Pair(key="refresh_token", value="R"),
    )
    talk.sent = request()
    assert authorization(talk.answer(200, body=b'{"access_token": "new"}')) == "Bearer new"


@pytest.mark.parametrize(("encodes", "pair"), [(False, "id:s c+/"), (True, "id:s%20c%2B%2F")])
def test_oauth2_shows_the_client_in_basic_as_postman_or_as_the_rfc_does(encodes, pair):
    params = CLIENT | {"clientSecret": "s c+/"}
    talk = Talk("oauth2", request(), params, obtains_tokens=True, encodes_client=encodes)
    assert authorization(talk.sent) == "Basic " + b64encode(pair.encode()).decode()


def test_oauth2_asks_with_user_name_and_password():
    params = CLIENT | {"grant_type": "password_credentials", "username": "u", "password": "p"}
    fields = Talk("oauth2", request(), params, obtains_tokens=True).sent.content.fields
    assert [pair.key for pair in fields] == ["grant_type", "username", "password", "scope"]
    assert fields[0].value == "password"


def test_oauth2_is_no_signature_where_there_is_no_token_and_none_to_ask_for():
    with pytest.raises(AuthProblem, match="there is no access token, and none can be fetched"):
        Talk("oauth2", request(), {"grant_type": "authorization_code"}, obtains_tokens=True)


def test_oauth2_fails_when_no_token_is_given():
    talk = Talk("oauth2", request(), CLIENT, obtains_tokens=True)
    with pytest.raises(TransportFailure, match="gave no token: status 400 bad client"):
        talk.answer(400, body=b'{"error": "x", "error_description": "bad client"}')
