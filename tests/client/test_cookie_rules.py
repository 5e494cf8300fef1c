"""Dates and domains of cookies, at their edges."""

import pytest

from harness.client.cookie_rules import parse_date, reaches


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("Mon, 01 Jan 1601 00:00:00 GMT", True),
        ("Mon, 01 Jan 1600 00:00:00 GMT", False),
        ("Thu, 31 Dec 2026 23:59:59 GMT", True),
        ("Thu, 31 Dec 2026 24:00:00 GMT", False),
        ("Thu, 32 Dec 2026 00:00:00 GMT", False),
    ],
)
def test_a_date_outside_the_bounds_of_the_specification_is_none(text, read):
    assert (parse_date(text) is not None) is read


@pytest.mark.parametrize(
    ("host", "domain", "does"),
    [
        ("shop.example", "shop.example", True),
        ("eu.shop.example", "shop.example", True),
        ("shop.example", "example", False),
        ("example", "example", True),
        ("myshop.example", "shop.example", False),
    ],
)
def test_a_cookie_of_a_top_level_domain_reaches_that_host_alone(host, domain, does):
    assert reaches(host, domain) is does
