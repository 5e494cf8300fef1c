"""What Postman CLI 1.34.0 is known to do otherwise with a v3 folder than with the v2.1 file it was made of.

Each was seen in a run of that program; the page "Coming from Postman CLI" tells users of them. A difference
that no row explains is news: either we convert or run something wrong, or a row is missing here and there.
"""

import re
from base64 import b64decode
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import quote

from wire import Wire


@dataclass(frozen=True, slots=True, kw_only=True)
class WireFault:
    """A fault that a server sees.

    `mended` gets ours, theirs and all scripts of the collection, and gives theirs as it were without the
    fault; unchanged where it is not the case.
    """

    name: str
    mended: Callable[[Wire, Wire, str], Wire]


def wire_faults(ours: Wire, theirs: Wire, scripts: str) -> list[str] | None:
    """Name the faults by which theirs differs from ours; `None` where they do not explain it."""
    found = []
    for fault in WIRE_FAULTS:
        mended = fault.mended(ours, theirs, scripts)
        if mended != theirs:
            found.append(fault.name)
            theirs = mended
    return found if theirs == ours else None


def check_fault(source: str) -> str | None:
    """Name the fault by which checks of an item end otherwise there; `source` are its scripts."""
    return next((name for name, pattern in CHECK_FAULTS.items() if pattern.search(source)), None)


def lone_fault(ours: Wire, before: Wire | None, *, unsent: bool) -> str | None:
    """Name the fault by which a request is sent here alone; `before` is what was sent here before it."""
    if unsent and ours.values("referer"):
        return "a redirect to an address with a blank is an error"
    if ours == before:
        return "a Digest without a user name is not tried again"
    return None


def extra_fault(scripts: str, *, failed: bool) -> str | None:
    """Name the fault by which a request is sent there alone; `failed`: one could not be sent here."""
    if failed:
        return "a variable as the method is looked for as it is written"
    if "skipRequest" in scripts and "setTimeout" in scripts:
        return "skipRequest() in a timer does not skip"
    return None


def _body_of_get(ours: Wire, theirs: Wire, _: str) -> Wire:
    if ours.body or not theirs.body:
        return theirs
    bare = replace(theirs, body="")
    return bare if ours.values("content-type") else bare.without("content-type")


def _type_of_nothing(ours: Wire, theirs: Wire, _: str) -> Wire:
    return theirs if theirs.body or ours.values("content-type") else theirs.without("content-type")


_NAME: Final = re.compile(r"(\{\{[^{}]+\}\}|%7B%7B.+?%7D%7D)")


def _unresolved(ours: Wire, theirs: Wire, values: str) -> Wire:
    """Fill in what stayed a name there with what it is here, if that is one of some values."""

    def filled(mine: str, yours: str) -> str:
        parts = _NAME.split(yours)
        pattern = "".join(
            f"(?:{re.escape(one)}|{values})" if index % 2 else re.escape(one)
            for index, one in enumerate(parts)
        )
        return mine if len(parts) > 1 and re.fullmatch(pattern, mine, re.DOTALL) else yours

    headers = theirs.headers
    if [name for name, _ in headers] == [name for name, _ in ours.headers]:
        headers = tuple(
            (name, filled(mine, value))
            for (name, value), (_, mine) in zip(headers, ours.headers, strict=True)
        )
    target, body = filled(ours.target, theirs.target), filled(ours.body, theirs.body)
    return replace(theirs, target=target, body=body, headers=headers)


def _null_variable(ours: Wire, theirs: Wire, scripts: str) -> Wire:
    return _unresolved(ours, theirs, "null") if ".set" in scripts else theirs


def _unset_variable(ours: Wire, theirs: Wire, scripts: str) -> Wire:
    return _unresolved(ours, theirs, r"[^&/]*") if ".unset" in scripts else theirs


def _no_credentials(ours: Wire, theirs: Wire, _: str) -> Wire:
    empty = theirs.values("authorization") in (["Bearer"], ["Basic Og=="])
    return theirs.without("authorization") if empty and not ours.values("authorization") else theirs


def _latin_basic(ours: Wire, theirs: Wire, _: str) -> Wire:
    mine, yours = (one.values("authorization") for one in (ours, theirs))
    if len(mine) != 1 or len(yours) != 1 or not all(one.startswith("Basic ") for one in (*mine, *yours)):
        return theirs
    try:
        same = b64decode(mine[0][6:]).decode("utf-8") == b64decode(yours[0][6:]).decode("latin-1")
    except ValueError:
        return theirs
    return _with(theirs, "authorization", mine[0]) if same else theirs


def _with(wire: Wire, name: str, value: str) -> Wire:
    return replace(wire, headers=tuple(sorted((*wire.without(name).headers, (name, value)))))


def _field_name(ours: Wire, theirs: Wire, _: str) -> Wire:
    return replace(theirs, body=theirs.body.replace("%22", '"')) if '"' in ours.body else theirs


def _form_file(ours: Wire, theirs: Wire, _: str) -> Wire:
    def plain(body: str) -> str:
        body = re.sub(r'filename="(?:[^"\r\n]|"(?!\r\n))*"', 'filename=""', body)
        return re.sub(r'(filename=""\r\nContent-Type: )[^\r\n]+', r"\1application/octet-stream", body)

    same = "filename=" in ours.body and plain(ours.body) == plain(theirs.body)
    return replace(theirs, body=ours.body) if same else theirs


def _file_after_list(ours: Wire, theirs: Wire, _: str) -> Wire:
    """Newman reads no file of a form after a list of files, and we send what it sends, with a warning."""
    return replace(theirs, body=ours.body) if 'filename=""' in ours.body else theirs


