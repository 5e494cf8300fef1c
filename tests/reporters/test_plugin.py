"""Reporters of other packages: found by their entry points, handed events, kept from doing harm."""

import json
import re
import shutil
import subprocess
import sys
import textwrap
import tomllib
from pathlib import Path

import pytest

from harness.cli.reporting import refuse_unknown
from harness.errors import HarnessError, UsageError
from harness.reporters.npm_packages import INSTEAD
from harness.reporters.reporter import REPORTERS, check_option, find_kind, installed_names

EXAMPLE = Path(__file__).parents[2] / "docs" / "how-to" / "reporter-example"
PAGE = EXAMPLE.parent / "own-reporter.md"


@pytest.fixture
def install(tmp_path, monkeypatch):
    """Install a package as its wheel would: modules, and the metadata that names its entry points."""

    def put(project, *modules):
        site = tmp_path / "site"
        info = site / f"{project['name'].replace('-', '_')}-{project['version']}.dist-info"
        info.mkdir(parents=True)
        metadata = f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n"
        (info / "METADATA").write_text(metadata)
        points = project["entry-points"]["harness.reporters"]
        lines = ["[harness.reporters]", *(f"{name} = {value}" for name, value in points.items())]
        (info / "entry_points.txt").write_text("\n".join(lines))
        for module in modules:
            shutil.copy(module, site)
            monkeypatch.delitem(sys.modules, module.stem, raising=False)
        monkeypatch.syspath_prepend(str(site))

    return put


@pytest.fixture
def plugin(install, tmp_path):
    """Install a reporter called `mine`, made of the body of a class."""

    def put(body):
        module = tmp_path / "a_reporter_of_tests.py"
        module.write_text(f"class Mine:\n{textwrap.indent(textwrap.dedent(body), '    ')}")
        points = {"harness.reporters": {"mine": "a_reporter_of_tests:Mine"}}
        install({"name": "mine-reporter", "version": "2.0", "entry-points": points}, module)

    return put


def test_the_example_is_installed_and_reports(install, bench, shop_run, tmp_path):
    project = tomllib.loads((EXAMPLE / "pyproject.toml").read_text("utf-8"))["project"]
    install(project, EXAMPLE / "slow_calls.py")
    assert "slow" in installed_names()
    options = {"limit": "-1", "export": str(tmp_path / "slow.txt")}
    file = bench.report("slow", shop_run, options)
    assert file == tmp_path / "slow.txt"
    assert re.search(r"^ +\d+ ms  Orders / Create order$", file.read_text(), re.MULTILINE)
    with pytest.raises(UsageError, match="has no option 'colour'"):
        check_option("slow", "colour")


def test_the_page_shows_the_example():
    page = PAGE.read_text("utf-8")
    for name in ("slow_calls.py", "pyproject.toml"):
        assert f"\n{(EXAMPLE / name).read_text('utf-8')}```" in page
    assert len((EXAMPLE / "slow_calls.py").read_text().splitlines()) <= 30


def test_what_a_reporter_raises_is_told_when_the_run_is_over(plugin, bench, shop_run):
    plugin(
        """
        def __init__(self, options): self.seen = []
        def handle(self, event): self.seen.append(event); raise KeyError("name")
        def close(self): assert len(self.seen) == 1
        """
    )
    with pytest.raises(
        HarnessError, match=r"the reporter 'mine' of mine-reporter 2.0 failed: KeyError: 'name'"
    ):
        bench.report("mine", shop_run)


def test_secrets_are_masked_in_what_a_reporter_is_handed(plugin, bench, shop_run, tmp_path):
    plugin(
        f"""
        def __init__(self, options): self.file = open({str(tmp_path / "seen")!r}, "w")
        def handle(self, event): print(event, file=self.file)
        def close(self): self.file.close()
        """
    )
    assert bench.report("mine", shop_run) is None
    seen = (tmp_path / "seen").read_text()
    assert "<masked>" in seen


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("schema = 2", "knows version 2 of events, not 1"),
        ("def __init__(self, options): raise OSError('no')", "failed: OSError: no"),
        ("raise ImportError('gone')", "cannot be loaded: ImportError: gone"),
    ],
)
def test_a_reporter_that_does_not_fit_is_refused(plugin, bench, shop_run, body, told):
    plugin(body)
    with pytest.raises(HarnessError, match=told):
        bench.report("mine", shop_run)


def test_a_name_of_ours_is_ours(install, tmp_path):
    module = tmp_path / "another.py"
    module.write_text("x = 1\n")
    points = {"harness.reporters": {"junit": "another:x"}}
    install({"name": "another", "version": "1", "entry-points": points}, module)
    assert find_kind("junit") is REPORTERS["junit"]
    assert "junit" not in installed_names()


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("csv", "newman-reporter-csv runs under Node alone; use -r ctrf"),
        ("@org/newman-reporter-slack", "newman-reporter-slack runs under Node alone"),
        ("juni", "did you mean 'junit'"),
    ],
)
def test_a_reporter_of_npm_is_named_with_what_to_use_instead(bench, name, told):
    with pytest.raises(UsageError, match=f"there is no reporter '{name}'") as refused:
        bench.report(name, [])
    assert told in str(refused.value)


def test_what_to_use_instead_is_there():
    named = {name for text in INSTEAD.values() for name in re.findall(r"-r ([\w-]+)", text)}
    assert named <= REPORTERS.keys()
    assert INSTEAD.keys() & REPORTERS.keys() == set()


def test_newmans_json_is_made_to_the_letter_of_any_run(bench, shop_run):
    document = json.loads(bench.report("newman-json", shop_run, {"export": "r.json"}).read_text())
    assert document["run"].keys() == {"stats", "failures", "executions", "transfers", "timings"} | (
        document["run"].keys() & {"error"}
    )


def test_a_run_with_our_reporters_alone_looks_for_no_others():
    code = (
        "import sys, harness.cli.run_command\n"
        "from harness.cli.reporting import refuse_unknown\n"
        "refuse_unknown('json-export')\n"
        "print('importlib.metadata' in sys.modules)"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert out.strip() == "False", "it takes a tenth of the time in which a run starts"


def test_an_option_belongs_to_the_reporter_with_the_longest_name(install, tmp_path):
    module = tmp_path / "json_extra.py"
    module.write_text("class Extra:\n    options = ('depth',)\n    def __init__(self, options): pass\n")
    points = {"harness.reporters": {"json-extra": "json_extra:Extra"}}
    install({"name": "extra", "version": "1", "entry-points": points}, module)
    refuse_unknown("json-extra-depth")
    refuse_unknown("json-export")
    with pytest.raises(UsageError, match="reporter 'json-extra' has no option 'width'"):
        refuse_unknown("json-extra-width")
