"""Merging the fragments of a profile into one view.

A fragment is what one dataset says about one primary identity. Merge granularity is not documented;
objects are merged member by member, arrays and scalars are replaced as a whole.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable

TIMESTAMP_ORDERED = "timestampOrdered"
DATASET_PRECEDENCE = "dataSetPrecedence"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fragment:
    """What a dataset says about a primary identity, given by its XID. Times are epoch ms.

    `updated_ms` is the record's own `xdm:lastUpdatedDate` where it has one, else when it came in.
    """

    dataset_id: str
    xid: str
    entity: dict[str, Any]
    xaction_id: str
    received_ms: int
    updated_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeRule:
    """How attributes are merged; `order` lists dataset ids, the one that wins first."""

    kind: Literal["timestampOrdered", "dataSetPrecedence"] = "timestampOrdered"
    order: tuple[str, ...] = ()


def merge_fragments(fragments: Iterable[Fragment], rule: MergeRule) -> dict[str, Any]:
    """Return the merged entity; under dataset precedence, datasets not listed are ignored."""
    merged: dict[str, Any] = {}
    for fragment in rank(fragments, rule):
        lay_over(merged, fragment.entity)
    return merged


def rank(fragments: Iterable[Fragment], rule: MergeRule) -> list[Fragment]:
    """Fragments that count under the rule, the one that wins last."""
    found = sorted(fragments, key=lambda one: (one.updated_ms, one.received_ms))
    if rule.kind == DATASET_PRECEDENCE:
        places = {dataset_id: place for place, dataset_id in reversed(list(enumerate(rule.order)))}
        found = [one for one in found if one.dataset_id in places]
        found.sort(key=lambda one: -places[one.dataset_id])
    return found


def lay_over(base: dict[str, Any], top: dict[str, Any]) -> None:
    """Merge `top` into `base`, in place; `top` wins and shares nothing with the result."""
    for name, value in top.items():
        below = base.get(name)
        if isinstance(below, dict) and isinstance(value, dict):
            lay_over(below, value)
        else:
            base[name] = copy.deepcopy(value)
