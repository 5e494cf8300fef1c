"""What a run warns of before it begins: in collections, environments, and options that are to be removed."""

from collections.abc import Iterator, Mapping
from dataclasses import MISSING, Field
from typing import Any

from harness.collection.model import Collection
from harness.options.config import PLACES, KeywordPlace, RunConfig
from harness.runner.plan import Plan
from harness.runner.results import RunWarning
from harness.secrets.returned_masks import mask_warnings, row_mask_warnings
from harness.variables.environment import Environment
from harness.warning_kinds import kind_of


def collection_warnings(collection: Collection, plan: Plan | None = None) -> Iterator[RunWarning]:
    """Tell what the loader had to bend to read a collection.

    With a plan, files that cannot be read are told of unless they are among what is to run, and fail it.
    """
    for text in collection.warnings:
        kind = kind_of(text, otherwise="odd-collection")
        yield RunWarning(kind=kind, message=str(text), place=collection.file)
    for notice in collection.notices:
        yield RunWarning(kind="odd-collection", message=notice.message, place=notice.place)
    if plan is None:
        return
    planned = {id(call.item) for call in plan.calls}
    for item in collection.items():
        if item.unreadable is not None and id(item) not in planned:
            one = item.unreadable
            yield RunWarning(kind="unreadable-request", message=one.message, place=one.place)


def environment_warnings(*environments: Environment) -> Iterator[RunWarning]:
    """Tell what looks like a mistake in environments and globals."""
    for environment in environments:
        for text in environment.warnings:
            yield RunWarning(kind=kind_of(text, otherwise="odd-environment"), message=str(text))


def returned_masks(collection: Collection, plan: Plan, *environments: Environment) -> Iterator[RunWarning]:
    """Tell of variables and columns whose values are what a report showed in place of a secret."""
    for environment in environments:
        for text in mask_warnings(environment.variables, environment.file):
            yield RunWarning(kind="masked-value", message=text)
    for text in mask_warnings(collection.variables, ""):
        yield RunWarning(kind="masked-value", message=text, place=collection.file)
    for text in row_mask_warnings(plan.rows):
        yield RunWarning(kind="masked-value", message=text)


def deprecated_settings(
    config: RunConfig, places: Mapping[str, KeywordPlace] = PLACES
) -> Iterator[RunWarning]:
    """Tell which settings of a configuration are going to be removed, and what to use instead."""
    for keyword, place in places.items():
        owner = getattr(config, place.group) if place.group else config
        if place.setting.instead and getattr(owner, place.field.name) != _default(place.field):
            spelled = ", ".join(f"--{option.name}" for option in place.setting.options) or f"`{keyword}`"
            message = f"{spelled} is going to be removed: use {place.setting.instead}"
            yield RunWarning(kind="deprecated-option", message=message)


def _default(field: Field[Any]) -> Any:
    return field.default if field.default_factory is MISSING else field.default_factory()
