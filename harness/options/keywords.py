"""The keywords of `harness.run()`, written by `python -m harness.options`: edit the table, not this."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypedDict

if TYPE_CHECKING:
    from harness.cassettes.compare.answers import Ignore
    from harness.cassettes.file.parts import Per
    from harness.cassettes.replay.match import MatchRule
    from harness.dialect import Dialect
    from harness.options.stand_in import StandIn


class RunKeywords(TypedDict, total=False):
    """All that can be asked of a run; `docs/reference/options.md` says what each means."""

    dialect: "Dialect"
    environment: str | Path | Mapping[str, Any] | None
    globals: str | Path | Mapping[str, Any] | None
    data: str | Path | Sequence[Mapping[str, Any]] | None
    iterations: int | None
    folders: Sequence[str]
    excluded: Sequence[str]
    picks: Sequence[str]
    allow_empty: bool
    tags: Sequence[str]
    excluded_tags: Sequence[str]
    env_vars: Mapping[str, str]
    global_vars: Mapping[str, str]
    companion: str | Path | None
    use_companion: bool
    working_dir: str | Path | None
    files_beside: bool
    allow_outside: bool
    files: Mapping[str, str | Path]
    seed: int | None
    environ: Mapping[str, str]
    platform: str | None
    kinesis: str | None
    eventhubs: str | None
    follow_redirects: bool | None
    verify: bool | None
    client_cert_list: str | Path | None
    client_cert: str | None
    client_key: str | None
    client_passphrase: str | None
    extra_ca: str | None
    system_ca: bool
    oauth2_encodes_client: bool
    cookie_jar: str | Path | None
    resolve: Mapping[str, str]
    serve_files: Mapping[str, str | Path]
    stand_in: "StandIn | None"
    record: str | Path | None
    replay: str | Path | None
    cassette: str | Path | None
    cassette_mode: str | None
    cassette_per: "Per"
    cassettes_besides: Sequence[str | Path]
    allowed_hosts: Sequence[str]
    resume: Literal["continue", "discard"] | None
    expire: str | None
    replay_latency: bool
    match: "MatchRule | None"
    drift: str | Path | None
    drift_ignore: "Ignore | None"
    openapi: str | Path | None
    openapi_servers: Sequence[str]
    bail: str | None
    retries: int
    retry_unsafe: bool
    fail_on_flaky: bool
    jobs: int
    isolate_rows: bool
    delay_ms: int
    timeout_ms: int
    timeout_request_ms: int
    timeout_script_ms: int | None
    strict: bool
    error_on: Sequence[str]
    ignore_warnings: Sequence[str]
    baseline: str | Path | None
    update_baseline: bool
    secret_patterns: Mapping[str, str]
