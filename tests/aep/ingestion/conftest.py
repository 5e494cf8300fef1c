"""A dataset that batches go into."""

from __future__ import annotations

from typing import Any

import pytest

from tests.aep.ingestion.upload import Upload


@pytest.fixture
def upload(lake: Any) -> Upload:
    return Upload(lake)
