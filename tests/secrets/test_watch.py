"""Whatever is secret, wherever it stands and however it is spelled, is in nothing that anybody is shown."""

import json
import string
from urllib.parse import quote

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from harness.client.message import ResolvedRequest, Response
from harness.collection.load import load_collection
from harness.collection.model import Auth, Variable
from harness.secrets.encodings import ENCODINGS
from harness.secrets.names import secret_name
from harness.secrets.placeholder import PREFIX
from harness.secrets.returned_masks import is_mask, row_mask_warnings
from harness.secrets.value_form import looks_drawn, plain_address
from harness.secrets.watch import Passed, SecretWatch, Uniform, Unmasked
from harness.variables.scope import Scope
from tests.secrets.spellings import SPELLINGS

SCHEMA = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"


def test_every_encoding_of_the_table_has_a_spelling_here():
    assert {one.name for one in ENCODINGS} <= {name.partition(":")[0] for name in SPELLINGS}


def sent(url="https://api.test/", headers=(), body=None):
    return lambda watch, secret: watch.learn_request(
        ResolvedRequest(
            method="POST",
            url=url.format(quote(secret, safe="")),
            headers=tuple((name, value.format(secret)) for name, value in headers),
            body=None if body is None else body(secret).encode(),
        )
    )


def answered(headers=(), body=None):
    return lambda watch, secret: watch.learn_response(
        Response(
            status=200,
            reason="OK",
            headers=tuple((name, value.format(secret)) for name, value in headers),
            body=b"" if body is None else body(secret).encode(),
        )
    )


def said(kind, form):
    return answered((("Content-Type", kind),), form.format)


JSON = (("Content-Type", "application/json"),)
FORM = (("Content-Type", "application/x-www-form-urlencoded"),)
PLACES = {
    "a variable of type secret": lambda watch, secret: watch.learn_variables(
        [Variable(key="k", value=secret, type="secret")]
    ),
    "a variable by its name": lambda watch, secret: watch.learn_scopes(
        [Scope("environment", [Variable(key="githubToken", value=secret)])]
    ),
    "a data row": lambda watch, secret: watch.learn_row({"user": "me", "password": secret}),
    "a header": sent(headers=(("X-Api-Key", "{}"),)),
    "authorization": sent(headers=(("Authorization", "Bearer {}"),)),
    "a cookie": sent(headers=(("Cookie", "a=1; sid={}"),)),
    "an address": sent(url="https://api.test/?access_token={}"),
    "user information": sent(url="https://me:{}@api.test/"),
    "a JSON body": sent(headers=JSON, body=lambda secret: json.dumps({"client_secret": secret})),
    "a form": sent(headers=FORM, body=lambda secret: "user=me&db_pass=" + quote(secret, safe="")),
    "an answer": answered(JSON, lambda secret: json.dumps({"data": [{"refresh_token": secret}]})),
    "an answer's form": answered(FORM, lambda secret: "oauth_token_secret=" + quote(secret, safe="")),
    "an answer's cookie": answered((("Set-Cookie", "session={}; Path=/; HttpOnly"),)),
    "an answer's XML": answered(
        (("Content-Type", "text/xml"),), lambda secret: f"<a><ns:apiKey>{secret}</ns:apiKey></a>"
    ),
    "the code of OAuth": answered((("Location", "https://app.test/cb?code={}&state=s1"),)),
    "the code of OAuth alone": answered((("Location", "/cb?code={}"),)),
    "a header with a scheme": sent(headers=(("X-Authorization", "Bearer {}"),)),
    "a connection in a header": sent(headers=(("X-Db", "Server=h;User Id=sa;Password={};"),)),
    "YAML": said("application/yaml", "user: me\ndb_password: {}\nb: 2\n"),
    "TOML": said("application/toml", '[a]\napi_key = "{}"\n'),
    "a shell's variables": said("text/plain", "export API_KEY='{}'\n"),
    "a script": said("application/javascript", 'window.config = {{"apiKey": "{}"}};'),
    "JSON behind a guard": said("application/json", ')]}}\',\n{{"access_token": "{}"}}'),
    "an event stream": said("text/event-stream", 'data: {{"token": "{}"}}\n\n'),
    "a table": said("text/csv", "user,password\nme,{}\n"),
    "CDATA": said("application/xml", "<a><password><![CDATA[{}]]></password></a>"),
    "a field of a page": said("text/html", '<form><input value="{}" name="csrf_token"></form>'),
    "a link of a page": said("text/html", '<a href="/cb?a=1&amp;access_token={}">on</a>'),
    "GraphQL": answered(JSON, lambda secret: json.dumps({"query": f'{{ login(password: "{secret}") }}'})),
    "a relative address": answered(JSON, lambda secret: json.dumps({"next": f"/page?access_token={secret}"})),
    "a query": answered(JSON, lambda secret: json.dumps({"sas": f"sv=2025-01-05&sig={secret}"})),
    "a connection": answered(JSON, lambda secret: json.dumps({"at": f"Server=h;Password={secret};"})),
    "a named value": answered(JSON, lambda secret: json.dumps([{"Name": "DB_PASSWORD", "Value": secret}])),
    "an auth of a script": lambda watch, secret: watch.learn_auth(
        Auth(type="apikey", params={"key": "X-Kelp", "value": "{{k}}"}), {"k": secret}
    ),
}

