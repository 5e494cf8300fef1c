"""Bundle the JavaScript side when the package is built, so that nothing is downloaded at run time."""

import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Any

from hatchling.builders.config import BuilderConfig
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SOURCES = Path(__file__).resolve().parent
sys.path.insert(0, str(SOURCES))  # hatchling loads this file by its path: what lies beside it is not found
from third_party import NOTICES, notices, npm_cache  # noqa: E402 - see above

DIST = SOURCES / "dist"
PROJECT = SOURCES.parents[2]
JOURNEY = ("aep.postman_collection.json", "aep.harness.yaml")
"""What `harness drift --twin` runs: a checkout has it in `collections/`, a wheel within the package."""
PAGE = SOURCES.parents[1] / "reporters" / "html" / "page"
"""The script of the HTML report: modules, of which a page carries one file."""


class ScriptEngineHook(BuildHookInterface[BuilderConfig]):
    """Runs `deno install` and `deno bundle` before a wheel (also an editable one) is put together."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Write `dist/`, and put the journey into a wheel; an sdist carries the sources alone."""
        if self.target_name != "wheel":
            return
        bundle()
        if version != "editable":
            shipped = {str(PROJECT / "collections" / name): f"harness/cli/shipped/{name}" for name in JOURNEY}
            build_data["force_include"].update(shipped)


def bundle() -> None:
    """Fetch the pinned libraries and write `dist/`: the engine, and the chunks that it loads on demand.

    A `dist/` that is in use is replaced at once when the new one is whole.
    """
    deno = find_deno()
    fresh, stale = SOURCES / "dist.new", SOURCES / "dist.old"
    for leftover in (fresh, stale):
        shutil.rmtree(leftover, ignore_errors=True)
    _run(deno, "install", "--frozen", "--quiet")
    _bundle(deno, [SOURCES / "engine" / "main.js"], fresh / "engine", platform="deno", format="esm")
    own = [SOURCES / "realm" / "prelude.js", SOURCES / "realm" / "firmware.js", SOURCES / "web" / "web.js"]
    libraries = sorted((SOURCES / "libraries").glob("*.js"))
    _bundle(deno, own + libraries, fresh / "chunks", platform="browser", format="cjs")
    _rehearse(deno, fresh / "chunks", fresh / "caches" / machine())
    _bundle(deno, [PAGE / "views.js"], fresh / "page", platform="browser", format="iife")
    (fresh / NOTICES).write_text(notices(npm_cache(deno)), encoding="utf-8")
    if DIST.exists():
        DIST.rename(stale)
    fresh.rename(DIST)
    shutil.rmtree(stale, ignore_errors=True)


def find_deno() -> str:
    """Return the `deno` of the build environment, whose scripts folder may not be on the PATH."""
    folders = [sysconfig.get_path("scripts"), str(Path(sys.executable).parent), os.environ.get("PATH", "")]
    found = shutil.which("deno", path=os.pathsep.join(folders)) or _packaged_deno()
    if found is None:
        message = "deno is needed to bundle the script engine and was not found: pip install 'deno>=2.9'"
        raise RuntimeError(message)
    return found


def _packaged_deno() -> str | None:
    """Look beside every import path: pip builds in a folder of its own whose scripts are elsewhere."""
    name = "deno.exe" if os.name == "nt" else "deno"
    for entry in map(Path, sys.path):
        for candidate in (
            entry.parent / "Scripts",
            entry.parents[2] / "bin" if len(entry.parents) > 2 else entry,
        ):
            if (candidate / name).is_file():
                return str(candidate / name)
    return None


# What a chunk asks of the loader instead of carrying it: shared, or too heavy for what it is used for.
_LOADED_ON_DEMAND = (
    "@faker-js/faker/locale/en",
    "iconv-lite",
    "mime-types",
    "uuid",
    "buffer",
    "events",
    "timers",
    "stream",
    "string_decoder",
    "url",
    "punycode",
    "querystring",
    "path",
    "assert",
    "fs",
    "os",
    "http",
    "crypto",
    "jquery",
)


_GIVEN = "module,exports,require,Buffer,process,global,setTimeout,console"
"""What the loader calls each chunk with."""

_WITHOUT_NPM = """
Building from source fetches the script engine's libraries from the npm registry, which has to be reachable
(NPM_CONFIG_REGISTRY names a mirror). Installing the wheel does not need it:
    pip install --only-binary postman-harness postman-harness
"""


def _bundle(deno: str, entries: list[Path], target: Path, *, platform: str, format: str) -> None:
    options = ["--quiet", "--platform", platform, "--format", format]
    if format == "cjs":
        options += [flag for name in _LOADED_ON_DEMAND for flag in ("--external", name)]
    for entry in entries:
        # chai's messages name the classes of Postman's objects, and small names start no sooner.
        own = [] if entry.stem == "firmware" else ["--minify"]
        # `assert` has a `util/` of its own, which the flag for `util` would cut off.
        if format == "cjs" and entry.stem != "assert":
            own += ["--external", "util"]
        bundled = target / entry.name
        _run(deno, "bundle", *options, *own, "--output", str(bundled), str(entry))
        if format == "cjs":
            bundled.write_text(f"(function({_GIVEN}){{\n{bundled.read_text('utf-8')}\n}})", "utf-8")


def machine() -> str:
    """Return the kind of system and processor, as `harness.scripting.bundle` looks for it."""
    uname = getattr(os, "uname", None)
    return f"{sys.platform}-{uname().machine if uname else os.environ.get('PROCESSOR_ARCHITECTURE', '')}"


def _rehearse(deno: str, chunks: Path, caches: Path) -> None:
    """Make V8's code caches of the chunks: parsing the largest takes a tenth of a short run."""
    caches.mkdir(parents=True)
    flags = (SOURCES / "v8_flags.txt").read_text("utf-8").split()
    reach = [f"--allow-read={chunks}", f"--allow-write={caches}"]
    rehearsal = SOURCES / "engine" / "rehearsal.js"
    options = ["--quiet", "--no-prompt", *reach, f"--v8-flags={','.join(flags)}"]
    _run(deno, "run", *options, str(rehearsal), str(chunks), str(caches))


def _run(deno: str, *arguments: str) -> None:
    finished = subprocess.run(
        [deno, *arguments], cwd=SOURCES, capture_output=True, text=True, encoding="utf-8", check=False
    )
    if finished.returncode != 0:
        message = f"deno {arguments[0]} failed:\n{finished.stderr}"
        if arguments[0] == "install":
            message += _WITHOUT_NPM
        raise RuntimeError(message)


if __name__ == "__main__":
    bundle()
