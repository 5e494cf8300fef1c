"""The rules of `harness lint`: the table that the checks and the reference page are made from."""

from dataclasses import dataclass
from typing import Final, Literal

Severity = Literal["error", "warning", "info"]
SEVERITIES: Final[tuple[Severity, ...]] = ("error", "warning", "info")


@dataclass(frozen=True, slots=True, kw_only=True)
class LintRule:
    """One rule. `why` says what happens to who breaks it, and what to do."""

    id: str
    severity: Severity
    title: str
    why: str


RULES: Final = (
    LintRule(
        id="unreadable-file",
        severity="error",
        title="A file can be read",
        why="A file that is no YAML or JSON, or not what its name says, is not run. Postman drops it.",
    ),
    LintRule(
        id="wrong-type",
        severity="error",
        title="Values have the type that Postman expects",
        why="A number or a list where Postman expects a text makes it ignore the whole request, or all of "
        "`definition.yaml`: name, auth, scripts and variables. So does a key that is missing: a header "
        "without a value, a body without content. Put the value in quotes, or write `''`.",
    ),
    LintRule(
        id="unknown-key",
        severity="warning",
        title="Keys are known",
        why="A key that the format does not have is ignored; it is most often a slip of the keyboard. In an "
        "entry of a list, an auth or a script it is an error: Postman ignores the whole file for it.",
    ),
    LintRule(
        id="left-out",
        severity="error",
        title="Everything in a file has a reading",
        why="A part of the file cannot be understood and is left out of the run. A request of a kind that "
        "Postman has and that is not run here, such as `grpc-request`, is a warning.",
    ),
    LintRule(
        id="script-type",
        severity="error",
        title="Script types are known",
        why="A script of an unknown type, or with the protocol in a request, stops the whole run. "
        "Requests have `beforeRequest` and `afterResponse`, definitions `http:beforeRequest` and so on.",
    ),
    LintRule(
        id="second-script",
        severity="warning",
        title="There is one script of a type",
        why="Postman runs only the first script of a type in a file of format v3. Join them.",
    ),
    LintRule(
        id="query-out-of-step",
        severity="warning",
        title="`url` and `queryParams` agree",
        why="Where both name a parameter the list wins, so what people read is not what is sent.",
    ),
    LintRule(
        id="duplicate-order",
        severity="warning",
        title="Siblings have orders of their own",
        why="Of two siblings with one `order` the name decides which is first, so a new name reorders them.",
    ),
    LintRule(
        id="case-clash",
        severity="warning",
        title="Names differ in more than their case",
        why="On Windows and macOS two files whose names differ in case alone are one file.",
    ),
    LintRule(
        id="script-syntax",
        severity="error",
        title="Scripts are JavaScript",
        why="A script with a syntax error fails before its first line, and none of its tests run.",
    ),
    LintRule(
        id="unknown-pm-name",
        severity="warning",
        title="Names on `pm` exist",
        why="Reading a name that `pm`, or something on it such as `pm.response`, does not have gives "
        "`undefined`, and calling it fails. Names that a script asks for first (`if (pm.name)`, "
        "`pm.name?.()`) or makes itself are left alone.",
    ),
    LintRule(
        id="test-never-runs",
        severity="warning",
        title="Tests can run",
        why="A test behind a `return`, in an `if (false)`, in a function that nobody calls, in a folder "
        "without requests, or for a protocol that no request has, never runs, and so never fails.",
    ),
    LintRule(
        id="undefined-variable",
        severity="info",
        title="Variables are defined somewhere",
        why="Nothing in the collection, its scripts or the files given with -e and -g sets it. With "
        "-e this is a warning, and a dynamic variable (`{{$guid}}`) that there is not always is one.",
    ),
    LintRule(
        id="secret-in-clear",
        severity="warning",
        title="Secrets are not written out",
        why="A value whose name says that it is a secret, or that is a token by its form, stands in the "
        "file: in a variable, an auth, a header, an address, a body, a script or an example. Keep it in a "
        "variable set outside of the repository.",
    ),
    LintRule(
        id="companion-binding",
        severity="error",
        title="The companion speaks of calls that are there",
        why="An entry whose path fits no call, or that is given twice, stops the run before its first call.",
    ),
    LintRule(
        id="unknown-rule",
        severity="warning",
        title="Rules that are switched off exist",
        why="A rule that is switched off under a name that no rule has stays on.",
    ),
)
"""All rules in the order of the reference page."""

BY_ID: Final = {rule.id: rule for rule in RULES}
