import random
from pathlib import Path

import pytest

from harness.client.build import build, complete
from harness.client.files import FilePolicy
from harness.client.profile import Profile
from harness.collection.model import Auth, Body, Pair, PathVariable, Request, Url

FILES = FilePolicy(working_dir=Path(), none=True)
VALUES = {"{{host}}": "h/p?q=1", "{{n}}": "name", "{{m}}": "put", "{{id}}": "a/b", "{{t}}": "token"}


def resolve(text: str) -> str:
    for name, value in VALUES.items():
        text = text.replace(name, value)
    return text


def test_an_address_is_resolved_before_it_is_parsed():
    built = build(Request(url=Url(raw="http://{{host}}")), None, resolve, files=FILES)
    assert built.draft.url.path == ("p",)
    assert built.draft.url.query == (Pair(key="q", value="1"),)


def test_path_variables_are_resolved_with_the_address():
    url = Url(parsed=True, host=("h",), path=(":id",), variables=(PathVariable(key="id", value="{{id}}"),))
    assert build(Request(url=url), None, resolve, files=FILES).draft.url.path == ("a", "b")


def test_method_headers_body_and_auth_are_resolved():
    request = Request(
        url=Url(raw="h"),
        method="{{m}}",
        headers=(Pair(key="X-{{n}}", value="{{n}}"), Pair(key="off", value=None, disabled=True)),
        body=Body(mode="urlencoded", urlencoded=(Pair(key="{{n}}", value="{{n}}"),)),
    )
    auth = Auth(type="jwt", params={"payload": {"a": ["{{t}}", 1]}})
    built = build(request, auth, resolve, files=FILES)
    assert built.draft.method == "PUT"
    assert [(field.key, field.value) for field in built.draft.headers] == [("X-name", "name"), ("off", None)]
    assert built.draft.content.fields == (Pair(key="name", value="name"),)
    assert built.auth.params == {"payload": {"a": ["token", 1]}}


def test_a_json_body_gets_its_type_before_auth_and_loses_its_comments():
    body = Body(mode="raw", raw='{"a":1}//x', language="json")
    draft = build(Request(url=Url(raw="h"), method="POST", body=body), None, resolve, files=FILES).draft
    assert draft.content.text == '{"a":1}'
    assert [field.key for field in draft.headers] == ["Content-Type"]


def test_a_pruned_json_body_is_left_alone():
    body = Body(mode="raw", raw='{"a":1}//x', language="json")
    request = Request(url=Url(raw="h"), body=body)
    draft = build(request, None, resolve, files=FILES).draft
    assert draft.content.text == '{"a":1}//x'
    assert not draft.sends_body
    unpruned = Profile.of({"disableBodyPruning": True})
    assert build(request, None, resolve, files=FILES, profile=unpruned).draft.sends_body


def test_other_languages_keep_what_looks_like_a_comment():
    for language, content_type in (("text", "application/json"), (None, "text/plain")):
        request = Request(
            url=Url(raw="h"),
            method="POST",
            headers=(Pair(key="Content-Type", value=content_type),),
            body=Body(mode="raw", raw="a//b", language=language),
        )
        assert build(request, None, resolve, files=FILES).draft.content.text == "a//b"


def test_system_headers_come_in_order_and_give_way_to_the_authors():
    request = Request(
        url=Url(raw="h"),
        method="POST",
        headers=(Pair(key="user-agent", value="me"), Pair(key="Accept", value="x", disabled=True)),
        body=Body(mode="raw", raw="x", language="xml"),
    )
    draft = build(request, None, resolve, files=FILES).draft
    done = complete(draft, Profile(), host="h", token=lambda: "t")
    assert [(field.key, field.value) for field in done.headers[2:]] == [
        ("Content-Type", "application/xml"),
        ("Accept", "*/*"),
        ("Cache-Control", "no-cache"),
        ("Postman-Token", "t"),
        ("Host", "h"),
        ("Accept-Encoding", "gzip, deflate, br"),
        ("Connection", "keep-alive"),
    ]
    assert complete(done, Profile(), host="h", token=lambda: "other") == done


def test_switching_off_the_content_type_disables_only_postmans_own():
    off = Profile.of({"disabledSystemHeaders": {"content-type": True}})
    body = Body(mode="raw", raw="x")
    own = (Pair(key="Content-Type", value="mine"),)
    for headers, disabled in (((), True), (own, False)):
        request = Request(url=Url(raw="h"), method="POST", headers=headers, body=body)
        draft = complete(build(request, None, resolve, files=FILES).draft, off, host="h", token=lambda: "t")
        assert draft.headers[0].key == "Content-Type"
        assert draft.headers[0].disabled is disabled


def test_what_a_profile_cannot_do_is_a_warning():
    profile = Profile.of({"protocolVersion": "http2"})
    built = build(Request(url=Url(raw="h")), None, resolve, files=FILES, profile=profile)
    assert built.warnings == ("protocolVersion 'http2' is not supported, HTTP/1.1 is used",)


@pytest.mark.parametrize("version", [{}, [], 2, None])
def test_a_protocol_version_that_is_none_is_passed_over(version):
    assert Profile.of({"protocolVersion": version}).warnings == ()


def test_the_random_source_is_the_one_given():
    source = random.Random(3)
    assert build(Request(url=Url(raw="h")), None, resolve, files=FILES, random=source).random is source
