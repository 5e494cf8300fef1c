"""What scripts find, and what becomes of their errors: the questions that the script engine asks."""

from harness.lazy_dataclass import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptAnswers:
    """Where newman's sandbox (postman-sandbox 4.7), the current one (6.x) and ours part.

    Every answer is a truth value: they are sent to the engine's child process as they stand here.
    """

    current_globals: bool
    """Do scripts find what the current sandbox added: web interfaces such as `URL` and `crypto`, `Intl`,
    `queueMicrotask`, the whole `buffer` module, and all that the language got since Node 20?"""

    vault: bool
    """Is there a `pm.vault`?"""

    team_members: bool
    """Does `pm` have what Postman CLI gives to those alone who are signed in: `require` for packages and
    `execution.runRequest`?"""

    refuses_datasets: bool
    """Is there a `pm.datasets`, which says that datasets need Postman's desktop app?"""

    top_level_await: bool
    """May a script use `await` outside a function?"""

    free_names: bool
    """May a script declare names that Postman binds, such as `const data`?"""

    promises: bool
    """Do `pm.sendRequest` and cookie jars, called without a callback, give a promise?"""

    error_messages: bool
    """Have the errors of `pm.sendRequest` a name and a message beside the fields of the system's error?"""

    error_instances: bool
    """Are the errors of `pm.sendRequest` instances of `Error`, not plain objects?"""

    empty_response_on_error: bool
    """Is a callback of `pm.sendRequest` handed an empty response beside its error?"""

    library_ticks: bool
    """Do libraries find a working `process.nextTick`?"""

    large_legacy_bodies: bool
    """Does the legacy `responseBody` hold bodies above 50 MB?"""

    awaits_tests: bool
    """Is a promise that a test returns waited for, and its rejection the test's failure?"""

    falsy_throws_fail: bool
    """Does a script fail that throws `null`, `0` or another falsy value?"""

    nameless_throws: bool
    """Has a thrown value that is no error neither name nor message in reports?"""

    console_as_json: bool
    """Are arguments of `console` shown as what is left of them after their way through JSON?"""

    console_deprecations: bool
    """Is the use of a deprecated name told on the script's console, not as a warning of the run?"""

    loses_late_errors: bool
    """Is an error lost that is thrown while the script's timers or requests are still under way?"""

    slow_requests: bool
    """Do timers due within 20 ms come before the answer of a request of the script, as in a slow runtime?"""

    undoes_changes: bool
    """Is what a script changes on built-in objects and libraries undone when it ends?"""


NEWMAN_SCRIPTS = ScriptAnswers(
    current_globals=False,
    vault=False,
    team_members=False,
    refuses_datasets=False,
    top_level_await=False,
    free_names=False,
    promises=False,
    error_messages=False,
    error_instances=False,
    empty_response_on_error=True,
    library_ticks=False,
    large_legacy_bodies=True,
    awaits_tests=False,
    falsy_throws_fail=False,
    nameless_throws=True,
    console_as_json=True,
    console_deprecations=True,
    loses_late_errors=True,
    slow_requests=True,
    undoes_changes=False,
)
"""postman-sandbox 4.7.1 under newman 6.2.2."""

POSTMAN_SCRIPTS = ScriptAnswers(
    current_globals=True,
    vault=True,
    team_members=False,
    refuses_datasets=False,
    top_level_await=True,
    free_names=True,
    promises=True,
    error_messages=True,
    error_instances=False,
    empty_response_on_error=False,
    library_ticks=True,
    large_legacy_bodies=False,
    awaits_tests=False,
    falsy_throws_fail=False,
    nameless_throws=True,
    console_as_json=True,
    console_deprecations=True,
    loses_late_errors=True,
    slow_requests=True,
    undoes_changes=False,
)
"""Postman CLI 1.34.0 on v2.1 files: the current sandbox, run as newman runs its own."""

EXACT_SCRIPTS = ScriptAnswers(
    current_globals=True,
    vault=True,
    team_members=True,
    refuses_datasets=True,
    top_level_await=True,
    free_names=True,
    promises=True,
    error_messages=True,
    error_instances=True,
    empty_response_on_error=False,
    library_ticks=True,
    large_legacy_bodies=False,
    awaits_tests=True,
    falsy_throws_fail=True,
    nameless_throws=False,
    console_as_json=False,
    console_deprecations=False,
    loses_late_errors=False,
    slow_requests=False,
    undoes_changes=True,
)
"""The current sandbox, and nothing that fails is lost."""
