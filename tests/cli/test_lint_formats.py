from harness.cli.lint_formats import text
from harness.linting.finding import Finding


def test_findings_are_counted_in_words():
    one = Finding(rule_id="left-out", message="a", file="c.json", raised="warning")
    assert text([]).endswith("0 errors, 0 warnings, 0 info")
    assert text([one]).endswith("0 errors, 1 warning, 0 info")
