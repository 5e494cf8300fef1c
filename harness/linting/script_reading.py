"""What scripts say, read off their syntax trees by one child of Deno, in which none of them is run."""

import json
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from harness.errors import EngineError
from harness.scripting.bundle import library
from harness.scripting.process import BARE_RUN, find_deno

TIMEOUT_S: Final = 60
_READER: Final = Path(__file__).parent / "js" / "read_scripts.js"


@dataclass(frozen=True, slots=True, kw_only=True)
class NamePart:
    """A name on the way to something: `environment` in `pm.environment.get`."""

    name: str
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedText:
    """A text that a script gives a name, or uses as a template; `name` is empty then."""

    name: str
    text: str
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptReading:
    """What one script says. A `line` is how many lines of the script stand above it.

    `error` is why it is no JavaScript; then nothing else is known. `paths` are the members of `pm` and
    `postman` that it reaches for, besides those that it asks for first; `dead` where tests stand that never
    run; `sets` the variables that it sets, `words` what it may set besides, by a name that it puts together;
    `templates` what it has replaced variables in; `named` the texts that it gives names.
    """

    error: str | None = None
    paths: tuple[tuple[NamePart, ...], ...] = ()
    dead: tuple[int, ...] = ()
    sets: frozenset[str] = frozenset()
    words: frozenset[str] = frozenset()
    templates: tuple[NamedText, ...] = ()
    named: tuple[NamedText, ...] = ()


def read_scripts(sources: Sequence[str]) -> list[ScriptReading]:
    """Read scripts. Raises `EngineError` where Deno is missing or fails."""
    if not sources:
        return []
    parser = library("acorn")
    deno = find_deno()
    if parser is None:
        raise EngineError("the script engine is not complete: its parser is missing", where=deno)
    given = {"parser": parser.text.decode("utf-8"), "scripts": sources}
    with tempfile.TemporaryDirectory() as folder:
        main = Path(folder, "read.js")
        main.write_bytes(_READER.read_bytes())
        try:
            done = subprocess.run(
                [deno, *BARE_RUN, str(main)],
                input=json.dumps(given).encode(),
                capture_output=True,
                timeout=TIMEOUT_S,
                check=True,
            )
        except (OSError, subprocess.SubprocessError) as error:
            raise EngineError(f"the scripts could not be parsed: {error}", where=deno) from error
    return [_reading(one) for one in json.loads(done.stdout)]


def _reading(told: Mapping[str, Any]) -> ScriptReading:
    return ScriptReading(
        error=told["error"],
        paths=tuple(
            tuple(NamePart(name=name, line=line) for name, line in path) for path in told.get("paths", ())
        ),
        dead=tuple(told.get("dead", ())),
        sets=frozenset(told.get("sets", ())),
        words=frozenset(told.get("words", ())),
        templates=tuple(NamedText(name="", text=text, line=line) for text, line in told.get("templates", ())),
        named=tuple(NamedText(name=name, text=text, line=line) for name, text, line in told.get("named", ())),
    )
