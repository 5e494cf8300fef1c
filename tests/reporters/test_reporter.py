import io
from importlib import import_module

import pytest

from harness.errors import UsageError
from harness.reporters.reporter import REPORTERS, ReporterContext, create, options_of


@pytest.fixture
def context(tmp_path):
    return ReporterContext(stream=io.StringIO(), cwd=tmp_path)


def test_an_unknown_reporter_is_an_error_that_lists_the_valid_ones(context):
    with pytest.raises(UsageError) as problem:
        create("jsno", {}, context)
    assert "there is no reporter 'jsno'" in str(problem.value)
    assert "did you mean 'json'?" in str(problem.value)
    assert all(name in str(problem.value) for name in REPORTERS)


def test_an_unknown_option_is_an_error_that_lists_the_valid_ones(context):
    with pytest.raises(UsageError) as problem:
        create("cli", {"no-sumary": True}, context)
    assert "--reporter-cli-no-sumary" in str(problem.value)
    assert "did you mean 'no-summary'?" in str(problem.value)


@pytest.mark.parametrize("name", REPORTERS)
def test_every_reporter_of_the_table_exists_and_survives_an_empty_run(name, context):
    assert hasattr(import_module(REPORTERS[name].module), REPORTERS[name].attribute)
    reporter = create(name, {}, context)
    reporter.close()
    assert reporter.written is None


def test_the_options_of_a_reporter_are_known():
    assert "no-summary" in options_of("cli")
