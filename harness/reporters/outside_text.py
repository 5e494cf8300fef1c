"""Text from outside on its way to people: it acts on no terminal, CI log or page, and it has an end.

Names, addresses, answers and messages come from strangers. Whatever prints them into lines does it through
here: `clean` spells out what would steer a terminal, `cut` ends what is too long for a line, `defused` breaks
what a CI system would take for a command, and `GuardedStream` does the first and the last once more for all
that a command prints, so that a place that was forgotten is no hole.
"""

import io
import re
from collections.abc import Callable, Mapping
from typing import Final, TextIO

LONGEST: Final = 2000
"""How many characters of one value are shown where results are lines; HTML and JSON have all of it."""

_CONTROL: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_STYLED: Final = re.compile(r"\x1b\[[0-9;]*m|\r\x1b\[2K")
"""What our own terminal report writes: styles, and the beginning of a line that is drawn over."""

_COMMAND: Final = re.compile(r"^(\s*):(?=:)", re.MULTILINE)
_BRACKETED: Final = re.compile(r"#(?=#(?:\[|vso\[|teamcity\[))", re.IGNORECASE)
_CI: Final = ("GITHUB_ACTIONS", "GITEA_ACTIONS", "TF_BUILD", "TEAMCITY_VERSION", "CI")
"""Variables of CI systems that read commands from what a step prints; a container often knows `CI` alone."""


def clean(text: str) -> str:
    """Spell out what would steer a terminal: control characters, except line feed; a tab is four spaces."""
    text = text.replace("\r\n", "\n").replace("\t", "    ")
    return _CONTROL.sub(_spelled, text)


def cut(text: str, most: int = LONGEST) -> str:
    """End a text that is too long to be read in a line, and say how long it is.

    Secrets have to be masked before: half of one is found by nobody.
    """
    return text if len(text) <= most else f"{text[:most]}… (cut; {len(text):,} characters in all)"


def defused(text: str) -> str:
    """Break what a CI system would take for a command, visibly: `::set-env` becomes `: :set-env`.

    GitHub's runner takes lines that begin with `::`, also after blanks, and `##[` anywhere (ActionCommand in
    https://github.com/actions/runner); Azure Pipelines takes `##vso[`, TeamCity `##teamcity[`.
    """
    return _BRACKETED.sub("# ", _COMMAND.sub(r"\1: ", text))


def reads_commands(environ: Mapping[str, str]) -> bool:
    """Tell whether what is printed is read by a CI system that takes commands from it."""
    return any(environ.get(name, "").lower() not in {"", "0", "false"} for name in _CI)


def _spelled(found: re.Match[str]) -> str:
    return ascii(found[0])[1:-1]


class GuardedStream(io.TextIOBase):
    """A stream for people, through which nothing from outside acts.

    `commands` says that a CI system reads along; our own commands to it go to `raw`. `styled` lets through
    the colours that our own report draws with, for a writer that cleans all text from outside by itself.
    `fold` breaks lines that are too wide for the terminal; it is given whole lines.
    """

    def __init__(
        self,
        stream: TextIO,
        *,
        commands: bool,
        styled: bool = False,
        fold: Callable[[str], str] | None = None,
    ) -> None:
        self.raw = stream
        self._commands = commands
        self._styled = styled
        self._fold = fold
        self._begun = ""
        self._within = False

    def with_styles(self) -> "GuardedStream":
        """Return the same for a writer that draws with colours, and breaks its lines itself."""
        return GuardedStream(self.raw, commands=self._commands, styled=True)

    def verbatim(self) -> "GuardedStream":
        """Return the same for a writer of what programs read: its lines stay as they are."""
        return GuardedStream(self.raw, commands=self._commands)

    def write(self, text: str) -> int:
        """Write text with everything made harmless."""
        safe = _outside_styles(text) if self._styled else _CONTROL.sub(_spelled, text)
        whole = not self._within and safe.endswith("\n")
        self._within = self._within if not safe else not safe.endswith("\n")
        if self._fold is not None and whole:
            safe = self._fold(safe)
        self.raw.write(self._unread(safe) if self._commands else safe)
        return len(text)

    def _unread(self, text: str) -> str:
        """Break commands, also those that are written in pieces."""
        whole = defused(self._begun + text)
        safe = whole[len(self._begun) :]
        line = (self._begun + safe).rpartition("\n")[2]
        self._begun = line if line.strip() in ("", ":") else "x"
        return safe

    def flush(self) -> None:
        """Flush the stream below."""
        self.raw.flush()

    def isatty(self) -> bool:
        """Whether people sit before it."""
        return self.raw.isatty()

    def fileno(self) -> int:
        """Return the descriptor of the stream below."""
        return self.raw.fileno()

    def writable(self) -> bool:
        """Say that it can be written to."""
        return True

    @property
    def encoding(self) -> str:  # type: ignore[override]  # a plain attribute in typeshed
        """The encoding of the stream below."""
        return self.raw.encoding or "utf-8"

    @property
    def errors(self) -> str | None:  # type: ignore[override]  # see above
        """What happens to characters that the encoding lacks."""
        return self.raw.errors


def _outside_styles(text: str) -> str:
    """Spell out control characters, except where they are ours."""
    if not _CONTROL.search(text):
        return text
    parts: list[str] = []
    at = 0
    for own in _STYLED.finditer(text):
        parts += (_CONTROL.sub(_spelled, text[at : own.start()]), own[0])
        at = own.end()
    return "".join((*parts, _CONTROL.sub(_spelled, text[at:])))
