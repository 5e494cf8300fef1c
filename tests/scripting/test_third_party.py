"""The wheel carries code of npm packages, and with it their licences."""

import importlib.util
import json
import sys
from pathlib import Path
from types import ModuleType

import pytest

from harness.scripting.bundle import BUNDLE

SOURCES = BUNDLE.parent


@pytest.fixture(scope="module")
def third_party() -> ModuleType:
    spec = importlib.util.spec_from_file_location("third_party", SOURCES / "third_party.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["third_party"] = module
    spec.loader.exec_module(module)
    return module


def test_the_notices_name_every_package_of_the_lock_file(third_party: ModuleType) -> None:
    lines = (BUNDLE / third_party.NOTICES).read_text("utf-8").splitlines()
    for package in third_party.locked():
        assert any(line.startswith(f"{package.name} {package.version}: ") for line in lines), package


def test_every_library_that_a_script_can_require_is_in_the_lock_file(third_party: ModuleType) -> None:
    imports = json.loads((SOURCES / "deno.json").read_text("utf-8"))["imports"]
    names = {f"{package.name}@{package.version}" for package in third_party.locked()}
    for wanted in imports.values():
        plain = wanted.removeprefix("npm:")
        assert any(plain == name or plain.startswith(f"{name}/") for name in names), wanted


def test_a_package_that_is_locked_but_not_fetched_is_named(third_party: ModuleType, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"chai@4\.4\.1 is locked, but was not fetched"):
        third_party.licence(
            third_party.Package(name="chai", version="4.4.1", integrity="sha512-AA=="), tmp_path
        )


def test_an_old_manifest_states_its_licence_as_well(third_party: ModuleType, tmp_path: Path) -> None:
    folder = tmp_path / "registry" / "@scope" / "old" / "1.0.0"
    folder.mkdir(parents=True)
    (folder / "package.json").write_text('{"licenses": [{"type": "MIT"}, {"type": "BSD"}]}', "utf-8")
    (folder / "LICENCE.txt").write_text("Do as you like.\n", "utf-8")
    package = third_party.Package(name="@scope/old", version="1.0.0", integrity="sha512-AA==")
    found = third_party.licence(package, tmp_path)
    assert (found.identifier, found.texts) == ("MIT OR BSD", ("Do as you like.",))


def test_a_component_of_the_bill_of_materials_has_its_url_and_digest(third_party: ModuleType) -> None:
    found = {component["name"]: component for component in third_party.components()}
    faker = found["@faker-js/faker"]
    assert faker["purl"] == "pkg:npm/%40faker-js/faker@5.5.3"
    assert faker["hashes"][0]["alg"] == "SHA-512"
    assert len(faker["hashes"][0]["content"]) == 128
