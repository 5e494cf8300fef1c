"""What a run's requests reach: the network as it is, hosts led elsewhere, files, the local platform."""

import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import field
from pathlib import Path

from harness.client.proxy import Proxies
from harness.client.transport import Transport
from harness.client.trust import Trust, node_verifies_nothing
from harness.errors import InputError, UsageError, require_extra
from harness.lazy_dataclass import dataclass
from harness.options.config import RunConfig


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """Where hosts lead, which authorities are trusted, and the variables that lead to a platform.

    `missing` are variables for the case that the user chose no value for them.

    `hosts` maps a host, or host and port, to an address; `extra_ca` is a file. `told` gives the lines that a
    platform has to say of its answers when the run is over.
    """

    hosts: Mapping[str, str]
    extra_ca: str | None
    variables: Mapping[str, str] = field(default_factory=dict)
    missing: Mapping[str, str] = field(default_factory=dict)
    told: Callable[[], Sequence[str]] = tuple


def network_of(config: RunConfig, stack: ExitStack, *, platform: str | None) -> Network:
    """Return the network as the options have it; with a platform, start that until the stack is closed.

    Adobe's own hosts lead to the local platform, too: a run against it never reaches them.
    """
    if (instead := config.network.stand_in) is not None:
        return Network(
            hosts=dict(instead.hosts) | dict(config.network.resolve),
            extra_ca=_trusting(instead.certificate, config.network.extra_ca, stack),
            variables=instead.variables,
            missing=instead.missing,
        )
    if platform != "local":
        for option, given in (
            ("--kinesis", config.network.kinesis),
            ("--eventhubs", config.network.eventhubs),
        ):
            if given is not None:
                raise UsageError(
                    "only the local platform exports there", where=option, hint="--platform local"
                )
        if platform is not None:
            return _installed(platform, config, stack)
        return Network(hosts=config.network.resolve, extra_ca=config.network.extra_ca)
    require_extra("aep", wanted="the local platform")
    from harness.aep.serving.hosts import ADOBE_HOSTS
    from harness.aep.serving.server import LocalPlatform
    from harness.aep.settings import Settings
    from harness.twin.call_log import CallLog
    from harness.twin.provenance import summary

    settings = Settings(kinesis_endpoint=config.network.kinesis, eventhubs_endpoint=config.network.eventhubs)
    local = stack.enter_context(LocalPlatform(settings))
    journal = local.platform.service(CallLog)
    return Network(
        hosts=dict.fromkeys(ADOBE_HOSTS, local.address) | dict(config.network.resolve),
        extra_ca=_trusting(local.certificate_pem, config.network.extra_ca, stack),
        variables=local.environment(),
        told=lambda: summary(journal.by_source),
    )


def _installed(platform: str, config: RunConfig, stack: ExitStack) -> Network:
    """Start a platform that is installed beside the harness."""
    require_extra("aep", wanted=f"the platform {platform}")
    from harness.twin.call_log import CallLog
    from harness.twin.kinds import find_kind
    from harness.twin.provenance import summary
    from harness.twin.server import TwinServer

    try:
        kind = find_kind(platform)
    except (LookupError, TypeError, ImportError, AttributeError) as error:
        raise UsageError(f"the platform {platform!r} cannot be used: {error}", where="--platform") from error
    local = stack.enter_context(TwinServer(kind))
    journal = local.running.service(CallLog)
    return Network(
        hosts=dict.fromkeys(kind.hosts, local.address) | dict(config.network.resolve),
        extra_ca=_trusting(local.certificate_pem, config.network.extra_ca, stack),
        variables=local.environment(),
        told=lambda: summary(journal.by_source),
    )


def transport_of(network: Network, config: RunConfig, stack: ExitStack) -> Transport:
    """Return what sends over a network until the stack is closed. Raises `UsageError` for a missing file."""
    from harness.client.http import HttpTransport

    python = config.dialect.run.python_variables
    transport: Transport = HttpTransport(
        hosts=network.hosts, proxies=Proxies.of(os.environ, common=python), trust=_trust(config)
    )
    if config.network.serve_files:
        from harness.client.file_answers import FileAnswers

        files = {address: Path(file) for address, file in config.network.serve_files.items()}
        for path in files.values():
            if not path.is_file():
                raise UsageError("there is no such file to answer with", where=os.fspath(path))
        transport = FileAnswers(transport, files)
    stack.callback(transport.close)
    return transport


def verifies(config: RunConfig) -> bool | None:
    """Whether certificates are verified, whatever requests say of it; `None` leaves it to them."""
    if config.network.verify is None and follows_node(config):
        return False
    return config.network.verify


def follows_node(config: RunConfig) -> bool:
    """Whether Node's switch for verifying nothing is set and followed."""
    return not config.dialect.run.verifies_in_any_case and node_verifies_nothing(os.environ)


def network_warnings(config: RunConfig) -> tuple[str, ...]:
    """Tell what the environment says of connections and is not done."""
    warnings = _trust(config).warnings
    if config.network.verify is None and not follows_node(config) and node_verifies_nothing(os.environ):
        ignored = "NODE_TLS_REJECT_UNAUTHORIZED=0 is ignored: certificates are verified; -k switches that off"
        warnings = (*warnings, ignored)
    return warnings


def _trust(config: RunConfig) -> Trust:
    return Trust.of(os.environ, system=config.network.system_ca, bundles=config.dialect.run.python_variables)


def _trusting(certificate: str, others: str | None, stack: ExitStack) -> str:
    """Write a certificate to trust, and those that are trusted besides, into a file of this run."""
    from tempfile import TemporaryDirectory

    text = ""
    if others is not None:
        try:
            text = Path(others).read_text("utf-8")
        except (OSError, ValueError) as error:
            raise InputError(f"cannot read the CA certificates: {error}", where=others) from error
    folder = stack.enter_context(TemporaryDirectory(prefix="harness-"))
    file = Path(folder, "trusted.pem")
    file.write_text(f"{text}\n{certificate}", "utf-8")
    return os.fspath(file)
