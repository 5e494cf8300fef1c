"""Random secrets in every place, sent, and answered in every encoding: nothing that a run writes has one."""

import base64
import json
import random
import re
import string
import zlib
from urllib.parse import quote

import pytest

from harness.errors import ExitCode
from tests.secrets.spellings import SPELLINGS

_FILES = {
    "json": "json", "newman-json": "njson", "postman-json": "pjson", "html": "html", "junit": "xml",
    "ctrf": "ctrf", "events": "jsonl",
}  # fmt: skip
_PACKED = re.compile(r"[A-Za-z0-9+/]{64,}={0,2}")


def drawn(chance: random.Random) -> str:
    """A secret of at least ten characters and 40 bits, of random form."""
    letters = string.ascii_letters + string.digits + "-_.~"
    text = "".join(chance.choice(letters) for _ in range(chance.randint(10, 30)))
    return text + chance.choice(("7qZ", "x81K", "09f"))


def bearer(text):
    return {"type": "bearer", "bearer": [{"key": "token", "value": text}]}


def calls(base, secret):
    """Give a call for each place: what is sent, and what is answered besides the echo."""
    form = [{"key": "user", "value": "me"}, {"key": "db_pass", "value": secret("form")}]
    packed = base64.b64encode(secret("script").encode()).decode()
    script = f"pm.environment.set('signing_key', atob('{packed}'))"
    yield "type", {"header": [{"key": "X-One", "value": "{{typed}}"}]}, {}
    yield "name", {"url": base + "name?q={{githubToken}}"}, {}
    yield "row", {"body": {"mode": "raw", "raw": "{{password}}"}}, {}
    yield "header", {"header": [{"key": "X-Api-Key", "value": secret("header")}]}, {}
    yield "auth", {"auth": bearer(secret("auth"))}, {}
    yield "query", {"url": base + "query?access_token=" + quote(secret("query"), safe="")}, {}
    yield "json", {"body": {"mode": "raw", "raw": json.dumps({"client_secret": secret("json")})}}, {}
    yield "form", {"body": {"mode": "urlencoded", "urlencoded": form}}, {}
    yield "script", {"script": script, "header": [{"key": "X-Two", "value": "{{signing_key}}"}]}, {}
    fields = {"key": "X-Kelp", "value": secret("signed"), "in": "header"}
    auth = {"type": "apikey", "apikey": [{"key": key, "value": value} for key, value in fields.items()]}
    packed_auth = base64.b64encode(json.dumps(auth).encode()).decode()
    signed = f"pm.request.auth = JSON.parse(atob('{packed_auth}'))"
    yield "signed", {"script": signed}, {}
    yield "answer", {}, {"data": [{"refresh_token": secret("answer")}]}


@pytest.mark.parametrize("seed", range(3))
def test_no_artefact_of_a_run_holds_a_secret_in_any_encoding(command, workspace, target, seed):
    chance = random.Random(seed)
    secrets: dict[str, str] = {}

    def secret(place: str) -> str:
        return secrets.setdefault(place, drawn(chance))

    items = []
    for place, request, more in calls(f"{target.url}/", secret):
        script = request.pop("script", None)
        made = {"name": place, "request": {"method": "POST", "url": f"{target.url}/{place}", **request}}
        if script is not None:
            made["event"] = [{"listen": "prerequest", "script": {"exec": [script]}}]
        items.append(made)
        echo = {name: spelled(secret(place)) for name, spelled in SPELLINGS.items()}
        target.answers[f"/{place}"] = (200, {**more, "echo": echo})
    environment = workspace.json(
        "e.postman_environment.json",
        {"name": "e", "values": [
            {"key": "typed", "value": secret("type"), "type": "secret"},
            {"key": "githubToken", "value": secret("name")},
        ]},
    )  # fmt: skip
    rows = workspace.json("rows.json", [{"user": "me", "password": secret("row")}])
    collection = workspace.collection(*items)
    given = {collection, environment, rows}
    exports = [f"--reporter-{name}-export=out.{suffix}" for name, suffix in _FILES.items()]
    said = command(
        "run", collection, "-e", environment, "-d", rows, "--verbose", "--record", "tape.yaml",
        "--history", "history.jsonl", "-r", ",".join(["cli", *_FILES]), *exports,
    )  # fmt: skip
    assert said.code is ExitCode.PASSED, said.err
    artefacts = {"terminal": said.out + said.err}
    for file in workspace.folder.rglob("*"):
        if file.is_file() and file not in given:
            artefacts[file.name] = unpacked(file.read_text("utf-8"))
    assert len(artefacts) == len(_FILES) + 3
    told = [
        (name, place, spelling)
        for name, text in artefacts.items()
        for place, value in secrets.items()
        for spelling, spelled in SPELLINGS.items()
        for form in {spelled(value), json.dumps(spelled(value))[1:-1]}
        if form in text
    ]
    assert not told
    whole = {name for name, text in artefacts.items() if "REDACTED_" in text and "quoted-printable" in text}
    assert whole >= {"terminal", "tape.yaml", "out.jsonl", "out.html"}, "it was there to be found"


def unpacked(text: str) -> str:
    """Return a text with what is packed in it, such as a report page's data."""
    packed = (base64.b64decode(one) for one in _PACKED.findall(text) if len(one) % 4 == 0)
    return text + "".join(
        zlib.decompress(data, 31).decode("utf-8", "replace")
        for data in packed
        if data.startswith(b"\x1f\x8b")
    )
