"""The frame that the pages of drift, parity and adopt share."""

from harness.adoption.verdict import Verdict
from harness.adoption.verdict_page import verdict_page
from harness.cli.parity_page import parity_page
from harness.cli.parity_row import ParityCount, ParityRow

_HOSTILE = "</td><script>alert(1)</script><img src=http://example.com/x onerror=alert(1)>"


def _verdict(word="same"):
    return Verdict(collection="shop.json", report="r.json", word=word)


def test_what_a_row_says_is_text_and_nothing_else():
    row = ParityRow(collection=_HOSTILE, what="request", where=_HOSTILE, theirs=_HOSTILE, ours=_HOSTILE)
    page = parity_page([row], against=_HOSTILE, compared=ParityCount(requests=1))
    assert page.count("&lt;script&gt;") == 7
    assert not any(f"<{name}" in page for name in ("script", "img", "iframe", "base"))


def test_a_page_may_fetch_and_run_nothing():
    page = parity_page([], against="newman", compared=ParityCount())
    assert "default-src 'none'" in page
    assert "http:" not in page
    assert "https:" not in page


def test_the_title_tells_at_a_glance_how_it_came_out():
    row = ParityRow(collection="shop.json", what="request", where="Orders", theirs="-", ours="-")
    pages = (
        parity_page([], against="newman 6.2.2", compared=ParityCount()),
        parity_page([row], against="newman 6.2.2", compared=ParityCount()),
        verdict_page([_verdict(), _verdict("cannot tell")]),
        verdict_page([_verdict()]),
        verdict_page([]),
    )
    titles = [page.partition("<title>")[2].partition("</title>")[0] for page in pages]
    assert titles == [
        "✓ The same as newman 6.2.2",
        "✖ 1 difference from newman 6.2.2",
        "✖ NO-GO: 1 same, 1 cannot tell",
        "✓ GO: 1 same",
        "✖ NO-GO: nothing was compared",
    ]
