"""A load as one HTML page."""

import io
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from harness.errors import HarnessError
from harness.load.baseline import read_baseline
from harness.load.html import write_html
from harness.load.report import LoadReport, report_of
from harness.load.stage import Course, Stage
from harness.load.summary import summary_lines
from harness.load.tally import Book, Window
from harness.load.threshold import threshold_of

PATHS = [("Orders", "Read order"), ("Orders", "<script>alert(1)</script>")]


def report() -> LoadReport:
    book = Book()
    book.begun = 100.0
    window = Window()
    for second in range(5):
        for path in PATHS:
            window.add(path, 10.0 + second, 100.0 + second, failed=second == 2)
    window.error(PATHS[1], "expected <b>200</b>")
    window.samples.append(
        {"call": " / ".join(PATHS[1]), "cause": "expected <b>200</b>", "request": "GET <i>", "answer": "500"}
    )
    book.take_in("worker 1", window.pack())
    return report_of(
        book,
        collection="Shop <&>",
        paths=PATHS,
        thresholds=[threshold_of("p95<5ms", PATHS)],
        course=Course(stages=(Stage(seconds=5, begin=1, end=1),)),
        by_rate=False,
        seconds=5.0,
        lost=["worker 1"],
        interrupted=True,
    )


def page(**more: object) -> str:
    file = io.BytesIO()
    write_html(report(), file, **more)  # type: ignore[arg-type]
    return file.getvalue().decode()


def test_nothing_of_a_page_comes_from_elsewhere_or_runs() -> None:
    text = page()
    assert "default-src 'none'" in text
    assert not re.search(r"<(script|link|img|iframe)|https?://|url\(|@import| on\w+=", text)


def test_only_colours_are_of_a_dark_screen_alone() -> None:
    style = page().partition("<style>")[2].partition("</style>")[0]
    assert style.count("{") == style.count("}")
    dark = style.partition("@media(prefers-color-scheme:dark){")[2].partition("}}")[0]
    assert dark.startswith(":root{")
    assert "{" not in dark.removeprefix(":root{")


def test_what_others_wrote_is_text() -> None:
    text = page()
    for word in ("Shop &lt;&amp;&gt;", "&lt;script&gt;alert(1)", "expected &lt;b&gt;200", "GET &lt;i&gt;"):
        assert word in text


def test_every_element_is_closed() -> None:
    class Balance(HTMLParser):
        def __init__(self) -> None:
            super().__init__()
            self.open: list[str] = []

        def handle_starttag(self, tag: str, attrs: object) -> None:
            if tag != "meta":
                self.open.append(tag)

        def handle_startendtag(self, tag: str, attrs: object) -> None:
            pass

        def handle_endtag(self, tag: str) -> None:
            assert self.open.pop() == tag

    balance = Balance()
    balance.feed(page())
    assert balance.open == []


def test_a_page_tells_folders_lost_workers_and_thresholds() -> None:
    text = page()
    assert '<tr class="folder"><td>Orders</td><td>10</td>' in text
    assert "Lost on the way: worker 1" in text
    assert "The load was interrupted" in text
    assert '<td>p95&lt;5ms</td><td><span class="bad">failed</span></td>' in text


def test_a_baseline_shows_what_changed(tmp_path: Path) -> None:
    before = report().json()
    before["calls"][0]["p95_ms"] /= 2
    before["calls"].append({**before["calls"][0], "path": ["Gone"]})
    file = tmp_path / "load.json"
    file.write_text(json.dumps(before))
    text = page(baseline=read_baseline(file))
    assert "+100%" in text
    assert "Only in the baseline: Gone" in text


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"total": {"p95_ms": "x"}, "calls": []}'])
def test_a_file_that_is_no_load_is_no_baseline(tmp_path: Path, content: str) -> None:
    file = tmp_path / "other.json"
    file.write_text(content)
    with pytest.raises(HarnessError, match="no report of a load"):
        read_baseline(file)


@pytest.mark.parametrize("width", [60, 100])
def test_the_table_of_the_terminal_fits(width: int) -> None:
    lines = list(summary_lines(report(), width))
    table = lines[2 : lines.index("", 3)]
    assert [line.split()[-1] for line in table][:2] == ["p99", "14ms"]
    assert max(map(len, table)) <= width
    assert len({len(line) for line in table}) == 1
