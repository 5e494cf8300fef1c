import pytest

from harness import run
from harness.api.script_packages import ScriptPackages


@pytest.fixture
def packages(tmp_path):
    """The packages beside a collection `Shop`, with a secret beyond them."""
    folder = tmp_path / "packages"
    for name, source in {"one.js": "1", "two/index.js": "2", "@team/three.js": "3"}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(source)
    (tmp_path / "secret.js").write_text("secret")
    (folder / "linked.js").symlink_to(tmp_path / "secret.js")
    (tmp_path / "Shop").mkdir()
    return ScriptPackages(str(tmp_path / "Shop"))


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("one", "1"),
        ("two", "2"),
        ("@team/three", "3"),
        ("npm:one", "1"),
        ("jsr:@team/three@1.2.3", "3"),
        ("npm:two@^1.0", "2"),
    ],
)
def test_packages_are_beside_the_collection_whatever_registry_or_version_is_named(packages, name, source):
    assert packages(name) == source


def test_a_missing_one_says_where_it_was_looked_for(packages, tmp_path):
    folder = (tmp_path / "packages").as_posix()
    assert packages("npm:four@1") == [f"{folder}/four.js", f"{folder}/four/index.js"]


@pytest.mark.parametrize("name", ["../secret", "./one.js", "/etc/passwd", "linked", "", "a/../../secret"])
def test_nothing_outside_of_the_folder_is_read(packages, name):
    assert isinstance(packages(name), list)


def test_a_script_uses_a_package_and_is_told_where_a_missing_one_would_be(tmp_path):
    (tmp_path / "packages").mkdir()
    (tmp_path / "packages" / "tax.js").write_text("module.exports = { of: (sum) => sum / 5 };")
    shop = tmp_path / "Shop"
    shop.mkdir()
    (shop / "a.request.yaml").write_text(
        "$kind: http-request\nurl: http://127.0.0.1:9/\nscripts:\n"
        "  - type: beforeRequest\n    code: |-\n"
        "      pm.test('uses', () => pm.expect(pm.require('npm:tax@1').of(10)).to.equal(2));\n"
        "      pm.test('misses', () => pm.require('gone'));\n"
        "      pm.execution.skipRequest();\n"
    )
    (call,) = run(shop).calls
    uses, misses = call.prerequest[0].assertions
    assert uses.error is None
    assert "Cannot find package 'gone': there is no " in misses.error.message
    assert "/packages/gone/index.js" in misses.error.message
