from dataclasses import replace

import pytest

from harness.client.message import Exchange, ResolvedRequest, Response, Timings
from harness.reporters.phases import PhaseTimes, phases_of, timings_of

TIMINGS = Timings(
    prepare_ms=1.0, wait_ms=0.5, dns_ms=2.0, tcp_ms=3.0, tls_ms=4.0, first_byte_ms=20.0, download_ms=5.0
)


def answered(url: str = "https://a.test/", timings: Timings | None = TIMINGS) -> Exchange:
    response = Response(status=200, reason="OK", elapsed_ms=36.0, timings=timings)
    return Exchange(request=ResolvedRequest(method="GET", url=url), response=response)


def test_phases_have_the_names_and_the_order_of_newman_and_add_up_to_the_total():
    phases = phases_of(answered())
    assert phases == {
        "prepare": 1.0,
        "wait": 0.5,
        "dns": 2.0,
        "tcp": 3.0,
        "secureHandshake": 4.0,
        "firstByte": 20.0,
        "download": 5.0,
        "process": 0.5,
        "total": 36.0,
    }
    assert list(phases)[-1] == "total"


def test_plain_http_has_no_phase_of_tls():
    assert "secureHandshake" not in phases_of(answered("http://a.test/"))


@pytest.mark.parametrize("exchange", [answered(timings=None), replace(answered(), response=None)])
def test_what_came_over_no_connection_has_no_phases(exchange):
    assert phases_of(exchange) == {}


def test_timings_are_read_back_from_phases():
    assert timings_of(phases_of(answered()) | {"reused": False}) == TIMINGS
    with pytest.raises(TypeError, match="dns is no duration"):
        timings_of({"dns": "long"})


def test_as_in_newman_only_what_took_time_is_in_the_averages():
    times = PhaseTimes()
    kept = Timings(first_byte_ms=10.0, reused=True)
    for one in (answered(), answered(timings=kept), answered(timings=None)):
        times.take(one)
    assert (times.dns.count, times.dns.mean) == (1, 2.0)
    assert (times.first_byte.count, times.first_byte.mean) == (2, 15.0)
