"""Opening a run with what `conftest.py` files have to say about it."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from harness.api import LiveRun, RunConfig
from harness.collection.model import Request
from harness.errors import UsageError
from harness.runner.plan import Call


def open_run(config: pytest.Config, hook: Any, path: Path, settings: RunConfig) -> LiveRun:
    """Set a run up, and let the hooks change its environment and its requests.

    `hook` are the hooks in force where the collection lies. Raises `HarnessError`.
    """
    live = LiveRun(settings)

    def amend(call: Call, request: Request) -> Request:
        answer = hook.pytest_postman_request(config=config, call=call, request=request)
        if answer is None:
            return request
        if not isinstance(answer, Request):
            raise UsageError(f"pytest_postman_request returned {answer!r}, which is no Request")
        return answer

    try:
        live.context = replace(live.context, amend=amend)
        hook.pytest_postman_environment(config=config, path=path, environment=live.set_up.scopes.environment)
    except BaseException:
        live.close()
        raise
    return live
