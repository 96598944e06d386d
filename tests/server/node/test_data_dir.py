"""The data folder: who may enter it, and what the backend leaves as it was."""

import os
from pathlib import Path

import pytest

from imtui.server.node.backend import Backend
from imtui.server.node.config import BackendConfig
from imtui.server.node.data_dir import BackendError, DataDir

posix_only = pytest.mark.skipif(os.name == "nt", reason="folders have no modes there")


@posix_only
def test_a_new_folder_is_private(tmp_path: Path) -> None:
    DataDir(tmp_path / "new" / "data").make()
    assert (tmp_path / "new" / "data").stat().st_mode & 0o777 == 0o700


@posix_only
def test_a_folder_that_exists_keeps_its_mode_and_is_refused_if_others_can_write(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "it's data"
    folder.mkdir()
    for mode in [*range(0o700, 0o1000), 0o1777, 0o2755]:
        folder.chmod(mode)
        if mode & 0o022:
            with pytest.raises(BackendError) as refused:
                DataDir(folder).make()
            assert "chmod go-w" in str(refused.value)
            assert "\n" not in str(refused.value)
        else:
            DataDir(folder).make()
        assert folder.stat().st_mode & 0o7777 == mode
    assert list(folder.iterdir()) == []


@posix_only
def test_a_folder_of_another_user_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = os.getuid()
    monkeypatch.setattr(os, "getuid", lambda: owner + 1)
    with pytest.raises(BackendError, match=r"belongs to another user.*--data"):
        DataDir(tmp_path).make()


@posix_only
async def test_in_a_folder_that_others_can_read_its_files_are_private(tmp_path: Path) -> None:
    folder, notes = tmp_path / "shared", tmp_path / "shared" / "notes.txt"
    folder.mkdir(mode=0o755)
    notes.touch(0o644)
    async with Backend(BackendConfig(folder)) as backend:
        pass
    # A restored copy has the mode that the copying tool gave it.
    for file in folder.iterdir():
        file.chmod(0o644)
    async with Backend(BackendConfig(folder)) as again:
        assert again.app_key == backend.app_key
        own = [file for file in folder.iterdir() if file != notes]
        assert {"imtui.db", "imtui.db-wal", "app_key.json"} <= {file.name for file in own}
        assert [file.name for file in own if file.stat().st_mode & 0o077] == []
    assert notes.stat().st_mode & 0o777 == 0o644
    assert folder.stat().st_mode & 0o777 == 0o755


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    file = tmp_path / "data"
    file.touch()
    with pytest.raises(BackendError, match=r"is a file\. Choose another"):
        DataDir(file).make()
