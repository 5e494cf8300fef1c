"""Dataclasses whose methods are made when they are first called behave as the standard library's."""

import copy
import dataclasses
import pickle
from dataclasses import field

import pytest

from harness.lazy_dataclass import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Berth:
    """Where a ship lies."""

    name: str
    length: int = 3
    tags: list[str] = field(default_factory=list, compare=False)
    secret: str = field(default="", repr=False)


@dataclass(slots=True)
class Tally:
    """Counts."""

    passed: int
    failed: int = 0
    total: int = field(init=False)

    def __post_init__(self) -> None:
        self.total = self.passed + self.failed


@dataclass(frozen=True, slots=True)
class Named:
    """Has a text of its own."""

    name: str

    def __str__(self) -> str:
        return self.name

    def __repr__(self) -> str:
        return f"<{self.name}>"


@dataclass(frozen=True, slots=True, kw_only=True)
class LongBerth(Berth):
    """Inherits from another one."""

    tide: float = 0.5


def test_defaults_and_factories_are_used_for_what_is_not_given():
    first, second = Berth(name="a"), Berth(name="a", tags=["x"])
    assert (first.length, first.tags, first.secret) == (3, [], "")
    assert first.tags is not Berth(name="a").tags
    assert second.tags == ["x"]


def test_a_field_that_is_missing_or_unknown_is_named():
    with pytest.raises(TypeError, match=r"Berth.* missing 1 required keyword-only argument: 'name'"):
        Berth()  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="unexpected keyword argument 'depth'"):
        Berth(name="a", depth=1)  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="positional"):
        Berth("a")  # type: ignore[misc]


def test_a_frozen_one_cannot_be_changed():
    berth = Berth(name="a")
    with pytest.raises(dataclasses.FrozenInstanceError, match="cannot assign to field 'name'"):
        berth.name = "b"  # type: ignore[misc]
    with pytest.raises(dataclasses.FrozenInstanceError, match="cannot delete field 'name'"):
        del berth.name
    assert dataclasses.replace(berth, name="b").name == "b"


def test_equal_fields_make_equal_instances_with_equal_hashes():
    first, second = Berth(name="a", tags=["x"]), Berth(name="a", tags=["y"])
    assert first == second
    assert hash(first) == hash(second)
    assert first != Berth(name="b")
    assert first != LongBerth(name="a")
    assert {Named("a"): 1}[Named("a")] == 1


def test_one_that_may_change_has_no_hash_and_runs_its_own_set_up():
    tally = Tally(2, 3)
    assert tally.total == 5
    tally.failed = 0
    assert tally != Tally(2, 3)
    with pytest.raises(TypeError, match="unhashable"):
        hash(tally)


def test_a_representation_shows_fields_unless_the_class_has_its_own():
    assert repr(Berth(name="a", secret="x")) == "Berth(name='a', length=3, tags=[])"
    assert repr(Named("a")) == "<a>"
    assert repr(Tally(1)) == "Tally(passed=1, failed=0, total=1)"


def test_copies_and_pickles_are_equal():
    for one in (Berth(name="a", length=4), LongBerth(name="b", tide=1.5), Tally(1)):
        assert pickle.loads(pickle.dumps(one)) == one
        assert copy.copy(one) == copy.deepcopy(one) == one


def test_the_standard_library_knows_its_fields():
    assert dataclasses.is_dataclass(Berth)
    assert [one.name for one in dataclasses.fields(LongBerth)] == ["name", "length", "tags", "secret", "tide"]
    assert dataclasses.asdict(Named("a")) == {"name": "a"}
    match Named("a"):
        case Named(name):
            assert name == "a"
