"""What differs between newman and a run without `--compat`: one row for each kind of difference, with an id.

The page "Coming from newman" is made from these rows, commands that compare with newman name a difference by
its id, and ids stay what they are. A new difference is a row in `scripts`, `requests`, `inputs` or
`results`, and a proof in `tests/dialect/test_differences.py`.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from harness.dialect.differences.difference import TOPICS, DialectDifference
from harness.dialect.differences.inputs import INPUTS
from harness.dialect.differences.requests import REQUESTS
from harness.dialect.differences.results import RESULTS
from harness.dialect.differences.scripts import SCRIPTS

__all__ = ["DIFFERENCES", "TOPICS", "DialectDifference"]

DIFFERENCES: Final[Mapping[str, DialectDifference]] = MappingProxyType(
    {one.id: one for one in (*SCRIPTS, *REQUESTS, *INPUTS, *RESULTS)}
)
"""Every kind of difference by its id."""
