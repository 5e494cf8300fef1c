"""What a companion file asks of one call, ready to be applied."""

from dataclasses import dataclass

from harness.client.message import Exchange
from harness.runner.results import CallResult, Extraction
from harness.scripting.engine import Assertion
from harness.variables.scope import Scopes


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What the companion found in an answer."""

    expectations: tuple[Assertion, ...] = ()
    extractions: tuple[Extraction, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """The companion's entry for one call; the default asks for nothing.

    `retries` is how often the call may be sent again until its expectations hold, `every_s` the wait
    between. `only_platform` names the platform without which the call is skipped.
    """

    retries: int = 0
    every_s: float = 0.0
    only_platform: str | None = None
    always: bool = False

    def skip_reason(self, platform: str | None) -> str | None:
        """Say why the call does not run against a platform, `None` when it does."""
        if self.only_platform is None or self.only_platform == platform:
            return None
        return f"only on the platform {self.only_platform!r}"

    def again(self, result: CallResult) -> bool:
        """Whether an attempt was not good enough."""
        return result.exchange is None or result.failed

    def judge(self, exchange: Exchange, scopes: Scopes) -> Judgement:
        """Hold the expectations against an answer, then take values out of it into their scopes."""
        return Judgement()
