"""This platform, as the harness finds it by the entry point group `harness.platforms`."""

from __future__ import annotations

from harness.aep.serving.composition import assemble
from harness.aep.serving.environment import environment
from harness.aep.serving.hosts import ADOBE_HOSTS
from harness.aep.serving.surface import AepSurface
from harness.aep.settings import Settings
from harness.twin.surface import Kind

KIND = Kind(
    name="local",
    settings=Settings,
    assemble=assemble,
    surface=AepSurface,
    environment=environment,
    hosts=ADOBE_HOSTS,
)
