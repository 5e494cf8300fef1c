"""From newman's reports to verdicts: find the collection, replay in both ways, judge, vote."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Unpack

from harness.adoption.attribution import rows_of
from harness.adoption.collection_search import PostmanFiles, matching
from harness.adoption.comparison import told_differences
from harness.adoption.newman_report import item_content, read_newman_run
from harness.adoption.newman_run import NewmanRun
from harness.adoption.recording_proxy import ProxiedRequest
from harness.adoption.replay import Replayed, replay
from harness.adoption.verdict import UNKNOWN, Verdict, vote
from harness.api import RunConfig
from harness.collection.companion import stem_of
from harness.collection.document import is_address
from harness.collection.load import load_collection
from harness.dialect import EXACT, NEWMAN, Dialect
from harness.errors import HarnessError
from harness.options.keywords import RunKeywords

_TOLD: Final = 3
_COMPAT: Final = ("--compat", NEWMAN.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class AdoptionPlan:
    """What reports are adopted with.

    `config` makes the configuration of a run of a file in a dialect, with its CI job's options; `line`
    tells the command that runs it, `shadow` the one that runs newman under watch, both with
    further options. `cassettes` is the folder for cassettes. `warn` is told of what they hold in clear.
    """

    files: PostmanFiles
    cwd: Path
    config: Callable[[str, Dialect], RunConfig]
    line: Callable[[str, Sequence[str]], str]
    shadow: Callable[[str], str]
    cassettes: Path
    warn: Callable[[str], object] = bool


def adopt(reports: Sequence[str], plan: AdoptionPlan) -> Iterator[Verdict]:
    """Yield one verdict for each collection, in the order of the reports; several reports of one vote."""
    verdicts: dict[str, list[Verdict]] = {}
    for report in reports:
        one = _adopt(report, plan)
        # A report whose collection nobody knows stands for itself.
        key = f"{one.collection}\0{'' if one.line else report}"
        verdicts.setdefault(key, []).append(one)
    yield from (vote(found) for found in verdicts.values())


def _adopt(report: str, plan: AdoptionPlan) -> Verdict:
    try:
        run = read_newman_run(plan.cwd / report)
    except HarnessError as error:
        return _unknown("", report, f"{error.what}; {error.hint}" if error.hint else error.what)
    try:
        name = run.collection_name or run.collection_id
        found = matching(plan.files.collections, identity=run.collection_id, name=run.collection_name)
        if plan.files.named and not found:
            found = plan.files.collections
        if not found:
            return _unknown(name, report, f"no collection {name!r} is in the folders of -c, by id or by name")
        if len(found) > 1:
            several = ", ".join(str(one.path) for one in found)
            return _unknown(name, report, f"several files are this collection: {several}")
        return judge(run, report, str(found[0].path), plan)
    finally:
        run.visits.close()


def _unknown(collection: str, report: str, why: str, line: str = "") -> Verdict:
    return Verdict(collection=collection or UNKNOWN, report=report, word="cannot tell", why=(why,), line=line)


def judge(
    run: NewmanRun,
    report: str,
    path: str,
    plan: AdoptionPlan,
    exchanges: Sequence[ProxiedRequest] | None = None,
) -> Verdict:
    """Judge one run of newman of the collection in a file; `exchanges` are what went over the wire."""
    instead = plan.shadow(path)
    if run.broken:
        return _unknown(path, report, f"the report is cut off: {run.broken}", instead)
    if not len(run.visits) and run.error is not None:
        return _unknown(path, report, f"newman ended before its first request: {run.error}", instead)
    try:
        return _compare(run, report, path, plan, exchanges)
    except HarnessError as error:
        return _unknown(path, report, f"the collection cannot be run: {error.what}", instead)


def _compare(
    run: NewmanRun, report: str, path: str, plan: AdoptionPlan, exchanges: Sequence[ProxiedRequest] | None
) -> Verdict:
    cassette = plan.cassettes / f"{_cassette_name(path, plan.files)}.yaml"
    attempt = _compat(run, path, plan, cassette, exchanges)
    strictly = attempt.replayed
    for text in strictly.warnings:
        plan.warn(f"{cassette.name}: {text}")
    line = plan.shadow(path)
    if strictly.holes:
        why = [f"{hole.place}: {hole.why}" for hole in strictly.holes[:_TOLD]]
        more = len(strictly.holes) - _TOLD
        why += [f"and {more} more answers are missing"] if more > 0 else []
        return Verdict(collection=path, report=report, word="cannot tell", why=tuple(why), line=line)
    if strictly.count:
        why = [*_reasons(run, path, attempt), *told_differences(strictly.differences, _TOLD)]
        return Verdict(collection=path, report=report, word="cannot tell", why=tuple(why), line=line)

    def trial(dialect: Dialect) -> Replayed:
        return replay(
            run,
            attempt.inputs.of(dialect),
            dialect,
            exchanges=exchanges,
            variables=attempt.variables,
            like=strictly,
        )

    try:
        default = trial(EXACT)
    except HarnessError as error:
        why = [f"by default this run is refused: {error.what}"]
        line = plan.line(path, (*attempt.words, *_COMPAT))
        return Verdict(collection=path, report=report, word="differs", why=tuple(why), line=line)
    if not default.count:
        line = plan.line(path, attempt.words)
        return Verdict(collection=path, report=report, word="same", line=line)
    rows = rows_of(default, trial)
    why = [f"{row.id}: {row.what}; with newman: {row.newman}; here: {row.harness}" for row in rows]
    why += told_differences(default.differences, _TOLD)
    return Verdict(
        collection=path,
        report=report,
        word="differs",
        why=tuple(why),
        line=plan.line(path, (*attempt.words, *_COMPAT)),
        ids=tuple(row.id for row in rows),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Inputs:
    """What a run is asked for, as each of the dialects understands the same options."""

    newman: RunConfig
    exact: RunConfig

    def but(self, **keywords: Unpack[RunKeywords]) -> "_Inputs":
        """Return the same with other values for some keywords."""
        return _Inputs(newman=self.newman.but(**keywords), exact=self.exact.but(**keywords))

    def of(self, dialect: Dialect) -> RunConfig:
        """Return what is asked for in a dialect, which may be a mixture of both."""
        files = self.newman if dialect.inputs.files_from_anywhere else self.exact
        companion = self.exact if dialect.inputs.companion else self.newman
        return self.exact.but(
            allow_outside=files.inputs.allow_outside, use_companion=companion.inputs.use_companion
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Attempt:
    """A replay, what it ran with, and whether its variables began as newman's did.

    `assumed` says what nobody told it, `words` are the options that stand for that.
    """

    inputs: "_Inputs"
    replayed: Replayed
    variables: bool = True
    assumed: str = ""
    words: tuple[str, ...] = ()


def _compat(
    run: NewmanRun,
    path: str,
    plan: AdoptionPlan,
    cassette: Path,
    exchanges: Sequence[ProxiedRequest] | None,
) -> _Attempt:
    """Replay as newman, with the inputs that newman's run is most likely to have had."""
    inputs = _Inputs(newman=plan.config(path, NEWMAN), exact=plan.config(path, EXACT))
    given = inputs.newman.inputs
    if given.iterations is None and given.data is None and run.iterations > 1:
        inputs = inputs.but(iterations=run.iterations)
    replayed = replay(run, inputs.newman, NEWMAN, exchanges=exchanges, cassette=cassette)
    first = _Attempt(inputs=inputs, replayed=replayed)
    if given.environment is not None or exchanges is not None:
        return first
    attempts = [first, *_with_environment(run, first, plan)]
    best = min(attempts, key=lambda one: (len(one.replayed.holes), one.replayed.count))
    if best is not first:
        written = replay(run, best.inputs.newman, NEWMAN, cassette=cassette, variables=best.variables)
        return replace(best, replayed=written)
    return best


