from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from harness.twin.kinds import find_kind, kind_names

if TYPE_CHECKING:
    from pathlib import Path


def installed(folder: Path, lines: str) -> None:
    info = folder / "offices-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: offices\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[harness.platforms]\n{lines}\n")


def test_a_platform_is_found_by_the_name_of_its_entry_point(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed(tmp_path, "parcels = tests.twin.parcel_office:KIND")
    monkeypatch.syspath_prepend(tmp_path)
    assert "parcels" in kind_names()
    assert find_kind("parcels").hosts == ("parcels.example.com",)


def test_a_name_that_nothing_has_is_a_look_up_error() -> None:
    with pytest.raises(LookupError, match="letters"):
        find_kind("letters")


def test_an_entry_point_that_leads_to_no_platform_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed(tmp_path, "wrong = tests.twin.parcel_office:HOUR_MS")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(TypeError, match="must be a Kind"):
        find_kind("wrong")
