"""The numbered collection passes on local platforms of every kind."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import pytest

from harness.aep.serving.server import LocalPlatform
from harness.aep.settings import Settings
from harness.api import RunResult, run
from harness.errors import ExitCode

DATA = Path(__file__).parents[2] / "collections" / "data"


@pytest.fixture
def run_collection(shipped) -> Iterator[Callable[..., RunResult]]:
    """Run the numbered collection; what the results keep on disk is given back after the test."""
    with ExitStack() as stack:

        def run_shipped(**options: Any) -> RunResult:
            result = run(shipped.collection_path, **options)
            stack.enter_context(closing(result.calls))
            return result

        yield run_shipped


@pytest.fixture
def run_against(shipped, run_collection, tmp_path) -> Callable[..., RunResult]:
    """Run it against a platform that is up."""
    companion = shipped.companion_for_any_platform(tmp_path)

    def run_at(address: str, **options: Any) -> RunResult:
        addresses = {name: address for name, value in shipped.values("local").items() if "://" in value}
        return run_collection(
            environment=shipped.local_path,
            companion=companion,
            env_vars=addresses | options.pop("env_vars", {}),
            **options,
        )

    return run_at


def failures(result: RunResult) -> list[str]:
    return [f"{' / '.join(one.path)}: {one.assertion or ''} {one.message}" for one in result.summary.failures]


def statuses(result: RunResult, name: str) -> list[int]:
    return [call.exchange.response.status for call in result.calls if call.call.path[-1] == name]


def test_with_its_companion_every_call_passes_and_none_is_skipped(shipped, run_collection):
    result = run_collection()
    assert failures(result) == []
    assert result.exit_code is ExitCode.PASSED
    assert [call.call.path for call in result.calls if call.skipped] == []
    assert result.summary.requests.total == len(list(shipped.calls()))


def test_a_later_run_on_the_same_platform_does_not_collide(run_against, tmp_path):
    settings = Settings(data_file=tmp_path / "platform.db")
    for _ in range(2):
        with LocalPlatform(settings) as local:
            for _ in range(2):
                assert failures(run_against(local.base_url)) == []


@pytest.mark.parametrize("file", ["profiles.csv", "events.json"])
def test_it_runs_once_for_each_row_of_its_data(run_against, file):
    with LocalPlatform() as local:
        result = run_against(local.base_url, data=DATA / file)
    assert failures(result) == []
    assert result.summary.iterations.total == 3


@pytest.mark.parametrize(
    ("settled", "asked", "first", "second"),
    [(200, "202", 200, 202), (200, "", 200, 200), (202, "", 202, 202), (202, "200", 202, 200)],
)
def test_it_goes_on_from_a_patch_with_and_without_a_body(run_against, settled, asked, first, second):
    with LocalPlatform(Settings(patch_flow_status=settled)) as local:
        result = run_against(local.base_url, env_vars={"FLOW_PATCH_STATUS": asked})
    assert failures(result) == []
    assert statuses(result, "6.9 Activate segments and attributes for Kinesis") == [first]
    assert statuses(result, "7.5 Activate segments and attributes for Event Hubs") == [second]


def test_it_takes_either_status_of_a_deletion(run_against):
    with LocalPlatform(Settings(delete_status=202)) as local:
        assert failures(run_against(local.base_url)) == []


def test_with_an_environment_of_ones_own_the_local_calls_are_skipped(shipped, run_collection):
    with LocalPlatform() as local:
        addresses = {
            name: local.base_url for name, value in shipped.values("local").items() if "://" in value
        }
        result = run_collection(environment=shipped.local_path, env_vars=addresses)
    assert failures(result) == []
    skipped = [call.call.path for call in result.calls if call.skipped]
    assert skipped == [path for path, _ in shipped.calls() if shipped.only_local(path)]


def test_clean_up_deletes_nothing_that_was_not_made(run_against):
    with LocalPlatform() as local:
        result = run_against(local.base_url, folders=["9 Clean-up"])
    assert failures(result) == []
    assert result.summary.requests.total == 0
