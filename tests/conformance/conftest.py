"""One echo server for all cases; and the modules beside this file, which the recording script shares."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parent))

from conformance_case import EchoServer, echo_server


@pytest.fixture(scope="session")
def server() -> Iterator[EchoServer]:
    with echo_server() as running:
        yield running
