"""What lint found, and where."""

import json
from dataclasses import dataclass
from hashlib import sha256

from harness.linting.rule import BY_ID, LintRule, Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A rule that a place of a file breaks. `severity` is the rule's unless the check knows better."""

    rule_id: str
    message: str
    file: str
    field: str = ""
    line: int | None = None
    raised: Severity | None = None

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
        """What stays the same when lines above it come and go."""
        text = json.dumps([self.rule_id, self.file, self.field, self.message])
        return sha256(text.encode()).hexdigest()[:32]

    @property
    def place(self) -> str:
        """Where it is: file, line, field."""
        line = f":{self.line}" if self.line else ""
        return f"{self.file}{line}" + (f": {self.field}" if self.field else "")
