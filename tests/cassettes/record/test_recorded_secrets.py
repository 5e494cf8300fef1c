"""What becomes known as a secret while a run is recorded is in neither journal nor cassette."""

import base64
import json
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from harness.cassettes.file.format import load
from harness.cassettes.file.journal import read
from harness.cassettes.file.journal_path import journal_path
from harness.cassettes.record.plan import RecordingPlan
from harness.client.message import Response
from harness.collection.model import Variable
from harness.errors import InputError
from harness.secrets.redactor import Redactor
from harness.secrets.value_form import plain_words
from harness.variables.scope import Scopes


def test_a_resumed_run_asks_again_for_what_held_secrets(recorder, ask, answer):
    answers = {"/token": answer({"access_token": "secret-token-1"})}
    first = recorder(answers)
    first.transport.send(ask("/token"))
    first.finish(complete=False)
    resumed = recorder({"/token": answer({"access_token": "secret-token-2"})}, resume=True)
    assert b"secret-token-2" in resumed.transport.send(ask("/token")).body
    path = resumed.finish(complete=True).path
    assert len(load(path).interactions) == 1
    assert "secret-token" not in path.read_text()


def test_a_secret_learnt_later_is_taken_out_of_the_journal_before_the_next_entry(recorder, ask, tmp_path):
    recording = recorder()
    secret = "late-secret/ü1"
    coded = base64.b64encode(f"ab{secret}".encode()).decode()
    recording.transport.send(ask(f"/a?x={quote(secret, safe='')}&b={coded}", "POST", body=secret.encode()))
    journal = journal_path(tmp_path / "x.yaml")
    assert secret in journal.read_text("utf-8")
    recording.transport.send(ask("/b", "POST", body=json.dumps({"client_secret": secret}).encode()))
    text = journal.read_text("utf-8")
    assert secret not in text
    assert coded not in text
    assert quote(secret, safe="") not in text
    assert len(list(read(journal))) == 3


def test_variables_that_become_secret_during_the_run_are_learnt(recorder, ask, tmp_path):
    scopes = Scopes()
    recording = recorder()
    recording.watch(scopes)
    scopes.environment.set("SESSION", "run-time-secret", type="secret")
    recording.transport.send(ask("/a?x=run-time-secret"))
    assert "run-time-secret" not in journal_path(tmp_path / "x.yaml").read_text()


class Blind(Redactor):
    """A redactor that overlooks what it knows, to see whether the scan does not."""

    def text(self, text):
        return text

    def bytes(self, data):
        return data


def test_what_redaction_overlooks_the_scan_refuses_naming_the_place_without_the_value(
    recorder, ask, tmp_path
):
    redactor = Blind()
    redactor.learn("overlooked-1", "KEY")
    recording = recorder(redactor=redactor)
    recording.transport.send(ask("/a"))
    recording.transport.send(ask("/b", "POST", body=b"x overlooked-1"))
    with pytest.raises(InputError) as raised:
        recording.finish(complete=True)
    assert "interaction 2/request/body" in str(raised.value)
    assert "overlooked-1" not in str(raised.value)
    assert "harness cassette redact" in str(raised.value)
    assert not (tmp_path / "x.yaml").exists()
    assert journal_path(tmp_path / "x.yaml").exists()


secrets = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cs", "Cc", "Zs", "Zl", "Zp")), min_size=6, max_size=30
)


OWN_WORDS = """
harness-journal version metadata complete collection_hash environment DECLARED shapes clocks start seed note
interactions interaction call Folder Call iteration attempt origin recorded_at elapsed clock number failures
request method GET POST uri https://api.example/a?q= body headers Authorization: Basic Cookie: sid= X-Echo
response status code message headers Content-Type application/json body string base64_string wire size
request_body_base64 seen echo access_token deep sasKey client_secret path failure superseded variables
REDACTED_DECLARED REDACTED_access_token REDACTED_basic_password REDACTED_basic_credentials_2 REDACTED_cookie
REDACTED_sasKey REDACTED_cookie_sid REDACTED_client_secret REDACTED_authorization
"""


@given(
    st.lists(secrets, min_size=6, max_size=6, unique=True),
    st.sampled_from(["x.yaml", "x.json"]),
    st.binary(max_size=4),
)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_secret_is_found_in_journal_or_file(recorder, ask, answer, tmp_path, values, name, pad):
    assume(all(Redactor().learn(value, "x") != value for value in values))
    # Under a name alone no word is a secret; and one of the file's own words cannot be told from them.
    assume(not any(plain_words(value) for value in values))
    assume(not any(value in OWN_WORDS for value in values))
    declared, token, password, sas, cookie, late = values
    forms = [
        form
        for value in values
        for form in (
            value,
            quote(value, safe=""),
            json.dumps(value)[1:-1],
            value.encode().hex(),
            base64.b64encode(pad + value.encode()).decode(),
        )
    ]
    everything = json.dumps({"echo": forms, "access_token": token, "deep": [{"sasKey": sas}]})
    answers = {
        "/a": answer({"seen": forms}),
        "/b": Response(status=200, reason="OK", headers=(("X-Echo", quote(late)),), body=everything.encode()),
    }
    plan = RecordingPlan(environment=(Variable(key="DECLARED", value=declared, type="secret"),))
    recording = recorder(answers, name=name, plan=plan, discard=True)
    basic = base64.b64encode(f"me:{password}".encode()).decode()
    headers = (("Authorization", f"Basic {basic}"), ("Cookie", f"sid={quote(cookie)}"), ("X", declared))
    recording.redactor.learn(cookie, "cookie")
    recording.transport.send(ask(f"/a?q={quote(late, safe='')}", "POST", body=late.encode(), headers=headers))
    recording.transport.send(ask("/b"))
    body = json.dumps({"client_secret": late}).encode()
    recording.transport.send(ask("/c", "POST", body=body, headers=(("Content-Type", "application/json"),)))
    texts = [journal_path(tmp_path / name).read_text("utf-8")]
    texts.append(recording.finish(complete=True).path.read_text("utf-8"))
    for text in texts:
        for value in values:
            assert value not in text
            assert quote(value, safe="") not in text
            assert value.encode().hex() not in text
        for form in forms:
            assert len(form) < 12 or form not in text
    load(tmp_path / name)