# Hypothesis draws texts of our own code, too: what says of itself that it stands in for a secret is none.
random_secrets = (
    st.tuples(
        st.text(string.ascii_letters + string.digits + "-_.~", min_size=8, max_size=30),
        st.sampled_from(["7qZ", "x81K", "09f"]),
        st.sampled_from(["", "-3v", "5"]),
    )
    .map("".join)
    .filter(lambda one: PREFIX not in one)
)


@example("000000007qZ", "a header", "quoted-printable, small digits")
@given(random_secrets, st.sampled_from(sorted(PLACES)), st.sampled_from(sorted(SPELLINGS)))
@settings(max_examples=400, deadline=None)
def test_a_random_secret_is_shown_in_no_encoding_wherever_it_stood(secret, place, spelling):
    watch = SecretWatch()
    PLACES[place](watch, secret)
    spelled = SPELLINGS[spelling](secret)
    shown = watch.mask(json.dumps({"echo": f"[{spelled}]"}))
    assert secret not in shown
    assert json.dumps(spelled)[1:-1] not in shown


@pytest.mark.parametrize("place", PLACES)
def test_of_every_place_a_secret_is_learnt_and_its_mask_says_by_which_rule(place):
    watch = SecretWatch()
    PLACES[place](watch, "kelp-90Kq-4471-zT")
    shown = watch.mask("kelp-90Kq-4471-zT")
    assert shown.startswith("REDACTED_")
    assert watch.rule_of(shown) in {"type", "name", "protocol", "address", "cookie", "auth"}


@pytest.mark.parametrize(
    "name",
    ["githubToken", "signing_key", "hmac_secret", "encryption_key", "db_pass", "passcode", "SECRET_KEY_BASE",
     "Private-Token", "oauth_token_secret", "X-Shopify-Access-Token", "DD-API-KEY", "JWT_SECRET", "smtpPass",
     "githubtoken", "AWS_SECRET_ACCESS_KEY", "TOKEN_PROD", "masterKey", "accountKey", "X-Authorization",
     "hmac_key", "dbpass", "accessTokens"],
)  # fmt: skip
def test_a_name_with_a_telling_word_is_that_of_a_secret(name):
    assert secret_name(name)


@pytest.mark.parametrize(
    "name",
    ["primaryKey", "partitionKey", "sortKey", "keyId", "tokenType", "boardingPass", "Postman-Token",
     "passed", "passCount",
     "signatureDate", "secretariat", "keyboard", "nextPageToken", "maxTokens", "hasPassword", "accessKeyId",
     "passwordPolicy", "token_endpoint", "cookieConsent", "secretKeyRef", "passCriteria",
     "tokenExpiresIn", "compass", "authorName"],
)  # fmt: skip
def test_a_name_of_something_else_is_that_of_no_secret(name):
    assert not secret_name(name)


@pytest.mark.parametrize(
    "word", ["required", "Bearer", "harbour", "invalid_grant", "us-east-1", "2026-01-05"]
)
def test_a_word_is_no_secret_for_its_name_in_an_answer(word):
    watch = SecretWatch()
    answered(JSON, lambda one: json.dumps({"githubToken": one}))(watch, word)
    assert not looks_drawn(word)
    assert watch.mask(f"it is {word}") == f"it is {word}"


