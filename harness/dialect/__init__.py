"""The answers in which newman, Postman and this runner differ: one object for each dialect, handed down.

No other room asks which dialect it is.
"""

from harness.dialect.dialect import DIALECTS, EXACT, NEWMAN, POSTMAN, Dialect
from harness.dialect.inputs import InputAnswers
from harness.dialect.reports import ReportAnswers
from harness.dialect.running import RunAnswers
from harness.dialect.scripts import ScriptAnswers

__all__ = [
    "DIALECTS",
    "EXACT",
    "NEWMAN",
    "POSTMAN",
    "Dialect",
    "InputAnswers",
    "ReportAnswers",
    "RunAnswers",
    "ScriptAnswers",
]
