"""What coded bodies say, and that hostile ones are put aside."""

import gzip
import zlib

from harness.secrets.content_coding import decoded


def test_members_of_gzip_that_follow_each_other_are_one_body():
    body = b"".join(gzip.compress(part) for part in (b"a" * 9000, b"", b"bc"))
    assert decoded(body, "gzip") == b"a" * 9000 + b"bc"


def test_a_body_is_decoded_in_the_reverse_order_of_its_codings():
    assert decoded(gzip.compress(zlib.compress(b"gates")), "deflate, x-gzip") == b"gates"


def test_a_body_that_ends_early_or_goes_on_is_not_coded_so():
    assert decoded(gzip.compress(b"gates" * 99)[:-1], "gzip") is None
    assert decoded(zlib.compress(b"gates") + b"!", "deflate") is None


def test_a_body_that_says_more_than_is_allowed_is_put_aside():
    assert decoded(gzip.compress(bytes(10_000)), "gzip", most=9_999) is None
