"""What pytest-html shows of a call: columns, and request and response, masked and short."""

import os
from html import escape
from typing import TYPE_CHECKING, Any, Final

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterable

    from harness.client.message import Headers
    from harness.pytest_plugin.failure import Mask
    from harness.runner.results import CallResult

_ENDINGS: Final = (".postman_collection.json", ".harness.yaml", ".harness.yml")

_COLUMNS = ("method", "url", "status", "time_ms")
_BODY = 2000


class HtmlColumns:
    """The part of pytest-html's table that tells of calls."""

    @pytest.hookimpl(optionalhook=True)
    def pytest_html_results_table_header(self, cells: list[str]) -> None:
        """Add the heads of our columns."""
        cells[2:2] = ["<th>Method</th>", "<th>URL</th>", "<th>Code</th>", "<th>ms</th>"]

    @pytest.hookimpl(optionalhook=True)
    def pytest_html_results_table_row(self, report: pytest.TestReport, cells: list[str]) -> None:
        """Add our cells of a row, empty for what is no call. Subtests are told in their call's row."""
        from harness.pytest_plugin.subtest import is_subtest

        if is_subtest(report):
            cells.clear()
            return
        facts = dict(report.user_properties)
        cells[2:2] = [f"<td>{escape(str(facts.get(f'postman_{name}', '')))}</td>" for name in _COLUMNS]


def may_meet_collection(config: pytest.Config) -> bool:
    """Whether a collection is among what pytest was asked to run: columns are made before it looks."""
    for argument in config.args:
        place = config.invocation_params.dir / argument.partition("::")[0]
        if place.is_file() and place.suffix == ".json":
            return True
        for _, folders, files in os.walk(place):
            folders[:] = [one for one in folders if not one.startswith((".", "node_modules", "__pycache__"))]
            if any(one.endswith(_ENDINGS) for one in files):
                return True
    return False


def html_extras(results: "Iterable[CallResult]", mask: "Mask") -> list[dict[str, Any]]:
    """Return request and response of calls, as pytest-html shows them beside the log."""
    from pytest_html import extras

    texts = (_exchange_html(result, mask) for result in results)
    return [extras.html(text) for text in texts if text]


def _exchange_html(result: "CallResult", mask: "Mask") -> str:
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


def _lines(headers: "Headers") -> list[str]:
    return [f"{key}: {value}" for key, value in headers]


def _text(body: bytes | None) -> str:
    if not body:
        return ""
    text = body[: _BODY + 1].decode("utf-8", "replace")
    return text if len(body) <= _BODY else f"{text[:_BODY]}… ({len(body)} bytes)"


def _block(title: str, text: str) -> str:
    shown: Any = escape(text.rstrip())
    return f"<details><summary>{title}</summary><pre>{shown}</pre></details>"
