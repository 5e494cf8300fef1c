"""What a recording is to say about itself, and the metadata of its cassette that come of that."""

import time
from collections.abc import Callable, Mapping
from dataclasses import field

from harness.cassettes.file.interaction import CassetteMetadata
from harness.cassettes.replay.placeholders import shapes
from harness.collection.model import Variable
from harness.lazy_dataclass import dataclass
from harness.secrets.names import secret_name
from harness.secrets.placeholder import PREFIX
from harness.variables.draws import LiveDraws
from harness.version import __version__


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingPlan:
    """What a recording is to say about itself, and what it knows to be secret before it begins.

    `environment` are the variables as the run begins; `secret_names` those of them that are secret whatever
    their type (auth parameters refer to them). `seed` is drawn when it is `None`. `now` tells the time in
    milliseconds since the epoch.
    """

    collection: str = ""
    collection_hash: str = ""
    note: str = ""
    seed: int | None = None
    environment: tuple[Variable, ...] = ()
    secret_names: frozenset[str] = frozenset()
    command: str = ""
    other: Mapping[str, str] = field(default_factory=dict)
    now: Callable[[], float] = lambda: time.time() * 1000


def metadata_of(plan: RecordingPlan, told: CassetteMetadata) -> CassetteMetadata:
    """Return what a cassette says of its recording: by its plan, and by what is `told` already.

    A recording that goes on draws as it began: seed and clock are those told.
    """
    seed = told.seed if told.seed is not None else plan.seed
    values = {
        one.key: one.value for one in plan.environment if isinstance(one.value, str) and not one.disabled
    }
    secret = {
        one.key: one.value
        for one in plan.environment
        if one.key in values and (one.secret or one.key in plan.secret_names or secret_name(one.key))
    }
    return CassetteMetadata(
        harness=__version__,
        seeds=told.seeds,
        collection=plan.collection,
        collection_hash=plan.collection_hash,
        note=plan.note,
        complete=True,
        seed=LiveDraws().seed if seed is None else seed,
        clock_ms=told.clock_ms if told.clock_ms is not None else float(round(plan.now())),
        base_addresses={name: value for name, value in values.items() if "://" in value[:10]},
        environment=values,
        shapes=shapes(secret) | _shapes_of_placeholders(told, values),
        other=dict(plan.other),
    )


def _shapes_of_placeholders(told: CassetteMetadata, values: Mapping[str, str]) -> dict[str, str]:
    """Return the shapes that are known of secrets which this recording has placeholders of alone."""
    return {name: shape for name, shape in told.shapes.items() if values.get(name, "").startswith(PREFIX)}
