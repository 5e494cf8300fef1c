"""What differs between newman and a run without `--compat`: one row for each kind of difference, with an id.

The page "Coming from newman" is made from these rows, commands that compare with newman name a difference by
its id, and ids stay what they are. A new difference is a row here and a proof in
`tests/dialect/test_differences.py`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal

Topic = Literal["scripts", "requests", "inputs", "results"]

TOPICS: Final[Mapping[Topic, str]] = MappingProxyType(
    {
        "scripts": "In scripts",
        "requests": "On the wire",
        "inputs": "In files and options",
        "results": "In results and reports",
    }
)
"""The headings under which the differences are listed."""

Trace = Literal["request", "assertion", "failure", "variable", "exit code", "console", "report", "output"]
"""Where a difference shows when two runs are compared; `output` is what is printed, and further files."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DialectDifference:
    """One kind of difference between newman and the default way of running.

    `newman` and `harness` say what each does about `what`. `answers` are the answers of a dialect that decide
    it, as `run.masks`: `--compat newman` gives newman's. Where there are none, every dialect has ours.
    `traces` are all the places in which it can show.
    """

    id: str
    topic: Topic
    what: str
    newman: str
    harness: str
    traces: tuple[Trace, ...]
    answers: tuple[str, ...] = ()


_SCRIPTS: Final = (
    DialectDifference(
        id="async-test",
        topic="scripts",
        what="a test that returns a promise, and the promise is rejected",
        newman="the test passes",
        harness="the test fails",
        traces=("assertion", "failure", "exit code"),
        answers=("scripts.awaits_tests",),
    ),
    DialectDifference(
        id="late-failure",
        topic="scripts",
        what="an error thrown in a timer or callback, a promise rejected and not caught, `done` never called",
        newman="lost, or newman dies of it",
        harness="a failure, with its place in the script",
        traces=("assertion", "failure", "exit code"),
        answers=("run.keeps_losses", "scripts.loses_late_errors"),
    ),
    DialectDifference(
        id="falsy-throw",
        topic="scripts",
        what="a script that throws `null`, `0` or another falsy value",
        newman="passes",
        harness="fails",
        traces=("failure", "exit code"),
        answers=("scripts.falsy_throws_fail",),
    ),
    DialectDifference(
        id="thrown-value",
        topic="scripts",
        what="a thrown value that is no error, such as a text",
        newman="reported without its name and message",
        harness="reported with them",
        traces=("failure", "report", "output"),
        answers=("scripts.nameless_throws", "reports.whole_thrown_values"),
    ),
    DialectDifference(
        id="endless-script",
        topic="scripts",
        what="a script that never ends",
        newman="runs for ever",
        harness="is stopped after 30 s, and fails (`--timeout-script`)",
        traces=("failure", "exit code"),
        answers=("run.script_timeout",),
    ),
    DialectDifference(
        id="top-level-await",
        topic="scripts",
        what="`await` outside a function",
        newman="a syntax error",
        harness="works",
        traces=("assertion", "failure", "variable", "request", "console", "exit code"),
        answers=("scripts.top_level_await",),
    ),
    DialectDifference(
        id="declared-name",
        topic="scripts",
        what="a script that declares a name which Postman binds, as in `const data`",
        newman="a syntax error",
        harness="works",
        traces=("assertion", "failure", "variable", "request", "console", "exit code"),
        answers=("scripts.free_names",),
    ),
    DialectDifference(
        id="promises",
        topic="scripts",
        what="`pm.sendRequest` and cookie jars called without a callback",
        newman="give nothing",
        harness="give a promise",
        traces=("assertion", "failure", "variable", "request", "console", "exit code"),
        answers=("scripts.promises",),
    ),
    DialectDifference(
        id="current-globals",
        topic="scripts",
        what="names that Postman has added since 2022: `URL`, `crypto`, `structuredClone`, `Intl` and others",
        newman="missing",
        harness="there",
        traces=("assertion", "failure", "variable", "request", "console", "exit code"),
        answers=("scripts.current_globals", "scripts.library_ticks"),
    ),
    DialectDifference(
        id="vault",
        topic="scripts",
        what="`pm.vault`",
        newman="missing",
        harness="there, and empty when a run begins",
        traces=("assertion", "failure", "variable", "request", "console", "exit code"),
        answers=("scripts.vault",),
    ),
    DialectDifference(
        id="packages",
        topic="scripts",
        what="`pm.require`, `pm.execution.runRequest`, `pm.datasets`",
        newman="missing",
        harness="the first two work, the third says why it cannot",
        traces=("assertion", "failure", "variable", "request", "console", "exit code"),
        answers=("scripts.team_members", "scripts.refuses_datasets"),
    ),
    DialectDifference(
        id="send-request-error",
        topic="scripts",
        what="the error that `pm.sendRequest` hands to its callback",
        newman="a bare object without a message, beside an empty response",
        harness="an `Error` with name and message, and no response",
        traces=("assertion", "failure", "variable", "console"),
        answers=("scripts.error_messages", "scripts.error_instances", "scripts.empty_response_on_error"),
    ),
    DialectDifference(
        id="timer-order",
        topic="scripts",
        what="timers of a few milliseconds beside a request that the script sends",
        newman="come first, as newman takes some 20 ms for any request",
        harness="come when they are due",
        traces=("assertion", "variable", "console"),
        answers=("scripts.slow_requests",),
    ),
    DialectDifference(
        id="changed-builtins",
        topic="scripts",
        what="changes that a script makes to built-in objects and libraries",
        newman="are there in the scripts after it",
        harness="are undone when it ends",
        traces=("assertion", "failure", "variable", "request", "console", "exit code"),
        answers=("scripts.undoes_changes",),
    ),
    DialectDifference(
        id="large-response-body",
        topic="scripts",
        what="`responseBody`, the old name, of an answer above 50 MB",
        newman="holds it",
        harness="is undefined, as in Postman; `pm.response` has it",
        traces=("assertion", "failure", "variable", "console", "exit code"),
        answers=("scripts.large_legacy_bodies",),
    ),
    DialectDifference(
        id="console-values",
        topic="scripts",
        what="dates, functions, errors and maps that `console.log` is given",
        newman="shown as what JSON leaves of them",
        harness="shown as they are",
        traces=("console", "output"),
        answers=("scripts.console_as_json",),
    ),
    DialectDifference(
        id="deprecated-name",
        topic="scripts",
        what="deprecated names: `postman.*`, `tests`, `responseBody`, `CryptoJS` and others",
        newman="a line on the console, in each script",
        harness="a warning with its place, once a run",
        traces=("console", "report", "output"),
        answers=("scripts.console_deprecations",),
    ),
    DialectDifference(
        id="skipped-request",
        topic="scripts",
        what="requests that a script sends before it skips its own call",
        newman="not in the reports",
        harness="reported with the call",
        traces=("report", "output"),
        answers=("run.skipped_requests_tell",),
    ),
)

