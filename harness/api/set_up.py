"""All that a run needs before anything is sent, read from its configuration."""

import os
from collections.abc import Mapping
from contextlib import ExitStack
from typing import TYPE_CHECKING

from harness.api.address_form import as_used
from harness.api.baseline_file import baseline_of
from harness.api.call_choice import planned_calls
from harness.api.contract import contract_of
from harness.api.input_warnings import (
    collection_warnings,
    deprecated_settings,
    environment_warnings,
    returned_masks,
)
from harness.api.network import Network, network_of, network_warnings, transport_of
from harness.api.preparation import (
    cassette_of,
    collection_of,
    companion_of,
    platform_of,
    rules_of,
)
from harness.cassettes.file.parts import Parts
from harness.cassettes.modes import Action
from harness.client.cookies import CookieJar
from harness.client.transport import Transport
from harness.collection.document import read_json
from harness.collection.model import Collection
from harness.lazy_dataclass import dataclass
from harness.options.config import RunConfig
from harness.runner.baseline import Baseline
from harness.runner.plan import Plan, calls_of
from harness.runner.results import RunWarning
from harness.runner.rules import CallRule
from harness.secrets.patterns import secret_patterns
from harness.secrets.watch import SecretWatch
from harness.variables.environment import load_environment
from harness.variables.scope import MISSING, Scope, Scopes
from harness.warning_kinds import kind_of

if TYPE_CHECKING:
    from harness.cassettes.file.expiry import Expiry
    from harness.contract.openapi.run_check import OpenApiCheck


@dataclass(frozen=True, slots=True, kw_only=True)
class CassetteUse:
    """The cassette of a run and what is done with it.

    `once` says that it is extended by what was never recorded of it; `expired` that what it holds is older
    than the configuration allows.
    """

    parts: Parts | None
    action: Action
    once: bool = False
    expired: "Expiry | None" = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSetUp:
    """A run that is set up, however it is going to run.

    `chosen` are the names whose values were chosen for this run, which a recording's environment does not
    replace; `secret_names` are variables that are secret whatever their type. What the `stack` holds is given
    back at the end. `contract` checks what is sent and answered. `baseline` is what is known already.
    """

    config: RunConfig
    stack: ExitStack
    collection: Collection
    plan: Plan
    rules: Mapping[int, CallRule]
    use: CassetteUse
    platform: str | None
    network: Network
    scopes: Scopes
    chosen: frozenset[str]
    jar: CookieJar
    watch: SecretWatch
    contract: "OpenApiCheck | None"
    warnings: tuple[RunWarning, ...]
    baseline: Baseline | None = None

    def transport(self) -> Transport:
        """Return what sends over the network until the run is closed."""
        return transport_of(self.network, self.config, self.stack)

    def environment_texts(self) -> dict[str, str]:
        """Return the environment's values as texts."""
        return {
            variable.key: str(variable.value)
            for variable in self.scopes.environment
            if variable.value is not None and not variable.disabled
        }


