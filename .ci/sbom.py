"""Print the bill of materials of an environment: Python's distributions and the npm packages of the bundle.

    python .ci/sbom.py VENV/bin/python

CycloneDX 1.6 as JSON. The Python part is made by cyclonedx-py, which has to be on the PATH; the npm part
comes from the lock file of the script engine.
"""

import json
import subprocess
import sys
from pathlib import Path

NPM = Path(__file__).parents[1] / "harness" / "scripting" / "js" / "third_party.py"


def main(python: str) -> None:
    """Join both parts; the npm packages are components beside the distributions."""
    command = ["cyclonedx-py", "environment", python, "--spec-version", "1.6", "--output-format", "JSON"]
    document = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    bundled = json.loads(subprocess.run([sys.executable, NPM], capture_output=True, check=True).stdout)
    document.setdefault("components", []).extend(bundled["components"])
    json.dump(document, sys.stdout, indent=2)


if __name__ == "__main__":
    main(sys.argv[1])