_REQUESTS: Final = (
    DialectDifference(
        id="oauth2-token",
        topic="requests",
        what="OAuth 2.0 without a token in the collection",
        newman="sent without one",
        harness="the token is fetched; where that cannot be, it is sent without one, and a warning says so",
        traces=("request", "assertion", "failure", "variable", "exit code", "report"),
        answers=("run.obtains_tokens",),
    ),
    DialectDifference(
        id="cookies-across-hosts",
        topic="requests",
        what="cookies set for a request that is redirected to another host",
        newman="go along",
        harness="stay with their host",
        traces=("request",),
        answers=("run.jar_crosses_hosts",),
    ),
    DialectDifference(
        id="digest-challenge",
        topic="requests",
        what="digest auth where a server offers several algorithms or `qop`, renews its nonce, or redirects",
        newman="the first challenge is answered once, for the first address",
        harness="a challenge that can be answered is chosen, and each new nonce and address is signed",
        traces=("request", "assertion", "failure", "variable", "exit code", "report"),
        answers=("run.answers_challenges",),
    ),
    DialectDifference(
        id="unverified-certificates",
        topic="requests",
        what="`NODE_TLS_REJECT_UNAUTHORIZED=0`",
        newman="no certificate is verified",
        harness="they are verified, and a warning says so; `-k` is the way to switch it off",
        traces=("request", "failure", "exit code"),
        answers=("run.verifies_in_any_case",),
    ),
    DialectDifference(
        id="network-variables",
        topic="requests",
        what="`ALL_PROXY`, `REQUESTS_CA_BUNDLE` and `CURL_CA_BUNDLE`, which curl and Python know",
        newman="not looked at",
        harness="followed",
        traces=("request", "failure", "exit code"),
        answers=("run.python_variables",),
    ),
    DialectDifference(
        id="certificate-with-key",
        topic="requests",
        what="a client certificate without a key, whose file holds the key as well",
        newman="not used",
        harness="used",
        traces=("request", "failure", "exit code"),
        answers=("run.certificates_hold_keys",),
    ),
    DialectDifference(
        id="undefined-address",
        topic="requests",
        what="an undefined variable in the host or port of an address",
        newman="fails with Node's words, as in `getaddrinfo ENOTFOUND {{host}}`",
        harness="fails with the name of the variable, and what to do",
        traces=("failure", "report", "output"),
        answers=("run.explains_addresses",),
    ),
    DialectDifference(
        id="undefined-variable",
        topic="requests",
        what="an undefined variable elsewhere in a request",
        newman="sent as it is written, without a word",
        harness="sent as it is written, with a [warning](../reference/warnings.md) and its place",
        traces=("report", "output"),
        answers=("run.warns",),
    ),
    DialectDifference(
        id="unreadable-file",
        topic="requests",
        what="an upload file that is missing",
        newman="left out, with a line on the console",
        harness="left out, with a warning and its place",
        traces=("console", "report", "output"),
        answers=("run.warns",),
    ),
    DialectDifference(
        id="unknown-next-request",
        topic="requests",
        what="a next request that is not there",
        newman="the run ends, without a word",
        harness="the run ends, with a warning and its place",
        traces=("report", "output"),
        answers=("run.warns",),
    ),
    DialectDifference(
        id="outside-file",
        topic="requests",
        what="an upload from outside the working directory",
        newman="sent; a file beside the collection is not found",
        harness="left out with a warning, unless `--allow-outside`; a file beside the collection is found",
        traces=("request", "assertion", "failure", "exit code", "output"),
        answers=("inputs.files_from_anywhere", "inputs.files_beside_collection", "inputs.file_links_kept"),
    ),
    DialectDifference(
        id="relative-working-dir",
        topic="requests",
        what="a relative `--working-dir` together with `--no-insecure-file-read`",
        newman="no file is found in it",
        harness="files are found in it",
        traces=("request", "assertion", "failure", "exit code", "output"),
        answers=("inputs.relative_dir_is_empty",),
    ),
)

