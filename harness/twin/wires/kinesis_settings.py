"""What is set on a Kinesis stream beside its shards: tags, how long records are kept, its mode.

The settings are kept and read back; they change nothing of how the stream works here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.twin.wires.kinesis_account import KinesisError, stream_of, whole
from harness.twin.wires.sinks import LocalSinks

if TYPE_CHECKING:
    from harness.twin.platform import TwinPlatform
    from harness.twin.wires.kinesis_account import Account

DAY_HOURS = 24
_YEAR_HOURS = 8760
_MODES = ("PROVISIONED", "ON_DEMAND")
_MOST_TAGS = 50


class KinesisSettings:
    """Answers the calls about settings."""

    def __init__(self, platform: TwinPlatform) -> None:
        self._sinks = platform.service(LocalSinks)

    def add_tags(self, account: Account, given: dict[str, Any]) -> None:
        """Answer `AddTagsToStream`."""
        stream = stream_of(self._sinks, account, given)
        tags = given.get("Tags")
        if not isinstance(tags, dict) or not all(isinstance(one, str) for one in tags.values()):
            raise KinesisError("InvalidArgumentException", "Tags must be texts by their names.")
        changed = {**stream.get("tags", {}), **tags}
        if len(changed) > _MOST_TAGS:
            raise KinesisError("InvalidArgumentException", f"A stream has at most {_MOST_TAGS} tags.")
        self._keep(account, stream, tags=changed)

    def remove_tags(self, account: Account, given: dict[str, Any]) -> None:
        """Answer `RemoveTagsFromStream`."""
        stream = stream_of(self._sinks, account, given)
        names = given.get("TagKeys")
        if not isinstance(names, list):
            raise KinesisError("InvalidArgumentException", "TagKeys must be an array.")
        held = stream.get("tags", {})
        self._keep(account, stream, tags={name: held[name] for name in held if name not in names})

    def list_tags(self, account: Account, given: dict[str, Any]) -> dict[str, Any]:
        """Answer `ListTagsForStream`."""
        held = sorted(stream_of(self._sinks, account, given).get("tags", {}).items())
        after = given.get("ExclusiveStartTagKey")
        found = [one for one in held if not isinstance(after, str) or one[0] > after]
        limit = whole(given, "Limit", _MOST_TAGS, _MOST_TAGS)
        shown = [{"Key": name, "Value": value} for name, value in found[:limit]]
        return {"Tags": shown, "HasMoreTags": len(found) > limit}

    def increase_retention(self, account: Account, given: dict[str, Any]) -> None:
        """Answer `IncreaseStreamRetentionPeriod`."""
        stream, now, wanted = self._retention(account, given)
        if wanted < now:
            raise KinesisError("InvalidArgumentException", f"RetentionPeriodHours is {now} already.")
        self._keep(account, stream, retention_hours=wanted)

    def decrease_retention(self, account: Account, given: dict[str, Any]) -> None:
        """Answer `DecreaseStreamRetentionPeriod`."""
        stream, now, wanted = self._retention(account, given)
        if wanted > now:
            raise KinesisError("InvalidArgumentException", f"RetentionPeriodHours is {now}, which is less.")
        self._keep(account, stream, retention_hours=wanted)

    def update_mode(self, account: Account, given: dict[str, Any]) -> None:
        """Answer `UpdateStreamMode`."""
        stream = stream_of(self._sinks, account, given)
        self._keep(account, stream, mode=mode_of(given.get("StreamModeDetails")))

    def _retention(self, account: Account, given: dict[str, Any]) -> tuple[dict[str, Any], int, int]:
        stream = stream_of(self._sinks, account, given)
        wanted = whole(given, "RetentionPeriodHours", 0, _YEAR_HOURS)
        if wanted < DAY_HOURS:
            message = f"RetentionPeriodHours must be from {DAY_HOURS} to {_YEAR_HOURS}."
            raise KinesisError("InvalidArgumentException", message)
        return stream, int(stream.get("retention_hours", DAY_HOURS)), wanted

    def _keep(self, account: Account, stream: dict[str, Any], **changes: Any) -> None:
        self._sinks.change("kinesis", account.key, account.region, {**stream, **changes})


def mode_of(given: Any) -> str:
    """Read the mode out of `StreamModeDetails`; `PROVISIONED` where there are none."""
    mode = given.get("StreamMode") if isinstance(given, dict) else _MODES[0]
    if mode not in _MODES:
        raise KinesisError("InvalidArgumentException", f"StreamMode must be one of {', '.join(_MODES)}.")
    return str(mode)
