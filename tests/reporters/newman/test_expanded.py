"""Parts of a collection as newman 6.2.2 writes them into its report: made with newman from the same parts."""

from harness.reporters.newman.expanded import expanded_folder, expanded_item

URL = {"protocol": "http", "port": "1", "path": ["a", ":id"], "host": ["127", "0", "0", "1"]}


def test_a_request_that_is_an_address_is_taken_apart():
    item = expanded_item({"id": "1", "name": "Call", "request": "http://127.0.0.1:1/{{p}}/a?b={{c}}&d#f"})
    assert item == {
        "id": "1",
        "name": "Call",
        "request": {
            "url": {
                "protocol": "http",
                "port": "1",
                "path": ["{{p}}", "a"],
                "hash": "f",
                "host": ["127", "0", "0", "1"],
                "query": [{"key": "b", "value": "{{c}}"}, {"key": "d", "value": None}],
                "variable": [],
            },
            "method": "GET",
        },
        "response": [],
        "event": [],
    }


def test_what_is_abbreviated_is_spelled_out():
    item = expanded_item(
        {
            "id": "1",
            "name": "Call",
            "description": {"content": "x", "type": "text/markdown"},
            "protocolProfileBehavior": {"followRedirects": False},
            "request": {
                "method": "post",
                "description": "what it is for",
                "auth": {"type": "bearer", "bearer": {"token": "t"}},
                "url": {"raw": "http://127.0.0.1:1/a/:id", **URL, "variable": [{"key": "id", "value": "5"}]},
                "header": "A: b\nC: d",
            },
            "response": [{"id": "r", "name": "ex", "code": 200, "originalRequest": "http://a/b"}],
            "event": [{"listen": "test", "disabled": True, "script": {"id": "s", "exec": "1;\n2;"}}],
        }
    )
    assert item["description"] == {"content": "x", "type": "text/markdown"}
    assert item["protocolProfileBehavior"] == {"followRedirects": False}
    assert item["request"] == {
        "description": {"content": "what it is for", "type": "text/plain"},
        "url": {**URL, "query": [], "variable": [{"type": "any", "key": "id", "value": "5"}]},
        "header": [{"key": "A", "value": "b"}, {"key": "C", "value": "d"}],
        "method": "POST",
        "auth": {"type": "bearer", "bearer": [{"type": "any", "key": "token", "value": "t"}]},
    }
    (example,) = item["response"]
    assert (example["id"], example["cookie"]) == ("r", [])
    assert example["originalRequest"]["url"]["host"] == ["a"]
    script = {"id": "s", "type": "text/javascript", "exec": ["1;", "2;"]}
    assert item["event"] == [{"listen": "test", "disabled": True, "script": script}]


def test_a_collection_has_typed_variables_and_its_events():
    told = expanded_folder(
        {
            "info": {"name": "Shop", "description": "about"},
            "item": [],
            "variable": [
                {"key": "a", "value": "1", "description": "v"},
                {"key": "n", "value": 5, "type": "number"},
            ],
            "auth": {"type": "basic", "basic": [{"key": "username", "value": "u"}]},
        }
    )
    assert told["info"]["description"] == {"content": "about", "type": "text/plain"}
    assert [one["type"] for one in told["variable"]] == ["any", "number"]
    assert told["auth"]["basic"] == [{"type": "any", "key": "username", "value": "u"}]
    assert told["event"] == []


def test_what_is_no_collection_is_left_out_without_a_traceback():
    odd = {"id": 1, "request": ["x"], "response": [1], "event": [None, {"script": "1"}], "auth": "none"}
    item = expanded_item(odd)
    assert item["response"] == []
    assert [one["script"]["exec"] for one in item["event"]] == [["1"]]
