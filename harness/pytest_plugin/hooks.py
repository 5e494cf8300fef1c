"""The hooks that the plugin calls; implement them in a `conftest.py`."""

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from harness.collection.model import Request
    from harness.runner.plan import Call
    from harness.variables.scope import Scope


@pytest.hookspec()
def pytest_postman_environment(config: pytest.Config, path: "Path", environment: "Scope") -> None:
    """Change the environment of a collection, right before its first call runs.

    `environment` is filled from file, options and cassette; `environment.set(name, value)` wins over them.
    `path` is the collection.
    """


@pytest.hookspec(firstresult=True)
def pytest_postman_request(config: pytest.Config, call: "Call", request: "Request") -> "Request | None":
    """Return another request in place of one that is about to be resolved and sent, or `None`.

    The pre-request scripts ran already; names in `{{}}` are not resolved yet, and the request is not yet
    authorized. It is frozen: `dataclasses.replace(request, headers=...)` makes another. A replay asks too, so
    that it sends the same.
    """
