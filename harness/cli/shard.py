"""`--shard I/N`: which part of the collections of a command this machine runs."""

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.api.preparation import planned
from harness.api.sharding import Deal, Portion
from harness.cli.run_config import run_config
from harness.cli.terminal import Terminal
from harness.errors import HarnessError, UsageError
from harness.options.config import RunConfig
from harness.reporters.history import read_history
from harness.reporters.units import counted


@dataclass(frozen=True, slots=True, kw_only=True)
class ShardOfCollections:
    """A part of the collections of a command: those that are in it, each with its portion.

    A collection without one is run as it is, as one that cannot be read, which then says so.
    """

    collections: Sequence[tuple[str, Portion | None]]


def shard_of(options: argparse.Namespace, terminal: Terminal) -> ShardOfCollections:
    """Deal the collections out, and say which are this machine's. Raises `UsageError` for odd options.

    A shard to which nothing falls has the first collection, with nothing of it to run: its reports are made.
    """
    number, count = options.shard
    for other, why in (
        ("rerun_failed", "a result of a shard runs again without --shard"),
        ("share_variables", "collections that go on from one another cannot be run apart"),
    ):
        if getattr(options, other):
            spelled = f"--{other.replace('_', '-')}"
            raise UsageError(f"--shard and {spelled} cannot be given together", where="--shard", hint=why)
    configs, broken = _configs(options, terminal)
    deal = Deal(list(configs.values()), count, _times(options, terminal))
    dealt = {place: deal.portion(at, number - 1) for at, place in enumerate(configs)}
    found: list[tuple[str, Portion | None]] = []
    for place, collection in enumerate(options.collections):
        if place in broken:
            # Somebody has to say what is wrong with it.
            if number == 1:
                found.append((collection, None))
        elif dealt[place].steps:
            found.append((collection, dealt[place]))
            terminal.err.write(f"shard {number}/{count}: {_told(collection, dealt[place])}\n")
    if not found:
        terminal.err.write(f"shard {number}/{count}: nothing to run\n")
        found += [(options.collections[place], portion) for place, portion in dealt.items()][:1]
    return ShardOfCollections(collections=tuple(found))


def _configs(
    options: argparse.Namespace, terminal: Terminal
) -> tuple[Mapping[int, RunConfig], frozenset[int]]:
    """Return how collections are to be run, by their place, and the places of those that cannot be."""
    configs: dict[int, RunConfig] = {}
    broken: set[int] = set()
    for place, collection in enumerate(options.collections):
        try:
            config = run_config(collection, options, terminal)
            planned(config, cassette_later=True)
        except HarnessError:
            broken.add(place)
        else:
            configs[place] = config
    return configs, frozenset(broken)


def _times(options: argparse.Namespace, terminal: Terminal) -> Mapping[str, float]:
    """Return how long calls took in the past runs of a history."""
    if options.history is None:
        return {}
    past = read_history(terminal.cwd / Path(options.history))
    return past[-1].times if past else {}


def _told(collection: str, portion: Portion) -> str:
    own = counted(portion.of, "call") if portion.whole else f"{len(portion.steps)} of {portion.of} calls"
    more = f", and {len(portion.set_up)} more as set-up" if portion.set_up else ""
    return f"{own} of {collection}{more}"
