"""What scripts say: names on `pm`, variables, tests behind the end, whether they are JavaScript."""

import json
import re
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from harness.errors import EngineError
from harness.linting.finding import Finding
from harness.scripting.process import BARE_RUN, find_deno

_BLANKED: Final = re.compile(r"//[^\n]*|/\*[\s\S]*?\*/|'(?:\\.|[^'\\\n])*'|\"(?:\\.|[^\"\\\n])*\"")
_PM: Final = re.compile(r"(?<![\w$.])pm\.([A-Za-z_$][\w$]*)(?:\.([A-Za-z_$][\w$]*))?")
_SET: Final = re.compile(
    r"(?:\.(?:set|unset)|setEnvironmentVariable|setGlobalVariable)\(\s*(?:'([^']+)'|\"([^\"]+)\"|`([^`$]+)`)"
)

PM_NAMES: Final = frozenset(
    (
        "collectionVariables", "cookies", "datasets", "environment", "execution", "expect", "getData",
        "globals",
        "info", "iterationData", "message", "request", "require", "response", "sendRequest", "setNextRequest",
        "state", "test", "variables", "vault", "visualizer", "mock",
    )
)  # fmt: skip
_SCOPE: Final = frozenset(
    (
        "get", "set", "unset", "has", "clear", "replaceIn", "toObject", "toJSON", "name", "id", "values",
        "syncVariablesFrom", "syncVariablesTo", "variables", "valueOf", "_variableScope", "mutations",
    )
)  # fmt: skip
INNER_NAMES: Final = {
    "environment": _SCOPE,
    "globals": _SCOPE,
    "collectionVariables": _SCOPE,
    "variables": _SCOPE,
    "execution": frozenset({"setNextRequest", "skipRequest", "runRequest", "location"}),
    "test": frozenset({"skip", "index", "call", "apply"}),
}
_PARSER: Final = """
const chunks = [];
for await (const chunk of Deno.stdin.readable) chunks.push(chunk);
const text = await new Blob(chunks).text();
const Script = (async () => {}).constructor;
const told = JSON.parse(text).map((source) => {
  try { new Script(source); return null; } catch (error) { return String(error.message); }
});
console.log(JSON.stringify(told));
"""
TIMEOUT_S: Final = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptSite:
    """A script where it stands. `line` is that of its first line, where a file has it as lines."""

    source: str
    file: str
    field: str
    line: int | None = None

    def at(self, position: int) -> int | None:
        """Return the line of the file for a position in the script."""
        return None if self.line is None else self.line + self.source.count("\n", 0, position)


def variables_set(site: ScriptSite) -> Iterator[str]:
    """Name the variables that a script sets."""
    for found in _SET.finditer(site.source):
        yield found[1] or found[2] or found[3]


def check_names(site: ScriptSite) -> Iterator[Finding]:
    """Find names on `pm` that do not exist, and tests behind a `return` or `throw` that always comes."""
    code = _BLANKED.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), site.source)
    for found in _PM.finditer(code):
        outer, inner = found[1], found[2]
        if outer not in PM_NAMES:
            name = f"pm.{outer}"
        elif inner and outer in INNER_NAMES and inner not in INNER_NAMES[outer]:
            name = f"pm.{outer}.{inner}"
        else:
            continue
        yield Finding(
            rule_id="unknown-pm-name",
            message=f"there is no {name}",
            file=site.file,
            field=site.field,
            line=site.at(found.start()),
        )
    end = _end(code)
    if end is not None and (test := code.find("pm.test(", end)) >= 0:
        yield Finding(
            rule_id="test-never-runs",
            message="the script always ends before this test",
            file=site.file,
            field=site.field,
            line=site.at(test),
        )


def _end(code: str) -> int | None:
    """Find a `return` or `throw` that is in no block and begins its line."""
    depth = 0
    for found in re.finditer(r"[{(\[`]|[})\]]|^(?:return|throw)\b", code, re.MULTILINE):
        if found[0] == "`":
            return None
        if found[0] in "{([":
            depth += 1
        elif found[0] in "})]":
            depth -= 1
        elif depth == 0 and (before := code[: found.start()].rstrip()[-1:]) in ("", ";", "}"):
            return found.end() if before != "" or found.start() == 0 else None
    return None


def check_syntax(sites: Sequence[ScriptSite]) -> Iterator[Finding]:
    """Let the script engine's V8 parse scripts, none of which is run. One child parses them all."""
    if not sites:
        return
    with tempfile.TemporaryDirectory() as folder:
        main = Path(folder, "parse.js")
        main.write_text(_PARSER, "utf-8")
        deno = find_deno()
        command = [deno, *BARE_RUN, str(main)]
        given = json.dumps([site.source for site in sites]).encode()
        try:
            done = subprocess.run(command, input=given, capture_output=True, timeout=TIMEOUT_S, check=True)
        except (OSError, subprocess.SubprocessError) as error:
            raise EngineError(f"the scripts could not be parsed: {error}", where=deno) from error
    for site, message in zip(sites, json.loads(done.stdout), strict=True):
        if message is not None:
            yield Finding(
                rule_id="script-syntax", message=message, file=site.file, field=site.field, line=site.line
            )
