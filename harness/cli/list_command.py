"""`harness list`: the folders and calls of a collection as a tree."""

import argparse
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from typing import Any

from harness.api.call_choice import planned_calls
from harness.api.input_warnings import collection_warnings
from harness.api.preparation import companion_of
from harness.cli.json_output import write_json
from harness.cli.plan_lines import ShownAddress, hint_lines, plan_document, plan_lines
from harness.cli.terminal import Terminal
from harness.cli.warnings_told import policy_of, tell_warnings
from harness.collection.load import load_collection
from harness.collection.model import Collection, Folder, Item
from harness.collection.selection import select
from harness.dialect import EXACT
from harness.errors import ExitCode, UsageError
from harness.options.config import RunConfig

_PLAIN = {"├": "|", "└": "`", "─": "-", "│": "|", "·": "-"}


def list_command(options: argparse.Namespace, terminal: Terminal) -> ExitCode:
    """Print the tree, with method and URL of each call, and how many there are."""
    policy = policy_of(options)
    if options.recording is not None and not options.plan:
        raise UsageError("--from says something about a plan", where="--from", hint="give --plan, too")
    if options.plan:
        return _show_plan(options, terminal)
    collection = load_collection(options.collection)
    if options.format == "json":
        write_json(terminal.verbatim(), _document(options.collection, collection))
        return tell_warnings(collection_warnings(collection), policy, terminal)
    chosen = {id(item) for item in select(collection, (), answers=EXACT.inputs)}
    lines = [collection.name, *_tree(collection.root, "", chosen, ShownAddress())]
    count = len(chosen)
    lines += ["", f"{count} request" + ("" if count == 1 else "s")]
    text = "\n".join(lines) + "\n"
    if "utf" not in (terminal.out.encoding or "utf-8").lower():
        text = "".join(_PLAIN.get(character, character) for character in text)
    terminal.out.write(text)
    return tell_warnings(collection_warnings(collection), policy, terminal)


def _show_plan(options: argparse.Namespace, terminal: Terminal) -> ExitCode:
    """Print which calls wait for which when they run side by side."""
    from harness.api.call_order import planned_order

    plan, order = planned_order(RunConfig.of(options.collection, environment=options.environment))
    hints = None
    if options.recording is not None:
        from harness.cassettes.compare.order_hints import order_hints
        from harness.cassettes.file.format import load

        hints = tuple(order_hints(plan.calls, order, load(terminal.cwd / options.recording)))
    if options.format == "json":
        write_json(terminal.verbatim(), plan_document(plan, order, hints))
    else:
        terminal.out.write("".join(f"{line}\n" for line in plan_lines(plan, order)))
        if hints is not None:
            # Lines of a companion, to be copied.
            lines = hint_lines(hints, options.recording)
            terminal.verbatim().write("".join(f"{line}\n" for line in lines))
    return tell_warnings(collection_warnings(plan.collection), policy_of(options), terminal)


def _document(source: str, collection: Collection) -> dict[str, Any]:
    """Tell the calls that a run has, with the tags that the companion gives them."""
    plan = planned_calls(RunConfig.of(collection), collection, companion_of(RunConfig.of(source)))
    calls = []
    shown = ShownAddress()
    for position, call in enumerate(plan.calls):
        item = call.item
        told: dict[str, Any] = {
            "path": list(call.path),
            "method": item.request.method,
            "url": shown(item.request.url),
            "tags": list(plan.tags.get(position, ())),
            "once": plan.part(position),
        }
        if item.unreadable is not None:
            told["unreadable"] = item.unreadable.told
        elif item.skipped is not None:
            told["skipped"] = item.skipped
        calls.append(told)
    return {"collection": collection.name, "calls": calls}


def _tree(folder: Folder, indent: str, chosen: AbstractSet[int], shown: ShownAddress) -> Iterator[str]:
    children = [child for child in folder.children if _holds(child, chosen)]
    for position, child in enumerate(children):
        last = position == len(children) - 1
        branch = indent + ("└─ " if last else "├─ ")
        if isinstance(child, Folder):
            yield branch + child.name
            yield from _tree(child, indent + ("   " if last else "│  "), chosen, shown)
        elif child.unreadable is not None:
            yield f"{branch}{child.name} · {child.unreadable.told}"
        elif child.skipped is not None:
            yield f"{branch}{child.name} · {child.skipped}"
        else:
            yield f"{branch}{child.name} · {child.request.method} {shown(child.request.url)}"


def _holds(entry: Folder | Item, chosen: AbstractSet[int]) -> bool:
    """Whether an entry is to be listed: it is chosen, holds something that is, or is an empty folder."""
    if isinstance(entry, Item):
        return id(entry) in chosen
    items = [id(item) for item in entry.items()]
    return not items or not chosen.isdisjoint(items)
