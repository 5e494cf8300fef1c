"""What got no answer is told with what to do about it."""

import pytest

from harness.client.failure_hints import hinted
from harness.client.message import Failure


@pytest.mark.parametrize(
    ("failure", "hint"),
    [
        (Failure(kind="timeout", message="ESOCKETTIMEDOUT", code="ESOCKETTIMEDOUT"), "--timeout-request"),
        (Failure(kind="timeout", message="ETIMEDOUT", code="ETIMEDOUT"), "firewall"),
        (Failure(kind="reset", message="socket hang up", code="ECONNRESET"), "https://"),
        (Failure(kind="reset", message="aborted", code="ECONNRESET"), "in the middle of its answer"),
        (Failure(kind="refused", message="connect EHOSTUNREACH 10.0.0.1:1", code="EHOSTUNREACH"), "VPN"),
        (Failure(kind="invalid", message="Invalid protocol: ftp:"), "http://"),
        (Failure(kind="redirects", message="Exceeded maxRedirects. Probably"), "Location"),
    ],
)
def test_each_cause_says_what_to_do(failure, hint):
    told = hinted(failure)
    assert hint in told.hint
    assert told.message == failure.message


def test_what_the_place_that_failed_knew_stays():
    failure = Failure(kind="reset", message="socket hang up", code="ECONNRESET", hint="turn it on")
    assert hinted(failure) == failure


def test_what_is_not_known_has_no_hint():
    failure = Failure(kind="protocol", message="something new", code="EWHAT")
    assert hinted(failure) == failure
