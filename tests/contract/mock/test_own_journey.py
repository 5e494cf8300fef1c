"""A collection passes against a mock of its own recording, with values drawn anew, as often as it is run."""

from pathlib import Path

import pytest

from harness.api import run
from harness.cassettes.file.parts import Parts
from harness.cli.cassette_command import collection_of
from harness.cli.mock_command import stand_in_of
from harness.contract.mock.recorded_answers import RecordedAnswers
from harness.contract.mock.server import MockServer

CASSETTES = sorted((Path(__file__).parents[3] / "cassettes").glob("*.yaml"))


@pytest.mark.parametrize("file", CASSETTES, ids=[one.stem for one in CASSETTES])
def test_the_shipped_collections_pass_twice_in_a_row(file):
    cassette = Parts(path=file).load()
    collection = collection_of(cassette, None)
    with MockServer(RecordedAnswers([cassette])) as mock:
        stand_in = stand_in_of(mock, [cassette])
        results = [run(collection, stand_in=stand_in, seed=seed, timeout_ms=120_000) for seed in (1, 2)]
    assert [one.summary.failures for one in results] == [[], []]
    assert results[0].summary.assertions.total == results[1].summary.assertions.total > 0
