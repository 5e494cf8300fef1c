"""The shipped collection and what lies beside it, as plain documents."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]


class Shipped:
    """The files that belong to the numbered collection."""

    def __init__(self) -> None:
        self.collection_path = ROOT / "collections" / "aep.postman_collection.json"
        self.local_path = ROOT / "environments" / "local.postman_environment.json"
        self.companion_path = ROOT / "collections" / "aep.harness.yaml"
        self.collection_text = self.collection_path.read_text(encoding="utf-8")
        self.collection: dict[str, Any] = json.loads(self.collection_text)
        self.companion: dict[str, Any] = yaml.safe_load(self.companion_path.read_text(encoding="utf-8"))
        self.environments: dict[str, dict[str, Any]] = {
            name: json.loads((ROOT / "environments" / f"{name}.postman_environment.json").read_text())
            for name in ("local", "production")
        }

    def values(self, environment: str) -> dict[str, str]:
        """Variables of an environment."""
        return {value["key"]: value["value"] for value in self.environments[environment]["values"]}

    def companion_for_any_platform(self, folder: Path) -> Path:
        """Write a companion that extracts as the shipped one does, and skips and repeats nothing.

        With it the journey runs against a platform that the test itself has started.
        """
        calls = []
        for entry in self.companion["calls"]:
            kept = {name: entry[name] for name in entry if name not in ("only", "retry", "expect")}
            if len(kept) > 1:
                calls.append(kept)
        path = folder / "aep.harness.yaml"
        path.write_text(yaml.safe_dump({"calls": calls}))
        return path

    def nodes(self) -> Iterator[tuple[tuple[str, ...], dict[str, Any]]]:
        """Folders and calls with their paths, in running order."""
        yield from _walk(self.collection["item"], ())

    def calls(self) -> Iterator[tuple[tuple[str, ...], dict[str, Any]]]:
        """Calls with their paths, in running order."""
        return ((path, node) for path, node in self.nodes() if "request" in node)

    def entries(self) -> dict[tuple[str, ...], dict[str, Any]]:
        """The companion's entries by the path that they name."""
        return {tuple(entry["call"]): entry for entry in self.companion["calls"]}

    def only_local(self, path: tuple[str, ...]) -> bool:
        """Whether a call runs on the local platform alone."""
        return any(
            entry.get("only") == {"platform": "local"} and path[: len(named)] == named
            for named, entry in self.entries().items()
        )


def _walk(
    items: list[dict[str, Any]], above: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], dict[str, Any]]]:
    for node in items:
        path = (*above, node["name"])
        yield path, node
        yield from _walk(node.get("item", []), path)


@pytest.fixture(scope="session")
def shipped() -> Shipped:
    """The numbered collection with its companion and environments."""
    return Shipped()