@pytest.mark.parametrize("address", ["https://api.test/creds", "http://127.0.0.1:8000", "amqp://mq.test/v1"])
def test_an_address_is_no_secret_for_its_name(address):
    watch = SecretWatch()
    watch.learn_variables([Variable(key="credentials", value=address)])
    assert plain_address(address)
    assert watch.mask(address) == address


def test_what_an_author_wrote_stays_and_what_a_run_put_in_does_not():
    call = {
        "name": "Read gadget list",
        "request": {"method": "GET", "url": "{{base}}/gadget/list?pw={{password}}"},
    }
    watch = SecretWatch()
    watch.learn_collection(load_collection({"info": {"name": "Gadget", "schema": SCHEMA}, "item": [call]}))
    watch.learn_variables([Variable(key="password", value="gadget")])
    assert watch.mask.label("Read gadget list") == "Read gadget list"
    assert watch.mask.url("https://a.test/gadget/list?pw=gadget") == (
        "https://a.test/gadget/list?pw=REDACTED_password"
    )
    assert watch.mask('{"pw":"gadget"}') == '{"pw":"REDACTED_password"}'


def test_a_long_secret_by_type_is_hidden_in_names_too():
    call = {"name": "Read harbour-tulip-52", "request": {"method": "GET", "url": "https://a.test"}}
    watch = SecretWatch()
    watch.learn_collection(load_collection({"info": {"name": "Shop", "schema": SCHEMA}, "item": [call]}))
    watch.learn_variables([Variable(key="k", value="harbour-tulip-52", type="secret")])
    assert watch.mask.label("Read harbour-tulip-52") == "Read REDACTED_k"


def test_a_numeric_secret_is_shown_as_a_mask_and_kept_as_a_number():
    watch = SecretWatch()
    watch.learn_variables([Variable(key="pin", value="123456", type="secret")])
    assert watch.mask("order 123456") == "order REDACTED_pin"
    assert watch.redactor.text("order 123456").removeprefix("order ").isdigit()


@pytest.mark.parametrize(
    "value",
    ["********", "•••••", "REDACTED_token", "<secret>", "[REDACTED]", "xxxxxxxx", "***masked***",
     "Bearer ********"],
)  # fmt: skip
def test_what_programs_write_for_secrets_is_a_mask(value):
    assert is_mask(value)


@pytest.mark.parametrize("value", ["", "a", "**", "secret", "xx", "redacted by hand", 7, None])
def test_other_values_are_no_masks(value):
    assert not is_mask(value)


def test_a_column_of_masks_is_told_once_and_stars_for_a_verdict_are_not():
    rows = [{"user": "a", "token": "********", "rating": "***"}, {"token": "********", "note": "[redacted]"}]
    told = list(row_mask_warnings(rows))
    assert len(told) == 2
    assert told[0].startswith("row 1 of the data: 'token' holds a mask")
    assert told[1].startswith("row 2 of the data: 'note'")


@pytest.mark.parametrize(
    "text",
    [
        "password: required",
        "the key = value pairs",
        "max_tokens: 100000",
        "token = getToken()",
        "a, token\n1, 2",
    ],
)
def test_words_behind_a_name_are_no_secret(text):
    watch = SecretWatch()
    said("text/plain", "{}")(watch, text)
    assert not watch.learned


def test_many_texts_are_masked_as_each_by_itself_would_be():
    watch = SecretWatch()
    watch.redactor.learn("harbour-gate-7x9z", "token")
    watch.redactor.learn("48151623", "pin")
    texts = ["*/*", "keep-alive", "Bearer harbour-gate-7x9z", "pin 48151623", ""]
    for mask in (watch.mask, Passed(watch.mask, str.upper), Uniform(watch.mask), Unmasked()):
        for _ in range(3):
            assert list(mask.texts(texts)) == [mask(text) for text in texts]


def test_a_number_in_a_long_text_is_shown_as_the_mask_that_it_is():
    watch = SecretWatch()
    token = "9f8e7d6c5b4a39281706f5e4"
    watch.redactor.learn(token, "token")
    watch.redactor.learn("48151623", "pin")
    words = "a berth " * 200
    assert watch.mask(f"{words} {token}") == f"{words} REDACTED_token"
    assert watch.mask(f"{words} {token} 48151623") == f"{words} REDACTED_token REDACTED_pin"
    assert "REDACTED_pin" not in watch.redactor.text(f"{words} {token} 48151623")
