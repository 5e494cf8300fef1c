"""What the plugin costs where no collection is met."""

import os
import re
import subprocess
import sys
from pathlib import Path

import harness.pytest_plugin

LIGHT = {
    "harness",
    "harness.dialect",
    "harness.dialect.dialect",
    "harness.dialect.inputs",
    "harness.dialect.reports",
    "harness.dialect.running",
    "harness.dialect.scripts",
    "harness.errors",
    "harness.lazy_dataclass",
    "harness.version",
    "harness.warning_kinds",
    "harness.options",
    "harness.options.cassette",
    "harness.options.config",
    "harness.options.contract",
    "harness.options.derived",
    "harness.options.inputs",
    "harness.options.limits",
    "harness.options.network",
    "harness.options.option",
    "harness.options.output",
    "harness.options.pytest_only",
    "harness.options.values",
    "harness.pytest_plugin",
    "harness.pytest_plugin.fixtures",
    "harness.pytest_plugin.hooks",
    "harness.pytest_plugin.notes",
    "harness.pytest_plugin.options",
}


def test_nothing_that_pytest_keeps_to_itself_is_used():
    sources = "".join(
        path.read_text("utf-8") for path in Path(harness.pytest_plugin.__file__).parent.glob("*.py")
    )
    assert "class CallItem(pytest.Item)" in sources
    assert not re.findall(r"\b_pytest\b|_use_item_location|SubtestReport\._", sources)


def test_nothing_but_the_options_is_imported_before_a_collection_is_met(project):
    project.workspace.json("package.json", {"name": "x"})
    project.workspace.json("alone.postman_collection.json", {"info": {}, "item": []})
    project.pytester.makepyfile(
        """
        import sys

        def test_it(request):
            ours = sorted(name for name in sys.modules if name.partition(".")[0] == "harness")
            print("imported:", *ours)
            assert not request.config.pluginmanager.has_plugin("postman-harness-running")
            assert not {"requests", "vcr", "yaml", "jinja2", "rich"} & set(sys.modules)
        """
    )
    command = [sys.executable, "-m", "pytest", "-s", "-p", "harness.pytest_plugin"]
    alone = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    said = subprocess.run(command, capture_output=True, text=True, check=False, env=alone).stdout
    assert "1 passed" in said, said
    line = next(line for line in said.splitlines() if "imported:" in line)
    assert set(line.partition("imported:")[2].rstrip(".").split()) == LIGHT
