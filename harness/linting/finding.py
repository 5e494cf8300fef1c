"""What lint found, and where."""

import json
import re
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

from harness.linting.rule import BY_ID, LintRule, Severity

_INDEX: Final = re.compile(r"\[\d+\]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A rule that a place of a file breaks. `severity` is the rule's unless the check knows better.

    `nth` counts findings of one file that say the same at the same field, in the order of their lines.
    """

    rule_id: str
    message: str
    file: str
    field: str = ""
    line: int | None = None
    raised: Severity | None = None
    nth: int = 0

    @property
    def rule(self) -> LintRule:
        """The rule that is broken."""
        return BY_ID[self.rule_id]

    @property
    def severity(self) -> Severity:
        """How much it matters."""
        return self.raised or self.rule.severity

    @property
    def fingerprint(self) -> str:
        """What stays the same when lines and entries of lists above it come and go."""
        field = _INDEX.sub("[]", self.field)
        text = json.dumps([self.rule_id, self.path, field, self.message, *([self.nth] if self.nth else [])])
        return sha256(text.encode()).hexdigest()[:32]

    @property
    def path(self) -> str:
        """The file as a repository names it: from the working directory on, with slashes."""
        path = Path(self.file)
        here = Path.cwd()
        return (path.relative_to(here) if path.is_relative_to(here) else path).as_posix()

    @property
    def place(self) -> str:
        """Where it is: file, line, field."""
        line = f":{self.line}" if self.line else ""
        return f"{self.file}{line}" + (f": {self.field}" if self.field else "")