def _with_environment(run: NewmanRun, first: _Attempt, plan: AdoptionPlan) -> Iterator[_Attempt]:
    """Try the environment that the report names, and the values that it was left with."""
    if not first.replayed.count:
        return
    found = matching(plan.files.environments, identity=run.environment_id, name=run.environment_name)
    for one in found[:1]:
        inputs = first.inputs.but(environment=str(plan.cwd / one.path))
        assumed = f"the environment is taken to be {one.path}"
        replayed = replay(run, inputs.newman, NEWMAN)
        yield _Attempt(inputs=inputs, replayed=replayed, assumed=assumed, words=("-e", str(one.path)))
        if not replayed.count:
            return
    if not run.environment and not run.globals:
        return
    inputs = first.inputs.but(environment=_scope(run.environment), globals=_scope(run.globals))
    assumed = "the environment is not named (-e): the values that newman left in it were taken"
    replayed = replay(run, inputs.newman, NEWMAN, variables=False)
    yield _Attempt(inputs=inputs, replayed=replayed, variables=False, assumed=assumed)


def _scope(values: object) -> dict[str, object]:
    pairs = values.items() if isinstance(values, dict) else ()
    return {"name": "newman", "values": [{"key": key, "value": value} for key, value in pairs]}


def _cassette_name(path: str, files: PostmanFiles) -> str:
    """Name a collection's cassette by its file, and by its folders, too, where two files have one name."""
    name = stem_of(Path(path).name)
    alike = sum(stem_of(one.path.name) == name for one in files.collections)
    folders = [part for part in Path(path).parent.parts if part not in {"..", "/"}] if alike > 1 else []
    return "-".join([*folders, name])


def _reasons(run: NewmanRun, path: str, attempt: _Attempt) -> Iterator[str]:
    """Say why a replay in newman's own way may not repeat what newman did."""
    changed = list(_changed(run, path))
    if changed:
        named = ", ".join(changed[:_TOLD]) + (
            f" and {len(changed) - _TOLD} more" if len(changed) > _TOLD else ""
        )
        yield f"the collection has changed since the report was made: {named}"
    if attempt.assumed:
        yield attempt.assumed
    if run.iterations > 1 and attempt.inputs.newman.inputs.data is None:
        yield f"newman ran {run.iterations} iterations: name its data file (-d), if it had one"
    if not changed:
        yield "the report alone does not make newman's run again"


def _changed(run: NewmanRun, path: str) -> Iterator[str]:
    """Name the items that the collection's file has otherwise than the report, or that one of them lacks."""
    if is_address(path):
        return
    then = [(item.path, item.content) for item in run.items.values()]
    now = [((*item.path[:-1], item.name), item_content(item)) for item in load_collection(path).items()]
    before, after = set(then), set(now)
    yield from dict.fromkeys(
        " / ".join(path) for path, content in (*then, *now) if (path, content) not in before & after
    )
