"""How requests are sent, and what a run makes of its calls."""

from dataclasses import replace

from harness.lazy_dataclass import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class RunAnswers:
    """Where newman, Postman and this runner send or judge the same collection differently."""

    obtains_tokens: bool
    """Are OAuth 2 tokens asked for? Otherwise only one that is stored in the collection is sent."""

    jar_crosses_hosts: bool
    """Do the cookies of the first request go along when a redirect leads to another host?"""

    answers_challenges: bool
    """Does digest auth choose among a server's challenges, and sign expired nonces and redirects anew?"""

    verifies_in_any_case: bool
    """Are certificates verified when Node's NODE_TLS_REJECT_UNAUTHORIZED is 0? Only -k switches that off."""

    python_variables: bool
    """Are ALL_PROXY and REQUESTS_CA_BUNDLE followed, which curl and Python know and Node does not?"""

    certificates_hold_keys: bool
    """Is a client certificate that is given without a key used, when its file holds the key as well?"""

    script_timeout: bool
    """Is there a default limit for the time of scripts?"""

    keeps_losses: bool
    """Are failures kept that happen after a script has ended, in timers or unhandled promises?"""

    skipped_requests_tell: bool
    """Does a call that a script skipped tell of the requests its scripts sent?"""

    counts_empty_scripts: bool
    """Is a script without any code counted as run?"""

    warns: bool
    """Does a run warn, of undefined variables, odd inputs, unused recordings, and weak secrets?"""

    explains_addresses: bool
    """Does a request whose address holds an undefined variable fail with that, not with Node's words?"""

    skips_untested: bool
    """Are assertions that fail for want of an answer skipped, so that the request fails alone?"""

    masks: bool
    """Are the values of secrets learnt and hidden in reports and exports?"""

    one_failure_code: bool
    """Is every exit code but success 1?"""


NEWMAN_RUN = RunAnswers(
    obtains_tokens=False,
    jar_crosses_hosts=True,
    answers_challenges=False,
    verifies_in_any_case=False,
    python_variables=False,
    certificates_hold_keys=False,
    script_timeout=False,
    keeps_losses=False,
    skipped_requests_tell=False,
    counts_empty_scripts=True,
    warns=False,
    explains_addresses=False,
    skips_untested=False,
    masks=False,
    one_failure_code=True,
)
POSTMAN_RUN = replace(NEWMAN_RUN, counts_empty_scripts=False)
EXACT_RUN = RunAnswers(
    obtains_tokens=True,
    jar_crosses_hosts=False,
    answers_challenges=True,
    verifies_in_any_case=True,
    python_variables=True,
    certificates_hold_keys=True,
    script_timeout=True,
    keeps_losses=True,
    skipped_requests_tell=True,
    counts_empty_scripts=True,
    warns=True,
    explains_addresses=True,
    skips_untested=True,
    masks=True,
    one_failure_code=False,
)
