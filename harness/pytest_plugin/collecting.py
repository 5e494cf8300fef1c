"""Collectors and items: what pytest sees of a collection."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from harness.api import MissingCassette, RunConfig, planned
from harness.collection.document import read_json
from harness.collection.model import Folder
from harness.errors import HarnessError
from harness.pytest_plugin.drive import Drive
from harness.pytest_plugin.failure import CallFailure, describe, failure_text
from harness.pytest_plugin.options import file_option, option_value
from harness.pytest_plugin.subtest import report_assertion
from harness.runner.plan import Call, Plan
from harness.runner.results import CallResult
from harness.runner.run import Step
from harness.variables.environment import parse_assignment


def is_collection(path: Path) -> bool:
    """Whether a JSON file holds a collection."""
    try:
        document = read_json(path, "the collection")
    except HarnessError:
        return False
    if isinstance(document, dict) and isinstance(document.get("collection"), dict):
        document = document["collection"]
    return isinstance(document, dict) and "info" in document and "item" in document


class CollectionFile(pytest.File):
    """A collection; its items share one run, which is started when the first of them runs."""

    drive: Drive | None = None

    def collect(self) -> Iterable[pytest.Item | pytest.Collector]:
        """Make the tree of folders and calls, once an iteration."""
        try:
            plan = planned(self.run_config())
        except MissingCassette as error:
            hint = f"record one: pytest {self.nodeid} --postman-record, or send live: --postman-live"
            raise self.CollectError(f"{error.what}\n  --> {error.where}\n  {hint}") from error
        except HarnessError as error:
            raise self.CollectError(str(error)) from error
        names = _Names()
        for iteration in range(plan.iterations):
            yield from _children(self, plan, plan.collection.root, iteration, names)

    def run_config(self) -> RunConfig:
        """Say how the collection is to be run: what the options ask for, the companion, then the defaults.

        Raises `HarnessError` when nothing says from which cassette to replay.
        """
        config = self.config
        live = bool(option_value(config, "live"))
        record = bool(option_value(config, "record"))
        return RunConfig(
            collection=str(self.path),
            environment=file_option(config, "environment"),
            globals=file_option(config, "globals"),
            data=file_option(config, "data"),
            env_vars=dict(
                parse_assignment(text, "--postman-env-var") for text in option_value(config, "env-var")
            ),
            platform=option_value(config, "platform"),
            cassette=file_option(config, "cassette"),
            cassette_mode="record" if record else "live" if live else "replay",
        )

    def start(self) -> Drive:
        """Return the run, started with the items that are selected."""
        if self.drive is None:
            chosen = frozenset(
                item.step for item in self.session.items if isinstance(item, CallItem) and item.file is self
            )
            self.drive = Drive(self.run_config(), chosen)
        return self.drive

    def teardown(self) -> None:
        """End the run when pytest is through with the collection."""
        if self.drive is not None:
            drive, self.drive = self.drive, None
            drive.finish()


class FolderCollector(pytest.Collector):
    """A folder of a collection."""

    def __init__(self, *, calls: list[Any], **options: Any) -> None:
        super().__init__(**options)
        self._nodes = calls

    def collect(self) -> Iterable[pytest.Item | pytest.Collector]:
        """Return the folder's own folders and calls."""
        plan, folder, iteration, names = self._nodes
        yield from _children(self, plan, folder, iteration, names)


class CallItem(pytest.Item):
    """A call of a collection in one iteration."""

    def __init__(self, *, call: Call, step: Step, **options: Any) -> None:
        super().__init__(**options)
        self.call = call
        self.step = step
        self.results: list[CallResult] = []
        self.add_marker("postman")

    @property
    def file(self) -> CollectionFile:
        """The collection this call is of."""
        parent = self.getparent(CollectionFile)
        if parent is None:
            raise RuntimeError("a call is always below a collection")
        return parent

    def runtest(self) -> None:
        """Run the collection up to the end of this call, and report its assertions."""
        drive = self.file.start()
        self.results = drive.take(self.step)
        if not self.results:
            raise _skipped("a script went on to another request")
        for result in self.results:
            self._report(result, drive)

    def _report(self, result: CallResult, drive: Drive) -> None:
        mask = drive.live.mask
        console = [line.text for run in (*result.prerequest, *result.test) for line in run.console]
        if console:
            self.add_report_section("call", "console", mask("\n".join(console)))
        self.user_properties += describe(result, mask)
        for assertion in result.assertions:
            report_assertion(self, result, assertion, mask)
        text = failure_text(result, mask)
        if text is not None:
            raise CallFailure(text)
        if result.skipped is not None and len(self.results) == 1:
            raise _skipped(result.skipped)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """Show what the user can use; a bug keeps its traceback."""
        if isinstance(excinfo.value, CallFailure | HarnessError):
            return f"{excinfo.value}\n  rerun: pytest '{self.nodeid}'"
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Name the call by its path."""
        return self.path, 0, " / ".join(self.call.path)


def _skipped(reason: str) -> BaseException:
    """Make a skip that is told of the call, not of this line."""
    return pytest.skip.Exception(reason, _use_item_location=True)


class _Names:
    """Names for nodes, each different from its siblings': with equal ids xdist loses tests silently."""

    def __init__(self) -> None:
        self._taken: dict[tuple[str, str], int] = {}

    def unique(self, parent: str, name: str) -> str:
        # Two colons would end a node's name within an id.
        name = name.replace("::", ":").strip() or "unnamed"
        count = self._taken.get((parent, name), 0) + 1
        self._taken[parent, name] = count
        return name if count == 1 else self.unique(parent, f"{name} [{count}]")


def _children(
    parent: pytest.Collector, plan: Plan, folder: Folder, iteration: int, names: _Names
) -> Iterator[pytest.Item | pytest.Collector]:
    positions = {id(call.item): position for position, call in enumerate(plan.calls)}
    row = f"[row-{iteration + 1}]" if plan.iterations > 1 else ""
    for child in folder.children:
        if isinstance(child, Folder):
            if any(id(item) in positions for item in child.items()):
                yield FolderCollector.from_parent(
                    parent,
                    name=names.unique(f"{parent.nodeid}#{iteration}", child.name),
                    calls=[plan, child, iteration, names],
                )
        elif id(child) in positions:
            position = positions[id(child)]
            yield CallItem.from_parent(
                parent,
                name=names.unique(parent.nodeid, child.name + row),
                call=plan.calls[position],
                step=(iteration, position),
            )
