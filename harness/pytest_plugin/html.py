"""What pytest-html shows of a call: columns, and request and response, masked and short."""

from html import escape
from typing import Any

import pytest

from harness.client.message import Headers
from harness.pytest_plugin.collecting import CallItem
from harness.pytest_plugin.failure import Mask
from harness.runner.results import CallResult

_COLUMNS = ("method", "url", "status", "time_ms")
_BODY = 2000


def header_cells() -> list[str]:
    """Return the heads of our columns."""
    return ["<th>Method</th>", "<th>URL</th>", "<th>Code</th>", "<th>ms</th>"]


def row_cells(report: pytest.TestReport) -> list[str]:
    """Return our cells of a row; they are empty for what is no call."""
    facts = dict(report.user_properties)
    return [f"<td>{escape(str(facts.get(f'postman_{name}', '')))}</td>" for name in _COLUMNS]


def add_extras(item: pytest.Item, report: pytest.TestReport) -> None:
    """Add request and response of a call to its row, when pytest-html makes a report."""
    if not isinstance(item, CallItem) or not item.config.getoption("htmlpath", None):
        return
    drive = item.file.drive
    if drive is None:
        return
    from pytest_html import extras

    texts = [_exchange_html(result, drive.live.mask) for result in item.results]
    report.extras = [*getattr(report, "extras", []), *(extras.html(text) for text in texts if text)]  # type: ignore[attr-defined]  # read by pytest-html


def _exchange_html(result: CallResult, mask: Mask) -> str:
    exchange = result.exchange
    if exchange is None:
        return ""
    request, response = exchange.request, exchange.response
    sent = [f"{request.method} {request.url}", *_lines(request.headers), "", _text(request.body)]
    parts = [_block("Request", mask("\n".join(sent)))]
    if response is not None:
        got = [f"{response.status} {response.reason}", *_lines(response.headers), "", _text(response.body)]
        parts.append(_block("Response", mask("\n".join(got))))
    elif exchange.failure is not None:
        parts.append(_block("No response", mask(exchange.failure.message)))
    return "".join(parts)


def _lines(headers: Headers) -> list[str]:
    return [f"{key}: {value}" for key, value in headers]


def _text(body: bytes | None) -> str:
    if not body:
        return ""
    text = body[: _BODY + 1].decode("utf-8", "replace")
    return text if len(body) <= _BODY else f"{text[:_BODY]}… ({len(body)} bytes)"


def _block(title: str, text: str) -> str:
    shown: Any = escape(text.rstrip())
    return f"<details><summary>{title}</summary><pre>{shown}</pre></details>"