def set_up_run(config: RunConfig, stack: ExitStack) -> RunSetUp:
    """Read all files, and start the local platform when it is wanted; nothing is sent.

    Raises `HarnessError` for whatever the user can mend.
    """
    collection = collection_of(config.collection)
    companion = companion_of(config)
    plan = planned_calls(config, collection, companion)
    rules = rules_of(companion, collection, plan)
    contract = contract_of(config, companion, collection, plan)
    use = _cassette_use(config, *cassette_of(config, companion, plan), plan)
    platform = platform_of(config, companion)
    inputs = config.inputs
    file = inputs.environment if inputs.environment is not None else companion.environment
    environment = load_environment(file).with_system(inputs.environ).with_values(inputs.env_vars.items())
    file = inputs.globals if inputs.globals is not None else companion.globals
    globals_ = load_environment(file, "globals")
    chosen = set(inputs.env_vars)
    if inputs.environment is not None:
        chosen |= {variable.key for variable in environment.variables}
    network = network_of(config, stack, platform=None if use.action == "replay" else platform)
    scopes = Scopes(
        environment=environment.scope(),
        collection=Scope("collection", collection.variables),
        globals=globals_.with_values(inputs.global_vars.items()).scope(),
    )
    for name, value in as_used(network.variables, collection).items():
        if name not in inputs.env_vars:
            scopes.environment.set(name, value)
    for name, value in as_used(network.missing, collection).items():
        if name not in chosen or scopes.environment.get(name) in (MISSING, None, ""):
            scopes.environment.set(name, value)
    watch = SecretWatch(secret_patterns(config.output.secret_patterns))
    watch.learn_collection(collection)
    for row in plan.rows:
        watch.learn_row(row)
    watch.learn_scopes(scopes)
    warnings = [*deprecated_settings(config), *collection_warnings(collection, plan)]
    warnings += environment_warnings(environment, globals_)
    warnings += (RunWarning(kind=kind_of(text, otherwise="odd-data"), message=text) for text in plan.warnings)
    warnings += returned_masks(collection, plan, environment, globals_)
    if not plan.calls and config.dialect.run.warns and not config.inputs.allow_empty:
        text = f"there is no request to run: {_emptiness(config, collection)}"
        warnings.append(RunWarning(kind="no-requests", message=text, place=collection.file))
    if contract is not None:
        warnings += (RunWarning(kind="unchecked-format", message=text) for text in contract.warnings)
    if use.action != "replay":
        warnings += (RunWarning(kind="ignored-setting", message=text) for text in network_warnings(config))
    if use.expired is not None and use.parts is not None:
        text = use.expired.message
        warnings.append(RunWarning(kind="expired-recording", message=text, place=str(use.parts.path)))
    return RunSetUp(
        config=config,
        stack=stack,
        collection=collection,
        plan=plan,
        rules=rules,
        use=use,
        platform=platform,
        network=network,
        scopes=scopes,
        chosen=frozenset(chosen),
        jar=_cookies(config),
        watch=watch,
        contract=contract,
        warnings=config.output.policy.told(warnings),
        baseline=baseline_of(config, collection, watch.mask),
    )


def _cassette_use(config: RunConfig, parts: Parts | None, action: Action, plan: Plan) -> CassetteUse:
    """Say what is done with a cassette, seeing what it holds and how old that is."""
    once = parts is not None and config.cassette.mode == "once" and action == "replay"
    # The parts of a cassette that were never recorded are recorded, once.
    if parts is not None and once and parts.lacks(call.path for call in plan.calls):
        action = "extend"
    else:
        once = False
    if config.cassette.expire is None:
        return CassetteUse(parts=parts, action=action, once=once)
    from harness.cassettes.file.expiry import check_expiry, parse_expiry

    rule = parse_expiry(config.cassette.expire)
    if parts is None or action not in {"replay", "extend"}:
        return CassetteUse(parts=parts, action=action, once=once)
    expired = check_expiry(parts.load().interactions, rule)
    if expired is not None and rule.consequence == "record":
        action = "record"
    return CassetteUse(parts=parts, action=action, once=once, expired=expired)


def _cookies(config: RunConfig) -> CookieJar:
    jar = CookieJar()
    if config.network.cookie_jar is not None:
        where = os.fspath(config.network.cookie_jar)
        jar.load_json(read_json(where, "the cookie jar"), where=where)
    return jar


def _emptiness(config: RunConfig, collection: Collection) -> str:
    """Say why there are no requests: what was chosen has none, or the collection."""
    if calls_of(collection):
        chosen = ", ".join((*config.inputs.folders, *config.inputs.picks, *config.inputs.tags))
        return f"{chosen} has none" if chosen else "all are left out"
    if collection.root.file is not None:
        return "it has no request files (NAME.request.yaml)"
    if "item" not in collection.source:
        return "the collection has no `item`"
    return "its folders are empty" if collection.root.children else "its `item` is empty"
