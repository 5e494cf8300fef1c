"""NTLM, message by message, and the digest under it."""

import random

import pytest

from harness.client.auth import ntlm
from harness.client.auth.flow import Answered, AuthProblem, Params, Tools
from harness.client.auth.md4 import md4
from harness.client.message import Response
from harness.client.profile import Profile
from harness.variables.draws import SteppingClock
from tests.client.auth.talk import OLD, Talk, authorization, request

NTLM = {"username": "Us", "password": "pässW", "domain": "do m", "workstation": "ws"}
NEGOTIATE = "NTLM TlRMTVNTUAABAAAAB7IIogYABgAqAAAAAgACACgAAAAFASgKAAAAD1dTRE8lMjBN"


class Half(random.Random):
    def random(self) -> float:
        return 0.5


@pytest.mark.parametrize(
    ("challenge", "answer"),
    [
        pytest.param(
            "TlRMTVNTUAACAAAAAAAAADAAAAABggAAMTIzNDU2NzgAAAAAAAAAAAAAAAAwAAAA",
            "TlRMTVNTUAADAAAAGAAYAFwAAAAYABgAdAAAAAwADABIAAAABAAEAFQAAAAEAAQAWAAAAAAAAACMAAAABYKIogUBKAoAAAAPRAB"
            "PACUAMgAwAE0AVQBzAFcAUwDJG4pdSvBBYD0GNRZLC245TODGNwsr3l1UsYOdELc/PVWP3VFhWNkPg0GVrKz4sSw=",
            id="version 1",
        ),
        pytest.param(
            "TlRMTVNTUAACAAAAAAAAADAAAAAAggAAMTIzNDU2NzgAAAAAAAAAAAAAAAAwAAAA",
            "TlRMTVNTUAADAAAAGAAYAFIAAAAYABgAagAAAAYABgBIAAAAAgACAE4AAAACAAIAUAAAAAAAAACCAAAABIKIogUBKAoAAAAPRE8"
            "lMjBNVXNXU8kbil1K8EFgPQY1FksLbjlM4MY3CyveXVSxg50Qtz89VY/dUWFY2Q+DQZWsrPixLA==",
            id="not unicode",
        ),
        pytest.param(
            "TlRMTVNTUAACAAAAAAAAADAAAAABgggAMTIzNDU2NzgAAAAAAAAAAAAAAAAwAAAA",
            "TlRMTVNTUAADAAAAGAAYAFwAAAAYABgAdAAAAAwADABIAAAABAAEAFQAAAAEAAQAWAAAAAAAAACMAAAABYKIogUBKAoAAAAPRAB"
            "PACUAMgAwAE0AVQBzAFcAUwCAgICAgICAgAAAAAAAAAAAAAAAAAAAAABKW0ipBehZ7hIfYyI++2Ir0yfz1+gf7Aw=",
            id="session",
        ),
        pytest.param(
            "TlRMTVNTUAACAAAAAAAAADAAAAABgogAMTIzNDU2NzgAAAAAAAAAABAAEAAwAAAAAgAIAEQATwBNAEEAAAAAAA==",
            "TlRMTVNTUAADAAAAGAAYAFwAAABAAEAAdAAAAAwADABIAAAABAAEAFQAAAAEAAQAWAAAAAAAAAC0AAAABYKIogUBKAoAAAAPRAB"
            "PACUAMgAwAE0AVQBzAFcAUwARLbSKFEuOs98Owhhc3jAhgICAgICAgIAwlLcowX0EIO8JtbO/QXQTAQEAAAAAAAAAAG3GRxfaAYC"
            "AgICAgICAAAAAAAIACABEAE8ATQBBAAAAAAAAAAAA",
            id="version 2",
        ),
    ],
)
def test_ntlm_writes_the_messages_of_httpntlm(challenge, answer):
    drawn = Tools(random=Half(), clock=SteppingClock(1_700_000_000_000), profile=Profile())
    flow = ntlm.flow(request(headers=OLD), Params(NTLM, {}), drawn)
    step = next(flow)
    assert authorization(step.draft) is None
    for offer, expected in (("NTLM", NEGOTIATE), (f"NTLM {challenge}", f"NTLM {answer}")):
        response = Response(status=401, reason="", headers=(("WWW-Authenticate", offer),))
        step = flow.send(Answered(draft=step.draft, response=response))
        assert authorization(step.draft) == expected


@pytest.mark.parametrize("username", ["DOM\\user", "user@DOM"])
def test_ntlm_finds_the_domain_in_the_user_name(username):
    talk = Talk("ntlm", request(), {"username": username, "password": "pw"})
    sent = talk.answer(401, ("WWW-Authenticate", "Negotiate, NTLM"))
    assert authorization(sent) == "NTLM TlRMTVNTUAABAAAAB7IIogMAAwAoAAAAAAAAACgAAAAFASgKAAAAD0RPTQ=="


@pytest.mark.parametrize("half", ["username", "password", "domain", "workstation"])
def test_ntlm_takes_half_a_surrogate_pair(half):
    talk = Talk("ntlm", request(), {**NTLM, half: "\ud800"})
    assert authorization(talk.answer(401, ("WWW-Authenticate", "NTLM"))).startswith("NTLM ")


def test_ntlm_stops_when_the_server_does_not_ask_for_it():
    assert Talk("ntlm", request(), NTLM).answer(401, ("WWW-Authenticate", "Basic")) is None
    talk = Talk("ntlm", request(), NTLM)
    talk.answer(401, ("WWW-Authenticate", "NTLM"))
    with pytest.raises(AuthProblem, match="did not send NTLM type 2 message"):
        talk.answer(401, ("WWW-Authenticate", "NTLM"))


@pytest.mark.parametrize(
    ("data", "digest"),
    [
        (b"", "31d6cfe0d16ae931b73c59d7e0c089c0"),
        (b"abc", "a448017aaf21d8525fc10ae87aa6729d"),
        (b"1234567890" * 8, "e33b4ddc9c38f2199c3e7b164fcc0536"),
    ],
)
def test_md4_gives_the_digests_of_its_rfc(data, digest):
    assert md4(data).hex() == digest
