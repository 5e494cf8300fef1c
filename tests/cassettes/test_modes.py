"""The table of modes, row by row."""

import pytest

from harness.cassettes.modes import MODES, RECORD_MODES, action
from harness.errors import UsageError

TABLE = [
    ("live", "live", "live"),
    ("replay", "replay", "replay"),
    ("none", "replay", "replay"),
    ("record", "record", "record"),
    ("rewrite", "record", "record"),
    ("all", "update", "record"),
    ("once", "replay", "record"),
    ("new_episodes", "extend", "record"),
]


@pytest.mark.parametrize(("mode", "exists", "absent"), TABLE)
def test_a_mode_says_what_becomes_of_a_cassette_that_is_there_or_not(tmp_path, mode, exists, absent):
    cassette = tmp_path / "x.yaml"
    assert action(mode, cassette) == absent
    cassette.touch()
    assert action(mode, cassette) == absent
    cassette.write_text("interactions: []\n")
    assert action(mode, cassette) == exists


def test_every_mode_is_in_the_table():
    assert {row[0] for row in TABLE} == set(MODES) >= set(RECORD_MODES)


def test_an_unknown_mode_is_refused_with_the_valid_ones(tmp_path):
    with pytest.raises(UsageError, match=r"did you mean 'none'\?.*new_episodes"):
        action("non", tmp_path / "x.yaml")
