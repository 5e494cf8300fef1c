"""What is answered today, told with the ids of the recording.

An answer that is accepted takes the place of a recorded one. The requests behind it were recorded with the
ids of then, so those stay: a replay then asks as it did, also when only some changes are accepted.
"""

import json
import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Any, Final

from harness.cassettes.compare.generated_values import Counterparts, names_identity
from harness.cassettes.file.interaction import Interaction
from harness.cassettes.replay.miss import RecordingDifference
from harness.client.message import Headers, Response
from harness.secrets.byte_text import as_bytes, as_text
from harness.secrets.needles import SHORTEST
from harness.secrets.placeholder import PREFIX

_WORD: Final = re.compile(r"[\w.~-]+")


class Recollection:
    """Values of today and what they were in the recording."""

    def __init__(self, became: Iterable[tuple[str, str]], asked: Iterable[RecordingDifference]) -> None:
        """Take what recorded values became, and where requests of today differ from the recorded ones."""
        self._was = Counterparts()
        for difference in asked:
            sent, recorded = _plain(difference.sent), _plain(difference.recorded)
            if sent and recorded and PREFIX not in sent + recorded:
                self._was.learn(sent, recorded)
        for recorded, live in became:
            self._was.learn(live, recorded)

    def told(self, live: Interaction, recorded: Interaction | None) -> Interaction:
        """Return a live interaction with the values of the recording; its request is told when it is new."""
        if recorded is None:
            url = _WORD.sub(lambda found: self._was.told(found.group()), live.request.url)
            body = live.request.body
            told = body if body is None else self._body(body, b"")
            live = replace(live, request=replace(live.request, url=url, body=told))
        if live.response is None:
            return live
        then = recorded.response if recorded is not None else None
        headers = self._headers(live.response.headers, then)
        body = self._body(live.response.body, then.body if then is not None else b"")
        return replace(live, response=replace(live.response, headers=headers, body=body))

    def _headers(self, live: Headers, then: Response | None) -> Headers:
        known = {name.lower(): value for name, value in then.headers} if then is not None else {}
        return tuple((name, self._text(value, known.get(name.lower()))) for name, value in live)

    def _body(self, live: bytes, then: bytes) -> bytes:
        try:
            value = json.loads(live)
        except (ValueError, RecursionError):
            return as_bytes(self._text(as_text(live), as_text(then)))
        try:
            recorded = json.loads(then)
        except (ValueError, RecursionError):
            recorded = None
        try:
            told = self._value(value, recorded, "")
            if told == value:
                return live
            separators = (", ", ": ") if b'": ' in live else (",", ":")
            written = json.dumps(told, ensure_ascii=False, separators=separators)
            return written.encode("utf-8", "surrogatepass")
        except RecursionError:
            return live

    def _value(self, live: Any, then: Any, name: str) -> Any:
        """Tell a JSON value; `then` is what was recorded at its place, `name` the member it is of."""
        if isinstance(live, dict):
            others = then if isinstance(then, dict) else {}
            names = {member: self._text(member, None) for member in live}
            return {
                names[member]: self._value(value, others.get(names[member]), member)
                for member, value in live.items()
            }
        if isinstance(live, list):
            rest = then if isinstance(then, list) else []
            return [
                self._value(value, rest[place] if place < len(rest) else None, name)
                for place, value in enumerate(live)
            ]
        if isinstance(live, str):
            told = self._text(live, then if isinstance(then, str) else None)
            return self._was.told(live) if told == live and names_identity(name) else told
        return self._number(live, then, name)

    def _number(self, live: Any, then: Any, name: str) -> Any:
        if not isinstance(live, int) or isinstance(live, bool):
            return live
        was = self._was.told(str(live))
        if isinstance(then, int) and was == str(then):
            return then
        return int(was) if names_identity(name) and was.isdecimal() else live

    def _text(self, live: str, then: str | None) -> str:
        """Tell a text; short values only where doing so gives what was recorded there."""
        if then is not None:
            words = _WORD.sub(lambda found: self._was.told(found.group()), live)
            if then in (words, self._was.told(live)):
                return then
        return self._was.told(live) if len(live) >= SHORTEST else live


def _plain(value: str | None) -> str | None:
    """Return a value of a difference without JSON's quotes; `None` for what is no single value."""
    if value is None or value[:1] not in {'"', "[", "{"}:
        return value
    try:
        found = json.loads(value)
    except ValueError:
        return value
    return found if isinstance(found, str) else None
