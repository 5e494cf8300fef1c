"""Which calls of a collection a run has: those chosen by name or tag, and those of set-up and teardown."""

from collections.abc import Iterator, Sequence

from harness.collection.companion import CallEntry, Companion, bind, once
from harness.collection.model import Collection, Item
from harness.collection.selection import leave_out, passed_over, pick, select
from harness.errors import UsageError, choices
from harness.options.config import RunConfig
from harness.runner.plan import Plan, plan
from harness.variables.data import Data, load_data


def planned_calls(config: RunConfig, collection: Collection, companion: Companion) -> Plan:
    """Plan the calls that are asked for, once a data row or as often as asked for.

    The companion's set-up and teardown go with whatever is asked for, unless they are left out by name or
    tag.
    """
    given = config.inputs.data
    data = Data(rows=()) if given is None else load_data(given, answers=config.dialect.inputs)
    before, after = once(companion, collection)
    entries = entries_by_item(companion, collection)
    chosen = _chosen(collection, config)
    named = (*config.inputs.folders, *config.inputs.picks)
    namesakes = () if chosen is None else passed_over(collection, named, chosen)
    items = _tagged(_without_excluded(collection, config, chosen), config, collection, companion)
    if items is not None and not items:
        # Where nothing is left to run there is nothing to set up.
        before = after = ()
    if before or after:
        before, after = (_kept(one, config, collection, companion) for one in (before, after))
        apart = {id(item) for item in (*before, *after)}
        within = tuple(collection.items()) if items is None else items
        items = (*before, *(item for item in within if id(item) not in apart), *after)
    return plan(
        collection,
        items=items,
        rows=data.rows,
        iterations=config.inputs.iterations,
        warnings=(*data.warnings, *namesakes),
        before=len(before),
        after=len(after),
        apart=config.limits.isolate_rows,
        tags={item: entry.tags for item, entry in entries.items() if entry.tags},
    )


def entries_by_item(companion: Companion, collection: Collection) -> dict[int, CallEntry]:
    """Return what the companion says of each item, by the item's identity."""
    if not companion.calls:
        return {}
    bound = zip(collection.items(), bind(companion, collection), strict=True)
    return {id(item): entry for item, entry in bound if entry is not None}


def _without_excluded(
    collection: Collection, config: RunConfig, chosen: tuple[Item, ...] | None
) -> tuple[Item, ...] | None:
    excluded = config.inputs.excluded
    if not excluded:
        return chosen
    items = select(collection, (), answers=config.dialect.inputs) if chosen is None else chosen
    return leave_out(collection, items, excluded)


def _chosen(collection: Collection, config: RunConfig) -> tuple[Item, ...] | None:
    answers = config.dialect.inputs
    folders, picks = config.inputs.folders, config.inputs.picks
    if folders and picks:
        raise UsageError(
            "--folder and -i cannot be given together",
            where="-i",
            hint="--folder runs what it names in the order of the collection, -i in the order given",
        )
    if picks:
        return pick(collection, picks, answers=answers)
    wanted = bool(folders) or collection.target is not None
    return select(collection, folders, answers=answers) if wanted else None


def _tagged(
    items: tuple[Item, ...] | None, config: RunConfig, collection: Collection, companion: Companion
) -> tuple[Item, ...] | None:
    """Keep the items that have a tag which is asked for, and none that is to be left out."""
    tags, excluded = config.inputs.tags, config.inputs.excluded_tags
    if not tags and not excluded:
        return items
    known = {tag: None for entry in companion.calls for tag in entry.tags}
    for option, given in (("--tag", tags), ("--exclude-tag", excluded)):
        for tag in given:
            if tag not in known:
                raise _unknown(tag, option, known, companion)
    within = tuple(collection.items()) if items is None else items
    kept = tuple(_with_tags(within, tags, excluded, collection, companion))
    if within and not kept and not config.inputs.allow_empty:
        told = [f"the tag {' or '.join(map(repr, tags))}"] if tags else []
        told += [f"none of the tags {', '.join(map(repr, excluded))}"] if excluded else []
        raise UsageError(f"no call that is chosen has {' and '.join(told)}", where=companion.file)
    return kept


def _kept(
    items: Sequence[Item], config: RunConfig, collection: Collection, companion: Companion
) -> tuple[Item, ...]:
    """Leave out of set-up or teardown what the command line leaves out."""
    left = leave_out(collection, items, config.inputs.excluded)
    return tuple(_with_tags(left, (), config.inputs.excluded_tags, collection, companion))


def _with_tags(
    items: Sequence[Item],
    tags: Sequence[str],
    excluded: Sequence[str],
    collection: Collection,
    companion: Companion,
) -> Iterator[Item]:
    entries = entries_by_item(companion, collection)
    for item in items:
        entry = entries.get(id(item))
        own = entry.tags if entry is not None else ()
        if (not tags or any(tag in own for tag in tags)) and not any(tag in own for tag in excluded):
            yield item


def _unknown(tag: str, option: str, known: dict[str, None], companion: Companion) -> UsageError:
    what = f"no call has the tag {tag!r}"
    if not known:
        hint = "give calls tags in the companion file: `tags: [smoke]` beside their `call:`"
        return UsageError(what, where=companion.file or option, hint=hint)
    return UsageError(what, where=companion.file, hint=choices(tag, known))
