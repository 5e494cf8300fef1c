import pytest

from harness.collection.load import load_collection
from harness.collection.model import Auth, Body, FormPart, Pair, PathVariable, Url
from harness.errors import InputError


def load(*requests, **document):
    given = [{"id": f"r{index}", "name": f"R{index}", **one} for index, one in enumerate(requests)]
    order = document.pop("order", [one["id"] for one in given])
    return load_collection(
        {"id": "c", "name": "C", "order": order, "requests": given, **document}, file="c.json"
    )


def first(**request):
    return next(load(request).items())


def test_it_is_converted_with_a_warning():
    collection = load({"url": "http://h/{{a.b}}?x=1"})
    assert collection.name == "C"
    assert collection.warnings == (
        "c.json: the collection has Postman's old format v1, and was converted; export it as v2.1",
    )
    assert next(collection.items()).request.url == Url(raw="http://h/{{a.b}}?x=1")


def test_folders_and_requests_go_where_the_orders_say():
    collection = load(
        *({"url": str(index)} for index in range(4)),
        order=["r3", "r3", "gone"],
        folders=[
            {"id": "f1", "name": "F1", "order": ["r1", "r0"], "folders_order": ["f2", "gone"]},
            {"id": "f2", "name": "F2", "order": ["r2"]},
        ],
        folders_order=["f2", "f1"],
    )
    assert [item.path for item in collection.items()] == [
        ("F1", "F2", "R2"),
        ("F1", "R1"),
        ("F1", "R0"),
        ("R3",),
    ]


def test_a_folder_inside_of_itself_is_refused():
    folders = [{"id": "a", "folders_order": ["b"]}, {"id": "b", "folders_order": ["b"]}, {"id": "t"}]
    with pytest.raises(InputError, match="inside of itself") as caught:
        load({"url": "u"}, folders=folders, folders_order=["a"])
    assert str(caught.value.where) == "c.json: /folders"


def test_scripts_are_old_or_new():
    item = first(url="u", tests="a\nb", preRequestScript=["p"], events=[{"script": {"exec": "no"}}])
    assert [(one.event, one.source) for one in item.scripts] == [("test", "a\nb"), ("prerequest", "p")]
    item = first(
        url="u", events=[{"script": {"exec": "t"}}, {"listen": "prerequest", "script": {"exec": ["p"]}}]
    )
    assert [(one.event, one.source) for one in item.scripts] == [("test", "t"), ("prerequest", "p")]


def test_headers_come_from_both_of_their_places():
    item = first(
        url="u",
        headers="A: 1\n//B: 2\r\nC:3\nno header",
        headerData=[{"key": "A", "value": "x", "enabled": False}, {"key": "//D", "value": "y"}],
    )
    assert item.request.headers == (
        Pair(key="A", value="x", disabled=True),
        Pair(key="D", value="y", disabled=True),
        Pair(key="B", value="2", disabled=True),
        Pair(key="C", value="3"),
    )


def test_query_and_path_variables_beside_the_url_take_it_apart():
    item = first(
        url="https://u:p@{{h:o}}.x:81/a/:id?old=1#f",
        queryParams=[
            {"key": "a", "value": None, "equals": True},
            {"key": "b", "value": "", "equals": False},
            {"key": "c", "value": "1", "enabled": False},
        ],
        pathVariableData=[{"id": "1", "key": "id", "value": "5"}],
        pathVariables={"id": "old", "z": "8"},
    )
    assert item.request.url == Url(
        raw="https://u:p@{{h:o}}.x:81/a/:id?old=1#f",
        parsed=True,
        protocol="https",
        auth_user="u",
        auth_password="p",
        host=("{{h:o}}", "x"),
        port="81",
        path=("a", ":id"),
        query=(Pair(key="a", value=""), Pair(key="b"), Pair(key="c", value="1", disabled=True)),
        hash="f",
        variables=(PathVariable(key="id", value="5"), PathVariable(key="z", value="8")),
    )
    kept = first(url="[::1]:8/{{p/q}}?x=1&y", pathVariables={"id": "7"}).request.url
    assert (kept.host, kept.port, kept.path) == (("[::1]",), "8", ("{{p/q}}",))
    assert kept.query == (Pair(key="x", value="1"), Pair(key="y"))


