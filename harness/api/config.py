"""What can be asked of a run."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from harness.collection.model import Collection
from harness.dialect import EXACT, Dialect
from harness.errors import UsageError, choices

if TYPE_CHECKING:
    from harness.cassettes.compare.answers import Ignore
    from harness.cassettes.file.parts import Per
    from harness.cassettes.replay.match import MatchRule

PLATFORMS = ("local",)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunConfig:
    """All that can be asked of a run; times are in milliseconds, 0 is without a bound.

    Files are paths or http(s) addresses. `environment`, `globals` and `data` may also be given as mappings
    and rows. `companion` is the companion file, `None` for the `NAME.harness.yaml` beside the collection when
    there is one; `use_companion` turns it off. `kinesis` and `eventhubs` are addresses that the local
    platform exports to. `record` and `replay` name a cassette; `cassette_mode` is one of the words of
    `cassettes.modes`, for `cassette` or the companion's. `cassette_per` keeps it as a file for each
    `folder` or `call`; `cassettes_besides` are played from, too. `allowed_hosts` are regular expressions
    for hosts that code of the user's own may reach while a replay runs. `resume` says what becomes of an
    interrupted recording, `expire` of a replay from old ones (`30d=fail`), `match` how a replay finds its
    answers. `drift` names a cassette that a live run's answers are compared with, but for `drift_ignore`.
    `secret_patterns` are regular expressions by name. `environ` fills environment values from
    `HARNESS_VAR_<name>`.
    """

    collection: str | Path | Collection | Mapping[str, Any]
    environment: str | Path | Mapping[str, Any] | None = None
    globals: str | Path | Mapping[str, Any] | None = None
    data: str | Path | Sequence[Mapping[str, Any]] | None = None
    iterations: int | None = None
    folders: Sequence[str] = ()
    env_vars: Mapping[str, str] = field(default_factory=dict)
    global_vars: Mapping[str, str] = field(default_factory=dict)
    companion: str | Path | None = None
    use_companion: bool = True
    platform: str | None = None
    kinesis: str | None = None
    eventhubs: str | None = None
    record: str | Path | None = None
    replay: str | Path | None = None
    cassette: str | Path | None = None
    cassette_mode: str | None = None
    cassette_per: "Per" = "collection"
    cassettes_besides: Sequence[str | Path] = ()
    allowed_hosts: Sequence[str] = ()
    resume: Literal["continue", "discard"] | None = None
    expire: str | None = None
    replay_latency: bool = False
    match: "MatchRule | None" = None
    drift: str | Path | None = None
    drift_ignore: "Ignore | None" = None
    secret_patterns: Mapping[str, str] = field(default_factory=dict)
    seed: int | None = None
    bail: str | None = None
    dialect: Dialect = EXACT
    strict: bool = False
    delay_ms: int = 0
    timeout_ms: int = 0
    timeout_request_ms: int = 0
    timeout_script_ms: int | None = None
    follow_redirects: bool | None = None
    verify: bool | None = None
    client_cert: str | None = None
    client_key: str | None = None
    client_passphrase: str | None = None
    client_cert_list: str | Path | None = None
    extra_ca: str | None = None
    cookie_jar: str | Path | None = None
    resolve: Mapping[str, str] = field(default_factory=dict)
    serve_files: Mapping[str, str | Path] = field(default_factory=dict)
    files: Mapping[str, str | Path] = field(default_factory=dict)
    working_dir: str | Path | None = None
    allow_outside: bool = False
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)

    def __post_init__(self) -> None:
        if self.record is not None and self.replay is not None:
            raise UsageError("a run either records or replays, not both", where="--record, --replay")
        if self.platform is not None and self.platform not in PLATFORMS:
            raise UsageError(
                f"there is no platform {self.platform!r}",
                where="--platform",
                hint=choices(self.platform, PLATFORMS),
            )
        bails = {"failure", "folder"}
        words = bails if self.bail is None else set(self.bail.split(","))
        if self.dialect.inputs.known_bail and not words <= bails:
            raise UsageError(
                f"--bail takes no {self.bail!r}", where="--bail", hint=choices(self.bail, sorted(bails))
            )


class MissingCassette(UsageError):
    """A run is to be replayed or recorded, and nothing says with which cassette."""
