"""Collectors: what pytest sees of a collection and its folders."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from harness.api import LiveRun, MissingCassette, RunConfig, cassette_in_use, planned
from harness.api.preparation import require_cassette
from harness.api.upstream_steps import upstream_steps
from harness.collection.companion import numbered
from harness.collection.document import read_json
from harness.collection.model import Folder
from harness.collection.v3.definition import KIND
from harness.collection.v3.directory import definition_of, request_stem
from harness.collection.v3.location import root_of
from harness.collection.v3.reader import read_yaml
from harness.errors import HarnessError
from harness.pytest_plugin.blocked_calls import FencedTransport
from harness.pytest_plugin.branches import Branches, branches_of
from harness.pytest_plugin.drive import Drive, Itinerary
from harness.pytest_plugin.failure import error_text, failure_around, request_line, setup_text
from harness.pytest_plugin.finished_runs import ended_runs
from harness.pytest_plugin.groups import worker_count
from harness.pytest_plugin.item import CallItem
from harness.pytest_plugin.marks import fence, marked_settings
from harness.pytest_plugin.naming import Names, marker, tag_marker
from harness.pytest_plugin.notes import add_note, notes
from harness.pytest_plugin.options import option_value
from harness.pytest_plugin.run_end import failing_warnings, tell_recording
from harness.pytest_plugin.run_opening import open_run
from harness.pytest_plugin.run_settings import run_config
from harness.pytest_plugin.running import Running
from harness.pytest_plugin.session_report import new_log
from harness.runner.plan import Plan
from harness.runner.run import Step
from harness.runner.spool import Spool


def is_collection(path: Path) -> bool:
    """Whether a JSON file holds a collection, of whatever version."""
    try:
        document = read_json(path, "the collection")
    except HarnessError:
        return False
    if isinstance(document, dict) and isinstance(document.get("collection"), dict):
        document = document["collection"]
    if not isinstance(document, dict):
        return False
    return {"info", "item"} <= document.keys() or {"order", "requests"} <= document.keys()


def is_collection_folder(path: Path) -> bool:
    """Whether a folder has a definition that says it is a collection, or one that cannot be read."""
    found = definition_of(str(path))
    if found is None:
        return False
    try:
        root = read_yaml(str(path / found))
    except HarnessError:
        return True
    kind = root.value.get("$kind") if isinstance(root.value, dict) else None
    return kind is not None and kind.text == KIND


def is_part_of_collection(path: Path) -> bool:
    """Whether a folder holds requests, itself or below it as a part of a collection."""
    if any(request_stem(one.name) is not None for one in path.iterdir()):
        return True
    return root_of(str(path))[1] is not None and any(path.rglob("*.request.y*ml"))


class CollectionFile(pytest.File):
    """A collection, be it a file or a folder.

    Its items share one run, which is started when the first of them runs. One that is `only_to_record` is
    nowhere named, and collected because everything is to be recorded. `missed` are the cassettes that are not
    there, each with the call that missed it first.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.drive: Drive | None = None
        self.passed: set[Step] = set()
        self.missed: dict[str, CallItem] = {}
        self.only_to_record = False
        self._plan: Plan | None = None
        self._spool: Spool | None = None
        self._branches: Branches | None = None
        self._ended_with: list[str] = []
        self._broken: str | None = None

    def collect(self) -> Iterable[pytest.Item | pytest.Collector]:
        """Make the tree of folders and calls, once an iteration."""
        Running.register(self.config)
        try:
            settings = self.run_config()
            plan = planned(settings, cassette_later=True)
            self._know_cassette(settings, plan)
            if option_value(self.config, "dist") == "branch":
                self._branches = branches_of(settings, plan, worker_count(self.config))
        except HarnessError as error:
            raise self.CollectError(error_text(error, self)) from error
        self._plan = plan
        names = {id(entry): path[-1] for path, entry in numbered(plan.collection.root)}
        positions = {id(call.item): position for position, call in enumerate(plan.calls)}
        tree = _Tree(self, plan, names, positions, Names())
        for iteration in range(plan.iterations):
            yield from tree.children(self, plan.collection.root, iteration)

    def run_config(self) -> RunConfig:
        """Say how the collection is to be run. Raises `HarnessError`."""
        return run_config(self.config, self.path, **marked_settings(self))

    def _know_cassette(self, settings: RunConfig, plan: Plan) -> None:
        known, (files, apart) = notes(self.config), cassette_in_use(settings, plan)
        known.collections.append(str(self.path.resolve()))
        known.cassettes += (str(one.resolve()) for one in files)
        if apart is not None:
            known.apart.append(str(apart.resolve()))

    @property
    def selected(self) -> frozenset[Step]:
        """The steps that pytest is to run."""
        return frozenset(
            item.step for item in self.session.items if isinstance(item, CallItem) and item.file is self
        )

    def group(self, step: Step) -> str:
        """Name what has to stay on one of xdist's workers with a step."""
        return self.nodeid if self._branches is None else f"{self.nodeid}#{self._branches.name(step)}"

    def upstream(self, chosen: frozenset[Step]) -> frozenset[Step]:
        """Return the steps that others stand on. Raises `HarnessError`."""
        return upstream_steps(self.run_config(), chosen) - chosen if self._plan else frozenset()

    @property
    def once(self) -> frozenset[Step]:
        """The steps of set-up and teardown, which run with whatever is selected."""
        return self._plan.once if self._plan else frozenset()

    def call_names(self, steps: Iterable[Step]) -> list[str]:
        """Return the paths of calls, in order, each once."""
        calls = self._plan.calls if self._plan else ()
        return list(dict.fromkeys(" / ".join(calls[position].path) for _, position in sorted(steps)))

    def start(self, step: Step) -> Drive:
        """Return the run, started with the items that are selected and were not run yet."""
        if self._broken is not None:
            pytest.skip(f"the run ended early: {self._broken}")
        if self.drive is not None and self.drive.is_past(step):
            # Workers of xdist that steal from one another come back to earlier calls; only replays let them.
            self.drive.close()
            self.drive = None
        steps, set_up = self.selected, frozenset[Step]()
        if self._branches is not None:
            steps, set_up = self._branches.of(step)
            steps &= self.selected
            if self.drive is not None and not self.drive.itinerary.takes(steps, set_up):
                self._end(self.drive)
        if self.drive is None:
            try:
                self.drive = self._open(
                    frozenset(one for one in steps if one not in self.passed or one == step), set_up
                )
            except MissingCassette:
                raise  # each of its calls says so: none of them was run
            except HarnessError as error:
                self._broken = error.what
                raise
        return self.drive

    def _open(self, chosen: frozenset[Step], branch_set_up: frozenset[Step]) -> Drive:
        settings = self.run_config()
        if self._plan is not None:
            require_cassette(settings, self._plan)
        whole = self._plan is not None and len(chosen) == self._plan.steps
        if settings.cassette.mode in {"record", "rewrite"} and not whole:
            # What is not sent this time stays in the cassette.
            settings = settings.but(cassette_mode="all")
        live = open_run(self.config, self.ihook, self.path, settings)
        if live.mode.word == "live":
            self._fence(live)
        set_up = live.mode.word == "replay" or option_value(self.config, "upstream")
        upstream = self.upstream(chosen) if set_up else self.once
        itinerary = Itinerary(chosen, (upstream | branch_set_up) - chosen)
        if whole and self._is_awaited():
            self._spool = Spool(live.set_up.plan.calls)
        return Drive(live, itinerary, self._spool, new_log(self.config, live, self.nodeid))

    def _fence(self, live: LiveRun) -> None:
        """Keep those calls from the network that are marked so."""
        calls = [one for one in self.session.items if isinstance(one, CallItem) and one.file is self]
        fenced = {one.call.path: hosts for one in calls if (hosts := fence(one)) is not None}
        if fenced:
            session = live.context.session
            session.transport = FencedTransport(session.transport, fenced.get)

    def _is_awaited(self) -> bool:
        """Whether a test of the session wants to start where a collection ended."""
        wanted = {"postman_run", "postman_environment"}
        return any(wanted.intersection(getattr(item, "fixturenames", ())) for item in self.session.items)

    def came_to(self, step: Step) -> None:
        """Note that pytest came to a step, whether or not it is then run."""
        self.passed.add(step)
        if self.drive is not None:
            self.drive.itinerary.passed.add(step)

    def teardown(self) -> None:
        """End the run when pytest is through with the collection; what fails then fails its last item."""
        if self.drive is not None:
            self._end(self.drive)
        failures, self._ended_with = self._ended_with, []
        if failures:
            raise failure_around("\n".join(failures), self)

    def _end(self, drive: Drive) -> None:
        """End a run in order, and keep what fails of it then."""
        self.drive = None
        kept = False
        try:
            drive.itinerary.passed |= self.passed
            early = not drive.itinerary.done
            last = drive.finish(early=early)
            tell_recording(drive, self)
            finished, spool = drive.finished, self._spool
            if finished is not None and spool is not None and not early:
                ended_runs(self.config).keep(self.path, drive.live, finished, spool)
                kept = True
            if last:
                lines = "; ".join(request_line(one, drive.shown) for one in last)
                what = "ended early, and ran what always runs" if early else "ran its teardown"
                add_note(self.config, f"{self.nodeid} {what}: {lines}")
            failures = [text for one in last if (text := setup_text(one, drive.shown)) is not None]
            failures += failing_warnings(drive, self, early=early)
            self._ended_with += failures
        except HarnessError as error:
            self._ended_with.append(error_text(error, self))
        finally:
            if not kept:
                drive.close()


