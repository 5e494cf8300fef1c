#!/usr/bin/env python3
"""Prove that what we write as v3 runs in Postman CLI as it runs here, but for known faults of that program.

    python tests/proofs/postman_cli_proof.py [--postman PROGRAM] [--most 25] [--only TEXT] FOLDER...

Every v2 collection below the folders is pointed at a server on this machine and converted to v3. The claims:

- the v3 folder sends here what the v2.1 file sends, with the same tests, but for what the conversion listed
  as lost;
- Postman CLI sends what we send of the folder, with the same tests, but for the faults in
  `postman_cli_faults.py`.

What that program does not run at all (GraphQL signed out, a second script of a type) is taken out of the
folder for the second claim. The first `--most` requests of each collection are run. Without `--postman` the
program is installed from npm into a temporary folder. Exit code 1 when a claim does not hold.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import postman_cli
from local_collection import collections, draws, localized, settings_beside
from postman_cli import Check
from postman_cli_faults import check_fault, extra_fault, lone_fault, wire_faults
from postman_reduction import reduce_to_what_runs
from recorder import Recorder, recorder
from wire import Wire, aligned, beside

from harness import run
from harness.conversion.convert import as_v21, write_v3
from harness.errors import HarnessError

OPTIONS = {"environment": "-e", "globals": "-g", "data": "-d", "iterations": "-n"}

LOSSES = {
    "protocolProfileBehavior": "a setting that v3 has no place for, listed as lost",
    "/body/file/content": "the content of a file body, listed as lost",
    "/variable/": "variables of another form, listed as changed",
    "/name": "a request without a name is called what its file is, listed as added",
}
"""What the conversion lists as lost, and runs differ for."""


@dataclass(slots=True, kw_only=True)
class Ran:
    """What a run here sent and checked.

    `owners` are the items of what was sent, `sources` their scripts; `unsent` items whose request Postman CLI
    does not send, and why; `failing` those whose request fails here.
    """

    sent: list[Wire]
    checks: list[Check] = field(default_factory=list)
    unsent: dict[str, str] = field(default_factory=dict)
    failing: set[str] = field(default_factory=set)
    owners: list[str] = field(default_factory=list)
    sources: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Tally:
    """Counts over all collections."""

    sent: int = 0
    equal: int = 0
    checks: int = 0
    checks_equal: int = 0
    requests_explained: Counter[str] = field(default_factory=Counter)
    checks_explained: Counter[str] = field(default_factory=Counter)
    left_out: Counter[str] = field(default_factory=Counter)
    unknown: int = 0


def run_here(collection: Path, options: Mapping[str, Any], server: Recorder) -> Ran:
    """Run a collection with us."""
    server.take()
    result = run(collection, **options)
    ran = Ran(sent=[Wire.of(one) for one in server.take()])
    for call in result.calls:
        name = call.call.item.name
        for one in call.assertions:
            end = "skipped" if one.skipped else "passed" if one.error is None else "failed"
            if one.untested is None:
                ran.checks.append((name, one.name.partition("\n")[0].rstrip(), end))
        if any(script.error is not None for script in call.prerequest):
            ran.unsent[name] = "a request whose pre-request script throws is not sent"
        elif any(warning.kind == "unreadable-file" for warning in call.warnings):
            ran.unsent[name] = "a request whose file is missing is not sent"
        elif call.skipped:
            ran.unsent[name] = "a skipped request is a failure"
        if call.exchange is not None and call.exchange.failure is not None:
            ran.failing.add(name)
        exchanges = [*(one.exchange for one in call.side), *([call.exchange] if call.exchange else [])]
        ran.owners += [name] * sum(len(one.hops) for one in exchanges)
        scripts = (script.script.source for script in (*call.prerequest, *call.test))
        ran.sources[name] = "\n".join((ran.sources.get(name, ""), *scripts))
    return ran


@dataclass(slots=True, kw_only=True)
class Proof:
    """Holds collections against the claims, one by one, and keeps count."""

    server: Recorder
    program: str
    scratch: Path
    most: int
    tally: Tally = field(default_factory=Tally)

    def collection(self, name: str, given: dict[str, Any]) -> None:
        """Prove both claims of a collection."""
        work = self.scratch / "work"
        shutil.rmtree(work, ignore_errors=True)
        (work / "home").mkdir(parents=True)
        os.chdir(work)
        document, addresses = localized(given, self.server.host, most=self.most)
        source, folder = work / "C.json", work / "V3"
        source.write_text(json.dumps(document), encoding="utf-8")
        beside = settings_beside(Path(name), work, self.server.host)
        options = {**beside, "env_vars": addresses, "timeout_request_ms": 5000, "working_dir": str(work)}
        lost = write_v3(str(source), as_v21(str(source)), folder)
        first, second = (run_here(one, options, self.server) for one in (source, folder))
        self.converted(name, first, second, "; ".join(one.field for one in lost))
        gone = reduce_to_what_runs(folder)
        self.tally.left_out += gone
        if gone:
            second = run_here(folder, options, self.server)
        words = [f"--working-dir={work}"]
        for key, value in addresses.items():
            words += ["--env-var", f"{key}={value}"]
        for key, option in OPTIONS.items():
            words += [option, str(beside[key])] if key in beside else []
        told = postman_cli.run(self.program, folder, work / "home", words)
        self.theirs(name, second, [Wire.of(one) for one in self.server.take()], told)

    def converted(self, name: str, first: Ran, second: Ran, lost: str) -> None:
        """Hold the folder's run here against that of the v2.1 file."""
        differ = [
            f"v2.1 beside v3{beside(ours, theirs)}"
            for ours, theirs in aligned(first.sent, second.sent)
            if ours != theirs
        ]
        known = next((told for part, told in LOSSES.items() if part in lost), None)
        if not differ:
            checks = Counter(first.checks) - Counter(second.checks)
            differ = [
                f"{check} in v2.1 alone" for check in checks if not check_fault(first.sources[check[0]])
            ]
        if known is not None:
            self.tally.requests_explained += Counter({known: len(differ)})
        else:
            self.news(name, differ)

    def theirs(self, name: str, ran: Ran, sent: Sequence[Wire], told: postman_cli.CliRun) -> None:
        """Hold what Postman CLI did with the folder against what we did."""
        tally = self.tally
        scripts = "\n".join(ran.sources.values())
        off = {**dict.fromkeys(ran.failing, "a request fails here, too"), **ran.unsent}
        tally.sent += len(ran.sent)
        owners = ran.owners if len(ran.owners) == len(ran.sent) else [""] * len(ran.sent)
        gone = [at for at, owner in enumerate(owners) if owner in told.unsent and owner in ran.unsent]
        tally.requests_explained.update(ran.unsent[owners[at]] for at in gone)
        kept = [at for at in range(len(owners)) if at not in set(gone)]
        at = -1
        for ours, theirs in aligned([ran.sent[at] for at in kept], sent):
            at += ours is not None
            if ours == theirs:
                tally.equal += 1
                continue
            owner = owners[kept[at]] if ours is not None else ""
            if ours is None:
                names = [one] if (one := extra_fault(scripts, failed=bool(ran.failing))) else None
            elif theirs is not None:
                names = wire_faults(ours, theirs, scripts)
            else:
                before = ran.sent[kept[at - 1]] if at else None
                lone = lone_fault(ours, before, unsent=owner in told.unsent)
                names = None if lone is None else [lone]
            if names is None:
                self.news(name, [f"request of {owner!r}{beside(ours, theirs)}"])
            else:
                tally.requests_explained.update(names)
                off.setdefault(owner, names[0])
        self.checks(name, ran, told, off)

    def checks(self, name: str, ran: Ran, told: postman_cli.CliRun, off: Mapping[str, str]) -> None:
        """Hold the checks of both against one another; those of items in `off` follow from their request."""
        mine, yours = Counter(ran.checks), Counter(told.checks)
        self.tally.checks += mine.total()
        self.tally.checks_equal += (mine & yours).total()
        for check, count in (mine - yours).items():
            why = off.get(check[0]) or check_fault(ran.sources[check[0]])
            if why is not None:
                self.tally.checks_explained[why] += count
            else:
                there = [end for item, test, end in told.checks if (item, test) == check[:2]]
                self.news(name, [f"{count} of the check {check}; there {there}"])
        ours = {check[:2] for check in mine}
        for check, count in (yours - mine).items():
            if (
                check[:2] not in ours
                and check[0] not in off
                and not check_fault(ran.sources.get(check[0], ""))
            ):
                self.news(name, [f"{count} of the check {check} there alone"])

    def news(self, name: str, differences: Sequence[str]) -> None:
        """Tell of differences that nothing explains."""
        self.tally.unknown += len(differences)
        for one in differences:
            print(f"{name}: {one}", flush=True)


