"""The pytest plugin: collections are files, folders collectors, calls items, assertions subtests.

It is loaded in every pytest run of the environment it is installed in, so nothing heavy is imported before
a collection is met.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from harness.pytest_plugin.options import add_options

if TYPE_CHECKING:
    from collections.abc import Generator

SUFFIX = ".postman_collection.json"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the `--postman-*` options, and the ini values of the same names."""
    add_options(parser)


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker that all calls carry."""
    config.addinivalue_line("markers", "postman: a call of a Postman collection")


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Collect a collection that has a companion beside it, or is named on the command line."""
    if file_path.suffix != ".json":
        return None
    named = parent.session.isinitpath(file_path)
    if not named and not file_path.name.endswith(SUFFIX):
        return None
    from harness.pytest_plugin.collecting import CollectionFile, is_collection

    if named:
        wanted = file_path.name.endswith(SUFFIX) or is_collection(file_path)
    else:
        from harness.collection.companion import companion_beside

        wanted = companion_beside(file_path) is not None
    return CollectionFile.from_parent(parent, path=file_path) if wanted else None


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
    call: pytest.CallInfo[None],  # noqa: ARG001 - pytest passes hook arguments by name
) -> "Generator[None, pytest.TestReport, pytest.TestReport]":
    """Give the report of a call what pytest-html shows of it."""
    report = yield
    if report.when == "call" and item.get_closest_marker("postman"):
        from harness.pytest_plugin.html import add_extras

        add_extras(item, report)
    return report


@pytest.hookimpl(optionalhook=True)
def pytest_html_results_table_header(cells: list[str]) -> None:
    """Add the columns of calls to pytest-html's table."""
    from harness.pytest_plugin.html import header_cells

    cells[2:2] = header_cells()


@pytest.hookimpl(optionalhook=True)
def pytest_html_results_table_row(report: pytest.TestReport, cells: list[str]) -> None:
    """Fill the columns of calls."""
    from harness.pytest_plugin.html import row_cells

    cells[2:2] = row_cells(report)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Keep the calls of a collection on one worker, in order, where xdist would deal items out one by one."""
    if config.getvalue("dist") != "load":
        return None
    from harness.pytest_plugin.scheduling import CollectionScheduling

    return CollectionScheduling(config, log)
