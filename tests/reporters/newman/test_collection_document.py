import pytest

from harness.collection.model import Collection, Folder, Item, Request, Url
from harness.reporters.newman.collection_document import CollectionDocument, masked, masked_bytes


def hide(text):
    return text.replace("hush", "***")


@pytest.mark.parametrize(
    ("value", "hidden"),
    [
        ("a hush", "a ***"),
        ([1, "hush", {"hush": ("hush", None, True)}], [1, "***", {"hush": ["***", None, True]}]),
        (7.5, 7.5),
    ],
)
def test_texts_are_masked_wherever_they_are(value, hidden):
    assert masked(value, hide) == hidden


def test_a_body_is_masked_even_when_it_is_no_text_as_a_whole():
    assert masked_bytes(b"\xff hush \xfe", hide) == b"\xff *** \xfe"


def collection(source):
    item = Item(id="i1", name="One", path=("F", "One"), request=Request(url=Url(raw="http://x/")))
    folder = Folder(id="f1", name="F", path=("F",), children=(item,))
    root = Folder(id="r", name="", path=(), children=(folder,))
    return Collection(id="c", name="C", root=root, file="c.json", source=source)


def test_a_document_gets_the_identities_of_the_model():
    source = {
        "info": {"name": "C"},
        "item": [{"name": "F", "item": [{"name": "One", "request": "http://x/"}]}],
    }
    told = collection(source)
    document = CollectionDocument(told)
    assert document.whole["item"][0]["item"][0] == {"id": "i1", "name": "One", "request": "http://x/"}
    assert document.part(told.root.children[0].children[0]) is document.whole["item"][0]["item"][0]


@pytest.mark.parametrize("source", [{}, {"item": []}, {"requests": [{"id": 1}]}])
def test_another_format_is_told_in_the_few_fields_that_reports_need(source):
    told = collection(source)
    document = CollectionDocument(told)
    assert document.whole["info"]["name"] == "C"
    assert document.part(told.root.children[0].children[0])["request"] == {
        "method": "GET",
        "url": {"raw": "http://x/"},
    }


def test_an_item_that_is_in_no_document_is_told_by_its_name():
    other = Folder(id="i9", name="Nine", path=("Nine",))
    assert CollectionDocument(collection({})).part(other) == {"id": "i9", "name": "Nine"}
