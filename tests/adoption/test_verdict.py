"""Votes of several runs of one collection."""

import pytest

from harness.adoption.verdict import Verdict, summary, vote


def made(word, report="r.json"):
    return Verdict(
        collection="shop.json", report=report, word=word, why=() if word == "same" else ("a reason",)
    )


@pytest.mark.parametrize(
    ("words", "word"),
    [
        (["same"], "same"),
        (["same", "same", "cannot tell"], "same"),
        (["same", "cannot tell"], "cannot tell"),
        (["same", "same", "differs"], "differs"),
        (["cannot tell", "differs"], "differs"),
    ],
)
def test_one_night_that_differs_is_enough_and_unknown_ones_are_outvoted(words, word):
    assert vote([made(one) for one in words]).word == word


def test_a_vote_tells_every_report_and_the_reasons_against():
    told = vote([made("same", "1.json"), made("differs", "2.json")])
    assert told.report == "1.json, 2.json"
    assert told.why == ("2 runs: 1 same, 1 differs", "2.json: a reason")


def test_go_needs_every_collection_to_be_the_same():
    assert summary([made("same"), made("same")]) == "GO: 2 same"
    assert summary([made("same"), made("cannot tell")]) == "NO-GO: 1 same, 1 cannot tell"
    assert summary([]) == "NO-GO: nothing was compared"
