"""The pytest plugin: collections are files, folders collectors, calls items, assertions subtests.

It is loaded in every pytest run of the environment it is installed in, so nothing heavy is imported before
a collection is met.
"""

from collections.abc import Generator
from pathlib import Path
from typing import Any, Final

import pytest

from harness.pytest_plugin import hooks
from harness.pytest_plugin.fixtures import postman_environment, postman_mock, postman_run
from harness.pytest_plugin.notes import ASSERTION_MARK, hand_on, notes, take_notes
from harness.pytest_plugin.options import add_options, option_value

SUFFIX: Final = ".postman_collection.json"

REQUESTS: Final = (".request.yaml", ".request.yml")
"""How requests of format v3 are called."""

COMPANIONS: Final = (".harness.yaml", ".harness.yml")

MARKS: Final = (
    "vcr(*paths, record_mode=..., match_on=[...]): further cassettes to play from, and how it is recorded",
    "default_cassette(name): the cassette, below the folder cassettes/NAME_OF_THE_FILE",
    "block_network(allowed_hosts=[...]): refuse connections, but for recording",
    "allowed_hosts([...]): regular expressions for hosts that may be reached all the same",
)
"""pytest-recording's, for where that is not installed; `harness.pytest_plugin.marks` reads them."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the `--postman-*` options, and the ini values of the same names."""
    add_options(parser)


def pytest_addhooks(pluginmanager: pytest.PytestPluginManager) -> None:
    """Add the hooks that change requests and environments."""
    pluginmanager.add_hookspecs(hooks)


def pytest_configure(config: pytest.Config) -> None:
    """Register the markers, and the columns of pytest-html."""
    config.addinivalue_line(
        "markers",
        "postman(collection): a call of a Postman collection; on a test, the one that `postman_run` runs",
    )
    known = {line.partition(":")[0].partition("(")[0].strip() for line in config.getini("markers")}
    for line in MARKS:
        if line.partition("(")[0] not in known:
            config.addinivalue_line("markers", line)
    sends = any(option_value(config, name) for name in ("live", "record", "record-mode"))
    if sends and config.getoption("dist", "no") in {"each", "worksteal"}:
        raise pytest.UsageError(
            "--dist=each and --dist=worksteal would send calls more than once; use --dist=load"
        )
    if config.getoption("htmlpath", None):
        from harness.pytest_plugin.html import HtmlColumns, may_meet_collection

        if may_meet_collection(config):
            config.pluginmanager.register(HtmlColumns(), "postman-harness-html")


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Collect a collection that has a companion, or a cassette at its place, is named, or to be recorded."""
    named = parent.session.isinitpath(file_path)
    if named and file_path.name.endswith(REQUESTS):
        from harness.pytest_plugin.collecting import CollectionFile

        return CollectionFile.from_parent(parent, path=file_path)
    if file_path.suffix != ".json":
        return None
    known = named or _has_companion(file_path) or _has_cassette(file_path)
    if not known and not _records(parent.config):
        if file_path.name.endswith(SUFFIX):
            notes(parent.config).passed_over.append(str(file_path))
        return None
    from harness.pytest_plugin.collecting import CollectionFile, is_collection

    if file_path.name.endswith(SUFFIX) or is_collection(file_path):
        made: CollectionFile = CollectionFile.from_parent(parent, path=file_path)
        made.only_to_record = not known
        return made
    return None


def pytest_collect_directory(path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Collect a folder that is a collection, by the same rule as files.

    Where a part of it is named on the command line, that part is collected and not the whole.
    """
    session = parent.session
    named = session.isinitpath(path)
    known = named or _has_companion(path) or _has_cassette(path)
    if not known and not _records(parent.config):
        return None
    if not named and session.isinitpath(path, with_parents=True):
        return None
    if not (path / ".resources").is_dir() and not (named and _may_hold_requests(path)):
        return None
    from harness.pytest_plugin.collecting import CollectionFile, is_collection_folder, is_part_of_collection

    found = is_collection_folder(path) or (named and is_part_of_collection(path))
    if not found:
        return None
    made: CollectionFile = CollectionFile.from_parent(parent, path=path)
    made.only_to_record = not known
    return made


def _records(config: pytest.Config) -> bool:
    """Whether every collection is to be recorded that lies where pytest looks."""
    return bool(option_value(config, "record"))


