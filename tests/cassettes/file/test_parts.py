import pytest

from harness.cassettes.file.document import interaction_document
from harness.cassettes.file.format import load
from harness.cassettes.file.interaction import Cassette, CassetteMetadata, ClockStart, Interaction
from harness.cassettes.file.parts import Parts
from harness.client.message import ResolvedRequest, Response
from harness.client.transport import HopContext
from harness.errors import UsageError


def interaction(*call, body=b"", clock=1.0):
    return Interaction(
        request=ResolvedRequest(method="GET", url="http://x/"),
        response=Response(status=200, reason="OK", body=body),
        context=HopContext(call=call),
        clock_ms=clock,
    )


def write(parts, *interactions, **metadata):
    parts.path.parent.mkdir(exist_ok=True)
    parts.write(CassetteMetadata(**metadata), lambda: map(interaction_document, interactions))


def names(folder):
    return sorted(one.relative_to(folder).as_posix() for one in folder.rglob("*.*") if one.is_file())


def of(cassette, *call):
    return [one.response.body for one in cassette.interactions if one.context.call == call]


@pytest.mark.parametrize(
    ("per", "files"),
    [
        ("collection", ["x.yaml"]),
        ("folder", ["x.yaml", "x/F.yaml", "x/F/G.yaml"]),
        ("call", ["x/F/G/c.yaml", "x/F/a.yaml", "x/F/b.yaml", "x/d.yaml"]),
    ],
)
def test_a_cassette_is_written_apart_and_read_as_one(tmp_path, per, files):
    parts = Parts(path=tmp_path / "x.yaml", per=per)
    calls = [("F", "a"), ("F", "b"), ("F", "G", "c"), ("d",)]
    write(parts, *(interaction(*call, clock=number + 1.0) for number, call in enumerate(calls)), seed=7)
    assert names(tmp_path) == files
    read = parts.load()
    assert [one.context.call for one in read.interactions] == calls
    assert [one.number for one in read.interactions] == [0, 1, 2, 3]
    assert read.metadata.seed == 7


def test_each_file_has_the_clocks_of_its_own_calls(tmp_path):
    parts = Parts(path=tmp_path / "x.yaml", per="folder")
    start = ClockStart(call=("F", "quiet"), iteration=0, attempt=1, start_ms=5.0)
    write(parts, interaction("d"), clocks=(start,))
    assert load(tmp_path / "x" / "F.yaml").metadata.clocks == (start,)
    assert load(tmp_path / "x.yaml").metadata.clocks == ()
    assert parts.load().metadata.clocks == (start,)


def test_one_recorded_in_one_piece_is_read_as_long_as_there_is_no_part(tmp_path):
    whole, parts = Parts(path=tmp_path / "x.yaml"), Parts(path=tmp_path / "x.yaml", per="folder")
    write(whole, interaction("F", "a", body=b"old"), interaction("G", "b", body=b"old"))
    assert of(parts.load(), "F", "a") == [b"old"]
    write(Parts(path=tmp_path / "x" / "F.yaml"), interaction("F", "a", body=b"new"))
    assert of(parts.load(), "F", "a") == [b"new"]
    assert of(parts.load(), "G", "b") == [b"old"]
    assert not parts.lacks([("H", "new")]), "one in one piece has all parts"


def test_what_is_taken_apart_leaves_nothing_behind(tmp_path):
    write(Parts(path=tmp_path / "x.yaml"), interaction("F", "a"))
    parts = Parts(path=tmp_path / "x.yaml", per="folder")
    write(parts, *parts.load().interactions)
    assert names(tmp_path) == ["x/F.yaml"]


def test_what_is_taken_apart_stays_where_it_has_calls_that_no_part_has(tmp_path):
    whole = Parts(path=tmp_path / "x.yaml")
    write(whole, interaction("F", "a"), interaction("F", "gone"))
    before = whole.path.read_bytes()
    parts = Parts(path=tmp_path / "x.yaml", per="folder")
    assert (
        parts.write(CassetteMetadata(), lambda: iter([interaction_document(interaction("F", "a"))]))
        == whole.path
    )
    assert whole.path.read_bytes() == before
    both = [interaction("F", "a"), interaction("F", "gone")]
    assert parts.write(CassetteMetadata(), lambda: map(interaction_document, both)) is None
    assert names(tmp_path) == ["x/F.yaml"]


