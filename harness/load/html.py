"""A load as one HTML page, which needs nothing but itself: no script, no network, light and dark."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from html import escape
from typing import IO, Final

from harness.load.baseline import EarlierLoad
from harness.load.chart import Line, chart
from harness.load.report import PERCENTILES, LoadReport, Numbers
from harness.load.summary import measured, milliseconds
from harness.reporters.outside_text import clean
from harness.reporters.units import duration, percent

_STYLE: Final = """
:root{color-scheme:light dark;--bg:#fff;--fg:#1b1f24;--dim:#59636e;--line:#d1d9e0;--card:#f6f8fa;
  --bad:#b3261e; --good:#116329;--a:#0a69da;--b:#8250df;--c:#9a6700;--d:#b3261e}
@media(prefers-color-scheme:dark){:root{--bg:#0d1117;--fg:#e6edf3;--dim:#9198a1;--line:#3d444d;
  --card:#151b23; --bad:#ff8b84;--good:#57d364;--a:#58a6ff;--b:#bc8cff;--c:#e3b341;--d:#ff8b84}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:76rem;padding:1.5rem;background:var(--bg);color:var(--fg);
  font:15px/1.5 system-ui,sans-serif}
h1{font-size:1.5rem;margin:0;overflow-wrap:anywhere}
h2{font-size:1.1rem; margin:2rem 0 .5rem}
.dim{color:var(--dim)}
.bad{color:var(--bad);font-weight:600}
.good{color:var(--good);font-weight:600}
.cards{display:flex;flex-wrap:wrap;gap:.75rem;margin:1rem 0}
.card{background:var(--card);border:1px solid var(--line); border-radius:8px;padding:.5rem 1rem;
  min-width:7rem}
.card b{display:block;font-size:1.35rem;font-variant-numeric:tabular-nums}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
th,td{padding:.35rem .6rem;border-bottom:1px solid var(--line);text-align:right;white-space:nowrap}
th:first-child,td:first-child,td.text{text-align:left;white-space:normal;overflow-wrap:anywhere}
tr.folder td{font-weight:600}
tr.total td{font-weight:600;background:var(--card)}
figure{margin:.5rem 0 1.5rem}
figcaption{font-weight:600}
svg{width:100%;height:auto;display:block}
@media(max-width:600px){svg{overflow:visible;margin-bottom:.7rem}svg text{font-size:28px!important}}
.key{display:inline-block;margin-right:1rem;color:var(--dim)}
.key i{display:inline-block;width:.9rem;height:.2rem; vertical-align:middle;margin-right:.35rem}
pre{background:var(--card);border:1px solid var(--line);border-radius:6px; padding:.6rem;
  white-space:pre-wrap;overflow-wrap:anywhere;font-size:13px;max-height:24rem;overflow:auto}
details{border-bottom:1px solid var(--line);padding:.4rem 0}
summary{cursor:pointer;overflow-wrap:anywhere}
.note{border-left:4px solid var(--c);padding:.3rem .8rem;background:var(--card);margin:.5rem 0}
"""
_COLOURS: Final = ("var(--a)", "var(--b)", "var(--c)", "var(--d)")
_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'"


def write_html(report: LoadReport, file: IO[bytes], baseline: EarlierLoad | None = None) -> None:
    """Write the page; with a baseline calls are compared with those of an earlier load."""
    title = _text(report.collection)
    when = datetime.fromtimestamp(report.started, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    parts = [
        "<!doctype html>",
        '<html lang="en"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">',
        f"<title>Load: {title}</title><style>{_STYLE}</style></head><body>",
        f"<header><h1>{title}</h1>",
        f'<p class="dim">Load of {duration(report.seconds * 1000)}, begun {when}</p></header><main>',
        *_notes(report),
        _cards(report),
        *_thresholds(report),
        *_charts(report),
        *_calls(report, baseline),
        *_errors(report),
        *_workers(report),
        "</main></body></html>\n",
    ]
    file.write("\n".join(parts).encode("utf-8", "replace"))


def _text(text: str) -> str:
    return escape(clean(text))


def _notes(report: LoadReport) -> Iterable[str]:
    lost = [name for name, _, gone in report.workers if gone]
    if report.interrupted:
        yield '<p class="note">The load was interrupted.</p>'
    if lost:
        names = _text(", ".join(lost))
        yield f'<p class="note">Lost on the way: {names}. The load went on with the others.</p>'
    if report.limit:
        yield f'<p class="note">{_text(report.limit[0].upper() + report.limit[1:])}.</p>'


def _cards(report: LoadReport) -> str:
    total = report.total
    share = total.failures / total.requests if total.requests else 0.0
    tone = ' class="bad"' if total.failures else ""
    shown = [
        ("requests", f"{total.requests:,}", ""),
        ("requests/s", f"{total.requests_per_s:,.1f}", ""),
        ("failed", percent(share), tone),
        *((f"p{one}", milliseconds(ms), "") for one, ms in zip(PERCENTILES, total.times_ms, strict=True)),
    ]
    cards = (f'<div class="card"><b{tone}>{value}</b>{name}</div>' for name, value, tone in shown)
    return f'<div class="cards">{"".join(cards)}</div>'


def _thresholds(report: LoadReport) -> Iterable[str]:
    if not report.verdicts:
        return
    yield "<h2>Thresholds</h2>"
    rows = []
    for one in report.verdicts:
        word = '<span class="good">passed</span>' if one.passed else '<span class="bad">failed</span>'
        rows.append((_text(one.threshold.rule), word, _text(measured(one.threshold, one.value))))
    yield _table(("rule", "", "measured"), rows)


def _charts(report: LoadReport) -> Iterable[str]:
    at = [moment.at for moment in report.moments]
    yield "<h2>Over time</h2>"
    times = [
        Line(
            name=f"p{percent}",
            colour=_COLOURS[place],
            values=[one.numbers.times_ms[place] for one in report.moments],
        )
        for place, percent in enumerate(PERCENTILES)
    ]
    yield chart("Response times, ms", at, times)
    width = at[1] - at[0] if len(at) > 1 else 1.0
    failures = [one.numbers.failures / width for one in report.moments]
    yield chart(
        "Requests per second",
        at,
        [
            Line(
                name="requests/s",
                colour=_COLOURS[0],
                values=[one.numbers.requests_per_s for one in report.moments],
            ),
            Line(name="failures/s", colour=_COLOURS[3], values=failures),
        ],
    )
    yield chart(
        "Users", at, [Line(name="users", colour=_COLOURS[1], values=[one.users for one in report.moments])]
    )


def _calls(report: LoadReport, baseline: EarlierLoad | None) -> Iterable[str]:
    yield "<h2>Calls</h2>"
    heads = ["call", "requests", "failed", "req/s", *(f"p{percent}" for percent in PERCENTILES)]
    if baseline is not None:
        heads += ["p95 before", "p95 change"]
    folders = dict(report.folders)
    rows: list[tuple[str, ...]] = []
    kinds: list[str] = []
    for path, numbers in report.calls:
        for depth in range(1, len(path)):
            folder = path[:depth]
            if folder in folders:
                rows.append(_row(" / ".join(folder), folders.pop(folder), None))
                kinds.append("folder")
        rows.append(
            _row(" / ".join(path), numbers, None if baseline is None else baseline.p95(path), baseline)
        )
        kinds.append("")
    rows.append(_row("total", report.total, None if baseline is None else baseline.p95(()), baseline))
    kinds.append("total")
    full = len(heads)
    yield _table(heads, [(*row, *[""] * (full - len(row))) for row in rows], kinds)
    if baseline is not None:
        gone = baseline.gone([path for path, _ in report.calls])
        if gone:
            yield f'<p class="dim">Only in the baseline: {_text(", ".join(gone))}</p>'


def _row(
    name: str, numbers: Numbers, before: float | None, baseline: EarlierLoad | None = None
) -> tuple[str, ...]:
    failed = f'<span class="bad">{numbers.failures:,}</span>' if numbers.failures else "0"
    cells = (_text(name), f"{numbers.requests:,}", failed, f"{numbers.requests_per_s:,.1f}")
    times = tuple(milliseconds(ms) for ms in numbers.times_ms)
    if baseline is None:
        return (*cells, *times)
    now = numbers.times_ms[PERCENTILES.index(95)]
    if before is None or now is None or not before:
        return (*cells, *times, milliseconds(before), "-")
    change = now / before - 1
    tone = "bad" if change > 0.1 else "good" if change < -0.1 else "dim"
    return (*cells, *times, milliseconds(before), f'<span class="{tone}">{change:+.0%}</span>')


def _errors(report: LoadReport) -> Iterable[str]:
    if not report.errors:
        return
    yield "<h2>Errors by cause</h2>"
    samples: dict[tuple[str, str], list[str]] = {}
    for one in report.samples:
        shown = f"<pre>{_text(str(one['request']))}</pre><pre>{_text(str(one['answer']))}</pre>"
        samples.setdefault((str(one["call"]), str(one["cause"])), []).append(shown)
    for error in report.errors:
        place = f"{error.call}: " if error.call else ""
        head = f'<span class="bad">{error.count:,} ×</span> {_text(place + error.cause)}'
        kept = samples.get((error.call, error.cause), [])
        body = "".join(kept) or '<p class="dim">No request of these was kept.</p>'
        yield f"<details><summary>{head}</summary>{body}</details>"


def _workers(report: LoadReport) -> Iterable[str]:
    yield "<h2>Workers</h2>"
    rows = [
        (_text(name), f"{count:,}", '<span class="bad">lost</span>' if lost else "there to the end")
        for name, count, lost in report.workers
    ]
    yield _table(("worker", "requests", ""), rows)


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]], kinds: Sequence[str] | None = None) -> str:
    """Return a table whose cells are HTML already."""
    head = "".join(f'<th scope="col">{name}</th>' for name in heads)
    kinds = kinds or [""] * len(rows)
    body = "".join(
        f'<tr class="{kind}">{"".join(f"<td>{cell}</td>" for cell in row)}</tr>'
        for kind, row in zip(kinds, rows, strict=True)
    )
    return f'<div class="scroll"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'
