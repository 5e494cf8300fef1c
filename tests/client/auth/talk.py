"""A scheme of authentication driven step by step, without a network."""

import random
from pathlib import Path

from harness.client.auth import scheme
from harness.client.auth.flow import Answered, Params, Tools
from harness.client.build import build
from harness.client.draft import Draft
from harness.client.files import FilePolicy
from harness.client.message import Response
from harness.client.profile import Profile
from harness.client.url import encode
from harness.collection.model import Body, Pair, Request, Url
from harness.variables.draws import SteppingClock

BASE = "http://127.0.0.1:18999"
DATE = Pair(key="Date", value="Mon, 09 Sep 2011 23:36:00 GMT")


def request(url: str = "/x", method: str = "GET", headers=(), body: Body | None = None) -> Draft:
    authored = Request(url=Url(raw=BASE + url), method=method, headers=tuple(headers), body=body)
    files = FilePolicy(working_dir=Path(), none=True)
    return build(authored, None, lambda text: text, files=files).draft


def tools(**options) -> Tools:
    return Tools(
        random=random.Random(1), clock=SteppingClock(1_700_000_000_000), profile=Profile(), **options
    )


class Talk:
    """A flow, step by step."""

    def __init__(self, kind: str, draft: Draft, params: dict, memory: dict | None = None, **options) -> None:
        self.memory = {} if memory is None else memory
        self.flow = scheme(kind)(draft, Params(params, self.memory), tools(**options))
        self.sent = next(self.flow).draft
        self.aside = False

    def answer(self, status: int, *headers: tuple[str, str], body: bytes = b"") -> Draft | None:
        response = Response(status=status, reason="", headers=headers, body=body)
        try:
            step = self.flow.send(Answered(draft=self.sent, response=response))
        except StopIteration:
            return None
        self.sent, self.aside = step.draft, step.aside
        return self.sent


def signed(kind: str, draft: Draft, **params) -> Draft:
    return Talk(kind, draft, params).sent


def authorization(draft: Draft) -> str | None:
    field = draft.last("authorization")
    return None if field is None else field.value


def target(draft: Draft) -> str:
    return encode(draft.url).target


OLD = (Pair(key="authorization", value="old"),)


OAUTH1 = {
    "consumerKey": "ck",
    "consumerSecret": "c s&",
    "token": "tk",
    "tokenSecret": "ts",
    "signatureMethod": "HMAC-SHA1",
    "timestamp": "1700000000",
    "nonce": "nonce",
    "version": "1.0",
}
"""What OAuth 1 signs with, when nothing is drawn."""
