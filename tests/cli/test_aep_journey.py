"""The journey is found wherever the harness is installed, and said to be missing where it is not."""

from pathlib import Path

import pytest

from harness.cli.aep_journey import JOURNEY, journey_file
from harness.errors import InputError


def test_the_journey_is_found_outside_a_checkout(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    found = Path(journey_file())
    assert found.name == Path(JOURNEY).name
    assert found.with_name("aep.harness.yaml").is_file()


def test_a_checkouts_own_journey_goes_before_the_one_that_is_installed(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    own = Path(JOURNEY)
    own.parent.mkdir()
    own.write_text("{}")
    assert journey_file() == str(own)


def test_where_there_is_no_journey_the_error_says_what_to_name(tmp_path):
    with pytest.raises(InputError, match=r"harness drift FILE\.postman_collection\.json --twin ENVIRONMENT"):
        journey_file((tmp_path / "none.json",))
