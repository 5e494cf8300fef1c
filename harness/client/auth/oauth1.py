"""OAuth 1.0a (RFC 5849) with every signature method, as node-oauth1 signs for Postman.

oauthlib would normalize address and parameters its own way (it refuses a base string that node-oauth1 signs),
so the base string is made here.
"""

import hashlib
import hmac
import re
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import quote, unquote_to_bytes

from harness.client.auth.flow import AuthProblem, Flow, Params, Send, Tools
from harness.client.draft import Content, Draft
from harness.client.url import EncodedUrl, encode, utf8
from harness.collection.model import Pair

_NAMES: Final = frozenset(
    {
        "oauth_consumer_key", "oauth_token", "oauth_signature_method", "oauth_timestamp", "oauth_nonce",
        "oauth_version", "oauth_signature", "oauth_callback", "oauth_verifier", "oauth_body_hash",
    }
)  # fmt: skip
_NONCE_LETTERS: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXTZabcdefghiklmnopqrstuvwxyz"
_HASHES: Final = {"SHA1": "sha1", "SHA256": "sha256", "SHA512": "sha512"}
_AUTHORITY: Final = re.compile(r"([^:/?#]+)://([^/?#]*)([^?#]*)")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Values:
    """The parameters of the auth that take part, blank ones already left out unless they are wanted."""

    given: Params
    keep_empty: bool

    def text(self, key: str) -> str:
        value = self.given.text(key)
        return value if self.keep_empty or value.strip() else ""


def _escape(text: str | None) -> str:
    return quote(utf8(text or ""), safe="-_.~")


def _unescape(text: str) -> str:
    if re.search(r"%(?![0-9A-Fa-f]{2})", text):
        raise AuthProblem("URI malformed")
    try:
        return unquote_to_bytes(text.replace("+", " ")).decode()
    except UnicodeDecodeError:
        raise AuthProblem("URI malformed") from None


def _decode_form(text: str) -> list[tuple[str, str | None]]:
    pairs = []
    for word in filter(None, text.split("&")):
        key, equals, value = word.partition("=")
        pairs.append((_unescape(key), _unescape(value) if equals else None))
    return pairs


def _base_string(method: str, url: EncodedUrl, parameters: Sequence[tuple[str, str | None]]) -> str:
    host = url.hostname if url.port in {None, "80", "443"} else url.host
    match = _AUTHORITY.match(f"{url.protocol}//{host}{url.target}".replace(":////", "://"))
    address = f"{match[1].lower()}://{match[2].lower()}{match[3] or '/'}" if match else url.address
    query = url.search[1:] if url.search else ""
    pairs = [*_decode_form(query), *parameters]
    pairs = [(key, value) for key, value in pairs if key != "oauth_signature"]
    pairs.sort(key=lambda pair: f"{_escape(pair[0])} {_escape(pair[1])}")
    normal = "&".join(f"{_escape(key)}={_escape(value)}" for key, value in pairs)
    return f"{_escape(method.upper())}&{_escape(address)}&{_escape(normal)}"


def _sign(method: str, base: str, values: _Values) -> str:
    name = method.removesuffix("-Accessor")
    kind, _, hash_name = name.partition("-")
    key = f"{_escape(values.text('consumerSecret'))}&{_escape(values.text('tokenSecret'))}"
    if name == "PLAINTEXT":
        return key
    if kind == "HMAC" and hash_name in _HASHES:
        return b64encode(hmac.digest(utf8(key), utf8(base), _HASHES[hash_name])).decode()
    if kind == "RSA" and hash_name in _HASHES:
        return _sign_rsa(values.text("privateKey"), base, hash_name)
    raise AuthProblem("Unsupported signature method")


def _sign_rsa(key_text: str, base: str, hash_name: str) -> str:
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import padding, rsa
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        key = load_pem_private_key(key_text.encode(), None)
    except (ValueError, TypeError) as error:
        raise AuthProblem(f"the private key cannot be read: {error}") from None
    if not isinstance(key, rsa.RSAPrivateKey):
        raise AuthProblem("the private key is not an RSA key")
    algorithms = {"SHA1": hashes.SHA1(), "SHA256": hashes.SHA256(), "SHA512": hashes.SHA512()}  # noqa: S303
    return b64encode(key.sign(utf8(base), padding.PKCS1v15(), algorithms[hash_name])).decode()


