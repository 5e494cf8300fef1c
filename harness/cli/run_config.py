"""Options of the command line as the configuration of a run."""

import argparse
from collections.abc import Iterable
from typing import TYPE_CHECKING

from harness.api import RunConfig
from harness.cli.postman_api import PostmanApi
from harness.cli.run_options import RUN_DEFAULTS
from harness.cli.terminal import Terminal
from harness.dialect import DIALECTS
from harness.errors import UsageError
from harness.variables.environment import parse_assignment

if TYPE_CHECKING:
    from harness.cassettes.replay.match import MatchRule


def run_config(
    collection: str, given: argparse.Namespace, terminal: Terminal, *, replay: str | None = None
) -> RunConfig:
    """Say what is to be run. Options that a command does not have are as if nobody gave them."""
    options = argparse.Namespace(**{**RUN_DEFAULTS, **vars(given)})
    dialect = DIALECTS[options.compat]
    answers = dialect.inputs
    api = PostmanApi(key=options.postman_api_key) if options.postman_api_key else None
    environment = options.environment
    if api is not None and isinstance(environment, str):
        environment = api.read(environment, "environment")
    return RunConfig(
        collection=collection if api is None else api.read(collection, "collection"),
        environment=environment,
        globals=options.globals,
        data=options.iteration_data,
        iterations=options.iteration_count,
        folders=options.folder,
        env_vars=dict(parse_assignment(text, "--env-var", answers=answers) for text in options.env_var),
        global_vars=dict(
            parse_assignment(text, "--global-var", answers=answers) for text in options.global_var
        ),
        use_companion=answers.companion and not options.no_companion,
        platform=options.platform,
        kinesis=options.kinesis,
        eventhubs=options.eventhubs,
        record=options.record,
        replay=replay if replay is not None else options.replay,
        cassette_mode=options.record_mode,
        resume=options.resume,
        expire=options.expire,
        replay_latency=options.replay_latency,
        match=_match_rule(options),
        secret_patterns=patterns(options.secret_pattern),
        seed=options.seed,
        bail=options.bail,
        dialect=dialect,
        strict=options.strict,
        delay_ms=options.delay_request or 0,
        timeout_ms=options.timeout or 0,
        timeout_request_ms=options.timeout_request or 0,
        timeout_script_ms=options.timeout_script,
        follow_redirects=False if options.ignore_redirects else None,
        verify=False if options.insecure else None,
        client_cert=options.ssl_client_cert,
        client_key=options.ssl_client_key,
        client_passphrase=options.ssl_client_passphrase,
        client_cert_list=options.ssl_client_cert_list,
        extra_ca=options.ssl_extra_ca_certs,
        cookie_jar=options.cookie_jar,
        resolve=dict(_pair(text, "--resolve", "HOST[:PORT]=ADDRESS[:PORT]") for text in options.resolve),
        serve_files=dict(_pair(text, "--serve-file", "URL=FILE") for text in options.serve_file),
        files=dict(_pair(text, "--upload", "NAME=FILE") for text in options.upload),
        working_dir=options.working_dir or terminal.cwd,
        allow_outside=options.allow_outside
        or (answers.files_from_anywhere and not options.no_insecure_file_read),
        environ=terminal.environ,
    )


def patterns(texts: Iterable[str]) -> dict[str, str]:
    """Read each `NAME=REGEX` of `--secret-pattern`."""
    return dict(_pair(text, "--secret-pattern", "NAME=REGEX") for text in texts)


def _match_rule(options: argparse.Namespace) -> "MatchRule | None":
    if not (options.match_on or options.match_repeats or options.match_order):
        return None
    from harness.cassettes.replay.match import DEFAULT, MatchRule

    return MatchRule(
        on=tuple(part.strip() for part in options.match_on.split(",")) if options.match_on else DEFAULT,
        repeats=options.match_repeats,
        strict_order=options.match_order,
    )


def _pair(text: str, option: str, form: str) -> tuple[str, str]:
    """Read a value that has two parts; of an address all but the last `=` is its own."""
    name, equals, value = text.rpartition("=") if option == "--serve-file" else text.partition("=")
    if not name or not equals or not value:
        raise UsageError(f"{option} needs {form}, not {text!r}", where=option)
    return name, value
