"""What of a collection workers of xdist may share out."""

import pytest

from harness.api import RunConfig, planned
from harness.pytest_plugin.branches import branches_of


@pytest.fixture
def shop(workspace):
    sets = "pm.environment.set('id', 1)"
    return workspace.collection(("a", "http://h/a", sets), ("b", "http://h/b"), ("uses", "http://h/{{id}}"))


def branches(shop, workers=2, **options):
    config = RunConfig.of(shop, **options)
    return branches_of(config, planned(config), workers)


def test_calls_that_need_one_another_are_one_branch(shop):
    found = branches(shop)
    assert found.name((0, 0)) == found.name((0, 2)) != found.name((0, 1))
    assert found.of((0, 2)) == (frozenset({(0, 0), (0, 2)}), frozenset())


def test_a_branch_has_all_iterations_unless_rows_are_isolated(shop):
    assert branches(shop, iterations=2).of((1, 1))[0] == {(0, 1), (1, 1)}
    apart = branches(shop, iterations=2, isolate_rows=True)
    assert apart.of((1, 1))[0] == {(1, 1)}
    assert apart.name((0, 1)) != apart.name((1, 1))


def test_one_worker_and_a_recording_have_no_branches(shop):
    assert branches(shop, workers=1) is None
    assert branches(shop, record="tape.yaml") is None
