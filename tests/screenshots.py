"""Make the pictures of the README and of the documentation: of the HTML report, the terminal and pytest.

    python tests/screenshots.py [NAME...]

Needs Chromium and the extra `browser`. A small shop is served on the loopback interface and collections are
run against it; the pictures of the README go to `.github/screenshots`, the others to `docs/pictures`.
"""

import html
import os
import re
import shlex
import shutil
import struct
import subprocess
import sys
import tempfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, sync_playwright
from screenshot_shop import HOST, Shop, shop, write

ROOT = Path(__file__).parents[1]
README = ROOT / ".github" / "screenshots"
DOCS = ROOT / "docs" / "pictures"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
LARGEST = 150_000


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture of a page: which one, where it is opened, how it looks, and what it is scrolled to."""

    name: str
    folder: Path
    page: str
    address: str = ""
    scheme: Literal["light", "dark"] = "light"
    width: int = 1000
    height: int = 600
    scroll_to: str = ""


# A terminal's lines are short, and a wider picture would only make them small.
PICTURES = (
    Picture("report-light.png", README, "shop.html", width=1280, height=800),
    Picture("report-dark.png", README, "shop.html", scheme="dark", width=1280, height=800),
    Picture("terminal.png", README, "shop.txt.html", scheme="dark", width=640, height=800),
    Picture("rows.png", DOCS, "orders.html", "#/Orders/Read order[row 2]?view=calls"),
    Picture("steps.png", DOCS, "orders.html", "#/Orders/Create order[row 2]", "dark", scroll_to=".steps"),
    Picture("attempts.png", DOCS, "orders.html", "#/Stock/Level[row 1]?view=calls&outcome=retried&attempt=1"),
    Picture("history.png", DOCS, "orders.html", "#/?view=history", "dark", height=720),
    Picture("phone.png", DOCS, "orders.html", "#/?view=calls", width=390, height=700),
    Picture("parallel.png", DOCS, "teas.html", "#/Green/Jasmine?view=timeline", width=1280, height=720),
    Picture("many.png", DOCS, "many.html", "#/Green/Jasmine[row 7]?view=calls"),
    Picture("collections.png", DOCS, "several.html", "#/?view=calls", "dark"),
    Picture("terminal-pass.png", DOCS, "teas.txt.html", scheme="dark", width=640, height=300),
    Picture("terminal-rows.png", DOCS, "stock.txt.html", scheme="dark", width=720, height=900),
    Picture("terminal-several.png", DOCS, "several.txt.html", scheme="dark", width=720, height=900),
    Picture("terminal-many.png", DOCS, "many.txt.html", scheme="dark", width=640, height=330),
    Picture("pytest.png", DOCS, "pytest.txt.html", scheme="dark", width=920, height=440),
    Picture("pytest-pass.png", DOCS, "pytest-pass.txt.html", scheme="dark", width=700, height=560),
    Picture("pytest-rows.png", DOCS, "pytest-rows.txt.html", scheme="dark", width=1020, height=300),
    Picture("pytest-many.png", DOCS, "pytest-many.txt.html", scheme="dark", width=620, height=720),
)


class Runs:
    """Runs commands in a folder, and keeps what the terminal shows of them."""

    def __init__(self, folder: Path, port: int) -> None:
        self._folder = folder
        self._resolve = ("--resolve", f"{HOST}=127.0.0.1:{port}")

    def harness(self, *words: str, code: int = 0, hidden: tuple[str, ...] = ()) -> str:
        """Run `harness run`; the `hidden` words are not shown. Which reports, the words say."""
        return self._shown(
            ("harness", "run", *words),
            [sys.executable, "-m", "harness", "run"],
            (*self._resolve, *hidden),
            code,
        )

    def pytest(self, *words: str, code: int = 0) -> str:
        """Run pytest."""
        resolved = f"--postman-{self._resolve[0].removeprefix('--')}={self._resolve[1]}"
        hidden = (resolved, "--no-header", "-p", "no:cacheprovider", "-p", "no:randomly", "--color=yes")
        return self._shown(("pytest", *words), [sys.executable, "-m", "pytest"], hidden, code)

    def _shown(self, words: tuple[str, ...], begin: list[str], hidden: tuple[str, ...], code: int) -> str:
        given = words[2:] if words[0] == "harness" else words[1:]
        done = subprocess.run(
            [*begin, *given, *hidden],
            cwd=self._folder,
            env=os.environ
            | {"COLUMNS": "90", "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", "FORCE_COLOR": "1"},
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        if done.returncode != code:
            told = f"{done.stdout[-2000:]}{done.stderr[-2000:]}"
            raise SystemExit(f"{' '.join(words)} should end with {code}, not {done.returncode}:\n{told}")
        return f"\x1b[32m$\x1b[0m {shlex.join(words)}\n{done.stdout.rstrip()}\n"


def run_all(folder: Path, port: int) -> None:
    """Make all reports in the folder, and a page of each terminal."""
    write(folder)
    runs = Runs(folder, port)

    def keep(name: str, terminal: str, height: int) -> None:
        (folder / f"{name}.txt.html").write_text(as_page(terminal, height), "utf-8")

    def report(name: str) -> tuple[str, ...]:
        return ("--reporter-html-export", f"{name}.html", "--color", "on")

    shop_file, orders_file, teas_file = (
        f"{name}.postman_collection.json" for name in ("shop", "orders", "teas")
    )
    keep("shop", runs.harness(shop_file, "-r", "cli,html", code=1, hidden=report("shop")), 800)
    Shop.asked.clear()
    for number in range(6):
        # In every second run the stock is busy twice, which one retry does not mend.
        retries = "1" if number % 2 else "2"
        kept = ("-d", "rows.json", "--retry", retries, "--history", "runs.jsonl", "-r", "html")
        runs.harness(orders_file, *kept, code=1, hidden=report("orders"))
    quiet = ("--quiet",)
    terminal = runs.harness(teas_file, "--jobs", "4", "-r", "cli,html", *quiet, hidden=report("teas"))
    keep("teas", terminal, 300)
    Shop.asked.clear()
    rows = ("-d", "rows.json", "--folder", "Stock", "--retry", "1")
    keep("stock", runs.harness(orders_file, *rows, hidden=("--color", "on")), 900)
    if len(sys.argv) < 2 or "many.png" in sys.argv or "terminal-many.png" in sys.argv:
        many = ("-n", "50", "--jobs", "8", "-r", "cli,html", *quiet)
        keep("many", runs.harness(teas_file, *many, hidden=report("many")), 330)
    both = (shop_file, teas_file)
    kept = ("-r", "cli,html", *quiet)
    runs.harness(*both, *kept, "--record-mode", "all", code=1, hidden=report("several"))
    terminal = runs.harness(*both, *kept, code=1, hidden=(*report("several"), "--record-mode", "none"))
    keep("several", terminal, 900)
    keep("pytest", runs.pytest(shop_file, "-q", code=1), 440)
    part = ("-n", "2", "-v", "-k", "Black or sign or create")
    keep("pytest-pass", runs.pytest(*both, *part), 560)
    Shop.asked.clear()
    rerun = (
        "--postman-live",
        "--postman-upstream",
        "--postman-data",
        "rows.json",
        "-k",
        "Level",
        "--reruns",
        "1",
        "-v",
    )
    keep("pytest-rows", runs.pytest(orders_file, *rerun), 300)
    if len(sys.argv) < 2 or "pytest-many.png" in sys.argv:
        many = ("--postman-live", "--postman-iteration-count", "50", "-q")
        keep("pytest-many", runs.pytest(teas_file, *many), 720)


COLOURS = {
    "31": "#ff7b72",
    "32": "#7ee787",
    "33": "#e3b341",
    "34": "#79c0ff",
    "35": "#d2a8ff",
    "36": "#76e3ea",
}
STYLES = {"1": "font-weight:700", "2": "opacity:.62", "4": "text-decoration:underline"} | {
    code: f"color:{colour}" for code, colour in COLOURS.items()
}
PAGE = """<!doctype html><meta charset="utf-8"><style>
body {{ margin: 0; background: #0d1117; color: #e6edf3 }}
pre {{ margin: 0; padding: 14px 20px }}
pre {{ font: {size}px/{line}px "DejaVu Sans Mono", Menlo, Consolas, monospace }}
</style><pre>{text}</pre>"""


def as_page(terminal: str, height: int) -> str:
    """Spell what a terminal shows, with its colours, as a page that fills the viewport."""
    parts = []
    for codes, text in re.findall(r"(?:\x1b\[([\d;]*)m)?([^\x1b]*)", terminal):
        style = ";".join(STYLES[code] for code in codes.split(";") if code in STYLES)
        parts.append(f'<span style="{style}">{html.escape(text)}</span>' if style else html.escape(text))
    line = min(20, (height - 28) // (terminal.count("\n") + 1))
    return PAGE.format(text="".join(parts), line=line, size=line * 0.8)


def smaller(png: bytes) -> bytes:
    """Compress a PNG as far as zlib can: Chromium is fast rather than thorough."""
    head, packed, at = b"", b"", 8
    while at < len(png):
        (length,) = struct.unpack_from(">I", png, at)
        name, data = png[at + 4 : at + 8], png[at + 8 : at + 8 + length]
        at += length + 12
        if name == b"IDAT":
            packed += data
        elif name == b"IHDR":
            head = data
    return png[:8] + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in (
            (b"IHDR", head),
            (b"IDAT", zlib.compress(zlib.decompress(packed), 9)),
            (b"IEND", b""),
        )
    )


def take(browser: Browser, picture: Picture, folder: Path) -> None:
    """Write a picture of a page as it looks in a colour scheme."""
    context = browser.new_context(
        viewport={"width": picture.width, "height": picture.height}, color_scheme=picture.scheme
    )
    tab = context.new_page()
    tab.goto((folder / picture.page).as_uri() + picture.address)
    if not picture.page.endswith(".txt.html"):
        tab.wait_for_selector("html[data-ready]")
    if picture.scroll_to:
        tab.locator(picture.scroll_to).evaluate("(one) => one.previousElementSibling.scrollIntoView()")
    png = smaller(tab.screenshot())
    context.close()
    if len(png) > LARGEST:
        raise SystemExit(f"{picture.name} has {len(png)} bytes, more than {LARGEST}")
    picture.folder.mkdir(parents=True, exist_ok=True)
    (picture.folder / picture.name).write_bytes(png)
    sys.stdout.write(f"{picture.name}: {len(png) / 1000:.0f} kB\n")


def main() -> None:
    executable = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if executable is None:
        raise SystemExit(f"there is no Chromium; looked for {', '.join(BROWSERS)}")
    with tempfile.TemporaryDirectory() as name, shop() as port, sync_playwright() as driver:
        folder = Path(name)
        run_all(folder, port)
        browser = driver.chromium.launch(executable_path=executable, args=["--no-sandbox", "--disable-gpu"])
        for picture in PICTURES:
            if len(sys.argv) < 2 or picture.name in sys.argv[1:]:
                take(browser, picture, folder)
        browser.close()


if __name__ == "__main__":
    main()