_INPUTS: Final = (
    DialectDifference(
        id="collection-format",
        topic="inputs",
        what="a collection in a folder of YAML files, as Postman keeps them in Git (v3)",
        newman="cannot be read",
        harness="runs",
        traces=("exit code", "output"),
    ),
    DialectDifference(
        id="companion",
        topic="inputs",
        what="`NAME.harness.yaml` beside the collection",
        newman="not read",
        harness="read, unless `--no-companion`",
        traces=("request", "assertion", "failure", "variable", "exit code", "report"),
        answers=("inputs.companion",),
    ),
    DialectDifference(
        id="several-collections",
        topic="inputs",
        what="several collections on one command line",
        newman="the first one runs",
        harness="all run, one after another",
        traces=("request", "assertion", "failure", "exit code", "output"),
        answers=("inputs.many_collections",),
    ),
    DialectDifference(
        id="folder-path",
        topic="inputs",
        what='`--folder "Orders / Read"`, and patterns such as `Orders/*`',
        newman="no such name",
        harness="found by path, or by pattern",
        traces=("request", "assertion", "failure", "exit code", "output"),
        answers=("inputs.paths_select",),
    ),
    DialectDifference(
        id="folder-twice",
        topic="inputs",
        what="a request that two `--folder` select, by itself and two folders up",
        newman="runs twice",
        harness="runs once",
        traces=("request", "assertion", "failure", "variable"),
        answers=("inputs.selects_once",),
    ),
    DialectDifference(
        id="folder-unknown",
        topic="inputs",
        what="a `--folder` that is not there",
        newman="`Invalid entrypoint`; with `--bail folder` alone the run is an error",
        harness="an error with the names that there are",
        traces=("exit code", "failure", "output"),
        answers=("inputs.bare_selection_errors", "inputs.unknown_folder_bails"),
    ),
    DialectDifference(
        id="empty-selection",
        topic="inputs",
        what="options that choose requests (`--folder`, `-i`) and leave none of a collection that has some",
        newman="nothing runs, exit code 0",
        harness="fails, unless `--allow-empty`",
        traces=("exit code", "output"),
        answers=("run.warns",),
    ),
    DialectDifference(
        id="empty-collection",
        topic="inputs",
        what="a collection without any request",
        newman="passes",
        harness="fails, unless `--allow-empty`",
        traces=("exit code", "output"),
        answers=("run.warns",),
    ),
    DialectDifference(
        id="unknown-bail",
        topic="inputs",
        what="`--bail` with a word that nobody knows",
        newman="passed over",
        harness="refused",
        traces=("exit code", "output"),
        answers=("inputs.known_bail",),
    ),
    DialectDifference(
        id="half-assignment",
        topic="inputs",
        what="`--env-var NAME` without a value, or without a name",
        newman="taken, with what is missing left empty",
        harness="refused; an empty value is `NAME=`",
        traces=("variable", "request", "assertion", "exit code", "output"),
        answers=("inputs.whole_assignments",),
    ),
    DialectDifference(
        id="json-data",
        topic="inputs",
        what="a data file called `.json` that holds no JSON",
        newman="read as CSV",
        harness="an error with the place of the mistake",
        traces=("request", "assertion", "variable", "exit code", "output"),
        answers=("inputs.json_suffix_binds",),
    ),
    DialectDifference(
        id="empty-file-name",
        topic="inputs",
        what='an empty file name, as in `-e "$UNSET"`',
        newman="as if the option were not there",
        harness="an error",
        traces=("exit code", "output"),
        answers=("inputs.empty_name_is_a_file",),
    ),
    DialectDifference(
        id="zero-time",
        topic="inputs",
        what="`--timeout 0` and other times of 0",
        newman="refused",
        harness="no limit, no delay",
        traces=("exit code", "output"),
        answers=("inputs.zero_times",),
    ),
    DialectDifference(
        id="wrong-value",
        topic="inputs",
        what="an option with a wrong value, such as `-n many`",
        newman="help, and exit code 0",
        harness="an error, and exit code 2",
        traces=("exit code", "output"),
        answers=("inputs.help_for_wrong_values",),
    ),
    DialectDifference(
        id="unknown-reporter",
        topic="inputs",
        what="a reporter, or an option of one, that is not there",
        newman="a line on the terminal, and the run goes on; reporters from npm are loaded",
        harness="an error that lists the valid ones, and for a reporter from npm what to use instead",
        traces=("exit code", "output"),
        answers=("inputs.strict_reporters",),
    ),
)

