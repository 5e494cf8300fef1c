"""How old recordings may get: `30d`, `30d=warn`, `12h=fail`, `90d=record`."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Final, Literal, get_args

from harness.cassettes.file.interaction import Interaction
from harness.errors import UsageError, choices
from harness.lazy_dataclass import dataclass

Consequence = Literal["warn", "fail", "record"]

_RULE: Final = re.compile(r"(\d+)\s*([smhdw])(?:=(\w+))?")
_UNITS: Final = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpiryRule:
    """Interactions older than `age` have the consequence."""

    age: timedelta
    consequence: Consequence = "warn"


@dataclass(frozen=True, slots=True, kw_only=True)
class Expiry:
    """What is too old: the rule, the interactions, and the age of the oldest."""

    rule: ExpiryRule
    expired: tuple[Interaction, ...]
    oldest: timedelta

    @property
    def message(self) -> str:
        """Say how many interactions are how old."""
        return (
            f"{len(self.expired)} recorded interactions are older than {spell(self.rule.age)}, "
            f"the oldest {spell(self.oldest)}"
        )


def parse_expiry(text: str) -> ExpiryRule:
    """Read a rule: a number, a unit (s, m, h, d, w), and after `=` what follows. Raises `UsageError`."""
    found = _RULE.fullmatch(text.strip())
    valid: tuple[Consequence, ...] = get_args(Consequence)
    if found is None:
        raise UsageError(f"{text!r} is no expiry", hint="write it like 30d, 12h=fail or 90d=record")
    number, unit, word = found.groups(default="warn")
    consequence = next((one for one in valid if one == word), None)
    if consequence is None:
        raise UsageError(f"{word!r} is no consequence of expiry", hint=choices(word, valid))
    return ExpiryRule(age=timedelta(**{_UNITS[unit]: int(number)}), consequence=consequence)


def check_expiry(
    interactions: Iterable[Interaction], rule: ExpiryRule, *, now: datetime | None = None
) -> Expiry | None:
    """Return what is too old by a rule, `None` when nothing is. What tells no time does not expire."""
    moment = now or datetime.now(UTC)
    aged = [
        (moment - recorded, one)
        for one in interactions
        if (recorded := recorded_at(one)) is not None and moment - recorded > rule.age
    ]
    if not aged:
        return None
    return Expiry(rule=rule, expired=tuple(one for _, one in aged), oldest=max(age for age, _ in aged))


def recorded_at(interaction: Interaction) -> datetime | None:
    """Return when an interaction was recorded, `None` when it does not tell."""
    try:
        moment = datetime.fromisoformat(interaction.recorded_at)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def oldest(interactions: Iterable[Interaction], *, now: datetime | None = None) -> timedelta | None:
    """Return the age of the oldest interaction, `None` when none tells when it was recorded."""
    moments = [moment for one in interactions if (moment := recorded_at(one)) is not None]
    return (now or datetime.now(UTC)) - min(moments) if moments else None


def spell(age: timedelta) -> str:
    """Spell an age in the largest unit that it fills: `3 days`, `1 hour`, `0 seconds`."""
    if age < timedelta(0):
        # Recorded on a machine whose clock is ahead.
        age = timedelta(0)
    if age >= timedelta(days=1):
        number, unit = age.days, "day"
    elif age >= timedelta(hours=1):
        number, unit = age.seconds // 3600, "hour"
    elif age >= timedelta(minutes=1):
        number, unit = age.seconds // 60, "minute"
    else:
        number, unit = age.seconds, "second"
    return f"{number} {unit}{'' if number == 1 else 's'}"
