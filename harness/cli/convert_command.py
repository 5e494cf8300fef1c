"""`harness convert`: a collection in another of Postman's formats."""

import argparse
import json
from pathlib import Path
from typing import Final

from harness.cassettes.file.publish import write_atomically
from harness.cli.json_output import write_json
from harness.cli.terminal import Terminal
from harness.collection.companion import companion_beside
from harness.collection.load import load_collection, whole_collection
from harness.conversion.companion_script import with_companion
from harness.conversion.convert import Converted, as_v21, write_v3
from harness.errors import ExitCode, UsageError

_OTHER_FILES: Final = frozenset(
    (".yaml", ".yml", ".txt", ".xml", ".html", ".md", ".js", ".ts", ".csv", ".zip", ".gz", ".har", ".jsonl")
)
"""Endings of files that nobody means for a folder."""


def convert_command(options: argparse.Namespace, terminal: Terminal) -> ExitCode:
    """Write the collection, and list what the new format does not hold."""
    source = whole_collection(options.collection)
    output = Path(options.output)
    if output.exists() and Path(source).exists() and output.samefile(source):
        raise UsageError("the output is the collection itself", hint="name another file or folder with -o")
    if output.suffix.lower() != ".json" and Path(source).resolve() in output.resolve().parents:
        raise UsageError(
            "the output lies in the collection, of which it would be a folder",
            where="-o",
            hint="name a folder outside of it",
        )
    if output.suffix.lower() in _OTHER_FILES and not output.is_dir():
        raise UsageError(
            f"a collection is no {output.suffix} file",
            where="-o",
            hint="a name that ends in .json is a file of format v2.1, any other a folder of v3",
        )
    converted = as_v21(source)
    if options.with_companion:
        converted = _with_companion(source, converted)
    if output.suffix.lower() == ".json" and not output.is_dir():
        text = json.dumps(converted.document, indent="\t", ensure_ascii=False)
        write_atomically(output, [text.encode("utf-8", "surrogatepass").decode("utf-8", "replace") + "\n"])
        lost = converted.lost
    else:
        lost = write_v3(source, converted, output)
    code = ExitCode.FAILED if lost and options.strict else ExitCode.PASSED
    if options.format == "json":
        told = [{"message": one.message, "file": one.file, "field": one.field} for one in lost]
        write_json(terminal.verbatim(), {"written": str(output), "lost": told})
        return code
    for one in lost:
        terminal.err.write(f"lost: {one.told}\n")
    count = f"{len(lost)} member{'' if len(lost) == 1 else 's'} lost" if lost else "nothing lost"
    terminal.out.write(f"wrote {output}, {count}\n")
    return code


def _with_companion(source: str, converted: Converted) -> Converted:
    file = companion_beside(source)
    if file is None:
        raise UsageError(
            "there is no companion beside the collection", hint="--with-companion needs NAME.harness.yaml"
        )
    made = with_companion(converted.document, load_collection(source), str(file))
    return Converted(document=made.document, lost=(*converted.lost, *made.lost))
