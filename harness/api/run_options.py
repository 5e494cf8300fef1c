"""How a plan is run: limits, retries, and what may be under way side by side, from the configuration."""

from typing import TYPE_CHECKING

from harness.api.modes.mode import Mode
from harness.api.preparation import companion_of
from harness.api.set_up import RunSetUp
from harness.runner.rescue import Rescue
from harness.runner.results import RunWarning
from harness.runner.run import RunOptions

if TYPE_CHECKING:
    from harness.runner.stretch import Abreast


def run_options(set_up: RunSetUp, mode: Mode) -> RunOptions:
    """Return how a plan is run in a mode: what bounds it, and what may be under way at once."""
    config = set_up.config
    warnings = set_up.warnings
    abreast, rows_at_once = None, 1
    # A replay waits for nobody: in order it takes no longer.
    if config.limits.jobs > 1 and mode.word in {"live", "record"}:
        abreast = _abreast(set_up)
        # A recording keeps the order of its requests: row would wait for row.
        rows_at_once = config.limits.jobs if config.limits.isolate_rows and mode.word == "live" else 1
        slow = next((name for name in ("bail", "delay_ms") if getattr(config.limits, name)), None)
        if slow is not None:
            option = {"bail": "--bail", "delay_ms": "--delay-request"}[slow]
            message = f"with {option} every call waits for the one before: --jobs changes nothing"
            told = [RunWarning(kind="idle-option", message=message, place="--jobs")]
            warnings = (*warnings, *config.output.policy.told(told))
            rows_at_once = 1
    bails = (config.limits.bail or "").split(",")
    return RunOptions(
        bail="failure" in bails,
        abort=config.dialect.inputs.unknown_folder_bails and "folder" in bails,
        delay_s=config.limits.delay_ms / 1000,
        timeout_s=config.limits.timeout_ms / 1000 or None,
        mode=mode.word,
        rules=set_up.rules,
        rescue=Rescue(times=config.limits.retries, unsafe=config.limits.retry_unsafe),
        warnings=warnings if config.dialect.run.warns else (),
        abreast=abreast,
        isolated=config.limits.isolate_rows,
        rows_at_once=rows_at_once,
    )


def _abreast(set_up: RunSetUp) -> "Abreast":
    from harness.api.call_order import call_order, known_values
    from harness.runner.stretch import Abreast

    companion = companion_of(set_up.config)
    order = call_order(companion, set_up.plan, set_up.rules, known_values(set_up.scopes))
    return Abreast(order=order, jobs=set_up.config.limits.jobs)
