"""What commands found, as JSON for programs: `--format json`."""

import json
from typing import Any, TextIO


def write_json(stream: TextIO, document: Any) -> None:
    """Write a document, readable, all beyond ASCII escaped: no terminal or encoding can be led astray."""
    stream.write(json.dumps(document, indent=2) + "\n")
