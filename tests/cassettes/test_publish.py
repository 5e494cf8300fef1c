import os
import threading

import pytest

from harness.cassettes.publish import write_atomically


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
