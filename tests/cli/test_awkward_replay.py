"""All that is awkward to record replays offline from one cassette, also in part and without the secrets."""

import json
from itertools import count

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from harness.errors import ExitCode


def item(
    name, target="/echo", *, pre="", test="pm.test('ok', () => pm.response.to.have.status(200))", **more
):
    scripts = (("prerequest", pre), ("test", test))
    return {
        "name": name,
        "request": {"method": "POST" if "body" in more else "GET", "url": "{{base}}" + target, **more},
        "event": [
            {"listen": listen, "script": {"type": "text/javascript", "exec": source.split("\n")}}
            for listen, source in scripts
            if source
        ],
    }


def auth(kind, **params):
    return {"auth": {"type": kind, kind: [{"key": key, "value": value} for key, value in params.items()]}}


def raw(text):
    return {"body": {"mode": "raw", "raw": text, "options": {"raw": {"language": "json"}}}}


DRAWN = [
    "$guid",
    "$timestamp",
    "$isoTimestamp",
    "$randomInt",
    "$randomFullName",
    "$randomPassword",
    "$randomDateFuture",
    "$randomDatePast",
    "$randomLoremSentence",
    "$randomIPV6",
    "$randomImageUrl",
]
DRAWING = """pm.variables.set('v', JSON.stringify([Math.random(), Date.now(), new Date().toISOString(),
  Array.from(crypto.getRandomValues(new Uint8Array(4))), crypto.randomUUID(), require('uuid').v4(),
  require('lodash').random(0, 1e9), require('crypto-js').lib.WordArray.random(8).toString(),
  pm.variables.replaceIn('{{$guid}}')]))"""
WORD = {"key": "{{$randomWord}}", "value": "ü {{$guid}}"}
PARTS = [
    {"key": "f", "type": "file", "src": "up.bin"},
    {"key": "g", "value": "{{$guid}}", "type": "text"},
]
DRAWS = [
    item("body", **raw(json.dumps({name: "{{" + name + "}}" for name in DRAWN}))),
    item("address", "/echo/{{$guid}}?t={{$timestamp}}&u={{$randomUserName}}"),
    item("form", body={"mode": "urlencoded", "urlencoded": [WORD]}),
    item("parts", body={"mode": "formdata", "formdata": PARTS}),
    item("script", **raw('{"v": {{v}}}'), pre=DRAWING),
]

SENDING = """const count = () => pm.sendRequest(pm.environment.get('base') + '/count');
const answers = await Promise.all([count(), count(), count()]);
pm.environment.set('all', answers.map((answer) => answer.json().n).join('-'));"""
GROWS = "pm.test('grows', () => pm.expect(pm.response.json().n).to.be.above(pm.environment.get('n')))"
RUNNING = """const answer = await pm.execution.runRequest('ID');
pm.test('ran', () => pm.expect(answer.code).to.equal(200))"""
LATE = "setTimeout(() => pm.sendRequest(pm.environment.get('base') + '/echo?at=' + Date.now()), 50)"
FLOW = [
    item("scripts send", "/echo?all={{all}}", pre=SENDING),
    item("poll", "/count", test="if (pm.response.json().n % 3) pm.execution.setNextRequest('poll');"),
    item("once", "/count", test="pm.environment.set('n', pm.response.json().n)"),
    item("again", "/count", test=GROWS),
    item("runs another", test=RUNNING),
    {**item("another"), "id": "ID"},
    item("late", test=LATE),
]

