"""A script where it stands in a file."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptSite:
    """A script where it stands. `line` is that of its first line, where a file has it as lines."""

    source: str
    file: str
    field: str
    line: int | None = None

    def at(self, above: int) -> int | None:
        """Return the line of the file that has so many lines of the script above it."""
        return None if self.line is None else self.line + above
