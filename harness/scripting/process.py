"""The child process that runs scripts: how it is started, spoken to, watched and ended."""

import contextlib
import json
import os
import re
import secrets
import shutil
import subprocess
import threading
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import IO, Any, Final

from harness.collection.document import DEEPEST, is_too_deep
from harness.dialect import ScriptAnswers
from harness.errors import EngineError
from harness.scripting.bundle import BUNDLE, V8_FLAGS, library
from harness.scripting.engine import EngineLimits
from harness.scripting.lifeline import Lifeline
from harness.scripting.watch import Watch

BARE_RUN: Final = (
    "run",
    "--quiet",
    "--no-prompt",
    "--no-remote",
    "--no-npm",
    "--no-config",
    "--no-lock",
)
"""How Deno is to run a file: with no permission, and with nothing of the working directory or the network."""

_BROKEN = 3
# deno asks sysconfig, which up to Python 3.11 shows other threads a table that it has not filled in yet.
_SEARCH = threading.Lock()
_ENCODE: Final = json.JSONEncoder(separators=(",", ":"), check_circular=False).encode
_SCAN: Final = json.JSONDecoder().raw_decode
_JOINED: Final = 65536
"""Payloads of fewer bytes are sent together with their line."""
_OLDEST: Final = (2, 9)
"""Before this Deno let scripts import modules, though none that need a permission."""
_HINT = "Deno 2.9 or newer is needed: pip install 'deno>=2.9'"


class EngineGone(Exception):
    """The child ended while scripts ran. `reason` says why, `culprit` is the job it was at, if known."""

    def __init__(self, reason: str, culprit: int | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.culprit = culprit


def find_deno() -> str:
    """Return the path of the `deno` executable: the one that came with the package, else the PATH's."""
    try:
        from deno import find_deno_bin

        with _SEARCH:
            return str(find_deno_bin())
    except (ImportError, FileNotFoundError):
        found = shutil.which("deno")
    if found is None:
        raise EngineError("the collection has scripts, and deno, which runs them, was not found", hint=_HINT)
    return found


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version)[:2])


