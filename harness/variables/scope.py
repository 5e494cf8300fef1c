"""Named values in Postman's five scopes, and which of them wins."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field, replace
from typing import Any, Final, Literal

from harness.collection.model import Variable
from harness.lazy_dataclass import dataclass

ScopeName = Literal["local", "data", "environment", "collection", "globals"]

PRECEDENCE: Final[tuple[ScopeName, ...]] = ("local", "data", "environment", "collection", "globals")


class Missing:
    """The absence of a value, where `None` is one."""

    def __repr__(self) -> str:
        return "MISSING"


MISSING: Final = Missing()

_REMEMBERED: Final = 256
"""So many of the latest changes of a scope are known one by one."""


@dataclass(frozen=True, slots=True)
class ScopeSnapshot:
    """A scope's variables as they stood at some time."""

    values: Mapping[str, Variable]
    hidden: Mapping[str, tuple[Variable, ...]]


class Scope:
    """The variables of one scope, in order, each key once.

    Later duplicates win when the scope is filled, enabled ones before disabled ones, as in Postman; those
    that do not win are kept for exports. `version` grows with every change, so that a mirror elsewhere (the
    script engine's) can tell whether it is still right.
    """

    __slots__ = ("__weakref__", "_changed", "_first", "_hidden", "_values", "id", "label", "name", "version")

    def __init__(
        self, name: ScopeName, values: Iterable[Variable] = (), *, label: str = "", id: str = ""
    ) -> None:
        self.name: Final = name
        self.label = label
        self.id = id
        self.version = 0
        self._changed: list[tuple[str, bool]] = []
        self._first = 0
        self._values: dict[str, Variable] = {}
        self._hidden: dict[str, tuple[Variable, ...]] = {}
        for variable in values:
            known = self._values.get(variable.key)
            if known is None or not variable.disabled or known.disabled:
                self._values[variable.key] = variable
                loser = known
            else:
                loser = variable
            if loser is not None:
                self._hidden[variable.key] = (*self._hidden.get(variable.key, ()), loser)

    def __contains__(self, key: str) -> bool:
        known = self._values.get(key)
        return known is not None and not known.disabled

    def __iter__(self) -> Iterator[Variable]:
        return iter(self._values.values())

    def __len__(self) -> int:
        return len(self._values)

    def all(self) -> Iterator[Variable]:
        """Walk all variables, also the duplicates that do not win, which newman exports too."""
        for key, variable in self._values.items():
            yield from self._hidden.get(key, ())
            yield variable

    def get(self, key: str) -> Any:
        """Return the value of an enabled variable, or `MISSING`."""
        known = self._values.get(key)
        return MISSING if known is None or known.disabled else known.value

    def set(self, key: str, value: Any, type: str | None = None) -> None:
        """Give a variable a value, and a new type when one is named.

        A disabled one stays as it is, and an enabled one joins it, as in Postman.
        """
        known = self._values.get(key)
        kept = about = None
        if known is not None and known.disabled:
            self._hidden[key] = (*self._hidden.get(key, ()), known)
        elif known is not None:
            kept, about = known.type, known.about
        self._values[key] = Variable(key=key, value=value, type=type or kept, about=about)
        self._note(key, is_set=True)

    def unset(self, key: str) -> None:
        """Forget a variable with its duplicates, but not disabled ones; an unknown one is no mistake."""
        known = self._values.get(key)
        if known is None:
            return
        kept = [one for one in (*self._hidden.pop(key, ()), known) if one.disabled]
        if not kept:
            del self._values[key]
        else:
            self._values[key] = kept.pop()
            if kept:
                self._hidden[key] = tuple(kept)
        self._note(key, is_set=False)

    def clear(self) -> None:
        """Forget all variables."""
        self._values.clear()
        self._hidden.clear()
        self._forget()

    def copy(self) -> "Scope":
        """Return a scope of its own with the same variables."""
        other = Scope(self.name, label=self.label, id=self.id)
        other._values = dict(self._values)
        other._hidden = dict(self._hidden)
        return other

    def snapshot(self) -> ScopeSnapshot:
        """Return the variables as they stand, to be given back to `restore`."""
        return ScopeSnapshot(dict(self._values), dict(self._hidden))

    def restore(self, snapshot: ScopeSnapshot) -> None:
        """Go back to a snapshot."""
        if self._values != snapshot.values or self._hidden != snapshot.hidden:
            self._values = dict(snapshot.values)
            self._hidden = dict(snapshot.hidden)
            self._forget()

    def changed_since(self, version: int) -> tuple[tuple[str, bool], ...] | None:
        """Return the changes since a version in order, a key and whether it was set; `None` if not known."""
        return tuple(self._changed[version - self._first :]) if version >= self._first else None

    def variable(self, key: str) -> Variable | None:
        """Return the variable that wins under a key, also a disabled one."""
        return self._values.get(key)

    def take_over(self, other: "Scope", version: int, before: ScopeSnapshot) -> None:
        """Make the changes here that were made in a copy since a version of it, when it stood as `before`."""
        changes = other.changed_since(version)
        if changes is None:
            gone = [key for key in before.values if key not in other._values]
            fresh = [
                key
                for key, variable in other._values.items()
                if before.values.get(key) is not variable or before.hidden.get(key) != other._hidden.get(key)
            ]
            changes = (*((key, False) for key in gone), *((key, True) for key in fresh))
        for key, is_set in changes:
            variable = other._values.get(key)
            if not is_set:
                self._values.pop(key, None)
                self._hidden.pop(key, None)
            if variable is not None:
                self._values[key] = variable
                if key in other._hidden:
                    self._hidden[key] = other._hidden[key]
            self._note(key, is_set=is_set)

    def _note(self, key: str, *, is_set: bool) -> None:
        self.version += 1
        self._changed.append((key, is_set))
        if len(self._changed) > _REMEMBERED:
            del self._changed[: _REMEMBERED // 2]
            self._first += _REMEMBERED // 2

    def _forget(self) -> None:
        self.version += 1
        self._changed.clear()
        self._first = self.version


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

    def copy(self) -> "Scopes":
        """Return scopes of their own with the same variables."""
        return Scopes(
            local=self.local.copy(),
            data=self.data.copy(),
            environment=self.environment.copy(),
            collection=self.collection.copy(),
            globals=self.globals.copy(),
        )

    def checkpoint(self) -> tuple[ScopeSnapshot, ...]:
        """Return all variables as they stand, to be given to `go_back`."""
        return tuple(scope.snapshot() for scope in self)

    def go_back(self, checkpoint: tuple[ScopeSnapshot, ...]) -> None:
        """Go back to the variables as they stood."""
        for scope, snapshot in zip(self, checkpoint, strict=True):
            scope.restore(snapshot)

    def with_row(self, row: Mapping[str, Any]) -> "Scopes":
        """Return the same scopes with another data row."""
        values = (Variable(key=key, value=value) for key, value in row.items())
        return replace(self, data=Scope("data", values))