@pytest.mark.parametrize(
    ("request_", "body"),
    [
        ({"data": [], "rawModeData": ""}, None),
        ({"data": "x", "dataMode": None}, None),
        ({"dataMode": "raw", "rawModeData": "x"}, Body(mode="raw", raw="x")),
        ({"dataMode": "raw", "rawModeData": ["x"]}, Body(mode="raw", raw="x")),
        ({"data": "x"}, Body(mode="raw", raw="x")),
        (
            {"dataMode": "params", "data": [{"key": "a", "value": "1", "enabled": False}, {"value": "x"}]},
            Body(mode="formdata", formdata=(FormPart(key="a", value="1", disabled=True),)),
        ),
        (
            {"data": [{"key": "a", "value": "f.txt", "type": "file"}]},
            Body(mode="formdata", formdata=(FormPart(key="a", is_file=True, src=("f.txt",)),)),
        ),
        (
            {"dataMode": "urlencoded", "data": [{"key": "a", "value": "1"}]},
            Body(mode="urlencoded", urlencoded=(Pair(key="a", value="1"),)),
        ),
        ({"dataMode": "binary", "rawModeData": "f"}, Body(mode="file", file_src="f")),
        ({"graphqlModeData": {"query": "q"}}, Body(mode="graphql", graphql={"query": "q"})),
        (
            {
                "dataMode": "raw",
                "rawModeData": "{}",
                "dataOptions": {"raw": {"language": "json"}},
                "dataDisabled": True,
            },
            Body(mode="raw", raw="{}", language="json", disabled=True),
        ),
    ],
)
def test_a_body_is_read_by_its_data_mode(request_, body):
    assert first(url="u", **request_).request.body == body


@pytest.mark.parametrize(
    ("request_", "auth"),
    [
        ({"currentHelper": "normal"}, None),
        ({"currentHelper": None, "auth": {"type": "noauth"}}, None),
        (
            {"currentHelper": "basicAuth", "helperAttributes": {"id": "basic", "username": "u"}},
            Auth(type="basic", params={"username": "u"}),
        ),
        (
            {"currentHelper": "oAuth1", "helperAttributes": '{"consumerKey": "k", "header": true}'},
            Auth(type="oauth1", params={"consumerKey": "k", "addParamsToHeader": True}),
        ),
        (
            {"currentHelper": "hawkAuth", "helperAttributes": {"hawk_id": "i"}},
            Auth(type="hawk", params={"authId": "i"}),
        ),
        ({"currentHelper": "basicAuth", "helperAttributes": "no json"}, None),
        ({"auth": {"type": "noauth"}}, Auth(type="noauth")),
        (
            {"auth": {"type": "bearer", "bearer": [{"key": "token", "value": "t"}]}},
            Auth(type="bearer", params={"token": "t"}),
        ),
    ],
)
def test_auth_is_old_or_new(request_, auth):
    assert first(url="u", **request_).request.auth == auth


def test_what_the_collection_itself_has():
    collection = load(
        {"url": "u", "protocolProfileBehavior": {"strictSSL": True}},
        auth={"type": "noauth"},
        variables=[{"id": "a", "value": "1", "type": "text"}, {"key": "b", "value": 2, "disabled": True}],
        events=[{"listen": "prerequest", "script": {"exec": "x"}}],
    )
    assert [(one.key, one.value, one.disabled) for one in collection.variables] == [
        ("a", "1", False),
        ("b", 2, True),
    ]
    assert collection.root.auth is None
    assert [one.source for one in collection.root.scripts] == ["x"]
    assert next(collection.items()).profile == {"strictSSL": True}
