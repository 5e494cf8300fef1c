"""A collection of the kind that Adobe gave to partners runs on the local platform as it is.

Its scripts fetch a library into a global, evaluate it and sign a JWT with it; its calls are those of 2020,
name hosts that are not this machine, and upload a file from a path of their author's machine.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import pytest

from harness.api import RunResult, run
from harness.errors import UsageError

# Signs as crypto libraries do: PKCS #8 in, RS256 out. It takes SHA-256 from the sandbox.
LIBRARY = """
var TINY = (function () {
  if (typeof window === "undefined" || typeof navigator === "undefined") throw new Error("no browser");
  function bytes(text) { return Array.from(atob(text), function (one) { return one.charCodeAt(0); }); }
  function pieces(der) {
    var found = [], at = 0;
    while (at < der.length) {
      var size = der[at + 1], head = 2;
      if (size & 128) {
        var count = size & 127; size = 0; head += count;
        for (var i = 0; i < count; i++) size = size * 256 + der[at + 2 + i];
      }
      found.push({ tag: der[at], body: der.slice(at + head, at + head + size) });
      at += head + size;
    }
    return found;
  }
  function hex(list) {
    return list.map(function (one) { return (one + 256).toString(16).slice(1); }).join("");
  }
  function number(list) { return BigInt("0x" + hex(list)); }
  function power(base, exponent, modulus) {
    var result = 1n;
    for (; exponent > 0n; exponent >>= 1n, base = base * base % modulus)
      if (exponent & 1n) result = result * base % modulus;
    return result;
  }
  function url(text) { return text.replace(/=+$/, "").replace(/[+]/g, "-").replace(/[/]/g, "_"); }
  function sign(text, pem) {
    var outer = pieces(pieces(bytes(pem.replace(/-----[^-]+-----|\\s/g, "")))[0].body);
    var key = pieces(pieces(outer[2].body)[0].body);
    var modulus = number(key[1].body), exponent = number(key[3].body);
    var size = modulus.toString(16).length / 2;
    var digest = "3031300d060960864801650304020105000420" + CryptoJS.SHA256(text).toString();
    var padded = "0001" + "ff".repeat(size - 3 - digest.length / 2) + "00" + digest;
    var signature = power(BigInt("0x" + padded), exponent, modulus).toString(16).padStart(size * 2, "0");
    return url(btoa(signature.match(/../g).map(function (one) {
      return String.fromCharCode(parseInt(one, 16));
    }).join("")));
  }
  return { jwt: function (claims, pem) {
    var text = url(btoa('{"alg":"RS256"}')) + "." + url(btoa(JSON.stringify(claims)));
    return text + "." + sign(text, pem);
  } };
})();
"""

SIGN = """
var navigator = {}; var window = {};
eval(postman.getGlobalVariable("library"));
var ims = "https://" + pm.environment.get("IMS");
var claims = {
  exp: Math.round(Date.now() / 1000 + 87000), iss: pm.environment.get("IMS_ORG"),
  sub: pm.environment.get("TECHNICAL_ACCOUNT_ID"), aud: ims + "/c/" + pm.environment.get("API_KEY")
};
pm.environment.get("META_SCOPE").split(",").forEach(function (one) { claims[ims + "/s/" + one] = true; });
pm.environment.set("JWT", TINY.jwt(claims, pm.environment.get("PRIVATE_KEY")));
"""

PRUNE = """
pm.request.headers.each(header => {
  if (header.value.startsWith("{{") && header.value.endsWith("}}"))
    if (!pm.variables.get(header.value.substring(2, header.value.length - 2)))
      pm.request.headers.remove(header.key);
});
"""

AUTHOR = "/Users/nobody/Documents/members, second try.json"
CONTENT_TYPE = "application/vnd.adobe.xed-full+json;version=1"


def call(
    method: str, url: str, body: Any = None, *, keep: str = "", before: str = "", after: str = ""
) -> dict[str, Any]:
    """One call as Postman exports it; `keep` is the variable for the answer's `$id`."""
    raw, _, variable = url.partition(" ")
    platform = "PLATFORM_GATEWAY" in raw
    headers = {
        "Cache-Control": "no-cache",
        "Content-Type": "application/json",
    }
    gateway = {
        "Authorization": "bearer {{ACCESS_TOKEN}} ",
        "x-api-key": "{{API_KEY}}",
        "x-gw-ims-org-id": "{{IMS_ORG}}",
        "x-sandbox-name": "{{SANDBOX_NAME}}",
        "Accept": "application/vnd.adobe.xed+json",
        "Content-Type": "application/octet-stream" if isinstance(body, Path) else "application/json",
    }
    if platform:
        headers = gateway
    elif isinstance(body, list):
        headers = {}
    if keep:
        after = f'var data = JSON.parse(responseBody); pm.environment.set("{keep}", data["$id"]);'
    if isinstance(body, Path):
        mode: dict[str, Any] = {"mode": "file", "file": {"src": str(body)}}
    elif isinstance(body, list):
        fields = [{"key": key, "value": value, "type": "text"} for key, value in body]
        mode = {"mode": "formdata", "formdata": fields}
    else:
        mode = {"mode": "raw", "raw": "" if body is None else json.dumps(body)}
    events = {"prerequest": (PRUNE if platform else "") + before, "test": after}
    address: Any = raw
    if variable:
        address = {
            "raw": raw,
            "host": ["{{PLATFORM_GATEWAY}}"],
            "path": raw.partition("}}/")[2].split("/"),
            "variable": [{"key": "$id", "value": variable}],
        }
    return {
        "name": f"{method} {raw}",
        "event": [
            {"listen": listen, "script": {"type": "text/javascript", "exec": text.splitlines()}}
            for listen, text in events.items()
        ],
        "request": {
            "method": method,
            "header": [{"key": key, "value": value} for key, value in headers.items()],
            "url": address,
            "body": mode,
        },
    }


