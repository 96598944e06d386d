"""The device IDs in a folder."""

import stat
from pathlib import Path

import pytest

from imtui.sdk import instances
from imtui.sdk.instances import InstanceID, claim_instance


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


def test_free_ids_are_those_that_nobody_holds(tmp_path: Path) -> None:
    clients = [InstanceID(None, tmp_path / "s" / "devices") for _ in range(3)]
    ids = [client.claim() for client in clients]
    assert len(set(ids)) == 3
    assert list(clients[0].free_ids()) == []
    clients[1].release()
    assert list(clients[0].free_ids()) == [ids[1]]
    assert clients[1].value == ids[1]
    clients[1] = InstanceID(None, tmp_path / "s" / "devices")
    assert clients[1].claim() == ids[1]
    for client in clients:
        client.release()


def test_a_given_or_random_id_makes_no_file(tmp_path: Path) -> None:
    given = InstanceID("desk", tmp_path / "devices")
    assert (given.claim(), given.peek(), list(given.free_ids())) == ("desk", "desk", [])
    random = InstanceID(None, None)
    assert random.claim() == random.peek() == random.value
    assert list(tmp_path.iterdir()) == []


def test_without_a_usable_folder_the_id_is_random(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("in the way")
    client = InstanceID(None, tmp_path / "file" / "devices")
    assert client.claim() == client.claim() != ""
    assert "No device ID can be kept" in caplog.text
    assert list(client.free_ids()) == []
