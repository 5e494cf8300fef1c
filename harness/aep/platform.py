"""The platform: what all services share, and where one service finds another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.aep.tokens import Tokens
from harness.twin.platform import TwinPlatform

if TYPE_CHECKING:
    from harness.aep.settings import Settings
    from harness.twin.clock import SettableClock


class Platform(TwinPlatform):
    """What the kit gives, with the settings of this platform and its tokens."""

    def __init__(self, settings: Settings, *, clock: SettableClock | None = None) -> None:
        super().__init__(settings, clock=clock)
        self.settings = settings
        self.tokens = Tokens(settings, self.clock, self.ids)
