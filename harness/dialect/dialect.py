"""The three ways of taking a collection: as newman 6, as Postman's own CLI, and as we think right."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from harness.dialect.inputs import EXACT_INPUTS, NEWMAN_INPUTS, POSTMAN_INPUTS, InputAnswers
from harness.dialect.reports import EXACT_REPORTS, NEWMAN_REPORTS, POSTMAN_REPORTS, ReportAnswers
from harness.dialect.running import EXACT_RUN, NEWMAN_RUN, POSTMAN_RUN, RunAnswers
from harness.dialect.scripts import EXACT_SCRIPTS, NEWMAN_SCRIPTS, POSTMAN_SCRIPTS, ScriptAnswers
from harness.lazy_dataclass import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """All answers of one dialect, by the part that asks. `name` is what `--compat` calls it.

    The object is handed down to whoever has a question. Nobody compares the name.
    """

    name: str
    inputs: InputAnswers
    run: RunAnswers
    scripts: ScriptAnswers
    reports: ReportAnswers


NEWMAN: Final = Dialect(
    name="newman", inputs=NEWMAN_INPUTS, run=NEWMAN_RUN, scripts=NEWMAN_SCRIPTS, reports=NEWMAN_REPORTS
)
"""newman 6.2.2, to the letter."""

POSTMAN: Final = Dialect(
    name="postman", inputs=POSTMAN_INPUTS, run=POSTMAN_RUN, scripts=POSTMAN_SCRIPTS, reports=POSTMAN_REPORTS
)
"""Postman CLI 1.34.0 on collections of the formats v2, apart from its faults."""

EXACT: Final = Dialect(
    name="exact", inputs=EXACT_INPUTS, run=EXACT_RUN, scripts=EXACT_SCRIPTS, reports=EXACT_REPORTS
)
"""The default: current Postman, strictly read; nothing is lost or left out without a word."""

DIALECTS: Final[Mapping[str, Dialect]] = MappingProxyType({one.name: one for one in (EXACT, NEWMAN, POSTMAN)})
"""The dialects by what `--compat` calls them."""
