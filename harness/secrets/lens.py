"""A way to look at what is searched for: with other texts in its place, or some of it kept."""

from collections.abc import Callable

from harness.secrets.needles import Edit, Needles, Swapped, edits_of


class Lens:
    """What is looked for, with what `replacement` gives in its place, less what `keeps` tells to leave."""

    __slots__ = ("_keeps", "_needles", "_replacement")

    def __init__(
        self,
        needles: Needles,
        replacement: Callable[[str], str],
        keeps: Callable[[str], bool] | None = None,
    ) -> None:
        self._needles = needles
        self._replacement = replacement
        self._keeps = keeps

    @property
    def binary(self) -> bool:
        """Whether some of it is no text."""
        return self._needles.binary

    @property
    def spaced(self) -> bool:
        """Whether some of it holds a space."""
        return self._needles.spaced

    def swapped(self, text: str) -> Swapped:
        """Replace what occurs as it is."""
        return self._needles.swapped(text, self._replacement, self._keeps)

    def plain(self, text: str) -> list[Edit]:
        """Return the edits for what occurs as it is."""
        return edits_of(self._needles, text, self._replacement, self._keeps)

    def occur(self, text: str) -> bool:
        """Tell whether anything occurs as it is."""
        return self._needles.occur(text)
