"""Dealing out items to xdist's workers: a collection goes to one worker as a whole."""

from typing import Any

from xdist.scheduler import LoadGroupScheduling, LoadScheduling, LoadScopeScheduling

_ENDING = ".json"


def collection_file(nodeid: str) -> str | None:
    """Return the collection that an item belongs to, `None` for any other item."""
    file, found, _ = nodeid.partition("::")
    return file if found and file.endswith(_ENDING) else None


class CollectionLoadScheduling(LoadScheduling):  # type: ignore[misc]  # xdist has no types
    """Deals out as `--dist load` does, but never a part of a collection."""

    def _send_tests(self, node: Any, num: int) -> None:
        super()._send_tests(node, self._whole(num))

    def _whole(self, number: int) -> int:
        """Return how many of the pending tests to send so that no collection is cut."""
        if not 0 < number < len(self.pending):
            return number
        last = self._file(number - 1)
        while last is not None and number < len(self.pending) and self._file(number) == last:
            number += 1
        return number

    def _file(self, place: int) -> str | None:
        return collection_file(self.collection[self.pending[place]])


class CollectionScopeScheduling(LoadScopeScheduling):  # type: ignore[misc]  # xdist has no types
    """Deals out as `--dist loadscope` does; a collection is one scope, whatever its folders."""

    def _split_scope(self, nodeid: str) -> str:
        return collection_file(nodeid) or str(super()._split_scope(nodeid))


class CollectionGroupScheduling(LoadGroupScheduling):  # type: ignore[misc]  # xdist has no types
    """Deals out as `--dist loadgroup` does; a collection is one group."""

    def _split_scope(self, nodeid: str) -> str:
        return collection_file(nodeid) or str(super()._split_scope(nodeid))


SCHEDULERS = {
    "load": CollectionLoadScheduling,
    "loadscope": CollectionScopeScheduling,
    "loadgroup": CollectionGroupScheduling,
}
