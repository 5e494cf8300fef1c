"""What a path is after links are followed decides whether a file may be uploaded."""

from pathlib import Path

import pytest

from harness.client.files import FilePolicy, FileRefused


@pytest.fixture
def work(tmp_path: Path) -> Path:
    (tmp_path / "secret.txt").write_text("outside")
    folder = tmp_path / "work"
    folder.mkdir()
    (folder / "own.txt").write_text("inside")
    (folder / "link.txt").symlink_to(tmp_path / "secret.txt")
    (folder / "own-link.txt").symlink_to(folder / "own.txt")
    (folder / "out").symlink_to(tmp_path)
    (folder / "round").symlink_to(folder / "round")
    return folder


@pytest.mark.parametrize("source", ["link.txt", "out/secret.txt", "../secret.txt", "out/work/../secret.txt"])
def test_a_link_to_the_outside_is_outside(work: Path, source: str) -> None:
    with pytest.raises(FileRefused, match="insecure file access"):
        FilePolicy(working_dir=work, allow_outside=False).read(source)


@pytest.mark.parametrize("source", ["own.txt", "own-link.txt", "out/work/own.txt"])
def test_a_link_to_the_inside_is_inside(work: Path, source: str) -> None:
    assert FilePolicy(working_dir=work, allow_outside=False).read(source)[1] == b"inside"


def test_a_working_directory_may_itself_be_reached_by_a_link(work: Path, tmp_path: Path) -> None:
    (tmp_path / "alias").symlink_to(work)
    policy = FilePolicy(working_dir=tmp_path / "alias", allow_outside=False)
    assert policy.read("own.txt")[1] == b"inside"


def test_a_link_to_itself_is_refused_with_a_reason(work: Path) -> None:
    with pytest.raises(FileRefused, match="round"):
        FilePolicy(working_dir=work, allow_outside=False).read("round")


def test_newman_keeps_links(work: Path) -> None:
    policy = FilePolicy(working_dir=work, allow_outside=False, links_kept=True)
    assert policy.read("link.txt")[1] == b"outside"


def test_all_may_be_read_when_that_is_allowed(work: Path) -> None:
    assert FilePolicy(working_dir=work).read("link.txt")[1] == b"outside"
