"""A project with a collection, a server it is against, and pytest run in it."""

import warnings
from dataclasses import dataclass, replace
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import jsonpath_rfc9535  # noqa: F401 - see below
import pytest
from pytest import Pytester, RunResult  # noqa: PT013 - pytester's own type of that name

# Loaded before pytester first looks which modules there are: it forgets all others after each session, and
# libraries in C do not take to being loaded twice.
import harness.api.modes.live
import harness.api.modes.record
import harness.api.modes.replay
import harness.cassettes.file.format
import harness.cassettes.replay.offline_guard
import harness.pytest_plugin.collecting
import harness.pytest_plugin.unused_cassettes
import harness.scripting.deno  # noqa: F401 - see above
from harness import run

NEIGHBOURS = frozenset(one.name for one in entry_points(group="pytest11")) - {"postman-harness"}
"""The plugins that are installed besides ours."""

XDIST = ("xdist", "xdist.looponfail")


@dataclass(frozen=True)
class Project:
    """The folder that pytest is run in, with the server that its collections are against."""

    pytester: Pytester
    workspace: Any
    target: Any
    beside: frozenset[str] = frozenset({"recording"})
    """The plugins that are loaded besides ours: each costs every session time."""

    def among(self, *plugins: str) -> "Project":
        """Return the project with these plugins, by the names of their entry points, loaded besides ours."""
        return replace(self, beside=frozenset(plugins))

    def call(self, name: str, *test: str, pre: str = "", path: str = "", **request: Any) -> dict[str, Any]:
        """Make a call to the server; `test` are the lines of its test script."""
        events = (("prerequest", [pre] if pre else []), ("test", list(test)))
        return {
            "name": name,
            "request": {"method": "GET", "url": f"{self.target.url}/{path or name}", **request},
            "event": [{"listen": event, "script": {"exec": lines}} for event, lines in events if lines],
        }

    def collection(self, *items: Any, name: str = "shop", companion: Any = None, **more: Any) -> Path:
        """Write a collection of items, each a dictionary or a name, with a companion unless it is `False`."""
        made = [self.call(one) if isinstance(one, str) else one for one in items]
        path: Path = self.workspace.collection(*made, name=name, **more)
        if companion is not False:
            given = companion or {}
            self.workspace.json(f"{name}.harness.yaml", {"cassette": f"{name}.yaml", **given})
        return path

    def recorded(self, *items: Any, name: str = "shop", **more: Any) -> Path:
        """Write a collection and record its cassette, then forget what the server was asked."""
        path = self.collection(*items, name=name, **more)
        run(path, record=path.parent / f"{name}.yaml", platform=None)
        self.target.requests.clear()
        return path

    def pytest(self, *arguments: object, process: bool = False) -> RunResult:
        """Run pytest with warnings as errors."""
        off = sorted(NEIGHBOURS - self.beside)
        # Rewriting all of harness for better messages of `assert` is most of what a small session would do.
        given = ["-W", "error", "--assert=plain", *(part for name in off for part in ("-p", f"no:{name}"))]
        run_pytest = self.pytester.runpytest_subprocess if process else self.pytester.runpytest_inprocess
        return run_pytest(*given, *(str(one) for one in arguments))

    def ids(self, *arguments: object) -> list[str]:
        """Return the ids of what is collected, without the file's name."""
        lines = self.pytest("--collect-only", "-q", *arguments).outlines
        return [line.partition("::")[2] for line in lines if "::" in line]


@pytest.fixture
def project(pytester: Pytester, target: Any, workspace: Any, monkeypatch: pytest.MonkeyPatch) -> Project:
    # The workspace is a folder of its own; pytest runs in pytester's.
    monkeypatch.chdir(pytester.path)
    return Project(pytester, type(workspace)(pytester.path), target)


@pytest.fixture(scope="session")
def neighbours_loaded() -> None:
    """Load the neighbours where pytester finds them loaded, as above."""
    with warnings.catch_warnings(action="ignore"):
        for one in entry_points(group="pytest11"):
            one.load()


@pytest.fixture
def neighbourhood(neighbours_loaded: None, project: Project) -> Project:
    """The project with all plugins loaded that are installed, but for what shuffles and what draws."""
    return project.among(*(NEIGHBOURS - {"hypothesispytest", "randomly"}))


@pytest.fixture
def dealt(project: Project) -> Project:
    """The project with xdist."""
    return project.among(*XDIST)
