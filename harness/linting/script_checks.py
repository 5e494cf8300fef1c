"""What is wrong with a script: syntax, names that `pm` does not have, tests that never run, secrets."""

from collections.abc import Iterator

from harness.linting.clear_secrets import spelled_out
from harness.linting.finding import Finding
from harness.linting.pm_names import KNOWN
from harness.linting.script_reading import NamePart, ScriptReading
from harness.linting.script_site import ScriptSite
from harness.secrets.token_forms import secrets_by_form


def check_script(site: ScriptSite, reading: ScriptReading) -> Iterator[Finding]:
    """Find what is wrong with a script."""
    if reading.error is not None:
        yield _finding(site, "script-syntax", reading.error, 0)
    for path in reading.paths:
        yield from _unknown(site, path)
    for line in reading.dead:
        yield _finding(site, "test-never-runs", "the script never gets to this test", line)
    yield from _secrets(site, reading)


def _unknown(site: ScriptSite, path: tuple[NamePart, ...]) -> Iterator[Finding]:
    above = path[0].name
    for part in path[1:]:
        known = KNOWN.get(above)
        inner = f"{above}.{part.name}"
        if known and part.name != "()" and part.name not in known and not part.name.startswith("_"):
            yield _finding(site, "unknown-pm-name", f"there is no {inner}", part.line)
            return
        above = inner


def _secrets(site: ScriptSite, reading: ScriptReading) -> Iterator[Finding]:
    lines = {one.line for one in reading.named if spelled_out(one.name, one.text)}
    for secret, _ in secrets_by_form(site.source):
        lines.add(site.source.count("\n", 0, max(0, site.source.find(secret))))
    for line in sorted(lines):
        yield _finding(site, "secret-in-clear", "a secret is written out", line)


def _finding(site: ScriptSite, rule: str, message: str, line: int) -> Finding:
    return Finding(rule_id=rule, message=message, file=site.file, field=site.field, line=site.at(line))