def _may_hold_requests(folder: Path) -> bool:
    """Whether a folder may be a part of a collection, as far as its names and those above tell."""
    if any((above / ".resources").is_dir() for above in folder.parents):
        return True
    return any(one.name.endswith(REQUESTS) for one in folder.iterdir())


def _passed_over(config: pytest.Config) -> list[str]:
    """Say how collections that lie where pytest looks come to be collected."""
    here = config.invocation_params.dir
    given = map(Path, notes(config).passed_over)
    found = [str(one.relative_to(here) if one.is_relative_to(here) else one) for one in given]
    if not found:
        return []
    first, *others = sorted(set(found))
    more = f" and {len(others)} more" if others else ""
    return [
        f"{first}{more}: not collected, as there is neither a recording nor a companion",
        "  record it: pytest --postman-record, or send it without recording: pytest --postman-live FILE",
    ]


def _has_companion(collection: Path) -> bool:
    stem = collection.name.removesuffix(".json").removesuffix(".postman_collection")
    return any(collection.with_name(stem + ending).is_file() for ending in COMPANIONS)


def _has_cassette(collection: Path) -> bool:
    """Whether a cassette, or a folder of its parts, lies where that of the collection is looked for."""
    stem = collection.name.removesuffix(".json").removesuffix(".postman_collection")
    folders = (collection.parent, Path())
    places = (collection.with_name(f"{stem}.cassette"), *(folder / "cassettes" / stem for folder in folders))
    return any(place.with_name(f"{place.name}.yaml").is_file() or place.is_dir() for place in places)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Keep the calls of a collection on one worker and in order, however xdist deals out the rest."""
    from harness.pytest_plugin.scheduling import BRANCH_SCHEDULERS, SCHEDULERS

    known = BRANCH_SCHEDULERS if option_value(config, "dist") == "branch" else SCHEDULERS
    scheduler = known.get(config.getvalue("dist"))
    return None if scheduler is None else scheduler(config, log)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Let a worker of xdist know where it writes the groups of its items, and the logs for the report."""
    from harness.pytest_plugin.groups import prepare_worker as prepare_groups

    prepare_groups(node.config, node.workerinput)
    if option_value(node.config, "html"):
        from harness.pytest_plugin.session_report import prepare_worker

        prepare_worker(node.config, node.workerinput)


@pytest.hookimpl(tryfirst=True)
def pytest_report_teststatus(report: object) -> tuple[str, str, str] | None:
    """Count assertions apart from calls, those of xdist's workers as well."""
    if not getattr(report, ASSERTION_MARK, False):
        return None
    from harness.pytest_plugin.subtest import assertion_status

    return assertion_status(report)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any, error: object) -> None:  # noqa: ARG001 - pytest passes hook arguments by name
    """Take over what a worker of xdist has to say."""
    take_notes(node.config, getattr(node, "workeroutput", None) or {})


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show of a run that a test could not have what the user can mend, in place of a traceback through us."""
    report = yield
    if (
        call.excinfo is None
        or report.outcome != "failed"
        or "postman_run" not in getattr(item, "fixturenames", ())
    ):
        return report
    from harness.errors import HarnessError

    if isinstance(call.excinfo.value, HarnessError):
        from harness.pytest_plugin.failure import error_text

        report.longrepr = error_text(call.excinfo.value, item)
    return report


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Write the report, and say which cassettes nothing uses when all that there is was run.

    Of xdist's workers each hands on what it has to say.
    """
    said = notes(session.config)
    if hasattr(session.config, "workeroutput"):
        hand_on(session.config)
        return
    if option_value(session.config, "html"):
        from harness.pytest_plugin.session_report import write_report

        if not write_report(session.config) and exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
    if said.cassettes and exitstatus in {pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED}:
        from harness.pytest_plugin.unused_cassettes import tell_idle_cassettes

        if tell_idle_cassettes(session):
            session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter,
    exitstatus: int,
    config: pytest.Config,
) -> None:
    """Say what was recorded, what ran after the end, and where nothing was found, what might have been."""
    said = notes(config).lines
    if exitstatus == pytest.ExitCode.NO_TESTS_COLLECTED:
        said += _passed_over(config)
    if said:
        terminalreporter.section("postman")
        for line in said:
            terminalreporter.line(line)


__all__ = ["COMPANIONS", "SUFFIX", "postman_environment", "postman_mock", "postman_run"]
