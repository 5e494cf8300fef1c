"""A secret is found in every listed encoding, and in encodings of encodings, wherever it is recorded."""

import base64
import gzip
import json
import sys
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from harness.cassettes.edit import scan
from harness.cassettes.file.format import load
from harness.cassettes.file.journal_path import journal_path
from harness.cassettes.record.plan import RecordingPlan
from harness.client.message import Response
from harness.collection.model import Variable
from harness.secrets.redactor import Redactor


def b64(text, before="", behind=""):
    return base64.b64encode((before + text + behind).encode()).decode()


SINGLE = {
    "plain": lambda text: text,
    "percent upper": lambda text: quote(text, safe=""),
    "percent lower": lambda text: "".join(f"%{byte:02x}" for byte in text.encode()),
    "form": quote_plus,
    "json": lambda text: json.dumps(text)[1:-1],
    "json unicode": lambda text: "".join(
        f"\\u{unit:04x}" for unit in memoryview(text.encode(f"utf-16-{sys.byteorder[0]}e")).cast("H")
    ),
    "base64 0": lambda text: b64(text, "", "z"),
    "base64 1": lambda text: b64(text, "x", "zz"),
    "base64 2": lambda text: b64(text, "xy", ""),
    "base64 url": lambda text: base64.urlsafe_b64encode(f"??>{text}>>>".encode()).decode().rstrip("="),
    "basic": lambda text: b64(text, "user:"),
    "hex lower": lambda text: text.encode().hex(),
    "hex upper": lambda text: text.encode().hex().upper(),
}
DOUBLE = [
    ("percent upper", "percent upper"), ("json", "json"), ("json", "percent upper"), ("json", "base64 1"),
    ("percent upper", "json"), ("base64 2", "percent upper"), ("base64 1", "base64 2"), ("form", "json"),
    ("hex lower", "base64 0"), ("percent lower", "base64 1"), ("json unicode", "json"),
    ("base64 url", "json"), ("form", "percent upper"),
]  # fmt: skip
ENCODINGS = {name: (name,) for name in SINGLE} | {" in ".join(pair): pair for pair in DOUBLE}


def encoded(text, names):
    for name in names:
        text = SINGLE[name](text)
    return text


def record(recorder, ask, secret, form, *, learnt, name="x.yaml"):
    """Record a form of a secret in all places; the secret is known before, or shows itself at last."""
    plan = RecordingPlan(environment=(Variable(key="KEY", value=secret, type="secret"),) if learnt else ())
    answered = Response(
        status=200,
        reason="OK",
        headers=(("X-Echo", quote(form)), ("Content-Type", "application/json")),
        body=json.dumps({"echo": form}, ensure_ascii=False).encode(),
    )
    recording = recorder({"/a": answered}, name=name, plan=plan, discard=True)
    packed = gzip.compress(f"text with {form} in it".encode())
    url = f"/a?x={quote(form, safe='')}&y=1"
    recording.transport.send(ask(url, "POST", body=packed, headers=(("Content-Encoding", "gzip"),)))
    recording.transport.send(ask("/b", "PUT", body=f"<x>{form}</x>".encode()))
    recording.transport.send(ask("/c", "POST", body=json.dumps({"client_secret": secret}).encode()))
    journal = journal_path(recording.path).read_text("utf-8")
    return journal, recording.finish(complete=True).path.read_text("utf-8")


@pytest.mark.parametrize("learnt", [True, False], ids=["known", "learnt later"])
@pytest.mark.parametrize("secret", ["päss wörd/+&=1", 'q"uo\\te<>%41x', "Zm9vYmFyYmF6", "0123abcdef99"])
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_no_form_of_a_secret_is_written(recorder, ask, tmp_path, encoding, secret, learnt):
    form = encoded(secret, ENCODINGS[encoding])
    for text in record(recorder, ask, secret, form, learnt=learnt):
        assert secret not in text
        assert form not in text
        assert json.dumps(form)[1:-1] not in text
        assert quote(form, safe="") not in text
    redactor = Redactor()
    redactor.learn(secret, "KEY")
    assert scan(load(tmp_path / "x.yaml"), redactor) == ()


@given(
    st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), min_size=8, max_size=24),
    st.sampled_from(sorted(ENCODINGS)),
    st.booleans(),
    st.sampled_from(["x.yaml", "x.json"]),
)
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_form_of_any_secret_is_written(recorder, ask, secret, encoding, learnt, name):
    assume(secret == secret.strip() and Redactor().learn(secret, "x") != secret)
    form = encoded(secret, ENCODINGS[encoding])
    # A value that is part of the file's own words cannot be told from them.
    assume((len(set(secret)) > 3 and not secret.isascii()) or not secret.isalnum())
    for text in record(recorder, ask, secret, form, learnt=learnt, name=name):
        assert secret not in text
        assert form not in text
