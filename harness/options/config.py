"""What can be asked of a run: its configuration, whose fields are the rows of the table of options."""

from __future__ import annotations

from dataclasses import Field, field, fields, replace
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from harness.dialect import DIALECTS, EXACT, Dialect
from harness.errors import UsageError, choices
from harness.lazy_dataclass import dataclass
from harness.options.cassette import RECORD_MODES, CassetteOptions
from harness.options.contract import ContractOptions
from harness.options.derived import dialect_of, pair
from harness.options.inputs import InputOptions
from harness.options.limits import LimitOptions
from harness.options.network import PLATFORMS, NetworkOptions, platform_names
from harness.options.option import FLOW, SETTING, Given, Option, Setting, setting
from harness.options.output import OutputOptions

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path
    from typing import Unpack

    from harness.collection.model import Collection
    from harness.options.keywords import RunKeywords


@dataclass(frozen=True, slots=True, kw_only=True)
class RunConfig:
    """All that can be asked of a run, in groups; `of` makes it of keywords."""

    collection: str | Path | Collection | Mapping[str, Any]
    dialect: Dialect = setting(
        EXACT,
        Option(
            name="compat",
            heading=FLOW,
            choices=tuple(DIALECTS),
            default=EXACT.name,
            help="whose requests, results, exports and exit codes: those of newman 6, those of Postman CLI, "
            "or exact ones (default), with nothing left out",
        ),
        combine=dialect_of,
    )
    inputs: InputOptions = field(default_factory=InputOptions)
    network: NetworkOptions = field(default_factory=NetworkOptions)
    cassette: CassetteOptions = field(default_factory=CassetteOptions)
    contract: ContractOptions = field(default_factory=ContractOptions)
    limits: LimitOptions = field(default_factory=LimitOptions)
    output: OutputOptions = field(default_factory=OutputOptions)

    def __post_init__(self) -> None:
        if self.cassette.record is not None and self.cassette.replay is not None:
            raise UsageError("a run either records or replays, not both", where="--record, --replay")
        mode = self.cassette.mode
        if self.cassette.replay is not None and mode in RECORD_MODES and mode != "none":
            raise UsageError(
                f"a replay records nothing, whatever the record mode; {mode!r} would be ignored",
                where="--replay, --record-mode",
                hint=f"record into it instead: --record {self.cassette.replay} --record-mode {mode}",
            )
        platform, bail = self.network.platform, self.limits.bail
        if platform is not None and platform not in PLATFORMS and platform not in platform_names():
            raise UsageError(
                f"there is no platform {platform!r}",
                where="--platform",
                hint=choices(platform, platform_names()),
            )
        bails = {"failure", "folder"}
        words = bails if bail is None else set(bail.split(","))
        if self.dialect.inputs.known_bail and not words <= bails:
            raise UsageError(f"--bail takes no {bail!r}", where="--bail", hint=choices(bail, sorted(bails)))

    @classmethod
    def of(
        cls, collection: str | Path | Collection | Mapping[str, Any], **keywords: Unpack[RunKeywords]
    ) -> RunConfig:
        """Make a configuration of keywords. Raises `UsageError` for one that there is not."""
        return cls(collection=collection).but(**keywords)

    def but(self, **keywords: Unpack[RunKeywords]) -> RunConfig:
        """Return this configuration with other values for some keywords. Raises `UsageError` as `of` does."""
        changed: dict[str, dict[str, Any]] = {}
        for keyword, value in keywords.items():
            place = PLACES.get(keyword)
            if place is None:
                raise UsageError(f"run() has no option {keyword!r}", hint=choices(keyword, PLACES))
            changed.setdefault(place.group, {})[place.field.name] = value
        own = changed.pop("", {})
        groups = {group: replace(getattr(self, group), **values) for group, values in changed.items()}
        return replace(self, **own, **groups)


class KeywordPlace(NamedTuple):
    """Where a keyword goes: a field of a group, or, with an empty `group`, of the configuration itself."""

    group: str
    field: Field[Any]
    setting: Setting


GROUPS: Final[Mapping[str, type]] = {
    "": RunConfig,
    "inputs": InputOptions,
    "network": NetworkOptions,
    "cassette": CassetteOptions,
    "contract": ContractOptions,
    "limits": LimitOptions,
    "output": OutputOptions,
}


def _places() -> Iterator[tuple[str, KeywordPlace]]:
    for group, owner in GROUPS.items():
        for one in fields(owner):
            row = one.metadata.get(SETTING)
            if row is not None:
                yield row.keyword or one.name, KeywordPlace(group, one, row)


PLACES: Final[Mapping[str, KeywordPlace]] = dict(_places())
"""The place of each keyword of `run()`."""


def options_on(surface: str) -> Iterator[Option]:
    """Yield the options of a run's configuration that can be given in one place."""
    for place in PLACES.values():
        yield from (option for option in place.setting.options if surface in option.on)


def keywords_of(given: Given) -> RunKeywords:
    """Return the keywords that the values given stand for, without those that nobody gave.

    Raises `UsageError` for a value that cannot be understood.
    """
    found: RunKeywords = {}
    for keyword, (_, _, row) in PLACES.items():
        if row.combine is not None:
            value = row.combine(given)
        else:
            values = (value_of(option, given) for option in row.options if given.surface in option.on)
            value = next((one for one in values if one is not None), None)
        if value is not None:
            found[keyword] = value  # type: ignore[literal-required]  # the keywords come from the same table
    return found


def value_of(option: Option, given: Given) -> Any:
    """Return what the value of one option stands for, `None` when it was not given."""
    raw = given.value(option.key)
    if raw is None or option.kind == "text":
        return raw
    if option.kind == "flag":
        # Options that set the same thing keep what they stand for; the others, that they were given.
        return raw if not isinstance(option.const, bool) else option.const if raw else None
    if option.pairs:
        return dict(pair(text, option, given.spelled(option.name)) for text in raw) or None
    return tuple(raw) or None
