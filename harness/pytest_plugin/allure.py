"""Calls as allure-pytest tells them: request and assertions as steps, with what was exchanged attached.

The only door to allure, which is not needed for anything else.
"""

from collections.abc import Iterable

import pytest

from harness.pytest_plugin.failure import AssertionFailure, CallFailure, assertion_text, failure_text
from harness.reporters.exchange_text import request_text, response_text
from harness.runner.results import CallResult
from harness.runner.untested import UNTESTED
from harness.scripting.engine import Assertion
from harness.secrets.watch import Mask

_MOST = 1_000_000
"""How many characters of a request or an answer are attached."""


def is_listening(config: pytest.Config) -> bool:
    """Whether allure's results are asked for."""
    return bool(config.pluginmanager.has_plugin("allure_listener"))


def tell_allure(results: Iterable[CallResult], mask: Mask) -> None:
    """Tell of calls as steps of the test that runs; all texts masked."""
    from allure import attachment_type, step

    for result in results:
        line = mask.label(" / ".join(result.call.path))
        exchange = result.exchange
        if exchange is not None:
            line = f"{exchange.request.method} {mask.url(exchange.request.url)}"
        with _kept(), step(line):
            if exchange is not None:
                _attach(mask(request_text(exchange)), "request", attachment_type.TEXT)
            if exchange is not None and exchange.response is not None:
                _attach(mask(response_text(exchange.response)), "response", attachment_type.TEXT)
            console = [one.text for run in (*result.prerequest, *result.test) for one in run.console]
            if console:
                _attach(mask("\n".join(console)), "console", attachment_type.TEXT)
            text = failure_text(result, mask)
            if text is not None:
                raise CallFailure(text)
        for assertion in result.assertions:
            with _kept(), step(mask.label(assertion.name)):
                _check(result, assertion, mask)


def _check(result: CallResult, assertion: Assertion, mask: Mask) -> None:
    if assertion.skipped:
        raise pytest.skip.Exception(mask.label(assertion.name) if assertion.untested is None else UNTESTED)
    if assertion.error is not None:
        raise AssertionFailure(assertion_text(result, assertion, mask))


class _kept:  # noqa: N801 - it reads as a word of the statement it is in
    """Keeps what fails a step from failing the test, which fails by itself."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> bool:
        return kind is not None and issubclass(kind, CallFailure | pytest.skip.Exception)


def _attach(text: str, name: str, kind: object) -> None:
    from allure import attach

    shown = text if len(text) <= _MOST else f"{text[:_MOST]}… ({len(text)} characters)"
    attach(shown, name=name, attachment_type=kind)
