"""Dealing out items to xdist's workers: what is a group goes to one worker as a whole.

A group is a collection, or with `--postman-dist branch` calls of one that need none of the others.
"""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from xdist.scheduler import LoadGroupScheduling, LoadScheduling, LoadScopeScheduling

from harness.pytest_plugin.groups import read_groups

_LEAST = 2


class _Groups:
    """Knows the groups, once workers have collected."""

    config: Any

    @cached_property
    def groups(self) -> Mapping[str, str]:
        """The groups by the ids of their items."""
        return read_groups(self.config)

    def group_of(self, nodeid: str) -> str | None:
        """Return the group of an item, `None` for one of others; workers elsewhere cannot tell theirs."""
        file, found, _ = nodeid.partition("::")
        return self.groups.get(nodeid) or (file if found and file.endswith(".json") else None)


class CollectionLoadScheduling(_Groups, LoadScheduling):  # type: ignore[misc]  # xdist has no types
    """Deals out as `--dist load` does, but never a part of a collection."""

    def _send_tests(self, node: Any, num: int) -> None:
        super()._send_tests(node, self._whole(num))

    def _whole(self, number: int) -> int:
        """Return how many of the pending tests to send so that no collection is cut.

        That is up to the collection that would be cut, which another worker may then take. It goes along
        where too little is before it: a worker of xdist runs a test when it knows the next.
        """
        if not 0 < number < len(self.pending):
            return number
        last = self._group(number - 1)
        if last is None or self._group(number) != last:
            return number
        begin = number - 1
        while begin > 0 and self._group(begin - 1) == last:
            begin -= 1
        if begin >= _LEAST:
            return begin
        while number < len(self.pending) and self._group(number) == last:
            number += 1
        return number

    def _group(self, place: int) -> str | None:
        return self.group_of(self.collection[self.pending[place]])


class BranchScheduling(_Groups, LoadScopeScheduling):  # type: ignore[misc]  # xdist has no types
    """Deals out branches, whose calls need not stand together, and other tests one by one."""

    def _split_scope(self, nodeid: str) -> str:
        return self.group_of(nodeid) or nodeid


class CollectionScopeScheduling(_Groups, LoadScopeScheduling):  # type: ignore[misc]  # xdist has no types
    """Deals out as `--dist loadscope` does; a group is one scope, whatever its folders."""

    def _split_scope(self, nodeid: str) -> str:
        return self.group_of(nodeid) or str(super()._split_scope(nodeid))


class CollectionGroupScheduling(_Groups, LoadGroupScheduling):  # type: ignore[misc]  # xdist has no types
    """Deals out as `--dist loadgroup` does; a group of ours is one of its groups."""

    def _split_scope(self, nodeid: str) -> str:
        return self.group_of(nodeid) or str(super()._split_scope(nodeid))


SCHEDULERS = {
    "load": CollectionLoadScheduling,
    "loadscope": CollectionScopeScheduling,
    "loadgroup": CollectionGroupScheduling,
}
"""The schedulers by xdist's words."""

BRANCH_SCHEDULERS = {**SCHEDULERS, "load": BranchScheduling}
"""Those of `--postman-dist branch`."""
