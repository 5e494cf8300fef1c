"""What a command sees of the terminal it runs in; given, never looked up, so that commands are tested."""

import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import field, replace
from pathlib import Path
from typing import Self, TextIO, cast

from harness.lazy_dataclass import dataclass
from harness.reporters.outside_text import GuardedStream, reads_commands


@dataclass(frozen=True, slots=True, kw_only=True)
class Terminal:
    """The streams, environment variables and folder of one run of a command."""

    out: TextIO = field(default_factory=lambda: sys.stdout)
    err: TextIO = field(default_factory=lambda: sys.stderr)
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)
    cwd: Path = field(default_factory=Path.cwd)

    def guarded(self) -> Self:
        """Return the terminal with streams through which nothing acts that comes from outside.

        Lines that are too wide for a terminal are broken at words.
        """
        commands = reads_commands(self.environ)
        out, err = (
            GuardedStream(stream, commands=commands, fold=self._fold(stream))
            for stream in (self.out, self.err)
        )
        return replace(self, out=cast("TextIO", out), err=cast("TextIO", err))

    def _fold(self, stream: TextIO) -> Callable[[str], str] | None:
        """Return what breaks lines for a terminal, `None` for a stream that has no edge."""
        if not stream.isatty():
            return None

        def fold(text: str) -> str:
            from harness.cli.folded_lines import folded
            from harness.reporters.terminal.colours import width_of

            width = width_of(stream, self.environ)
            return text if width is None else folded(text, width)

        return fold

    def verbatim(self) -> TextIO:
        """Return the stream of output for what programs read: documents, scripts and lines to be copied."""
        out = self.out
        return cast("TextIO", out.verbatim()) if isinstance(out, GuardedStream) else out

    def drawing(self) -> TextIO:
        """Return the stream of output for reports that draw with colours, and clean what they tell."""
        out = self.out
        return cast("TextIO", out.with_styles()) if isinstance(out, GuardedStream) else out

    def to_ci(self) -> TextIO:
        """Return the stream of output for commands to a CI system."""
        return self.out.raw if isinstance(self.out, GuardedStream) else self.out