FORM = [("client_id", "{{API_KEY}}"), ("client_secret", "{{CLIENT_SECRET}}"), ("jwt_token", "{{JWT}}")]
REGISTRY = "{{PLATFORM_GATEWAY}}/data/foundation/schemaregistry"
IMPORT = "{{PLATFORM_GATEWAY}}/data/foundation/import/batches"
ENTITIES = "{{PLATFORM_GATEWAY}}/data/core/ups/access/entities"
SCHEMA_REF = {"id": "{{SCHEMA}}", "contentType": CONTENT_TYPE}
MEMBER = {"type": "object", "properties": {"card": {"type": "string", "isRequired": True}}}
MIXIN = {
    "type": "object",
    "title": "Club card",
    "meta:intendedToExtend": ["https://ns.adobe.com/xdm/context/profile"],
    "definitions": {"club": {"properties": {"_{{TENANT_ID}}": MEMBER}}},
    "allOf": [{"$ref": "#/definitions/club"}],
}
INLET_KEPT = """
var data = JSON.parse(responseBody);
pm.environment.set("INLET_URL", data["inletUrl"]);
"""

CALLS = [
    call(
        "GET",
        "http://library.example/js/tiny.js",
        after='postman.setGlobalVariable("library", responseBody);',
    ),
    call(
        "POST",
        "https://{{IMS}}/ims/exchange/jwt/",
        FORM,
        before=SIGN,
        after='pm.environment.set("ACCESS_TOKEN", JSON.parse(responseBody).access_token);',
    ),
    call("GET", f"{REGISTRY}/stats", []),
    call("GET", "https://platform.adobe.io/_harness/health"),
    call("POST", "{{PLATFORM_GATEWAY}}/data/core/edge/inlet", {"name": "club"}, after=INLET_KEPT),
    call("POST", f"{REGISTRY}/tenant/mixins/", MIXIN, keep="MIXIN"),
    call("POST", f"{REGISTRY}/tenant/mixins/", MIXIN | {"title": "Not needed"}, keep="UNUSED"),
    call(
        "POST",
        f"{REGISTRY}/tenant/schemas/",
        {
            "type": "object",
            "title": "Club members",
            "allOf": [{"$ref": "https://ns.adobe.com/xdm/context/profile"}, {"$ref": "{{MIXIN}}"}],
            "meta:immutableTags": ["union"],
        },
        keep="SCHEMA",
    ),
    call(
        "POST",
        f"{REGISTRY}/tenant/descriptors",
        {
            "@type": "xdm:descriptorIdentity",
            "xdm:sourceProperty": "/_{{TENANT_ID}}/card",
            "xdm:property": "xdm:code",
            "xdm:isPrimary": True,
            "xdm:namespace": "Email",
            "xdm:sourceSchema": "{{SCHEMA}}",
            "xdm:sourceVersion": 1,
        },
    ),
    call(
        "POST",
        "{{PLATFORM_GATEWAY}}/data/foundation/catalog/datasets",
        {"name": "Club", "schemaRef": SCHEMA_REF, "tags": {"unifiedProfile": ["enabled:true"]}},
        after='pm.environment.set("DATASET", JSON.parse(responseBody)[0].substring(11));',
    ),
    call(
        "POST",
        "{{INLET_URL}}?synchronousValidation=true",
        {
            "header": {"schemaRef": SCHEMA_REF, "imsOrgId": "{{IMS_ORG}}", "datasetId": "{{DATASET}}"},
            "body": {
                "xdmMeta": {"schemaRef": SCHEMA_REF},
                "xdmEntity": {"_{{TENANT_ID}}": {"card": "a@example.com"}},
            },
        },
    ),
    call(
        "POST",
        IMPORT,
        {"datasetId": "{{DATASET}}", "inputFormat": {"format": "json", "isMultiLineJson": True}},
        after='pm.environment.set("BATCH", JSON.parse(responseBody).id);',
    ),
    call("PUT", f"{IMPORT}/{{{{BATCH}}}}/datasets/{{{{DATASET}}}}/files/members.json", Path(AUTHOR)),
    call("POST", f"{IMPORT}/{{{{BATCH}}}}?action=COMPLETE"),
    call("GET", "{{PLATFORM_GATEWAY}}/data/foundation/catalog/batch/{{BATCH}}"),
    call(
        "GET",
        f"{ENTITIES}?schema.name=_xdm.context.profile&entityId={{{{CARD}}}}&entityIdNS=email",
        before='pm.variables.set("CARD", encodeURIComponent("b@example.com"));',
    ),
    call("GET", f"{REGISTRY}/tenant/mixins/", []),
    call(
        "DELETE",
        f"{REGISTRY}/tenant/mixins/:$id {{{{ENCODED}}}}",
        [],
        before='pm.environment.set("ENCODED", encodeURIComponent(pm.environment.get("UNUSED")));',
    ),
]
STATUSES = [200, 200, 200, 200, 201, 201, 201, 201, 201, 201, 200, 201, 201, 200, 200, 200, 200, 204]