def _body_hash(draft: Draft, hash_name: str) -> str | None:
    content = draft.content
    if content is None:
        data: bytes | None = b""
    elif content.mode == "urlencoded":
        return None
    else:
        data = content.signable()
    known = _HASHES.get(hash_name)
    if data is None or known is None:
        return None
    return b64encode(hashlib.new(known, data).digest()).decode()


def _parameters(draft: Draft, values: _Values, tools: Tools) -> list[tuple[str, str]]:
    """Return the protocol's parameters, all but the signature."""
    _, has_hash, hash_name = values.text("signatureMethod").partition("-")
    found = [
        ("oauth_consumer_key", values.text("consumerKey")),
        ("oauth_token", values.text("token")),
        ("oauth_signature_method", values.text("signatureMethod")),
        ("oauth_timestamp", values.given.text("timestamp") or str(tools.seconds())),
        ("oauth_nonce", values.given.text("nonce") or tools.letters(11, _NONCE_LETTERS)),
        ("oauth_version", values.text("version")),
    ]
    if values.given.flag("includeBodyHash") and has_hash:
        digest = _body_hash(draft, hash_name)
        if digest:
            found.append(("oauth_body_hash", digest))
    found += ((f"oauth_{name}", values.text(name)) for name in ("callback", "verifier") if values.text(name))
    return [(key, value) for key, value in found if value or values.keep_empty]


def _header(values: _Values, parameters: Sequence[tuple[str, str]], *, plain: bool) -> str:
    def spell(text: str) -> str:
        return text if plain else _escape(text)

    realm = values.text("realm")
    words = [f'realm="{spell(realm)}"'] if realm.strip() else []
    words += [f'{spell(key)}="{spell(value.strip())}"' for key, value in parameters if value]
    return "OAuth " + ",".join(words)


def _without_own(draft: Draft) -> Draft:
    draft = draft.filtered(lambda field: field.key != "Authorization").without_query(*_NAMES)
    content = draft.content
    if content is not None and content.mode == "urlencoded":
        kept = tuple(pair for pair in content.fields if pair.key not in _NAMES)
        draft = replace(draft, content=replace(content, fields=kept))
    return draft


def _form_of(draft: Draft) -> Content | None:
    content = draft.content
    return content if content is not None and content.mode == "urlencoded" else None


def flow(draft: Draft, params: Params, tools: Tools) -> Flow:
    """Send with the signature in the header, the body or the query, as the auth says."""
    method = params.text("signatureMethod")
    secret = "privateKey" if method.partition("-")[0].upper() == "RSA" else "consumerSecret"
    if not (params["consumerKey"] and params[secret]):
        yield Send(draft=draft)
        return
    yield Send(draft=_signed(_without_own(draft), params, tools))


def _signed(draft: Draft, params: Params, tools: Tools) -> Draft:
    values = _Values(given=params, keep_empty=params.flag("addEmptyParamsToSign"))
    parameters = _parameters(draft, values, tools)
    url = encode(draft.url)
    form = _form_of(draft)
    signed: list[tuple[str, str | None]] = [*parameters]
    signed += ((pair.key, pair.value) for pair in (form.fields if form else ()))
    method = values.text("signatureMethod")
    if not method:
        method = "HMAC-SHA1"
        signed.append(("oauth_signature_method", method))
    try:
        signature = _sign(method, _base_string(draft.method, url, signed), values)
        verbatim = tools.profile.disable_url_encoding
        if not verbatim and url.search is not None and url.search != "?":
            pairs = _decode_form(url.search[1:])
            draft = draft.with_query(
                Pair(key=_escape(key), value=None if value is None else _escape(value))
                for key, value in pairs
            )
    except AuthProblem as problem:
        raise AuthProblem(str(problem), draft) from None
    parameters.append(("oauth_signature", signature))
    if params.flag("addParamsToHeader"):
        header = _header(values, parameters, plain=params.flag("disableHeaderEncoding"))
        return draft.adding("Authorization", header)
    if form is not None and re.search("PUT|POST", draft.method):
        fields = (*form.fields, *(Pair(key=key, value=value) for key, value in parameters))
        return replace(draft, content=replace(form, fields=fields))
    spell = str if verbatim else _escape
    added = [Pair(key=spell(key), value=spell(value)) for key, value in parameters]
    return draft.with_query([*draft.url.query, *added])
