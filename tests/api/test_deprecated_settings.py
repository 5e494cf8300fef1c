"""What is going to be removed warns first, with what to use instead."""

import dataclasses

import pytest

from harness.api.input_warnings import deprecated_settings
from harness.options.config import PLACES, RunConfig
from harness.runner.results import RunWarning


def places(keyword: str, instead: str = "--other"):
    place = PLACES[keyword]
    return {keyword: place._replace(setting=dataclasses.replace(place.setting, instead=instead))}


@pytest.mark.parametrize(
    ("keyword", "value", "spelled"),
    [("retries", 2, "--retry"), ("env_vars", {"a": "b"}, "--env-var"), ("environ", {"A": "b"}, "`environ`")],
)
def test_a_setting_that_is_given_warns_with_what_takes_its_place(keyword, value, spelled):
    config = RunConfig.of("shop.json", **{keyword: value})
    message = f"{spelled} is going to be removed: use --other"
    assert list(deprecated_settings(config, places(keyword))) == [
        RunWarning(kind="deprecated-option", message=message)
    ]


@pytest.mark.parametrize("keyword", ["retries", "env_vars", "environ"])
def test_one_that_nobody_gives_does_not(keyword):
    assert list(deprecated_settings(RunConfig.of("shop.json"), places(keyword))) == []


def test_one_that_stays_does_not():
    assert list(deprecated_settings(RunConfig.of("shop.json", retries=2), places("retries", ""))) == []


def test_the_help_of_an_option_that_is_going_to_be_removed_says_so():
    going = [place.setting for place in PLACES.values() if place.setting.instead]
    assert [one.name for row in going for one in row.options if "deprecated" not in one.help] == []
