#!/usr/bin/env python3
"""Prove the verdicts of `harness adopt` on a corpus of collections. Not part of the ordinary suite.

    python tests/proofs/adoption_proof.py CORPUS --newman FILE [--kept FOLDER] [--jobs 2] [--only TEXT]

CORPUS is a folder with folders in which a `case.json` names collection, inputs and newman's flags, beside the
rig that runs them (`differential.py`). For each case newman makes its JSON report against the rig's server,
`harness adopt` judges it, and whatever it says is the same runs live by default and is held against what
newman did. A verdict `same` where that differs is a false GO.

Cases for which newman writes no report, as for formats that it cannot read, do not count. Exit code 1 when
there is any false GO, or when more than one report in ten cannot be told. `--kept` keeps the
reports, so that a second proof needs no newman.
"""

import argparse
import importlib
import io
import json
import os
import shutil
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing.util import Finalize
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from harness.cli import main as harness
from harness.cli.terminal import Terminal

MOST_UNKNOWN = 0.10
CORE = ("requests", "assertions", "environment", "globals", "exit_code")
TIMEOUT_S = 180


@dataclass
class Judged:
    """One case: its family, the verdict, why, and what differs when it runs live by default."""

    family: str
    case: str
    verdict: str
    why: list[str] = field(default_factory=list)
    false: list[str] = field(default_factory=list)


class Worker:
    """Judges cases one after another in a process of its own, with a server of its own."""

    made: "Worker"

    def __init__(self, corpus: Path, newman: str, kept: Path) -> None:
        sys.path.insert(0, str(corpus))
        self.rig: Any = importlib.import_module("differential")
        self.corpus = corpus
        self.newman = newman
        self.kept = kept
        self.server = self.rig.EchoServer()
        # A process of a pool ends without what `atexit` knows.
        Finalize(self, self.server.close, exitpriority=1)

    @classmethod
    def start(cls, corpus: Path, newman: str, kept: Path) -> None:
        """Make the worker of this process."""
        cls.made = cls(corpus, newman, kept)

    def judge(self, folder: Path) -> Judged:
        """Judge one case."""
        case = self.rig.load_case(str(folder))
        name = folder.relative_to(self.corpus).as_posix()
        judged = Judged(family=folder.parent.name, case=name, verdict="cannot tell")
        kept = self.kept / folder.parent.name / folder.name
        if not (kept / "done.json").exists():
            self._report(case, kept)
        done = json.loads((kept / "done.json").read_text("utf-8"))
        if not (kept / "report.json").exists():
            judged.verdict = "no report"
            return judged
        told = self._adopt(case, kept, done)
        if isinstance(told, str):
            judged.why = [told]
            return judged
        judged.verdict, judged.why = told["verdict"], told["why"]
        if judged.verdict == "same":
            judged.false = self._live(case)
        return judged

    def _environ(self, case: dict[str, Any], home: Path, port: int) -> dict[str, str]:
        environ = {key: value for key, value in os.environ.items() if "proxy" not in key.lower()}
        environ |= {"HOME": str(home), "TZ": "UTC", "NO_COLOR": "1", "LC_ALL": "C.UTF-8", "NO_PROXY": "*"}
        given = case.get("env_vars", {}).items()
        return environ | {key: self.rig.sub_text(value, port) for key, value in given}

    def _report(self, case: dict[str, Any], kept: Path) -> None:
        """Let newman make its report."""
        shutil.rmtree(kept, ignore_errors=True)
        (kept / "case").mkdir(parents=True)
        flags = self.rig.stage(case, self.server.port, str(kept / "case"))
        report = ["-r", "json", "--reporter-json-export", str(kept / "report.json")]
        try:
            subprocess.run(
                [self.newman, "run", case["collection"], *flags, *report],
                cwd=kept / "case",
                env=self._environ(case, kept, self.server.port),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                check=False,
                timeout=TIMEOUT_S,
            )
        except subprocess.TimeoutExpired:
            (kept / "report.json").unlink(missing_ok=True)
        done = {"flags": flags, "port": self.server.port}
        (kept / "done.json").write_text(json.dumps(done), "utf-8")

    def _harness(self, environ: dict[str, str], cwd: Path, *argv: str) -> tuple[int, str, str]:
        out, err = io.StringIO(), io.StringIO()
        os.chdir(cwd)
        code = harness(argv, Terminal(out=out, err=err, environ=environ, cwd=cwd))
        return int(code), out.getvalue(), err.getvalue()

    def _adopt(self, case: dict[str, Any], kept: Path, done: dict[str, Any]) -> dict[str, Any] | str:
        environ = self._environ(case, kept, done["port"])
        with TemporaryDirectory() as folder:
            more = ["-c", case["collection"], "--format", "json", "--cassettes", folder]
            code, out, err = self._harness(
                environ, kept / "case", "adopt", "../report.json", *more, *done["flags"]
            )
        try:
            (row,) = json.loads(out)
        except ValueError:
            return f"harness adopt exited with {code}: {err[-300:]}"
        return dict(row)

    def _live(self, case: dict[str, Any]) -> list[str]:
        """Say what differs from newman when the case runs live by default."""
        expected = json.loads(Path(case["dir"], "expected.json").read_text("utf-8"))
        for _ in range(2):
            with TemporaryDirectory(prefix="conf-run-") as name:
                ours = self.rig.normalise(case, self._ran(case, Path(name)))
            sides = [_unordered(json.loads(json.dumps(side))) for side in (expected, ours)]
            compared = self.rig.compare(case, *sides)
            found = {key: rows for key, rows in compared.items() if rows and key in CORE}
            if not found:
                break
        return [f"{key}: {rows[0]}"[:200] for key, rows in found.items()]

    def _ran(self, case: dict[str, Any], work: Path) -> dict[str, Any]:
        (work / "case").mkdir()
        flags = self.rig.stage(case, self.server.port, str(work / "case"))
        files = {name: work / f"{name}.json" for name in ("report", "env", "globals")}
        exports = ["--export-environment", str(files["env"]), "--export-globals", str(files["globals"])]
        self.server.begin()
        code, out, err = self._harness(
            self._environ(case, work, self.server.port),
            work / "case",
            *("run", case["collection"], *flags, *exports),
            *("-r", "json", "--reporter-json-export", str(files["report"])),
        )
        made = {
            name: json.loads(file.read_text("utf-8")) if file.exists() else None
            for name, file in files.items()
        }
        return {
            **made,
            "exit_code": code,
            "requests": self.server.end(),
            "port": self.server.port,
            "work": str(work),
            "output": out + err,
            "bad_json": None,
            "wall": 0.0,
        }


