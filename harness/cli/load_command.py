"""`harness load`: checks what is asked for, then runs it in an interpreter that begins with Locust."""

import argparse
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Final, TextIO

from harness.api import LiveRun, RunConfig
from harness.cli.parser import parse
from harness.cli.run_config import run_config
from harness.cli.terminal import Terminal
from harness.errors import ExitCode, HarnessError, UsageError
from harness.load.baseline import EarlierLoad, read_baseline
from harness.load.report import LoadReport, report_of
from harness.load.settings import LoadSettings, Role
from harness.load.stage import PROFILES, Course, course_of, duration_of, rate_of
from harness.load.summary import progress_line, summary_lines
from harness.load.tally import Book
from harness.load.threshold import Threshold, threshold_of
from harness.load.user import plain_path
from harness.load.written import WRITERS, reports_asked_for
from harness.reporters.export import write_atomically
from harness.reporters.terminal.colours import width_of

_BEGIN: Final = "import locust; from harness.cli.load_command import child; child()"
"""The program of the other interpreter: Locust first, since gevent replaces parts of what others import."""

_DEFAULT_PORT: Final = 5557
_FEWEST_USERS: Final = 10
_TOLD_EVERY_S: Final = 10


def load_command(
    options: argparse.Namespace,
    reporter_options: Mapping[str, str | bool],
    terminal: Terminal,
    argv: Sequence[str],
) -> ExitCode:
    """Run a collection as load. Ctrl-C ends it in order, with its reports."""
    processes = _processes(options, terminal)
    reports_asked_for(options.reporters, reporter_options, terminal.cwd)
    _baseline(options, terminal)
    if not options.worker:
        course = _course(options)
        _settings(options, course, processes, ())
    else:
        _refuse_of_worker(options)
    with LiveRun(_config(options, terminal)) as live:
        if not live.set_up.plan.calls:
            raise UsageError("there is no request to run", where=live.set_up.collection.file)
        _thresholds(options, live)
    count = processes if options.worker else 1
    command = [sys.executable, "-c", _BEGIN, *argv]
    children = [
        subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            start_new_session=True,
            cwd=terminal.cwd,
            env=dict(terminal.environ),
        )
        for _ in range(count)
    ]
    return max((_wait(child) for child in children), key=int)


def _wait(child: subprocess.Popen[bytes]) -> ExitCode:
    """Wait for the other interpreter; an interrupt is passed on, a second one ends it."""
    interrupts = 0
    while True:
        try:
            code = child.wait()
        except KeyboardInterrupt:
            interrupts += 1
            if interrupts > 1:
                child.kill()
            with suppress(OSError):
                assert child.stdin is not None  # noqa: S101 - it was opened as a pipe
                child.stdin.write(b"interrupt\n")
                child.stdin.flush()
        else:
            return ExitCode(code) if code in set(ExitCode) else ExitCode.BUG


def child() -> None:
    """Run what the command line of this interpreter asks for, and leave with its exit code."""
    argv = sys.argv[1:]
    # A worker that a master starts is told its port at the end.
    port = None
    if argv[-2:-1] == ["--port-of-master"]:
        *argv, _, text = argv
        port = int(text)
    try:
        code = _child(argv, port)
    except HarnessError as error:
        sys.stderr.write(f"error: {error}\n")
        code = error.exit_code
    except Exception:  # noqa: BLE001 - whatever is left is a bug, and said to be one
        import traceback

        traceback.print_exc()
        sys.stderr.write("this is a bug in harness; please report it with the lines above\n")
        code = ExitCode.BUG
    with suppress(OSError):
        sys.stdout.flush()
        sys.stderr.flush()
    # A thread that reads from a pipe cannot be ended otherwise.
    os._exit(code)


def _child(argv: Sequence[str], port: int | None) -> ExitCode:
    from harness.load.swarm import Crew, Swarm

    terminal = Terminal().guarded()
    options, reporter_options = parse(argv)
    stop = _Stop()
    if port is not None:
        options.worker, options.master_host, options.master_port = True, "127.0.0.1", port
    # What happens to be printed of Deno and the like begins here, after gevent is in place.
    with LiveRun(_config(options, terminal)) as live:
        course = _course(options)
        processes = options.processes if sys.platform != "win32" else 1
        command = [sys.executable, "-c", _BEGIN, *argv, "--port-of-master"]
        settings = _settings(options, course, processes, command)
        swarm = Swarm(Crew(live, settings), settings)
        if settings.role == "worker":
            stop.watch(end=True)
            swarm.work()
            return ExitCode.PASSED
        stop.watch(end=False)
        progress = _Progress(terminal.err, silent=options.silent)
        seconds = swarm.run(interrupted=lambda: stop.asked, progress=progress.tell)
        progress.end()
        report = report_of(
            swarm.book,
            collection=live.set_up.collection.name,
            paths=[plain_path(call.path) for call in live.set_up.plan.calls],
            thresholds=_thresholds(options, live),
            course=course,
            by_rate=settings.open_model,
            seconds=seconds,
            lost=swarm.lost,
            interrupted=stop.asked,
        )
        code = _tell(report, options, reporter_options, terminal)
        if swarm.problem is not None:
            raise swarm.problem
        return ExitCode.INTERRUPTED if stop.asked else code


