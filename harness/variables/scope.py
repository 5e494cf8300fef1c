"""Named values in Postman's five scopes, and which of them wins."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal

from harness.collection.model import Variable

ScopeName = Literal["local", "data", "environment", "collection", "globals"]

PRECEDENCE: Final[tuple[ScopeName, ...]] = ("local", "data", "environment", "collection", "globals")


class Missing:
    """The absence of a value, where `None` is one."""

    def __repr__(self) -> str:
        return "MISSING"


MISSING: Final = Missing()


class Scope:
    """The variables of one scope, in order, each key once.

    Later duplicates win when the scope is filled, as in Postman. `version` grows with every change, so
    that a mirror elsewhere (the script engine's) can tell whether it is still right.
    """

    __slots__ = ("_values", "id", "label", "name", "version")

    def __init__(
        self, name: ScopeName, values: Iterable[Variable] = (), *, label: str = "", id: str = ""
    ) -> None:
        self.name: Final = name
        self.label = label
        self.id = id
        self.version = 0
        self._values: dict[str, Variable] = {}
        for variable in values:
            known = self._values.get(variable.key)
            if known is None or not variable.disabled or known.disabled:
                self._values[variable.key] = variable

    def __contains__(self, key: str) -> bool:
        known = self._values.get(key)
        return known is not None and not known.disabled

    def __iter__(self) -> Iterator[Variable]:
        return iter(self._values.values())

    def __len__(self) -> int:
        return len(self._values)

    def get(self, key: str) -> Any:
        """Return the value of an enabled variable, or `MISSING`."""
        known = self._values.get(key)
        return MISSING if known is None or known.disabled else known.value

    def set(self, key: str, value: Any, type: str | None = None) -> None:
        """Give a variable a value, and a new type when one is named; a disabled one becomes enabled."""
        known = self._values.get(key)
        kept = known.type if known else None
        self._values[key] = Variable(key=key, value=value, type=type or kept)
        self.version += 1

    def unset(self, key: str) -> None:
        """Forget a variable; an unknown one is no mistake."""
        if self._values.pop(key, None) is not None:
            self.version += 1

    def clear(self) -> None:
        """Forget all variables."""
        self._values.clear()
        self.version += 1

    def snapshot(self) -> dict[str, Variable]:
        """Return the variables as they stand, to be given back to `restore`."""
        return dict(self._values)

    def restore(self, snapshot: Mapping[str, Variable]) -> None:
        """Go back to a snapshot."""
        if self._values != snapshot:
            self._values = dict(snapshot)
            self.version += 1


@dataclass(slots=True, kw_only=True)
class Scopes:
    """The five scopes of a run. `data` is the current row; `local` lasts for the whole run, as in newman."""

    local: Scope = field(default_factory=lambda: Scope("local"))
    data: Scope = field(default_factory=lambda: Scope("data"))
    environment: Scope = field(default_factory=lambda: Scope("environment"))
    collection: Scope = field(default_factory=lambda: Scope("collection"))
    globals: Scope = field(default_factory=lambda: Scope("globals"))

    def __iter__(self) -> Iterator[Scope]:
        return iter((self.local, self.data, self.environment, self.collection, self.globals))

    def find(self, key: str) -> tuple[Scope, Variable] | None:
        """Return the variable that wins for a name, with its scope."""
        for scope in self:
            known = scope._values.get(key)
            if known is not None and not known.disabled:
                return scope, known
        return None

    def get(self, key: str) -> Any:
        """Return the value that wins for a name, or `MISSING`."""
        found = self.find(key)
        return MISSING if found is None else found[1].value

    def named(self, name: ScopeName) -> Scope:
        """Return the scope of that name."""
        scope: Scope = getattr(self, name)
        return scope

    def with_row(self, row: Mapping[str, Any]) -> "Scopes":
        """Return the same scopes with another data row."""
        values = (Variable(key=key, value=value) for key, value in row.items())
        return replace(self, data=Scope("data", values))
