import json
from dataclasses import dataclass, field

import pytest

from harness.cli.postman_api import PostmanApi
from harness.errors import InputError

UID = "12345678-0a1b2c3d-0a1b-0a1b-0a1b-0a1b2c3d4e5f"
KEYED = {"X-Api-Key": "PMAK-1"}


@dataclass
class Postman:
    """Postman's hosts: what they were asked, and what they answer."""

    document: object
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def __call__(self, address, headers, /):
        self.asked.append((address, headers))
        return json.dumps(self.document).encode()


def api(document):
    postman = Postman(document)
    return PostmanApi(key="PMAK-1", fetch=postman), postman


@pytest.mark.parametrize("kind", ["collection", "environment"])
def test_a_uid_is_asked_for_with_the_key(kind):
    document = {kind: {"name": "x"}}
    reader, postman = api(document)
    assert reader.read(UID, kind) == document
    assert postman.asked == [(f"https://api.postman.com/{kind}s/{UID}", KEYED)]


def test_an_address_at_postman_is_asked_with_the_key():
    reader, postman = api({"collection": {}})
    reader.read("https://api.getpostman.com/collections/1", "collection")
    assert postman.asked == [("https://api.getpostman.com/collections/1", KEYED)]


@pytest.mark.parametrize(
    "source", ["shop.json", "https://example.com/shop.json", "https://api.postman.com.example/x", f"x{UID}z"]
)
def test_any_other_source_stays_and_the_key_goes_nowhere(source):
    reader, postman = api({})
    assert reader.read(source, "collection") == source
    assert postman.asked == []


def test_a_file_whose_name_is_a_uid_is_a_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / UID).write_text("{}")
    reader, postman = api({})
    assert reader.read(UID, "collection") == UID
    assert postman.asked == []


def test_a_refusal_is_an_error_without_the_key():
    def refuse(_address, _headers, /):
        raise OSError("the address answered 401 Unauthorized")

    with pytest.raises(InputError, match="401 Unauthorized") as caught:
        PostmanApi(key="PMAK-1", fetch=refuse).read(UID, "collection")
    assert "PMAK-1" not in str(caught.value)