_RESULTS: Final = (
    DialectDifference(
        id="exit-code",
        topic="results",
        what="the exit code of what is no failed test",
        newman="1",
        harness="[one for each meaning](../reference/exit-codes.md)",
        traces=("exit code",),
        answers=("run.one_failure_code",),
    ),
    DialectDifference(
        id="untested-assertion",
        topic="results",
        what="assertions of a request that got no answer",
        newman="fail beside the request",
        harness="are skipped; the request fails alone",
        traces=("assertion", "failure", "output"),
        answers=("run.skips_untested",),
    ),
    DialectDifference(
        id="masked-secret",
        topic="results",
        what="secrets in reports and on the terminal",
        newman="in clear",
        harness="[masked](../reference/secrets.md)",
        traces=("report", "output", "console"),
        answers=("run.masks",),
    ),
    DialectDifference(
        id="exported-secret",
        topic="results",
        what="secrets in `--export-environment` and `--export-globals`",
        newman="in clear, for all users of the machine",
        harness="in clear, for their owner alone, and said on stderr; `--export-masked` hides them",
        traces=("output",),
    ),
    DialectDifference(
        id="exported-type",
        topic="results",
        what="the type of an exported variable, when it converts nothing",
        newman="`any`",
        harness="as it was",
        traces=("output",),
        answers=("reports.exported_types",),
    ),
    DialectDifference(
        id="report-entries",
        topic="results",
        what="requests in the JSON report that a call sent beside its own",
        newman="an entry each, all with the last request of the call",
        harness="an entry each, with its own request and answer",
        traces=("report", "request"),
        answers=("reports.shared_entries",),
    ),
    DialectDifference(
        id="handshake-count",
        topic="results",
        what="requests of an auth handshake (Digest, NTLM) in the count of requests",
        newman="counted each",
        harness="counted as one",
        traces=("report", "output"),
        answers=("reports.counts_legs",),
    ),
    DialectDifference(
        id="report-additions",
        topic="results",
        what="console, expected and actual values, warnings, attempts, extractions in reports",
        newman="missing",
        harness="there, in fields of their own",
        traces=("report", "output"),
        answers=("reports.additions",),
    ),
    DialectDifference(
        id="error-place",
        topic="results",
        what="the place of an error in a script",
        newman="a line of newman's wrapper, for failed assertions the number of the assertion",
        harness="line and column of the script",
        traces=("failure", "report", "output"),
        answers=("reports.bare_positions", "reports.invented_stacks"),
    ),
    DialectDifference(
        id="idle-option",
        topic="results",
        what="an option of a reporter that is not in use",
        newman="passed over",
        harness="a warning",
        traces=("output",),
        answers=("reports.idle_options",),
    ),
    DialectDifference(
        id="banner",
        topic="results",
        what="the first line on the terminal",
        newman="`newman`",
        harness="`harness`",
        traces=("output",),
        answers=("reports.banner",),
    ),
)

DIFFERENCES: Final[Mapping[str, DialectDifference]] = MappingProxyType(
    {one.id: one for one in (*_SCRIPTS, *_REQUESTS, *_INPUTS, *_RESULTS)}
)
"""Every kind of difference by its id."""
