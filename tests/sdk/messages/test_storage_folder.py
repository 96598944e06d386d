"""The folder in which a client keeps messages: made private, or taken as it is, or refused."""

import os
import stat
import sys
from pathlib import Path

import pytest

from imtui.sdk import IMClient, IMError
from tests.sdk.fake_backend import client_of, fake_backend
from tests.sdk.messages.message_world import ME
from tests.sdk.messages.test_messages import code_of
from tests.sdk.virtual_time import in_virtual_time

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="folders have no mode there")


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def modes_in(folder: Path, *, of_files: bool) -> set[int]:
    """Return the modes of the files in a folder, or of its folders."""
    return {mode_of(path) for path in folder.iterdir() if path.is_file() == of_files}


@pytest.fixture
def folder(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """Return a folder with the mode that is the fixture's parameter."""
    tmp_path.chmod(request.param)
    return tmp_path


async def queue_one(folder: Path) -> None:
    """Queue a message, and ask for the device's ID, without a backend."""
    async with fake_backend() as fake:
        pass
    async with client_of(fake, storage_dir=folder) as client:
        assert client.instance_id
        assert await code_of(client.login(ME, "sig")) == 9511
        client.queue_c2c_text_message("later", "bob")


@in_virtual_time
async def test_a_new_folder_is_private(tmp_path: Path) -> None:
    await queue_one(tmp_path / "of an app" / "new")
    assert mode_of(tmp_path / "of an app" / "new") == 0o700


@pytest.mark.parametrize("folder", [0o700, 0o755, 0o750, 0o711], indirect=True)
@in_virtual_time
async def test_a_folder_that_exists_keeps_its_mode_and_its_files_are_private(folder: Path) -> None:
    mode = mode_of(folder)
    await queue_one(folder)
    assert mode_of(folder) == mode
    assert modes_in(folder, of_files=True) == {0o600}
    assert modes_in(folder, of_files=False) == {0o700}


@pytest.mark.parametrize("folder", [0o777, 0o1777, 0o770, 0o702], indirect=True)
def test_a_folder_to_which_others_can_write_is_refused(folder: Path) -> None:
    mode = mode_of(folder)
    with pytest.raises(IMError) as refused:
        IMClient("ws://127.0.0.1:1", 1, storage_dir=folder)
    assert refused.value.code == 6017
    assert "chmod go-w" in refused.value.message
    assert mode_of(folder) == mode
    assert list(folder.iterdir()) == []


def test_a_folder_of_another_user_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = os.getuid()
    monkeypatch.setattr(os, "getuid", lambda: owner + 1)
    with pytest.raises(IMError, match="belongs to another user"):
        IMClient("ws://127.0.0.1:1", 1, storage_dir=str(tmp_path))
