"""Dataclasses whose methods are made when they are first called.

The standard library compiles six methods for every frozen class when its module is loaded, which a run of one
request spends a third of its time on; most are never called. For a type checker, and for whatever asks with
`dataclasses.fields`, `replace` or `is_dataclass`, these are the standard library's.
"""

import dataclasses
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from dataclasses import dataclass as dataclass  # noqa: PLC0414 - so is it exported
else:

    def dataclass(cls=None, /, *, frozen=False, slots=False, kw_only=False, **others):
        """Make a class a dataclass, as `dataclasses.dataclass` does."""

        def wrap(cls: type) -> type:
            if others or not slots or any(dataclasses.is_dataclass(base) for base in cls.__bases__):
                return dataclasses.dataclass(cls, frozen=frozen, slots=slots, kw_only=kw_only, **others)
            return _lazy(cls, frozen=frozen, kw_only=kw_only)

        return wrap if cls is None else wrap(cls)


_MISSING: Final = dataclasses.MISSING


def _lazy(cls: type, *, frozen: bool, kw_only: bool) -> type:
    written = cls.__dict__
    # The standard library would describe the class by its signature.
    cls.__doc__ = cls.__doc__ or cls.__name__
    made: Any = dataclasses.dataclass(cls, init=False, repr=False, eq=False, slots=True, kw_only=kw_only)
    makers: dict[str, Callable[[Any], Callable[..., Any]]] = {"__init__": _init, "__repr__": _repr}
    if "__eq__" not in written:
        makers["__eq__"] = _eq
    if written.get("__hash__") is None:
        if frozen:
            makers["__hash__"] = _hash
        else:
            made.__hash__ = None
    for name, make in makers.items():
        if name not in written or name == "__hash__":
            setattr(made, name, _stand_in(made, name, make))
    if frozen:
        made.__dataclass_params__.frozen = True
        made.__setattr__ = _refuse_to_set
        made.__delattr__ = _refuse_to_delete
        made.__getstate__ = _state
        made.__setstate__ = _set_state
    return made  # type: ignore[no-any-return]


def _stand_in(made: Any, name: str, make: Callable[[Any], Callable[..., Any]]) -> Callable[..., Any]:
    """Return a method that makes the real one, puts it in its place and calls it."""

    def method(self: Any, *args: Any, **kwargs: Any) -> Any:
        real = make(made)
        real.__qualname__ = method.__qualname__
        setattr(made, name, real)
        return real(self, *args, **kwargs)

    method.__name__ = name
    method.__qualname__ = f"{made.__qualname__}.{name}"
    return method


def _init(made: Any) -> Callable[..., Any]:
    parameters: list[str] = []
    by_name: list[str] = []
    lines: list[str] = []
    known: dict[str, Any] = {"_missing": _MISSING}
    frozen = made.__dataclass_params__.frozen
    for field in dataclasses.fields(made):
        name = field.name
        value = name
        parameter = name
        if field.default is not _MISSING:
            known[f"_default_{name}"] = field.default
            parameter = f"{name}=_default_{name}"
            value = name if field.init else f"_default_{name}"
        elif field.default_factory is not _MISSING:
            known[f"_make_{name}"] = field.default_factory
            parameter = f"{name}=_missing"
            value = f"_make_{name}() if {name} is _missing else {name}" if field.init else f"_make_{name}()"
        elif not field.init:
            continue
        if field.init:
            (by_name if field.kw_only else parameters).append(parameter)
        if frozen:
            # The descriptor of a slot sets it although instances refuse.
            known[f"_set_{name}"] = getattr(made, name).__set__
            lines.append(f"_set_{name}(self, {value})")
        else:
            lines.append(f"self.{name} = {value}")
    if hasattr(made, "__post_init__"):
        lines.append("self.__post_init__()")
    signature = ", ".join(["self", *parameters, *(["*", *by_name] if by_name else [])])
    return _compiled(made, "__init__", signature, lines or ["pass"], known)


def _eq(made: Any) -> Callable[..., Any]:
    names = [field.name for field in dataclasses.fields(made) if field.compare]
    mine, theirs = ("".join(f"{one}.{name}, " for name in names) for one in ("self", "other"))
    another = "if other.__class__ is not self.__class__: return NotImplemented"
    return _compiled(made, "__eq__", "self, other", [another, f"return ({mine}) == ({theirs})"], {})


def _hash(made: Any) -> Callable[..., Any]:
    fields = dataclasses.fields(made)
    names = [one.name for one in fields if (one.compare if one.hash is None else one.hash)]
    inner = "".join(f"self.{name}, " for name in names)
    return _compiled(made, "__hash__", "self", [f"return hash(({inner}))"], {})


def _repr(made: Any) -> Callable[..., Any]:
    shown = ", ".join(f"{one.name}={{self.{one.name}!r}}" for one in dataclasses.fields(made) if one.repr)
    return _compiled(made, "__repr__", "self", [f'return f"{{self.__class__.__qualname__}}({shown})"'], {})


def _compiled(
    made: Any, name: str, signature: str, lines: list[str], known: dict[str, Any]
) -> Callable[..., Any]:
    body = "\n ".join(lines)
    exec(f"def {name}({signature}):\n {body}", known)  # noqa: S102 - the names of a class's own fields
    method: Callable[..., Any] = known[name]
    method.__module__ = made.__module__
    return method


def _refuse_to_set(self: Any, name: str, value: Any) -> None:  # noqa: ARG001 - Python's shape
    raise dataclasses.FrozenInstanceError(f"cannot assign to field {name!r}")


def _refuse_to_delete(self: Any, name: str) -> None:  # noqa: ARG001 - Python's shape
    raise dataclasses.FrozenInstanceError(f"cannot delete field {name!r}")


def _state(self: Any) -> list[Any]:
    return [getattr(self, field.name) for field in dataclasses.fields(self)]


def _set_state(self: Any, state: list[Any]) -> None:
    for field, value in zip(dataclasses.fields(self), state, strict=True):
        object.__setattr__(self, field.name, value)
