import os
import sys
import threading

import pytest

from harness.errors import InputError
from harness.reporters.export import write_atomically

posix = pytest.mark.skipif(sys.platform == "win32", reason="links and pipes of POSIX")


def test_a_file_appears_with_its_folder(tmp_path):
    write_atomically(tmp_path / "a" / "b.txt", lambda file: file.write(b"x"))
    assert (tmp_path / "a" / "b.txt").read_bytes() == b"x"
    assert [one.name for one in (tmp_path / "a").iterdir()] == ["b.txt"]


def test_a_file_that_breaks_off_leaves_the_old_one(tmp_path):
    file = tmp_path / "a.txt"
    file.write_bytes(b"old")

    def fail(out):
        out.write(b"half")
        raise OSError(28, "No space left on device")

    with pytest.raises(InputError, match="No space left on device"):
        write_atomically(file, fail)
    assert file.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [file]


@posix
def test_a_link_stays_a_link(tmp_path):
    (tmp_path / "real").write_bytes(b"old")
    (tmp_path / "link").symlink_to("real")
    write_atomically(tmp_path / "link", lambda file: file.write(b"new"))
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_bytes() == b"new"


@posix
def test_a_pipe_is_written_to_and_not_replaced(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    got: list[bytes] = []
    reader = threading.Thread(target=lambda: got.append(pipe.read_bytes()))
    reader.start()
    write_atomically(pipe, lambda file: file.write(b"report"))
    reader.join()
    assert got == [b"report"]
    assert pipe.is_fifo()


def test_a_folder_is_no_file(tmp_path):
    with pytest.raises(InputError, match="cannot write the report"):
        write_atomically(tmp_path, lambda file: file.write(b""))
