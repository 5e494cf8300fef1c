from __future__ import annotations

import pytest

from harness.aep.xdm.formats import FORMATS


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        (
            "date-time",
            ["2024-05-15T12:00:00Z", "2024-05-15t12:00:00.123456789+02:00", "2016-12-31T23:59:60Z"],
            [
                "2024-05-15",
                "2018-00-10T22:07:56Z",
                "2024-05-15T25:00:00Z",
                "2024-05-15T12:00:00",
                "٢٠٢٤-05-15",
            ],
        ),
        ("date", ["2024-02-29"], ["2023-02-29", "2024-2-9", "20240229", ""]),
        ("time", ["12:00:00Z", "23:59:59.5+01:00"], ["24:00:00Z", "12:60:00Z", "12:00", "12:00:00"]),
        (
            "email",
            ["a@example.com", "a.b+c@sub.example.org"],
            ["a", "a@b", "@example.com", "a b@example.com", "a@-x.com", "a..b@example.com"],
        ),
        ("hostname", ["example.com", "a", "x1-y.example"], ["", "-a", "a_b", "a..b", "a" * 64, "a." * 130]),
        ("uri", ["https://example.com/a?b#c", "urn:x:y"], ["/a", "a b:c", "http://<x>", ""]),
        ("ipv4", ["192.0.2.1"], ["192.0.2", "192.0.2.256", "::1"]),
        ("ipv6", ["2001:db8::1", "::"], ["192.0.2.1", "1::2::3"]),
        ("regex", ["^a+$", r"\p{L}"], ["(", "["]),
        ("json-pointer", ["", "/a/b~0~1"], ["a", "/~2"]),
    ],
)
def test_a_format_takes_what_it_means_and_nothing_else(name: str, good: list[str], bad: list[str]) -> None:
    check = FORMATS[name]
    assert [one for one in good if check(one) is not None] == []
    assert [one for one in bad if check(one) is None] == []