def _boundary(ours: Wire, theirs: Wire, _: str) -> Wire:
    own = re.match(r"--(-*formdata-undici-\d+)\r\n", theirs.body)
    if own is None or theirs.values("content-type") != ["multipart/form-data"]:
        return theirs
    body = theirs.body.replace(own[1], "BOUNDARY")
    return _with(replace(theirs, body=body), "content-type", "multipart/form-data; boundary=BOUNDARY")


def _author_before_auth(ours: Wire, theirs: Wire, _: str) -> Wire:
    """An auth puts its header in the place of the author's; there the author's stays."""
    mine, yours = dict(ours.headers), dict(theirs.headers)
    differ = [name for name in mine if name in yours and mine[name] != yours[name]]
    if len(differ) != 1 or set(mine) != set(yours) or differ[0] in ("content-type", "cookie"):
        return theirs
    return replace(theirs, headers=ours.headers)


def _key_in_query(ours: Wire, theirs: Wire, _: str) -> Wire:
    for name, value in theirs.headers:
        for sign in "?&":
            added = f"{theirs.target}{sign}{name}={value}".lower()
            if ours.target.lower() == added and not ours.values(name):
                return replace(theirs, target=ours.target).without(name)
    return theirs


def _both_cases(ours: Wire, theirs: Wire, _: str) -> Wire:
    for name in {name for name, _ in theirs.headers}:
        more, mine = theirs.values(name), ours.values(name)
        if len(more) > len(mine) > 0 and all(one in more for one in mine):
            kept = (one for one in theirs.headers if one[0] != name)
            theirs = replace(theirs, headers=tuple(sorted((*kept, *((name, one) for one in mine)))))
    return theirs


def _changed_query(ours: Wire, theirs: Wire, scripts: str) -> Wire:
    path, _, query = theirs.target.partition("?")
    mine, _, kept = ours.target.partition("?")
    fewer = set(kept.split("&")) - {""} <= set(query.split("&"))
    touched = re.search(r"\burl\b.*\bquery\b|QueryParams|request\.url\s*=|request\.update", scripts)
    return replace(theirs, target=ours.target) if path == mine and touched and fewer else theirs


def _part_of_segment(ours: Wire, theirs: Wire, _: str) -> Wire:
    mine, yours = (one.target.partition("?") for one in (ours, theirs))
    segments = list(zip(mine[0].split("/"), yours[0].split("/"), strict=False))
    odd = [(a, b) for a, b in segments if a != b]
    named = all(b.startswith(":") for _, b in odd)
    if not odd or not named or mine[0].count("/") != yours[0].count("/") or mine[2] != yours[2]:
        return theirs
    return replace(theirs, target=ours.target)


def _redirect(ours: Wire, theirs: Wire, _: str) -> Wire:
    encoded = quote(theirs.target, safe="/?&=%:;,+!*'()$@~-._[]|{}")
    return (
        replace(theirs, target=ours.target) if theirs.values("referer") and encoded == ours.target else theirs
    )


def _amazon(ours: Wire, theirs: Wire, _: str) -> Wire:
    return theirs if ours.values("x-amz-content-sha256") else theirs.without("x-amz-content-sha256")


def _whole_query(ours: Wire, theirs: Wire, _: str) -> Wire:
    doubled = quote(ours.target.partition("?")[2], safe="")
    same = bool(doubled) and theirs.target == f"{ours.target}&{doubled}"
    return replace(theirs, target=ours.target) if same else theirs


WIRE_FAULTS: Final = (
    WireFault(name="a body goes with GET, HEAD and their like", mended=_body_of_get),
    WireFault(name="a Content-Type goes with an empty body", mended=_type_of_nothing),
    WireFault(name="a variable set to null or undefined stays unresolved", mended=_null_variable),
    WireFault(name="a variable that is unset hides those of its name", mended=_unset_variable),
    WireFault(name="Basic and Bearer are sent without credentials", mended=_no_credentials),
    WireFault(name="Basic is Latin-1", mended=_latin_basic),
    WireFault(name="a quote in the name of a form field is %22", mended=_field_name),
    WireFault(name="the part of a form's file says neither its type nor its fileName", mended=_form_file),
    WireFault(name="a file of a form after a list of files is sent", mended=_file_after_list),
    WireFault(name="the author's multipart Content-Type gets no boundary", mended=_boundary),
    WireFault(name="an API key in the query is sent as a header", mended=_key_in_query),
    WireFault(name="headers that differ in case alone are both sent", mended=_both_cases),
    WireFault(name="what a script takes out of a listed query is sent", mended=_changed_query),
    WireFault(name="a path variable is not found in part of a segment", mended=_part_of_segment),
    WireFault(name="the address of a redirect is not encoded", mended=_redirect),
    WireFault(name="AWS: x-amz-content-sha256 is sent", mended=_amazon),
    WireFault(name="a variable that holds a whole query is sent twice", mended=_whole_query),
    WireFault(name="an auth does not replace the author's header", mended=_author_before_auth),
)

CHECK_FAULTS: Final = {
    "pm.response.to.be.ok always passes": re.compile(r"\b(?:be|not)\.ok\b"),
    "pm.info.eventName is http:afterResponse": re.compile(r"\beventName\b"),
    "the text of a status is made of its code": re.compile(r"response\.(?:status|reason)\b|\breason\(\)"),
    "scripts see the request in another form": re.compile(r"pm\.request\b|\brequest\.(?:headers|url|data)\b"),
    "answers within some milliseconds": re.compile(r"\bresponseTime\b"),
    "the order of cookies": re.compile(r"\bcookies\b"),
}
"""Faults of checks, and what may end otherwise on any two runs."""