def judge(folder: Path) -> Judged:
    """Judge a case in whichever process this is."""
    try:
        return Worker.made.judge(folder)
    except Exception as error:  # noqa: BLE001 - a bug in one case is one row of the proof
        why = f"{type(error).__name__}: {error}"
        return Judged(family=folder.parent.name, case=folder.name, verdict="cannot tell", why=[why])


def _is_newmans(folder: Path) -> bool:
    """Tell whether newman can run a case, and is known to: it reads no folders of format v3."""
    return "collection" in _read(folder / "case.json") and (folder / "expected.json").exists()


def _read(file: Path) -> Any:
    return json.loads(file.read_text("utf-8")) if file.exists() and file.stat().st_size else None


def _unordered(outcome: dict[str, Any]) -> dict[str, Any]:
    """Tell each call once, its assertions in order: when a timer ended says nothing."""
    calls: list[dict[str, Any]] = []
    for one in outcome.get("executions") or ():
        execution = {**one, "assertions": sorted(one["assertions"], key=json.dumps)}
        if calls and execution == calls[-1]:
            continue  # newman repeats the entry of a call for each request that it sent
        same = calls and all(calls[-1].get(key) == execution.get(key) for key in ("iteration", "item"))
        if same:
            both = [*calls[-1]["assertions"], *execution["assertions"]]
            calls[-1]["assertions"] = sorted(both, key=json.dumps)
        else:
            calls.append(execution)
    return {**outcome, "executions": calls}


def table(judged: list[Judged]) -> Iterator[str]:
    """Draw what came of each family."""
    families: dict[str, Counter[str]] = defaultdict(Counter)
    for one in judged:
        for family in (one.family, "all"):
            families[family][one.verdict] += 1
            families[family]["false GO"] += bool(one.false)
    heads = ("family", "same", "differs", "cannot tell", "false GO", "reports", "no report")
    yield " ".join(f"{head:>12}" for head in heads)
    for family, found in sorted(families.items(), key=lambda pair: (pair[0] == "all", pair[0])):
        reports = found["same"] + found["differs"] + found["cannot tell"]
        cells = (family, *(found[head] for head in heads[1:5]), reports, found["no report"])
        yield " ".join(f"{cell:>12}" for cell in cells)


def main() -> int:
    """Prove, print the table and the reasons, and say whether the bounds hold."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--newman", default=shutil.which("newman") or "newman")
    parser.add_argument("--kept", type=Path)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--only", default="")
    given = parser.parse_args()
    corpus = given.corpus.resolve()
    folders = (file.parent for file in sorted(corpus.rglob("case.json")))
    cases = [one for one in folders if given.only in one.as_posix() and _is_newmans(one)]
    judged: list[Judged] = []
    with TemporaryDirectory() as folder:
        told = (corpus, given.newman, (given.kept or Path(folder)).resolve())
        with ProcessPoolExecutor(given.jobs, initializer=Worker.start, initargs=told) as pool:
            for one in pool.map(judge, cases):
                judged.append(one)
                if one.false:
                    print(f"FALSE GO {one.case}: {'; '.join(one.false)}", flush=True)
                elif one.verdict not in {"same", "no report"}:
                    print(f"{one.verdict:>11} {one.case}: {one.why[0][:160] if one.why else ''}", flush=True)
    print("\n".join(table(judged)))
    unknown = sum(one.verdict == "cannot tell" for one in judged)
    reports = sum(one.verdict != "no report" for one in judged)
    wrong = sum(bool(one.false) for one in judged)
    return int(wrong > 0 or unknown > MOST_UNKNOWN * max(1, reports))


if __name__ == "__main__":
    sys.exit(main())
