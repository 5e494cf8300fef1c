"""Secrets that are written out are found wherever a collection holds them; places to fill in are none."""

from pathlib import Path
from typing import Any

import pytest

from harness.collection.load import load_collection
from harness.linting.clear_secrets import check_example, check_secrets, saved_examples, spelled_out

JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U"


def fields(request: Any) -> list[str]:
    document = {"info": {"name": "S"}, "item": [{"name": "A", "request": request}]}
    return [one.field.removeprefix("A, ") for one in check_secrets(load_collection(document))]


def form(mode: str, key: str, value: str) -> dict[str, Any]:
    return {"url": "h", "body": {"mode": mode, mode: [{"key": key, "value": value, "type": "text"}]}}


@pytest.mark.parametrize(
    ("request_json", "field"),
    [
        ({"url": "https://user:hunter22@h.example/"}, "url"),
        ({"url": "https://h.example/?api_key=abcdef123456"}, "query api_key"),
        (
            {"url": {"raw": "h?token=abc12345", "query": [{"key": "token", "value": "abc12345"}]}},
            "query token",
        ),
        (
            {"url": "h", "header": [{"key": "Authorization", "value": "Bearer abcdef"}]},
            "header Authorization",
        ),
        (
            {"url": "h", "auth": {"type": "bearer", "bearer": [{"key": "token", "value": "abc12"}]}},
            "auth.token",
        ),
        ({"url": "h", "body": {"mode": "raw", "raw": '{"password": "hunter22xyz"}'}}, "body password"),
        ({"url": "h", "body": {"mode": "raw", "raw": f"see {JWT}"}}, "body"),
        (form("urlencoded", "client_secret", "abcdef123456"), "body client_secret"),
        (form("formdata", "access_token", "abcdef123456"), "body access_token"),
    ],
)
def test_a_secret_of_a_request_is_found(request_json: Any, field: str) -> None:
    assert fields(request_json) == [field]


@pytest.mark.parametrize(
    "request_json",
    [
        {"url": "https://{{user}}:{{password}}@h.example/?api_key={{key}}&token=<token>"},
        {"url": "h", "header": [{"key": "Authorization", "value": "Bearer <your token>"}]},
        {"url": "h", "header": [{"key": "Authorization", "value": "Bearer {{token}}"}]},
        {"url": "h", "body": {"mode": "raw", "raw": '{"password": "{{p}}", "token": "string"}'}},
        form("urlencoded", "client_secret", "YOUR_CLIENT_SECRET"),
        form("urlencoded", "token_type", "urn1234567"),
    ],
)
def test_a_place_to_fill_in_is_no_secret(request_json: Any) -> None:
    assert fields(request_json) == []


def test_saved_answers_are_looked_through() -> None:
    answer = {
        "name": "ok",
        "originalRequest": {"url": "h", "header": [{"key": "Authorization", "value": "Bearer abcdef123456"}]},
        "body": f'{{"note": "{JWT}"}}',
    }
    item = {"name": "A", "request": {"url": "h"}, "response": [answer]}
    collection = load_collection({"info": {"name": "S"}, "item": [{"name": "F", "item": [item]}]})

    findings = [one.field for found in saved_examples(collection) for one in check_example(*found)]

    assert findings == ["F / A, example ok, originalRequest.header Authorization", "F / A, example ok, body"]


def test_a_word_is_a_password_where_its_name_is_exact() -> None:
    assert spelled_out("password", "puppies-2024!")
    assert not spelled_out("password", "my password")
    assert not spelled_out("name", "abcdef123456")


def test_an_example_without_a_request_holds_no_secret() -> None:
    assert list(check_example(str(Path("a")), "", None)) == []
