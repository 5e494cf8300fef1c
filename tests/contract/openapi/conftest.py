"""A description of a shop, and exchanges with it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from harness.client.message import ResolvedRequest, Response
from harness.contract.openapi.exchange_check import ExchangeChecker
from harness.contract.openapi.operation import load_description
from harness.contract.openapi.operation_match import OperationFinder, OperationMatch

SHOP = """
openapi: 3.0.3
info: {title: Shop, version: "1"}
servers: [{url: "https://shop.example/v1"}]
paths:
  /orders:
    post:
      parameters:
        - {name: dry, in: query, schema: {type: boolean}}
        - {name: X-Trace, in: header, required: true, schema: {type: string, minLength: 3}}
      requestBody:
        required: true
        content: {application/json: {schema: {$ref: '#/components/schemas/Order'}}}
      responses:
        201:
          description: made
          headers: {Location: {required: true, schema: {type: string}}}
          content: {application/json: {schema: {$ref: '#/components/schemas/Order'}}}
    get:
      parameters:
        - {name: state, in: query, schema: {type: array, items: {enum: [open, paid]}}}
      responses:
        2XX:
          description: list
          content:
            application/json: {schema: {type: array, items: {$ref: '#/components/schemas/Order'}}}
  /orders/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: integer, minimum: 1}}]
    get:
      responses:
        200:
          description: one
          content: {application/json: {schema: {$ref: '#/components/schemas/Order'}}}
  /orders/latest:
    get:
      responses: {200: {description: any}}
components:
  schemas:
    Order:
      type: object
      required: [id, item]
      additionalProperties: false
      properties:
        id: {type: integer, format: int32, readOnly: true}
        item: {type: string}
        price: {type: number, minimum: 0, exclusiveMinimum: true}
        note: {type: string, nullable: true}
        made: {type: string, format: date-time}
        parts: {type: array, items: {$ref: '#/components/schemas/Order'}}
"""

Held = Callable[..., list[tuple[str, str]]]


@pytest.fixture
def hold(tmp_path: Path) -> Held:
    """Hold an exchange against a description; return place and rule of what is not as described."""

    def held(
        method: str,
        url: str,
        status: int = 200,
        answer: Any = None,
        *,
        body: Any = None,
        headers: dict[str, str] | None = None,
        answered: dict[str, str] | None = None,
        text: str = SHOP,
    ) -> list[tuple[str, str]]:
        file = tmp_path / "api.yaml"
        file.write_text(text)
        description = load_description(file)
        sent = {} if body is None else {"Content-Type": "application/json"}
        got = {} if answer is None else {"Content-Type": "application/json"}
        request = ResolvedRequest(
            method=method,
            url=url,
            headers=tuple({**sent, **(headers or {})}.items()),
            body=body if body is None or isinstance(body, bytes) else json.dumps(body).encode(),
        )
        response = Response(
            status=status,
            reason="",
            headers=tuple({**got, **(answered or {})}.items()),
            body=b"" if answer is None else json.dumps(answer).encode(),
        )
        match = OperationFinder(description.operations, description.file).find(method, url)
        assert isinstance(match, OperationMatch), match
        found = ExchangeChecker(description).violations(match, request, response)
        return [(one.place, one.rule) for one in found]

    return held
