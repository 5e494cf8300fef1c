"""What a visitor's consent says, in the standards that the Edge Network takes.

Sources: Adobe's description of its data collection APIs (`set-consent`), the guide to the Web SDK's command
`setConsent`, the Transparency and Consent Framework's string format, version 2.
"""

from __future__ import annotations

import base64
import binascii
from typing import Any

_GENERAL = {"in": "in", "out": "out", "pending": None, "not_provided": None}
_VALUES = ("cp", "ct", "li", "n", "p", "pi", "u", "vi", "y")
_MARKETING = ("any", "email", "push", "sms", "fax", "commercialEmail", "call", "postalMail", "whatsApp")
_LONGEST_REASON = 16
_ADOBE_VENDOR = 565
_PURPOSES_AT, _LARGEST_VENDOR_AT, _RANGES_AT = 152, 213, 229


class ConsentError(ValueError):
    """Consents that cannot be read; `errors` says of each what is wrong."""

    def __init__(self, errors: list[str]) -> None:
        super().__init__("; ".join(errors))
        self.errors = errors


def general(consents: list[Any]) -> str | None:
    """Decision on collection, `in` or `out`; None when none was made. ConsentError says what is wrong."""
    if not consents:
        raise ConsentError(["consent must be an array that is not empty"])
    decided: str | None = None
    errors = []
    for index, one in enumerate(consents):
        try:
            decided = _decision(one, index) or decided
        except ValueError as error:
            errors.append(str(error))
    if errors:
        raise ConsentError(errors)
    return decided


def _decision(one: Any, index: int) -> str | None:
    where = f"consent[{index}]"
    if not isinstance(one, dict):
        raise ValueError(f"{where} must be an object")
    match one.get("standard"), one.get("version"):
        case "Adobe", "1.0":
            return _first(one.get("value"), where)
        case "Adobe", "2.0":
            return _second(one.get("value"), where)
        case "Adobe", _:
            raise ValueError(f"Allowed Adobe versions are 1.0 and 2.0 for standard 'Adobe' at index {index}")
        case "IAB TCF", str(version) if version.startswith("2"):
            return _framework(one, where, index)
        case "IAB TCF", _:
            raise ValueError(f"Allowed IAB version is 2.0 for standard 'IAB TCF' at index {index}")
        case standard, _:
            raise ValueError(f"{where}: the standard must be Adobe or IAB TCF, not {str(standard)[:40]!r}")


def preferences(consents: list[Any]) -> dict[str, Any]:
    """Return what a profile keeps: the value of the Adobe 2.0 standard."""
    found: dict[str, Any] = {}
    for one in consents:
        if one.get("standard") == "Adobe" and one.get("version") == "2.0":
            found.update(one["value"])
    return found


def _first(value: Any, where: str) -> str | None:
    given = value.get("general") if isinstance(value, dict) else None
    if not isinstance(given, str) or given not in _GENERAL:
        raise ValueError(f"{where}.value.general must be one of {', '.join(_GENERAL)}")
    return _GENERAL[given]


def _second(value: Any, where: str) -> str | None:
    if not isinstance(value, dict):
        raise ValueError(f"{where}.value must be an object")
    for path, held in _choices(value):
        if not isinstance(held, dict) or held.get("val") not in _VALUES:
            raise ValueError(f"{where}.value.{path}.val must be one of {', '.join(_VALUES)}")
        reason = held.get("reason", "")
        if not isinstance(reason, str) or len(reason) > _LONGEST_REASON:
            raise ValueError(f"{where}.value.{path}.reason must have at most {_LONGEST_REASON} characters")
    if not isinstance(value.get("metadata", {}), dict):
        raise ValueError(f"{where}.value.metadata must be an object")
    chosen = value.get("collect", {}).get("val", "y")
    return {"y": "in", "n": "out"}.get(chosen)


def _choices(value: dict[str, Any]) -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = [
        (name, value[name]) for name in ("collect", "share", "adID") if name in value
    ]
    for group, names in (("personalize", ("content",)), ("marketing", _MARKETING)):
        held = value.get(group, {})
        if not isinstance(held, dict):
            found.append((group, None))
            continue
        found.extend((f"{group}.{name}", held[name]) for name in names if name in held)
    return found


def _framework(one: dict[str, Any], where: str, index: int) -> str:
    text = one.get("value")
    if text == "":
        raise ValueError(
            f"IAB consent string value must not be empty for standard 'IAB TCF' at index {index}"
        )
    if not isinstance(text, str):
        raise ValueError(f"{where}.value must be a string of the Transparency and Consent Framework")
    if one.get("gdprApplies") is False:
        return "in"
    core = text.partition(".")[0]
    try:
        packed = base64.b64decode(core + "=" * (-len(core) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise ValueError(f"{where}.value is not a string of the framework") from None
    bits = "".join(f"{byte:08b}" for byte in packed[:4096])
    if len(bits) < _RANGES_AT or int(bits[:6], 2) != 2:
        raise ValueError(f"{where}.value is not a string of version 2 of the framework")
    # Adobe collects with consent to purpose 1, the storage of information, and to itself as a vendor.
    return "in" if bits[_PURPOSES_AT] == "1" and _agrees_to_vendor(bits, _ADOBE_VENDOR) else "out"


def _agrees_to_vendor(bits: str, vendor: int) -> bool:
    def number(at: int, size: int) -> int:
        return int(bits[at : at + size] or "0", 2)

    if vendor > number(_LARGEST_VENDOR_AT, 16):
        return False
    if bits[_RANGES_AT : _RANGES_AT + 1] != "1":
        return bits[_RANGES_AT + vendor : _RANGES_AT + vendor + 1] == "1"
    at = _RANGES_AT + 13
    for _ in range(number(_RANGES_AT + 1, 12)):
        wide = bits[at : at + 1] == "1"
        low = number(at + 1, 16)
        high = number(at + 17, 16) if wide else low
        if low <= vendor <= high:
            return True
        at += 33 if wide else 17
    return False
