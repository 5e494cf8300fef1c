"""The options that bound a run."""

from __future__ import annotations

from harness.lazy_dataclass import dataclass
from harness.options.option import (
    BOTH,
    FLOW,
    LIMITS,
    Option,
    setting,
)
from harness.options.values import milliseconds, positive


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitOptions:
    """What bounds a run; times are in milliseconds, 0 is without a bound."""

    bail: str | None = setting(
        None,
        Option(
            name="bail",
            heading=FLOW,
            optional=True,
            bare="failure",
            metavar="failure|folder",
            help="stop at the first failure (`folder`: only when a folder is not found)",
        ),
    )
    retries: int = setting(
        0,
        Option(
            name="retry",
            heading=FLOW,
            on=BOTH,
            read=positive,
            metavar="N",
            help="send a failed call of an idempotent method, or one that was never sent, again, N times",
        ),
    )
    retry_unsafe: bool = setting(
        False,
        Option(
            name="retry-unsafe",
            heading=FLOW,
            on=BOTH,
            kind="flag",
            help="let --retry send calls of any method again, POST and PATCH too",
        ),
    )
    fail_on_flaky: bool = setting(
        False,
        Option(
            name="fail-on-flaky",
            heading=FLOW,
            kind="flag",
            help="exit 1 when a call passed only after --retry had sent it again",
        ),
    )
    jobs: int = setting(
        1,
        Option(
            name="jobs",
            short="j",
            heading=FLOW,
            metavar="N",
            read=positive,
            help="send up to N calls at once where none needs another; results as of a run in order",
        ),
    )
    isolate_rows: bool = setting(
        False,
        Option(
            name="isolate-rows",
            heading=FLOW,
            on=BOTH,
            kind="flag",
            help="begin each iteration with the variables and cookies of the first; --jobs runs them at once",
        ),
    )
    delay_ms: int = setting(
        0,
        Option(
            name="delay-request",
            heading=LIMITS,
            on=BOTH,
            optional=True,
            read=milliseconds,
            metavar="MS",
            help="wait before each request",
        ),
    )
    timeout_ms: int = setting(
        0,
        Option(
            name="timeout",
            heading=LIMITS,
            optional=True,
            read=milliseconds,
            metavar="MS",
            help="bound the run",
        ),
    )
    timeout_request_ms: int = setting(
        0,
        Option(
            name="timeout-request",
            heading=LIMITS,
            on=BOTH,
            optional=True,
            read=milliseconds,
            metavar="MS",
            help="bound each request",
        ),
    )
    timeout_script_ms: int | None = setting(
        None,
        Option(
            name="timeout-script",
            heading=LIMITS,
            on=BOTH,
            optional=True,
            read=milliseconds,
            metavar="MS",
            help="bound each script",
        ),
    )
