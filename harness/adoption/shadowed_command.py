"""A command line that runs newman, run as it is behind a recording proxy."""

import json
import os
import shutil
import ssl
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from harness.adoption.certificate_authority import CertificateAuthority
from harness.adoption.disk_list import DiskList
from harness.adoption.recording_proxy import ProxiedRequest, RecordingProxy, UpstreamRoute
from harness.client.proxy import Proxies
from harness.client.tls import tls_context
from harness.client.transport import HopOptions, TransportFailure
from harness.client.trust import Trust
from harness.errors import UsageError

_PROXIES: Final = ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy")
_NO_PROXIES: Final = ("NO_PROXY", "no_proxy")
_INSECURE: Final = frozenset({"-k", "--insecure"})
_OWN_CERTIFICATE: Final = ("--ssl-client-cert", "--ssl-client-cert-list")
_EXTRA: Final = "--ssl-extra-ca-certs"
_SIGNALLED: Final = 128
_GRACE_S: Final = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class NewmanJob:
    """One run of newman within the command: its arguments, the folder it ran in, its report if it left one.

    `began_ms` is when it began, since the epoch.
    """

    argv: tuple[str, ...]
    cwd: Path
    report: Path | None
    began_ms: float = 0.0


class ShadowedCommand:
    """Runs a command behind the proxy, from `with` on; what it left stays until the end of the `with`.

    Streams are the command's own. The environment that it gets differs in the proxy's variables, in Node's
    additional authority, and in `NODE_OPTIONS`, by which newman's summary is kept.
    """

    def __init__(self, command: Sequence[str], environ: Mapping[str, str], folder: Path) -> None:
        self._command = list(command)
        self._environ = environ
        self._folder = folder
        self._stack = ExitStack()
        upstream = upstream_of(command, environ, folder)
        authority = upstream.authority
        self._authority = authority
        self._proxy = RecordingProxy(upstream)

    def __enter__(self) -> Self:
        self._stack.enter_context(self._proxy)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    @property
    def traffic(self) -> DiskList[ProxiedRequest]:
        """What went through the proxy."""
        return self._proxy.exchanges

    @property
    def unread(self) -> tuple[str, ...]:
        """The servers whose traffic went through unread."""
        return tuple(dict.fromkeys(self._proxy.tunnels))

    def run(self, cwd: Path) -> int:
        """Run to the end; return the exit code as a shell has it. Raises `UsageError` without a command."""
        try:
            # On Windows npm's commands are files that only a search by their endings finds.
            program = shutil.which(self._command[0], path=self._environ.get("PATH")) or self._command[0]
            child = subprocess.Popen([program, *self._command[1:]], cwd=cwd, env=self._child_environ())
        except (OSError, ValueError) as error:
            raise UsageError(
                f"the command cannot be run: {error}",
                where=self._command[0],
                hint="write it as in CI: harness shadow -- newman run COLLECTION ...",
            ) from error
        while True:
            try:
                code = child.wait()
            except KeyboardInterrupt:
                # The terminal told the command, too, which ends in its own way; who told this process alone
                # means the command as well.
                with suppress(subprocess.TimeoutExpired):
                    child.wait(_GRACE_S)
                child.terminate()
                continue
            return code if code >= 0 else _SIGNALLED - code

    def jobs(self) -> Iterator[NewmanJob]:
        """Yield the runs of newman in the order in which they began."""
        for file in sorted(self._folder.glob("*.job.json")):
            told: dict[str, Any] = json.loads(file.read_text("utf-8"))
            report = file.with_name(file.name.replace(".job.json", ".report.json"))
            yield NewmanJob(
                argv=tuple(map(str, told["argv"])),
                cwd=Path(told["cwd"]),
                report=report if report.exists() else None,
                began_ms=float(file.name.partition("-")[0]),
            )

    def _child_environ(self) -> dict[str, str]:
        environ = proxied_environ(self._environ, self._proxy.url, self._authority, self._folder)
        hook = self._folder / "newman_hook.cjs"
        hook.write_text((files("harness.adoption") / "newman_hook.cjs").read_text("utf-8"), "utf-8")
        options = environ.get("NODE_OPTIONS", "")
        environ["NODE_OPTIONS"] = f'{options} --require "{hook.as_posix()}"'.strip()
        environ["HARNESS_SHADOW_FOLDER"] = str(self._folder)
        environ["HARNESS_SHADOW_PROCESS"] = str(os.getpid())
        if self._authority is not None:
            environ["HARNESS_SHADOW_AUTHORITY"] = environ["NODE_EXTRA_CA_CERTS"]
        return environ


def upstream_of(command: Sequence[str], environ: Mapping[str, str], folder: Path) -> UpstreamRoute:
    """Say how a proxy is to reach servers in place of a command; HTTPS is read unless that shows."""
    authority = None if _shows_certificate(command) else CertificateAuthority(folder)
    return UpstreamRoute(
        proxies=Proxies.of(environ, common=False), trusting=_trusting(command, environ), authority=authority
    )


def proxied_environ(
    environ: Mapping[str, str], proxy: str, authority: CertificateAuthority | None, folder: Path
) -> dict[str, str]:
    """Return the environment of a command that is to go through a proxy, and to believe its authority."""
    found = {key: value for key, value in environ.items() if key not in _NO_PROXIES}
    found |= dict.fromkeys(_PROXIES, proxy)
    if authority is not None:
        authorities = folder / "authorities.pem"
        extra = found.get("NODE_EXTRA_CA_CERTS")
        before = Path(extra).read_text("utf-8") + "\n" if extra and Path(extra).is_file() else ""
        authorities.write_text(before + authority.pem, "utf-8")
        found["NODE_EXTRA_CA_CERTS"] = str(authorities)
    return found


def _shows_certificate(command: Sequence[str]) -> bool:
    return any(word.partition("=")[0] in _OWN_CERTIFICATE for word in command)


def _trusting(command: Sequence[str], environ: Mapping[str, str]) -> ssl.SSLContext | None:
    """Return what it takes to believe a server, as newman does; `None` where that cannot be told."""
    insecure = bool(_INSECURE & set(command)) or environ.get("NODE_TLS_REJECT_UNAUTHORIZED") == "0"
    extra = next((command[at + 1] for at, word in enumerate(command[:-1]) if word == _EXTRA), None)
    extra = next((word.partition("=")[2] for word in command if word.startswith(f"{_EXTRA}=")), extra)
    try:
        return tls_context(
            HopOptions(verify=not insecure, extra_ca=extra), Trust.of(dict(environ), bundles=False)
        )
    except TransportFailure:
        return None
