"""What pytest-html shows of a call: columns, and request and response, masked and short."""

import os
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterable

    from harness.runner.results import CallResult
    from harness.secrets.watch import Mask

_ENDINGS: Final = (".postman_collection.json", ".harness.yaml", ".harness.yml")

_COLUMNS: Final = ("method", "url", "status", "time_ms")

_MOST: Final = 4_000
_LEAST: Final = 150
_WHOLE: Final = 1_500_000
"""How many characters are shown of a request or response at most and at least, and of all of a session."""


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
        facts = dict(getattr(report, "user_properties", ()))  # a collector's report has none
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


def report_link(config: pytest.Config, collection: str, result: "CallResult") -> list[dict[str, Any]]:
    """Return the link to a call in our own report, when that is made, too."""
    from pytest_html import extras

    from harness.pytest_plugin.session_report import anchor_of, report_file

    report = report_file(config)
    if report is None:
        return []
    folder = (config.invocation_params.dir / config.getoption("htmlpath")).parent
    try:
        address = quote(Path(os.path.relpath(report, folder)).as_posix())
    except ValueError:  # on another drive of Windows
        address = report.as_uri()
    return [extras.url(address + anchor_of(collection, result.call, result.iteration), name="harness report")]


def html_extras(results: "Iterable[CallResult]", mask: "Mask", items: int) -> list[dict[str, Any]]:
    """Return request and response of calls, as pytest-html shows them beside the log.

    The more `items` a session has, the less is shown of each: pytest-html writes and draws them all at once.
    """
    from pytest_html import extras

    room = max(_LEAST, min(_MOST, _WHOLE // max(1, items)))
    texts = (_exchange_html(result, mask, room) for result in results)
    return [extras.html(text) for text in texts if text]


def _exchange_html(result: "CallResult", mask: "Mask", room: int) -> str:
    from harness.reporters.exchange_text import request_text, response_text

    exchange = result.exchange
    if exchange is None:
        return ""
    response = exchange.response
    parts = [_block("Request", mask(request_text(exchange)), room)]
    if response is not None:
        parts.append(_block("Response", mask(response_text(response)), room))
    elif exchange.failure is not None:
        parts.append(_block("No response", mask(exchange.failure.message), room))
    return "".join(parts)


def _block(title: str, text: str, room: int) -> str:
    shown = text if len(text) <= room else f"{text[:room]}… ({len(text)} characters)"
    return f"<details><summary>{title}</summary><pre>{escape(shown, quote=False)}</pre></details>"