def _camel_case(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(word.capitalize() for word in others)


class EngineProcess:
    """One child. Messages are lines of JSON; some are followed by raw bytes."""

    def __init__(
        self, limits: EngineLimits, *, answers: ScriptAnswers, seed: int, deno: str | None = None
    ) -> None:
        main = BUNDLE / "engine" / "main.js"
        if not main.is_file():
            raise EngineError(
                "the script engine was not built with this installation",
                where=str(main),
                hint="install the package again with pip, which builds it",
            )
        self._limits = limits
        self._word = secrets.token_hex(8).encode()
        self._writing = threading.Lock()
        self._ended_because: str | None = None
        self._deno = deno or find_deno()
        self._ready = False
        self._lifeline = Lifeline()
        try:
            self._child = _spawn(self._deno, main, limits, self._lifeline.inherited)
            self._lifeline.tie(self._child.pid)
        except BaseException:
            self._lifeline.close()
            raise
        self._input: IO[bytes] = self._pipe(self._child.stdin)
        self._output: IO[bytes] = self._pipe(self._child.stdout)
        self._watch = Watch(self._child.pid, limits, self.end)
        try:
            self._boot(answers=answers, seed=seed)
        except BaseException:
            self.close()
            raise

    def _boot(self, *, answers: ScriptAnswers, seed: int) -> None:
        settings = {
            "word": self._word.decode(),
            "answers": {_camel_case(one.name): getattr(answers, one.name) for one in fields(answers)},
            "seed": str(seed),
            "console": self._limits.console_bytes,
        }
        try:
            self.write({"boot": settings})
            while not (message := self.read()).get("ready"):
                self.write(*self.chunk(message))
        except EngineGone as gone:
            raise EngineError(f"the script engine did not start: {gone.reason}", hint=_HINT) from gone
        if _numbers(message["ready"]) < _OLDEST:
            raise EngineError(f"Deno {message['ready']} is too old to run scripts", hint=_HINT)
        self._ready = True

    @staticmethod
    def _pipe(stream: IO[bytes] | None) -> IO[bytes]:
        if stream is None:
            raise EngineError("the script engine could not be started", hint=_HINT)
        return stream

    @property
    def pid(self) -> int:
        """The child's process id."""
        return self._child.pid

    @property
    def watch(self) -> Watch:
        """Ends the child when a script takes too long or too much."""
        return self._watch

    def write(self, message: Mapping[str, Any], payload: bytes | None = None) -> None:
        """Send a message, with the raw bytes that follow it."""
        if payload is not None:
            message = {**message, "bytes": len(payload)}
        self.send(_ENCODE(message), payload)

    def send(self, text: str, payload: bytes | None = None) -> None:
        """Send a message that is JSON already, in ASCII, and tells of the bytes that follow it."""
        line = text.encode("ascii") + b"\n"
        try:
            with self._writing:
                self._input.write(line + payload if payload and len(payload) < _JOINED else line)
                if payload and len(payload) >= _JOINED:
                    self._input.write(payload)
                self._input.flush()
        except (OSError, ValueError) as error:
            # A pipe that another thread has closed is a ValueError.
            raise EngineGone(self._reason()) from error

    def read(self) -> dict[str, Any]:
        """Wait for a message; what the child prints besides is not ours and is passed over."""
        while True:
            try:
                line = self._output.readline()
            except (OSError, ValueError) as error:
                raise EngineGone(self._reason()) from error
            if not line:
                raise EngineGone(self._reason())
            if line.startswith(self._word):
                text = line[len(self._word) :].rstrip().decode("utf-8", "surrogatepass")
                message: dict[str, Any] = self.parse(text)
                return message

    def parse(self, text: str) -> Any:
        """Read JSON that a script had a hand in. Raises `EngineGone` for what Python cannot hold."""
        try:
            value, end = _SCAN(text)
            if end != len(text):
                value = json.loads(text)
        except (ValueError, RecursionError):
            too_much = True
        else:
            # Most texts have too few brackets for their value to be nested much.
            too_much = text.count("[") + text.count("{") > DEEPEST and is_too_deep(value)
        if too_much:
            self.end("the script left a value that is nested too deeply, or a number with too many digits")
            raise EngineGone(self._reason())
        return value

    @staticmethod
    def chunk(message: Mapping[str, Any]) -> tuple[dict[str, Any], bytes | None]:
        """Answer the child that asks for a library: its text is followed by its code cache."""
        found = library(str(message["name"]))
        return ({}, None) if found is None else ({"source": len(found.text)}, found.text + found.cache)

    def end(self, reason: str) -> None:
        """Kill the child; whoever waits for it gets `EngineGone` with the reason."""
        self._ended_because = self._ended_because or reason
        self._child.kill()

    def close(self) -> None:
        """End the child and wait until it is gone."""
        self._watch.close()
        self._ended_because = self._ended_because or "closed"
        for stream in (self._input, self._output):
            with contextlib.suppress(OSError):
                stream.close()
        self._child.kill()
        self._child.wait()
        self._lifeline.close()

    def _reason(self) -> str:
        code = self._child.wait()
        if self._ended_because:
            return self._ended_because
        if not self._ready:
            how = f"with code {code}" if code >= 0 else f"by signal {-code}"
            return f"{self._deno} ended {how}"
        # V8 ends the process when its heap is full: SIGTRAP, SIGABRT or SIGILL, by platform.
        if code < 0 or code >= 128:
            return f"the script used more than {self._limits.memory_mb} MB of memory"
        if code == _BROKEN:
            return "earlier scripts changed built-in objects so that the script engine could not go on"
        return f"the script engine ended with code {code}"


def _spawn(
    deno: str, main: Path, limits: EngineLimits, inherited: tuple[int, ...]
) -> subprocess.Popen[bytes]:
    flags = ",".join([f"--max-old-space-size={limits.memory_mb}", *V8_FLAGS.read_text("utf-8").split()])
    command = [deno, *BARE_RUN, f"--v8-flags={flags}", str(main)]
    # No variable of ours but these reaches the child. TZ decides what scripts see as local time.
    kept = ("TZ", "HOME", "USERPROFILE", "LOCALAPPDATA", "SYSTEMROOT", "TMPDIR", "TEMP", "XDG_CACHE_HOME")
    environment = {name: os.environ[name] for name in kept if name in os.environ}
    environment |= {"NO_COLOR": "1", "DENO_NO_UPDATE_CHECK": "1"}
    try:
        return subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            cwd=main.parent,
            # Ctrl-C is for the run, whose clean-up calls have scripts too.
            start_new_session=True,
            pass_fds=inherited,
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
        )
    except OSError as error:
        raise EngineError(f"deno could not be started: {error}", where=deno, hint=_HINT) from error
