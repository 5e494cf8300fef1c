"""What the `ua_*` functions of Data Prep read from a user agent.

Source: Adobe's guide to the functions, whose names and forms are those of Yauaa; which browsers are told
apart beyond its one example is assumed.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

_UNKNOWN = "Unknown"
_VERSION = r"[\d._]{1,40}"
_SYSTEMS = tuple(
    (re.compile(pattern), name)
    for pattern, name in (
        (rf"(?:CPU (?:iPhone )?OS|iPhone OS) ({_VERSION})", "iOS"),
        (rf"Windows Phone(?: OS)? ({_VERSION})", "Windows Phone"),
        (rf"Windows NT ({_VERSION})", "Windows NT"),
        (rf"Android ({_VERSION})", "Android"),
        (rf"CrOS \w{{1,20}} ({_VERSION})", "Chrome OS"),
        (rf"Mac OS X ({_VERSION})", "Mac OS"),
        (r"Android()", "Android"),
        (r"Macintosh()", "Mac OS"),
        (r"Linux()", "Linux"),
    )
)
_AGENTS = tuple(
    (re.compile(pattern), name)
    for pattern, name in (
        (rf"(?:Googlebot|bingbot|AdsBot-Google)/({_VERSION})", "Googlebot"),
        (rf"(?:Edg|Edge|EdgA|EdgiOS)/({_VERSION})", "Edge"),
        (rf"(?:OPR|Opera)/({_VERSION})", "Opera"),
        (rf"SamsungBrowser/({_VERSION})", "SamsungBrowser"),
        (rf"(?:Firefox|FxiOS)/({_VERSION})", "Firefox"),
        (rf"(?:Chrome|CriOS)/({_VERSION})", "Chrome"),
        (rf"Version/({_VERSION})[^(]{{0,80}}Safari/", "Safari"),
        (rf"(?:MSIE |Trident/.{{0,80}}rv:)({_VERSION})", "Internet Explorer"),
        (rf"curl/({_VERSION})", "Curl"),
    )
)
_CLASSES = tuple(
    (re.compile(pattern, re.IGNORECASE), name)
    for pattern, name in (
        (r"bot\b|bot/|crawler|spider|slurp", "Robot"),
        (r"ipad|tablet|kindle|silk/|playbook", "Tablet"),
        (r"smart-?tv|appletv|hbbtv|bravia|roku", "TV"),
        (r"playstation|xbox|nintendo", "Game Console"),
        (r"iphone|ipod|windows phone|android.{0,400}mobile", "Phone"),
        (r"android", "Tablet"),
        (r"windows nt|macintosh|cros|linux|x11", "Desktop"),
    )
)
_LONGEST = 2000


def _found(agent: Any, known: tuple[tuple[re.Pattern[str], str], ...]) -> tuple[str, str]:
    text = str(agent)[:_LONGEST]
    for pattern, name in known:
        match = pattern.search(text)
        if match is not None:
            return name, match[1].replace("_", ".").strip(".") or "??"
    return _UNKNOWN, "??"


def _system(agent: Any) -> tuple[str, str]:
    return _found(agent, _SYSTEMS)


def _agent(agent: Any) -> tuple[str, str]:
    name, version = _found(agent, _AGENTS)
    return name, version


def _device(agent: Any) -> str:
    text = str(agent)[:_LONGEST]
    return next((name for pattern, name in _CLASSES if pattern.search(text)), _UNKNOWN)


def _with_major(pair: tuple[str, str]) -> str:
    return f"{_short(pair[0])} {pair[1].partition('.')[0]}"


def _with_version(pair: tuple[str, str]) -> str:
    return f"{_short(pair[0])} {pair[1]}"


def _short(name: str) -> str:
    return "Windows" if name == "Windows NT" else name


def _unless_null(read: Callable[[Any], str]) -> Callable[[Any], str | None]:
    return lambda agent: None if agent is None else read(agent)


_READ: tuple[tuple[str, Callable[[Any], str]], ...] = (
    ("ua_os_name", lambda agent: _system(agent)[0]),
    ("ua_os_version", lambda agent: _system(agent)[1]),
    ("ua_os_version_major", lambda agent: _with_major(_system(agent))),
    ("ua_os_name_version", lambda agent: _with_version(_system(agent))),
    ("ua_agent_name", lambda agent: _agent(agent)[0]),
    ("ua_agent_version", lambda agent: _agent(agent)[1]),
    ("ua_agent_version_major", lambda agent: _with_major(_agent(agent))),
    ("ua_device_class", _device),
)
USER_AGENTS: tuple[tuple[str, str, Callable[..., Any], int, int], ...] = tuple(
    (f"{name}(user_agent)", "String", _unless_null(read), 1, 1) for name, read in _READ
)
"""Syntax, return type, body, least and most arguments."""