AWS = {"accessKey": "AKIDEXAMPLE", "secretKey": "{{aws}}", "region": "r", "service": "s3"}
OAUTH = {"consumerKey": "ck", "consumerSecret": "{{oauth}}", "token": "token-1", "tokenSecret": "{{oauth2}}"}
JWT = {"secret": "{{jwt}}", "algorithm": "HS256", "payload": '{"sub": "{{$guid}}"}'}
SIGNING = (
    "pm.variables.set('sum', require('crypto-js').HmacSHA256('m', pm.environment.get('hmac')).toString())"
)
SPELLING = "pm.variables.set('literal', 'spelled-out-1')"
AUTHS = [
    item("token", "/token", test="pm.environment.set('token', pm.response.json().access_token)"),
    item("bearer", **auth("bearer", token="{{token}}")),
    item("basic", **auth("basic", username="u", password="{{password}}")),
    item("apikey", **auth("apikey", key="api_key", value="{{apikey}}", **{"in": "query"})),
    item("awsv4", **auth("awsv4", **AWS), **raw("{}")),
    item("awsv4 query", **auth("awsv4", **AWS, addAuthDataToQuery=True)),
    item("oauth1", **auth("oauth1", **OAUTH, signatureMethod="HMAC-SHA1")),
    item(
        "oauth1 rsa", **auth("oauth1", consumerKey="ck", privateKey="{{pem}}", signatureMethod="RSA-SHA256")
    ),
    item(
        "hawk", **auth("hawk", authId="id", authKey="{{hawk}}", algorithm="sha256", includePayloadHash=True)
    ),
    item("jwt", **auth("jwt", **JWT, addTokenTo="queryParam", queryParamKey="jwt")),
    item(
        "jwt rsa", **auth("jwt", privateKey="{{pem}}", algorithm="RS256", payload="{}", addTokenTo="header")
    ),
    item("edgegrid", **auth("edgegrid", accessToken="akab-1", clientToken="akab-2", clientSecret="{{edge}}")),
    item("signs", **raw('{"checksum": "{{sum}}"}'), pre=SIGNING),
    item("spells out", **raw('{"x": "{{literal}}"}'), pre=SPELLING),
    item("shows", **raw('{"client_secret": "{{literal}}"}'), pre=SPELLING),
]

FAILURES = [
    item("refused", test="") | {"request": {"method": "GET", "url": "http://127.0.0.1:1/"}},
    item("no name", test="") | {"request": {"method": "GET", "url": "http://no-such-host.invalid/"}},
    item("no server of TLS", test="") | {"request": {"method": "GET", "url": "https://127.0.0.1:{{port}}/"}},
]

SECRETS = ("password", "apikey", "aws", "oauth", "oauth2", "hawk", "jwt", "edge", "hmac")


SHOWN_BY_SECRETS = ("secret-of-", "handed-out-", "spelled-out-1", "PRIVATE KEY")


@pytest.fixture
def recorded(command, workspace, target, tmp_path):
    """Record the whole collection and return its file."""
    numbers = count(1)

    class Counting(dict):
        def get(self, path, default):
            match path:
                case "/count":
                    return 200, {"n": next(numbers)}
                case "/token":
                    return 200, {"access_token": f"handed-out-{next(numbers)}"}
                case _:
                    return default

    target.answers = Counting()
    file = workspace.collection(
        *({"name": name, "item": items} for name, items in FOLDERS.items()), name="awkward"
    )
    (workspace.folder / "up.bin").write_bytes(bytes(range(256)))
    pem = rsa.generate_private_key(65537, 2048).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    known = {"base": target.url, "port": target.url.rpartition(":")[2]}
    secrets = {name: f"secret-of-{name}" for name in SECRETS} | {"pem": pem.decode()}
    for name, values in (("live", known | secrets), ("bare", known)):
        document = {"name": name, "values": [
            {"key": key, "value": value, "type": "secret" if key in secrets else "default"}
            for key, value in values.items()
        ]}  # fmt: skip
        workspace.json(f"{name}.json", document)
    for tape in ("awkward.yaml", "awkward.json"):
        said = command("run", file, "-e", "live.json", "-n", 2, "--record", tape)
        assert said.code is ExitCode.FAILED
        text = (workspace.folder / tape).read_text("utf-8")
        assert not any(
            secret in text for secret in ("secret-of-", "handed-out-", "spelled-out-1", "PRIVATE KEY")
        )
    return file, checks(said.out)


FOLDERS = {"Draws": DRAWS, "Flow": FLOW, "Auths": AUTHS, "Failures": FAILURES}


def checks(out):
    return [line for line in out.splitlines() if "✓" in line and "passed" not in line]


def replayed(said, *, whole):
    assert "no recorded interaction" not in said.out
    assert "given already" not in said.out
    assert "connections attempted: 0" in said.out
    assert ("interactions unused: 0" in said.out) is whole


def test_it_replays_with_and_without_secrets_as_a_whole_and_in_part(command, recorded, target):
    file, told = recorded
    asked = len(target.requests)
    for tape in ("awkward.yaml", "awkward.json"):
        for environment in ("live.json", "bare.json"):
            said = command("run", file, "-e", environment, "-n", 2, "--replay", tape)
            replayed(said, whole=True)
            assert checks(said.out) == told
    for name in (*FOLDERS, "again", "bearer", "spells out"):
        said = command("run", file, "-e", "bare.json", "-n", 2, "--replay", "awkward.yaml", "--folder", name)
        replayed(said, whole=False)
        assert said.code is (ExitCode.FAILED if name == "Failures" else ExitCode.PASSED)
    assert len(target.requests) == asked
