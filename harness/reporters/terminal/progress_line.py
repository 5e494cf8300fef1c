"""The line at the bottom of a terminal that says how far a run is."""

from typing import TextIO

from harness.reporters.terminal.colours import Ink, Signs, fit
from harness.reporters.units import duration

_BAR = 20


class Pace:
    """How far a run is, and how long it may still take, by the calls done so far."""

    def __init__(self) -> None:
        self.total = 0
        self.done = 0
        self.failed = 0
        self._elapsed_ms = 0.0

    def finish(self, elapsed_ms: float, *, failed: bool) -> None:
        """Count a finished call."""
        self.done += 1
        self.failed += failed
        self._elapsed_ms += elapsed_ms

    @property
    def share(self) -> float:
        """The part of the run that is done, from 0 to 1; jumps may make more calls than planned."""
        return min(self.done / self.total, 1.0) if self.total else 0.0

    @property
    def left_ms(self) -> float | None:
        """The time the rest may take, `None` before the first call has ended."""
        if not self.done:
            return None
        return self._elapsed_ms / self.done * max(self.total - self.done, 0)


class ProgressLine:
    """Draws over itself, and goes away when something else is to be written."""

    def __init__(self, stream: TextIO, ink: Ink, signs: Signs, width: int | None) -> None:
        self._stream = stream
        self._ink = ink
        self._signs = signs
        self._width = width or 80
        self._drawn = False

    def draw(self, pace: Pace, now: str) -> None:
        """Show the pace, and what is going on now."""
        done = round(pace.share * _BAR)
        left = pace.left_ms
        eta = f"  ETA {duration(left, self._signs.micro)}" if left else ""
        counts = f" {pace.done}/{pace.total}{eta}"
        failed = f"  {self._signs.failed} {pace.failed}" if pace.failed else ""
        room = self._width - _BAR - len(counts) - len(failed) - 3
        bar = self._ink(self._signs.full * done, "green" if not pace.failed else "red")
        bar += self._ink(self._signs.empty * (_BAR - done), "dim")
        title = fit(now, room, self._signs.ellipsis) if room > 8 else ""
        self._stream.write(f"\r\x1b[2K{bar}{counts}{self._ink(failed, 'red')}  {self._ink(title, 'dim')}")
        self._stream.flush()
        self._drawn = True

    def clear(self) -> None:
        """Take the line away."""
        if self._drawn:
            self._stream.write("\r\x1b[2K")
            self._drawn = False