@pytest.fixture
def run_it(tmp_path: Path) -> Iterator[Callable[..., RunResult]]:
    """Run the collection with the library and the members in files."""
    (tmp_path / "tiny.js").write_text(LIBRARY)
    members = [{"_exchangeinternal": {"card": card}} for card in ("b@example.com", "c@example.com")]
    (tmp_path / "members.json").write_text(json.dumps(members))
    with ExitStack() as stack:

        def run_calls(calls: list[dict[str, Any]] = CALLS, **options: Any) -> RunResult:
            schema = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"
            collection = {"info": {"name": "partners", "schema": schema}, "item": calls}
            chosen = {
                "platform": "local",
                "serve_files": {"http://library.example/js/tiny.js": tmp_path / "tiny.js"},
                "files": {"members, second try.json": tmp_path / "members.json"},
            }
            result = run(collection, **(chosen | options))
            stack.enter_context(closing(result.calls))
            return result

        yield run_calls


def statuses(result: RunResult) -> list[int]:
    return [one.exchange.response.status for one in result.calls]


def test_every_call_is_answered_with_success(run_it):
    result = run_it()
    assert [failure.message for failure in result.summary.failures] == []
    assert statuses(result) == STATUSES
    batch = json.loads(result.calls[14].exchange.response.body)[result.environment["BATCH"]]
    assert batch["status"] == "success"
    (profile,) = json.loads(result.calls[15].exchange.response.body).values()
    assert profile["entity"]["_exchangeinternal"] == {"card": "b@example.com"}


def test_it_replays_without_platform_library_or_members(run_it, tmp_path):
    cassette = tmp_path / "partners.yaml"
    assert statuses(run_it(record=cassette)) == STATUSES
    (tmp_path / "tiny.js").unlink()
    result = run_it(replay=cassette)
    assert statuses(result) == STATUSES
    assert result.summary.misses == 0


def test_a_jwt_of_another_key_is_refused(run_it):
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    other = json.dumps(key.decode())
    sign = f'pm.environment.set("PRIVATE_KEY", {other});\n{SIGN}'
    result = run_it([CALLS[0], call("POST", "https://{{IMS}}/ims/exchange/jwt/", FORM, before=sign)])
    assert statuses(result) == [200, 400]
    assert json.loads(result.calls[1].exchange.response.body)["error"] == "invalid_signature"


def test_a_library_that_is_not_there_is_an_error_before_anything_is_sent(run_it, tmp_path):
    missing = tmp_path / "gone.js"
    with pytest.raises(UsageError, match="no such file"):
        run_it(serve_files={"http://library.example/js/tiny.js": missing})


def test_a_host_is_led_to_an_address_with_a_port(run_it, tmp_path):
    from harness.aep.serving.server import LocalPlatform

    with LocalPlatform() as other:
        result = run_it(
            [call("GET", "http://elsewhere.example/_harness/health")],
            resolve={"elsewhere.example": other.address},
            platform=None,
        )
    assert statuses(result) == [200]