def _tell(
    report: LoadReport,
    options: argparse.Namespace,
    reporter_options: Mapping[str, str | bool],
    terminal: Terminal,
) -> ExitCode:
    """Print the summary and write the reports; one that cannot be written keeps no other from being so."""
    names = (options.reporters or "cli").split(",")
    baseline = _baseline(options, terminal)
    if "cli" in names and not options.silent:
        for line in summary_lines(report, width_of(terminal.out, terminal.environ)):
            terminal.out.write(f"{line}\n")
        terminal.out.flush()
    problem: HarnessError | None = None
    for name, path in reports_asked_for(options.reporters, reporter_options, terminal.cwd).items():
        try:
            write_atomically(path, lambda file, write=WRITERS[name]: write(report, file, baseline))  # type: ignore[misc]
        except HarnessError as error:
            terminal.err.write(f"error: {error}\n")
            problem = error
        else:
            if not options.silent:
                terminal.err.write(f"wrote {path}\n")
    if problem is not None:
        return problem.exit_code
    return ExitCode.PASSED if all(one.passed for one in report.verdicts) else ExitCode.FAILED


class _Stop:
    """What the first interpreter says over the pipe: a word to end in order; its end, that it is gone."""

    def __init__(self) -> None:
        self.asked = False

    def watch(self, *, end: bool) -> None:
        """Listen in a thread of the system; with `end` this process ends at once when it hears something."""
        from harness.load.swarm import in_a_thread

        def listen() -> None:
            os.read(0, 1)
            self.asked = True
            if end:
                os._exit(0)

        in_a_thread(listen)


class _Progress:
    """Lines of progress: drawn over on a terminal, each ten seconds elsewhere."""

    def __init__(self, err: TextIO, *, silent: bool) -> None:
        self._err = err
        self._silent = silent
        self._over = sys.stderr.isatty()
        self._next = float(_TOLD_EVERY_S)

    def tell(self, book: Book, seconds: float, users: int) -> None:
        """Tell how far the load is."""
        if self._silent or (not self._over and seconds < self._next):
            return
        self._next = seconds + _TOLD_EVERY_S
        line = progress_line(book, seconds, users)
        if self._over:
            sys.stderr.write(f"\r\x1b[2K{line}")
            sys.stderr.flush()
        else:
            self._err.write(f"{line}\n")

    def end(self) -> None:
        """Leave the line."""
        if self._over and not self._silent:
            sys.stderr.write("\n")


def _config(options: argparse.Namespace, terminal: Terminal) -> RunConfig:
    return run_config(options.collection, options, terminal)


def _baseline(options: argparse.Namespace, terminal: Terminal) -> EarlierLoad | None:
    return None if options.baseline is None else read_baseline(terminal.cwd / options.baseline)


def _thresholds(options: argparse.Namespace, live: LiveRun) -> list[Threshold]:
    paths = [plain_path(call.path) for call in live.set_up.plan.calls]
    return [threshold_of(rule, paths) for rule in options.threshold]


def _course(options: argparse.Namespace) -> Course:
    """Say how much load there is to be at which time."""
    by_rate = options.rate is not None
    named = options.profile in PROFILES
    ramp_s = duration_of(options.ramp, "--ramp") if options.ramp is not None else 0.0
    if not named:
        for name in ("duration", "ramp"):
            if getattr(options, name) is not None:
                raise UsageError(
                    f"the stages of {options.profile} say how long they take",
                    where=f"--{name}",
                    hint="leave it out, or name one of " + ", ".join(PROFILES),
                )
        return course_of(profile=options.profile, level=0, ramp_s=0, seconds=0, by_rate=by_rate)
    if options.duration is None:
        if options.worker:
            return course_of(profile="fixed", level=1, ramp_s=0, seconds=1, by_rate=by_rate)
        raise UsageError("a load has to end", where="--duration", hint="give it a time: --duration 5m")
    seconds = duration_of(options.duration, "--duration")
    if not seconds:
        raise UsageError("a load has to last longer than 0 s", where="--duration")
    if ramp_s and options.profile != "fixed":
        raise UsageError(f"profile {options.profile} has ramps of its own", where="--ramp")
    if ramp_s > seconds:
        raise UsageError("the ramp is longer than the load", where="--ramp", hint="--duration counts it, too")
    level = rate_of(options.rate, "--rate") if by_rate else float(options.users or 1)
    return course_of(profile=options.profile, level=level, ramp_s=ramp_s, seconds=seconds, by_rate=by_rate)


def _settings(
    options: argparse.Namespace, course: Course, processes: int, command: Sequence[str]
) -> LoadSettings:
    role: Role = "worker" if options.worker else "master" if options.master or processes > 1 else "alone"
    if options.master and processes > 1:
        raise UsageError(
            "a master sends nothing itself", where="--processes", hint="give --processes to the workers"
        )
    by_rate = options.rate is not None
    users = options.users or max(_FEWEST_USERS, round(course.most)) if by_rate else round(course.most)
    port = options.master_port if options.master_port is not None else _DEFAULT_PORT
    own = role == "master" and not options.master
    return LoadSettings(
        role=role,
        course=course,
        users=users,
        open_model=by_rate,
        host=options.master_host,
        port=0 if own else port,
        workers=processes if own else options.expect_workers,
        command=command if own else (),
    )


def _refuse_of_worker(options: argparse.Namespace) -> None:
    if options.master:
        raise UsageError("a process is a master or a worker, not both", where="--master, --worker")


def _processes(options: argparse.Namespace, terminal: Terminal) -> int:
    """Return how many processes send; Windows has one."""
    processes: int = options.processes
    if processes > 1 and sys.platform == "win32":
        terminal.err.write("note: Windows has no --processes; the load comes from one\n")
        return 1
    return processes
