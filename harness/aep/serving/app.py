"""The platform as an ASGI application."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.aep.serving.composition import assemble
from harness.aep.serving.surface import AepSurface
from harness.twin.app import application

if TYPE_CHECKING:
    from starlette.applications import Starlette

    from harness.aep.platform import Platform
    from harness.aep.settings import Settings
    from harness.twin.clock import SettableClock


def create_app(
    settings: Settings, *, clock: SettableClock | None = None, platform: Platform | None = None
) -> Starlette:
    """Build the platform as an ASGI application; `app.state.platform` is the platform."""
    return application(AepSurface(platform or assemble(settings, clock)), settings)
