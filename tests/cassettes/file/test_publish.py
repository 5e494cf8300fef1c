import os
import threading
from pathlib import Path

import pytest

from harness.cassettes.file.publish import write_atomically


def test_the_file_that_a_link_leads_to_is_written(tmp_path):
    (tmp_path / "real.yaml").write_text("old")
    link = tmp_path / "link.yaml"
    link.symlink_to("real.yaml")

    write_atomically(link, ["new"])

    assert link.is_symlink()
    assert (tmp_path / "real.yaml").read_text() == "new"
    assert sorted(file.name for file in tmp_path.iterdir()) == ["link.yaml", "real.yaml"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes on this system")
def test_a_pipe_is_written_to_and_stays(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read: list[str] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_text()))
    reader.start()

    write_atomically(pipe, ["one ", "two"])

    reader.join()
    assert read == ["one two"]
    assert pipe.is_fifo()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device here that is always full")
def test_the_error_of_a_full_disk_names_the_file():
    with pytest.raises(OSError, match="No space left on device: '/dev/full'"):
        write_atomically(Path("/dev/full"), ["text"])


def test_folders_that_are_not_there_are_made(tmp_path):
    write_atomically(tmp_path / "reports" / "june" / "page.html", ["text"])
    assert (tmp_path / "reports" / "june" / "page.html").read_text() == "text"
