"""Substitution: `{{name}}` becomes the value that wins for the name."""

import random
import re
from collections.abc import Callable
from typing import Any, Final

from harness.collection.javascript import as_text
from harness.lazy_dataclass import dataclass
from harness.variables.draws import Clock
from harness.variables.dynamic import DynamicValues
from harness.variables.scope import Scopes

TOKEN: Final = re.compile(r"\{\{([^{}]*?)\}\}")

PASSES: Final = 19
"""How often a text is gone over, since a value may hold names again; what is left then stays as it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UsedVariable:
    """A variable that a text named: its value then, and the scope that had it, or `dynamic` when drawn."""

    name: str
    scope: str
    value: str


class Resolver:
    """Resolves the texts of one request, as the Postman SDK does.

    Names are taken literally, spaces included. Values that are objects read `[object Object]`; a `null` in a
    data row leaves its name in place and hides the name in all other scopes. A name that starts with `$` and
    is no variable draws a new value each time it occurs. `unresolved` lists the names that have no value, in
    the order they were met; `used` those that have one, as first met. `random` is asked once for what values
    are drawn from, when the first is.
    """

    __slots__ = ("_clock", "_dynamic", "_random", "_resolved", "_scopes", "unresolved", "used")

    def __init__(self, scopes: Scopes, random: Callable[[], random.Random], clock: Clock) -> None:
        self._scopes = scopes
        self._random = random
        self._clock = clock
        self._dynamic: DynamicValues | None = None
        self.unresolved: list[str] = []
        self.used: dict[str, UsedVariable] = {}
        self._resolved: list[tuple[str, str]] = []

    def text(self, template: str) -> str:
        """Resolve one text."""
        if "{{" not in template:
            return template
        text = template
        for _ in range(PASSES):
            replaced = TOKEN.sub(self._replace, text)
            if replaced == text:
                break
            text = replaced
        for name in TOKEN.findall(text):
            if name not in self.unresolved and self._find(name) is None:
                self.unresolved.append(name)
        self._resolved.append((template, text))
        return text

    def replay(self) -> Callable[[str], str]:
        """Return a way to resolve the same texts once more, each as it came out when it was met before.

        A text that is not left over from then is resolved anew, and is not noted as unresolved or used.
        """
        left: dict[str, list[str]] = {}
        for template, text in reversed(self._resolved):
            left.setdefault(template, []).append(text)
        anew = Resolver(self._scopes, self._random, self._clock)
        anew._dynamic = self._dynamic

        def again(template: str) -> str:
            texts = left.get(template)
            return texts.pop() if texts else anew.text(template)

        return again

    def value(self, template: Any) -> Any:
        """Resolve all texts of a JSON value, but not the keys of its objects."""
        if isinstance(template, str):
            return self.text(template)
        if isinstance(template, dict):
            return {key: self.value(one) for key, one in template.items()}
        if isinstance(template, list | tuple):
            return [self.value(one) for one in template]
        return template

    def _replace(self, token: re.Match[str]) -> str:
        value = self._find(token[1])
        return token[0] if value is None else value

    def _find(self, name: str) -> str | None:
        found = self._scopes.find(name)
        if found is None:
            value = self._draw(name) if name.startswith("$") else None
            scope = "dynamic"
        else:
            scope, variable = found[0].name, found[1]
            value = None if variable.value is None and scope == "data" else as_text(variable.value)
        if value is not None and name not in self.used:
            self.used[name] = UsedVariable(name=name, scope=scope, value=value)
        return value

    def _draw(self, name: str) -> str | None:
        if self._dynamic is None:
            self._dynamic = DynamicValues(self._random(), self._clock)
        return self._dynamic.draw(name)
