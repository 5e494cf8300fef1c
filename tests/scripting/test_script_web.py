"""The web's interfaces that the current sandbox has."""

import pytest


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("new URL('/b?c=1', 'https://a.test:444/x').href", "https://a.test:444/b?c=1"),
        ("URL.canParse('nonsense')", "false"),
        ("new URLSearchParams('a=1&b=x%20y').get('b')", "x y"),
        ("new URLSearchParams([['a', 'ä b']]).toString()", "a=%C3%A4+b"),
        ("[...new URL('http://a/?x=1&x=2').searchParams.getAll('x')].join()", "1,2"),
        ("new TextDecoder().decode(new TextEncoder().encode('ä€'))", "ä€"),
        ("new TextDecoder('latin1').decode(new Uint8Array([233]))", "é"),
        ("atob('aGk=') + btoa('hi')", "hiaGk="),
        ("JSON.stringify(structuredClone({a: [1, {b: null}]}))", '{"a":[1,{"b":null}]}'),
        ("structuredClone(new Map([[1, new Set([2])]])).get(1).has(2)", "true"),
        ("crypto.getRandomValues(new Uint8Array(4)).length", "4"),
        ("/^[0-9a-f-]{36}$/.test(crypto.randomUUID())", "true"),
        ("await new Blob(['ab', new Uint8Array([99])]).text()", "abc"),
        ("(await new Blob(['a', 'b']).stream().getReader().read()).value", "97,98"),
        ("(await new File([], 'none').stream().getReader().read()).done", "true"),
        ("new Blob() + new File([], 'none')", "[object Blob][object File]"),
        ("AbortSignal.abort().aborted", "true"),
        ("new Intl.NumberFormat('de').format(1.5)", "1,5"),
    ],
)
def test_interfaces_work(bench, source, shown):
    assert bench.said(f"console.log(String({source}))") == [shown]


@pytest.mark.parametrize("name", ["Blob", "File", "atob", "btoa", "Buffer"])
def test_the_buffer_module_shares_its_members_with_the_global_names(bench, name):
    assert bench.said(f"console.log(String(require('buffer').{name} === {name}))") == ["true"]


@pytest.mark.parametrize("name", ["atob", "btoa"])
def test_the_modules_for_base64_are_the_global_functions(bench, name):
    assert bench.said(f"console.log(String(require('{name}') === {name}))") == ["true"]


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("require('buffer').constants.MAX_STRING_LENGTH", "536870888"),
        ("require('buffer') === require('buffer')", "true"),
        ("Buffer.copyBytesFrom(new Uint16Array([1, 2, 3]), 1, 1).toString('hex')", "0200"),
        ("Buffer.of(104, 105).toString()", "hi"),
        ("'TYPED_ARRAY_SUPPORT' in Buffer", "false"),
    ],
)
def test_the_buffer_module_is_the_current_one(bench, source, shown):
    assert bench.said(f"console.log(String({source}))") == [shown]


def test_newman_keeps_the_old_buffer_module(newman):
    said = newman.said("const require_ = require; console.log(Object.keys(require_('buffer')).length)")
    assert said == ["4"]


def test_changing_an_address_and_its_query_go_together(bench):
    said = bench.said(
        """
        const url = new URL("http://a.test/p?x=1#h");
        url.searchParams.append("y", "2 3");
        url.port = "8080";
        url.pathname = "/q r";
        console.log(url.href, String(url) === url.toJSON());
        url.search = "?z=1";
        console.log(url.searchParams.get("z"), url.searchParams.get("x"));
        """
    )
    assert said == ["http://a.test:8080/q%20r?x=1&y=2+3#h true", "1 null"]


def test_subtle_crypto_signs_and_verifies(bench):
    said = bench.said(
        """
        const bytes = text => new TextEncoder().encode(text);
        const hash = await crypto.subtle.digest("SHA-256", bytes("abc"));
        console.log(Buffer.from(hash).toString("hex").slice(0, 16), hash instanceof ArrayBuffer);
        const algorithm = {name: "HMAC", hash: "SHA-256"};
        const key = await crypto.subtle.importKey("raw", bytes("key"), algorithm, false, ["sign", "verify"]);
        const signature = await crypto.subtle.sign("HMAC", key, bytes("m"));
        console.log(key instanceof CryptoKey, key.extractable, key.algorithm.hash.name);
        console.log(await crypto.subtle.verify("HMAC", key, signature, bytes("m")));
        console.log(await crypto.subtle.verify("HMAC", key, signature, bytes("n")));
        const pair = await crypto.subtle.generateKey({name: "ECDSA", namedCurve: "P-256"}, true, ["sign"]);
        console.log((await crypto.subtle.exportKey("jwk", pair.publicKey)).crv);
        await crypto.subtle.exportKey("raw", key).catch(error => console.log(error.name));
        """
    )
    assert said == [
        "ba7816bf8f01cfea true",
        "true false SHA-256",
        "true",
        "false",
        "P-256",
        "InvalidAccessError",
    ]


def test_what_cannot_be_cloned_says_so(bench):
    error = bench.run("structuredClone({f() {}})").error
    assert error is not None
    assert error.name == "DataCloneError"


def test_streams_pass_through_compression_and_decoding(bench):
    said = bench.said(
        """
        const source = new ReadableStream({start(c) { c.enqueue("hä "); c.enqueue("hä"); c.close() }});
        const packed = source.pipeThrough(new TextEncoderStream()).pipeThrough(new CompressionStream("gzip"));
        const text = packed.pipeThrough(new DecompressionStream("gzip")).pipeThrough(new TextDecoderStream());
        for await (const chunk of text) console.log(chunk);
        """
    )
    assert said == ["hä hä"]


def test_buffers_know_base64url(bench, newman):
    assert bench.said("console.log(Buffer.from('_-8', 'base64url').toString('base64url'))") == ["_-8"]
    assert newman.run("Buffer.from('a', 'base64url')").error is not None
