"""The device IDs in a folder."""

import stat
from pathlib import Path

import pytest

from imtui.sdk import instances
from imtui.sdk.instances import claim_instance


def test_running_apps_have_different_ids_and_a_restart_reuses_its_own(tmp_path: Path) -> None:
    first, second = claim_instance(tmp_path / "d"), claim_instance(tmp_path / "d")
    assert (first.number, second.number) == (1, 2)
    assert first.instance_id != second.instance_id

    first.release()
    again = claim_instance(tmp_path / "d")

    assert (again.number, again.instance_id) == (1, first.instance_id)
    again.release()
    second.release()


def test_files_are_private(tmp_path: Path) -> None:
    claim_instance(tmp_path / "d").release()

    assert stat.S_IMODE((tmp_path / "d").stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in (tmp_path / "d").iterdir()} == {0o600}


@pytest.mark.parametrize("damage", ["", "no such id!", "x" * 65, "\x00\xff"])
def test_a_damaged_id_is_replaced(tmp_path: Path, damage: str) -> None:
    claim_instance(tmp_path).release()
    (tmp_path / "1.id").write_text(damage)

    instance = claim_instance(tmp_path)

    assert (tmp_path / "1.id").read_text() == instance.instance_id
    assert instance.number == 1
    instance.release()


def test_ids_above_the_maximum_are_not_saved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(instances, "_FILES_MAX", 2)
    held = [claim_instance(tmp_path) for _ in range(4)]

    assert [instance.number for instance in held] == [1, 2, 0, 0]
    assert len({instance.instance_id for instance in held}) == 4
    assert len(list(tmp_path.glob("*.id"))) == 2
    for instance in held:
        instance.release()
