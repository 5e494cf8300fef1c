"""What a run leaves behind on request: environment, globals, collection and cookies, as newman writes them.

An export is state that the user named: the next run of a chain needs its values. They are written in clear,
for the owner alone to read, and one line says so; `--export-masked` hides them.
"""

import argparse
import json
import os
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from harness.api import LiveRun
from harness.cli.terminal import Terminal
from harness.dialect import DIALECTS
from harness.errors import UsageError
from harness.secrets.watch import Mask
from harness.variables.environment import export_scope
from harness.version import __version__

_FOR_ITS_OWNER: Final = 0o600


def write_exports(live: LiveRun, options: argparse.Namespace, terminal: Terminal) -> None:
    """Write the exports that were asked for, and say which hold secrets in clear."""
    dialect = DIALECTS[options.compat]
    hides = options.export_masked and dialect.run.masks
    exported_at = datetime.fromtimestamp(time.time(), UTC).isoformat(timespec="milliseconds")
    told: list[str] = []
    for path, scope in (
        (options.export_environment, live.set_up.scopes.environment),
        (options.export_globals, live.set_up.scopes.globals),
    ):
        if path is not None:
            document = export_scope(
                scope,
                exported_at=exported_at.replace("+00:00", "Z"),
                exported_using=f"harness/{__version__}",
                keeps_types=dialect.reports.exported_types,
                mask=live.mask if hides else None,
            )
            secret = any(one.secret and one.value for one in scope) or _holds_secret(document, live.mask)
            file = _write(path, document, f"newman-{scope.name}.json", secret=secret and dialect.run.masks)
            told += [file] if secret else []
    if options.export_collection is not None:
        _write(options.export_collection, live.set_up.collection.source, "newman-collection.json")
    if options.export_cookie_jar is not None:
        jar: Any = live.set_up.jar.to_json()
        if hides:
            from harness.reporters.newman.collection_document import masked

            jar = masked(jar, live.mask)
        file = _write(
            options.export_cookie_jar, jar, "newman-cookie-jar.json", secret=bool(dialect.run.masks)
        )
        told += [file] if jar.get("cookies") else []
    if told and dialect.run.masks and not hides:
        terminal.err.write(
            f"note: secrets in clear, for you alone to read: {', '.join(told)}; --export-masked hides them\n"
        )


def _holds_secret(document: Mapping[str, Any], mask: Mask) -> bool:
    values = document.get("values", [])
    return any(mask(str(one.get("value"))) != str(one.get("value")) for one in values)


def _write(path: str, document: Mapping[str, Any], default_name: str, *, secret: bool = False) -> str:
    """Write a document as newman does: into the folder named, or as the file named. Returns the file."""
    target = Path(path)
    try:
        if target.is_dir():
            stamp = datetime.now(UTC).strftime("%Y-%m-%d-%H-%M-%S-%f")[:-3]
            stem, _, suffix = default_name.rpartition(".")
            target = target / f"{stem}-{stamp}0.{suffix}"
        target.parent.mkdir(parents=True, exist_ok=True)
        # What UTF-8 cannot hold, half a surrogate pair, is escaped as JSON.stringify escapes it.
        text = json.dumps(document, indent=2, ensure_ascii=False)
        data = text.encode("utf-8", errors="backslashreplace")
        if not secret:
            target.write_bytes(data)
            return str(target)
        # Nobody else may read it at any moment, a file that was there before included.
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0)
        with os.fdopen(os.open(target, flags, _FOR_ITS_OWNER), "wb") as file:
            if target.is_file() and os.name == "posix":
                os.fchmod(file.fileno(), _FOR_ITS_OWNER)
            file.write(data)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise UsageError(f"cannot write the export: {reason}", where=path) from error
    return str(target)