class FolderCollector(pytest.Collector):
    """A folder of a collection in one iteration."""

    def __init__(self, *, tree: "_Tree", folder: Folder, iteration: int, **options: Any) -> None:
        super().__init__(**options)
        self._tree = tree
        self._folder = folder
        self._iteration = iteration
        self.add_marker(marker(self.config, folder.name))

    def collect(self) -> Iterable[pytest.Item | pytest.Collector]:
        """Return the folder's own folders and calls."""
        return self._tree.children(self, self._folder, self._iteration)


@dataclass(frozen=True, slots=True)
class _Tree:
    """Makes nodes of folders and items of `file`; `names` and `positions` are by the identity of these."""

    file: CollectionFile
    plan: Plan
    names: Mapping[int, str]
    positions: Mapping[int, int]
    given: Names

    def children(
        self, parent: pytest.Collector, folder: Folder, iteration: int
    ) -> Iterator[pytest.Item | pytest.Collector]:
        row = f"[row-{iteration + 1}]" if self.plan.iterations > 1 else ""
        for child in folder.children:
            name = self.names[id(child)]
            if isinstance(child, Folder):
                if any(id(item) in self.positions for item in child.items()):
                    yield FolderCollector.from_parent(
                        parent,
                        name=self.given.unique(f"{parent.nodeid}#{iteration}", name, folder=True),
                        tree=self,
                        folder=child,
                        iteration=iteration,
                    )
            elif id(child) in self.positions:
                position = self.positions[id(child)]
                if not self.plan.has(iteration, position):
                    continue
                name = self.given.unique(parent.nodeid, name + row)
                item: CallItem = CallItem.from_parent(
                    parent,
                    name=name,
                    # As text, since pytest looks ids up again as it reads them: up to the first bracket.
                    nodeid=f"{parent.nodeid}::{name}",
                    file=self.file,
                    call=self.plan.calls[position],
                    step=(iteration, position),
                )
                for tag in self.plan.tags.get(position, ()):
                    item.add_marker(tag_marker(parent.config, tag))
                yield item
