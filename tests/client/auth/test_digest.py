"""Digest: what a challenge asks for, and what is kept of it for the requests behind."""

import pytest

from harness.collection.model import Body
from tests.client.auth.talk import Talk, authorization, request, signed

CHALLENGE = ("WWW-Authenticate", 'Digest realm="re alm", nonce="abc", opaque="op"')


@pytest.mark.parametrize(
    ("algorithm", "response"),
    [
        (None, "edbf2d9a19b289796bd6786a84745220"),
        ("SHA-256", "dc977de031833a2e16c296ae17219ff593da0e1bfd39dcbfffbeb390bb3bba67"),
        ("SHA-512-256", "7ec31cda21ab7c4463614f339e50203c6fb9a9b1a6e7e0d76b8b350a63d087a2"),
    ],
)
def test_digest_answers_the_challenge(algorithm, response):
    draft = request("/digest?", "POST", body=Body(mode="raw", raw="hi", language="json"))
    talk = Talk("digest", draft, {"username": "us", "password": "pw", "algorithm": algorithm})
    assert authorization(talk.sent) is None
    assert authorization(talk.answer(401, CHALLENGE)) == (
        f'Digest username="us", realm="re alm", nonce="abc", uri="/digest?", '
        f'algorithm="{algorithm or "MD5"}", response="{response}", opaque="op"'
    )
    assert talk.answer(401, CHALLENGE) is None


def test_digest_signs_at_once_with_what_an_earlier_request_learnt():
    memory: dict = {}
    params = {"username": "us", "password": "pw"}
    talk = Talk("digest", request("/digest"), params, memory)
    talk.answer(401, ("WWW-Authenticate", 'Digest realm="R", nonce="N", qop="auth"'))
    assert "nc=00000001" in authorization(talk.sent)
    assert talk.answer(200) is None
    again = Talk("digest", request("/digest"), params, memory)
    assert "nc=00000002" in authorization(again.sent)


def test_digest_uses_what_the_author_wrote():
    params = {"username": "us", "password": "pw", "realm": "R", "nonce": "N", "qop": "auth"}
    sent = signed("digest", request("/digest"), **params, nonceCount="00000005", clientNonce="cn")
    assert authorization(sent) == (
        'Digest username="us", realm="R", nonce="N", uri="/digest", algorithm="MD5", qop=auth, nc=00000005, '
        'cnonce="cn", response="d3a229549efe9f9e8968e996263e6235"'
    )


def test_digest_does_not_answer_when_told_so():
    talk = Talk("digest", request(), {"username": "u", "password": "p", "disableRetryRequest": True})
    assert talk.answer(401, CHALLENGE) is None


def digest(memory: dict | None = None, **params) -> Talk:
    params = {"username": "us", "password": "pw", **params}
    return Talk("digest", request("/digest"), params, memory, answers_challenges=True)


def challenge(text: str) -> tuple[str, str]:
    return ("www-authenticate", text)


OFFERS = (
    challenge('Basic realm="B"'),
    challenge('Digest realm="R", nonce="of-new", algorithm=NEW-1, qop="auth"'),
    challenge('Digest realm="R", nonce="of-md5", algorithm=MD5, qop="auth"'),
    challenge('Digest realm="R", nonce="of-sha", algorithm=SHA-256, qop="auth"'),
)


@pytest.mark.parametrize(
    ("algorithm", "nonce", "named"),
    [(None, "of-md5", "MD5"), ("SHA-256", "of-sha", "SHA-256"), ("SHA-512-256", "of-md5", "SHA-512-256")],
)
def test_digest_takes_the_nonce_of_the_challenge_for_its_algorithm(algorithm, nonce, named):
    header = authorization(digest(algorithm=algorithm).answer(401, *OFFERS))
    assert f'nonce="{nonce}"' in header
    assert f'algorithm="{named}"' in header


@pytest.mark.parametrize(
    ("offer", "expected"),
    [
        ('Digest realm="R", nonce="N", qop="auth-int,auth"', ('nonce="N"', "qop=auth,", "nc=00000001")),
        ("Digest realm=R, nonce=N, qop=auth", ('realm="R"', 'nonce="N"', "qop=auth,")),
        ('Basic realm="x, Digest", Digest nonce="N", realm="R"', ('realm="R"', 'nonce="N"')),
        ('Digest realm="R", nonce="N", algorithm="sha-256"', ('algorithm="SHA-256"',)),
        ('Digest realm="R", nonce="N", algorithm=md5-sess', ('algorithm="MD5-sess"', "cnonce=")),
    ],
)
def test_digest_reads_a_challenge_however_it_is_written(offer, expected):
    header = authorization(digest().answer(401, challenge(offer)))
    assert [part for part in expected if part not in header] == []


def test_digest_signs_anew_when_a_nonce_that_was_accepted_is_refused():
    memory: dict = {}
    first = digest(memory)
    first.answer(401, challenge('Digest realm="R", nonce="one", qop="auth"'))
    assert first.answer(200) is None
    second = digest(memory)
    assert 'nonce="one"' in authorization(second.sent)
    again = authorization(second.answer(401, challenge('Digest realm="R", nonce="two", qop="auth"')))
    assert 'nonce="two"' in again
    assert "nc=00000001" in again
    assert second.answer(401, challenge('Digest realm="R", nonce="three", qop="auth"')) is None


def test_digest_is_content_with_a_refusal_of_its_password_and_with_nonces_that_never_last():
    refused = digest()
    refused.answer(401, challenge('Digest realm="R", nonce="one"'))
    assert refused.answer(401, challenge('Digest realm="R", nonce="two"')) is None
    endless = digest()
    stale = 'Digest realm="R", stale=true, nonce='
    assert endless.answer(401, challenge(stale + "one")) is not None
    assert endless.answer(401, challenge(stale + "two")) is not None
    assert endless.answer(401, challenge(stale + "three")) is None


def test_digest_does_not_repeat_what_the_author_fixed():
    talk = digest(realm="R", nonce="N", opaque="o", qop="auth", clientNonce="c", nonceCount="00000001")
    assert talk.answer(401, challenge('Digest realm="R", nonce="M", stale=TRUE, qop="auth"')) is None