def told(tally: Tally) -> str:
    """Write the table of a proof."""
    lines = [
        f"{tally.equal} of {tally.sent} requests and {tally.checks_equal} of {tally.checks} checks equal"
    ]
    for title, counts in (
        ("left out of the comparison", tally.left_out),
        ("requests that differ", tally.requests_explained),
        ("checks that differ", tally.checks_explained),
    ):
        lines += [f"{title}:", *(f"{count:6} {name}" for name, count in counts.most_common())]
    return "\n".join((*lines, f"{tally.unknown} differences that nothing explains"))


def installed(scratch: Path) -> str:
    """Install Postman CLI for this run alone."""
    npm = shutil.which("npm") or "npm"
    words = ["install", "--silent", "--no-audit", "--no-fund", "--prefix", str(scratch / "npm")]
    subprocess.run([npm, *words, f"postman-cli@{postman_cli.VERSION}"], check=True)
    return str(scratch / "npm/node_modules/.bin/postman")


def main(argv: Sequence[str] | None = None) -> int:
    """Prove the claims of all collections below the folders."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--postman", metavar="PROGRAM", help="Postman CLI, where it is installed already")
    parser.add_argument("--most", type=int, default=25, help="how many requests of a collection are run")
    parser.add_argument("--only", default="", metavar="TEXT", help="collections whose path holds the text")
    parser.add_argument("folders", nargs="+", type=Path)
    options = parser.parse_args(argv)
    folders = [one.resolve() for one in options.folders]
    with recorder() as server, TemporaryDirectory() as made:
        scratch = Path(made)
        program = str(Path(options.postman).absolute()) if options.postman else installed(scratch)
        proof = Proof(server=server, program=program, scratch=scratch, most=options.most)
        for folder in folders:
            for name, given in collections(folder):
                if options.only not in name:
                    continue
                if draws(given):
                    print(f"{name}: not compared: its scripts draw with lodash", flush=True)
                    continue
                try:
                    proof.collection(name, given)
                except HarnessError as error:
                    print(f"{name}: not compared: {error}", flush=True)
        os.chdir("/")
    print(told(proof.tally))
    return 1 if proof.tally.unknown or not proof.tally.sent else 0


if __name__ == "__main__":
    sys.exit(main())
