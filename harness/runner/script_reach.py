"""Which variables a script reads and writes, and whether its source says so for certain.

Only what is written out counts: `pm.environment.set("id", ...)`. A script that goes any other way to the
variables, the cookies, the vault or the run is told by `doubt`, and whoever runs calls side by side runs it
alone. Nothing is left out of the source for being a comment or a text: a doubt too many costs time, one too
few a wrong result.
"""

import re
from functools import lru_cache
from typing import Final

from harness.lazy_dataclass import dataclass
from harness.variables.substitute import TOKEN

_LITERAL: Final = r"""\s*\(\s*(?P<quote>['"`])(?P<name>[^'"`\\$\n]+)(?P=quote)"""
_ACCESS: Final = re.compile(
    r"(?:\bpm\s*\.\s*(?:environment|globals|collectionVariables|variables|iterationData)\s*\.\s*"
    r"(?P<verb>get|has|set|unset)"
    r"|\bpostman\s*\.\s*(?P<legacy>get|set|clear)(?:Environment|Global)Variable)"
    rf"{_LITERAL}\s*[,)]"
)
_REPLACED: Final = re.compile(
    r"\bpm\s*\.\s*(?:environment|globals|collectionVariables|variables)\s*\.\s*replaceIn"
    r"""\s*\(\s*(['"`])(?:(?!\$\{)[^'"`\\\n])*\1\s*\)"""
)
_OLD_READ: Final = re.compile(
    r"""(?<![.\w$])(?:environment|globals)\s*"""
    r"""(?:\.\s*(?P<name>[A-Za-z_$][\w$]*)|\[\s*(?P<quote>['"])(?P<key>[^'"\\\n]+)(?P=quote)\s*\])"""
    r"(?!\s*\()"
)
_HARMLESS: Final = re.compile(
    r"\bpm\s*\.\s*(?:test|expect|response|request|info|visualizer|iterationData|environment\s*\.\s*name"
    r"|cookies\s*\.\s*(?:get|has|toObject))\b"
    r"|\bpostman\s*\.\s*getResponse(?:Header|Cookie)\b"
)
_JUMPS: Final = re.compile(r"setNextRequest|skipRequest|runRequest")
_HIDDEN: Final = "its script reaches variables in a way that its source does not tell"
_DOUBTS: Final = (
    (re.compile(r"\bpm\s*\.\s*sendRequest\b"), "its script sends requests"),
    (re.compile(r"\bpm\s*\.\s*cookies\s*\.\s*jar\b"), "its script uses the cookie jar"),
    (re.compile(r"\bpm\s*\.\s*vault\b"), "its script uses the vault"),
    (re.compile(r"\b(?:pm|postman)\b"), _HIDDEN),
    (
        re.compile(r"(?<![.\w$'\"-])(?:environment|globals)\b(?=\s*(?:[\[\].(),;=})]|\n|$))"),
        _HIDDEN,
    ),
    (
        re.compile(r"\b(?:eval|Function|globalThis|import|with)\s*[(.\[]|\bthis\s*\[|=\s*(?:this|globalThis)\b"),
        "its script runs code that its source does not show",
    ),
    (re.compile(r"\{\{[^}\s]"), "its script puts names of variables together"),
)  # fmt: skip
_AMENDS: Final = re.compile(
    r"\bpm\s*\.\s*request\s*(?:\.\s*(?:method|url|update|auth|body|headers)\b|[^.\s\w])|\bpm\s*\.\s*request\s*\["
)
_AMENDS_HARMLESSLY: Final = re.compile(
    r"\bpm\s*\.\s*request\s*\.\s*(?:headers\s*\.\s*(?:add|upsert|remove|get|has)\b|url\s*\.\s*(?:get\w+|toString)\b"
    r"|body\b|method\s*(?:===?|!==?|[;,)]))"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptReach:
    """The variables that a script reads and writes by name.

    `jumps` says that it may change what runs next. `doubt` says why the rest is not certain; it is empty when
    it is. `amends` says that it may change the address, method or auth of a request.
    """

    reads: frozenset[str] = frozenset()
    writes: frozenset[str] = frozenset()
    jumps: bool = False
    doubt: str = ""
    amends: bool = False


@lru_cache(maxsize=1024)
def script_reach(source: str) -> ScriptReach:
    """Read off a script's source what it reaches."""
    reads: set[str] = set()
    writes: set[str] = set()
    for found in _ACCESS.finditer(source):
        if (found["verb"] or found["legacy"]) in {"get", "has"}:
            reads.add(found["name"])
        else:
            writes.add(found["name"])
    reads |= {found["name"] or found["key"] for found in _OLD_READ.finditer(source)}
    reads |= set(TOKEN.findall(source))
    # What is understood is taken out; a name of the sandbox that is left is not.
    left = source
    for known in (_ACCESS, _REPLACED, _OLD_READ, _HARMLESS, TOKEN):
        left = known.sub(" ; ", left)
    doubt = next((why for pattern, why in _DOUBTS if pattern.search(left)), "")
    amends = bool(_AMENDS.search(_AMENDS_HARMLESSLY.sub(" ; ", source)))
    return ScriptReach(
        reads=frozenset(reads),
        writes=frozenset(writes),
        jumps=bool(_JUMPS.search(source)),
        doubt=doubt,
        amends=amends,
    )