def test_a_file_of_another_part_is_a_source_until_its_calls_have_their_own(tmp_path):
    write(Parts(path=tmp_path / "x.yaml", per="folder"), interaction("F", "a"), interaction("F", "b"))
    parts = Parts(path=tmp_path / "x.yaml", per="call")
    calls = {("F", "a"), ("F", "b")}
    assert parts.sources(calls) == [tmp_path / "x" / "F.yaml"]
    assert parts.sources({("F", "other")}) == []
    write(parts, interaction("F", "a"), interaction("F", "b"))
    assert parts.sources(calls) == [tmp_path / "x" / "F" / "a.yaml", tmp_path / "x" / "F" / "b.yaml"]


def test_parts_that_were_recorded_apart_keep_the_seeds_they_drew_from(tmp_path):
    write(Parts(path=tmp_path / "x" / "F.yaml"), interaction("F", "a"), seed=1)
    write(Parts(path=tmp_path / "x" / "G.yaml"), interaction("G", "b"), seed=2)
    parts = Parts(path=tmp_path / "x.yaml", per="folder")
    read: Cassette = parts.load()
    assert (read.metadata.seed, read.metadata.seeds) == (1, {("G", "b"): 2})
    parts.write(read.metadata, lambda: map(interaction_document, read.interactions))
    assert [load(tmp_path / "x" / f"{name}.yaml").metadata.seed for name in "FG"] == [1, 2]


def test_parts_that_were_recorded_apart_start_with_the_earliest_clock(tmp_path):
    write(Parts(path=tmp_path / "x" / "F.yaml"), interaction("F", "a"), clock_ms=70.0)
    write(Parts(path=tmp_path / "x" / "G.yaml"), interaction("G", "b"), clock_ms=30.0)
    write(Parts(path=tmp_path / "x" / "H.yaml"), interaction("H", "c"))
    assert Parts(path=tmp_path / "x.yaml", per="folder").load().metadata.clock_ms == 30.0


@pytest.mark.parametrize("name", ["a/b", "..", "a:b", "CON", "x" * 300, "", " ", "é" * 99, "a\0b"])
def test_a_name_that_no_file_can_have_is_spelled_otherwise_and_stays_its_own(tmp_path, name):
    parts = Parts(path=tmp_path / "x.yaml", per="call")
    write(parts, interaction("F", name), interaction("F", "a-b"))
    files = names(tmp_path)
    assert len(files) == 2
    assert all(one.startswith("x/F/") for one in files)
    assert all(len(one.encode()) < 150 for one in files)
    assert len(parts.load().interactions) == 2


def test_names_that_differ_in_capital_letters_alone_share_a_file(tmp_path):
    parts = Parts(path=tmp_path / "x.yaml", per="call")
    write(parts, interaction("a", body=b"small"), interaction("A", body=b"great"))
    assert len(names(tmp_path)) == 1
    assert of(parts.load(), "a") == [b"small"]
    assert of(parts.load(), "A") == [b"great"]


def test_files_besides_are_read_and_not_written(tmp_path):
    other = tmp_path / "other.yaml"
    write(Parts(path=other), interaction("o", body=b"other"))
    before = other.read_text()
    parts = Parts(path=tmp_path / "x.yaml", besides=(other,))
    assert parts.exists()
    assert of(parts.load(), "o") == [b"other"]
    write(parts, interaction("a"))
    assert other.read_text() == before
    assert len(parts.load().interactions) == 2


def test_there_are_cassettes_per_collection_folder_and_call_only(tmp_path):
    with pytest.raises(UsageError, match="'moon'"):
        Parts(path=tmp_path, per="moon")
