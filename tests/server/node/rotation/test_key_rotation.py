"""Rotations of the key in a whole backend: crowds, clients that come back, kills, full disks."""

import asyncio
import signal
import sys
from pathlib import Path

import pytest

from imtui.protocol.app_key import AppKey
from imtui.sdk import Backoff, IMClient
from imtui.server.node.backend import Backend
from imtui.server.node.config import BackendConfig
from imtui.server.node.data_dir import BackendError, DataDir
from imtui.server.store.sqlite.store import SQLiteStore
from imtui.server.store.store import StoreError
from tests.sdk.recorder import Recorder
from tests.sdk.relay import relay_to
from tests.server.commands.test_rest import post
from tests.server.node.rotation.crowd_rotation import code_of_login, rotate, rotate_beside, sig_of
from tests.server.node.rotation.killed_rotation import STEPS

ROTATE = "v4/imtui_key/rotate"
_DAY = 24 * 3600


def unfinished_in(folder: Path) -> list[Path]:
    """Return the files that were written and never came into their place."""
    return list(folder.glob(".app_key*"))


def files_with(folder: Path, text: str) -> list[str]:
    """Return the names of the files that have a text in them."""
    return sorted(file.name for file in folder.iterdir() if text.encode() in file.read_bytes())


async def test_a_rotation_drops_nobody_and_both_keys_let_in_until_the_end_of_the_grace(
    tmp_path: Path,
) -> None:
    assert await rotate_beside(20, tmp_path / "data") == {}


async def test_a_client_that_comes_back_with_a_user_sig_of_an_ended_key_needs_a_new_one(
    backend: Backend,
) -> None:
    key, recorder = backend.app_key, Recorder()
    async with (
        relay_to(backend.address.ws) as relay,
        IMClient(relay.url, key.sdk_app_id, backoff=Backoff(0.02, 0.1)) as client,
    ):
        client.add_im_sdk_listener(recorder)
        await client.login("alice", sig_of(key, "alice"))
        await rotate(backend, 0)
        relay.drop()
        await recorder.saw("expired")
        assert recorder.count("failed") == 0
        assert client.get_login_user() is None
        # A new one is all that it needs.
        await client.login("alice", sig_of(backend.app_key, "alice"))


async def test_a_client_that_makes_its_user_sigs_anew_comes_back_after_any_rotation(
    backend: Backend,
) -> None:
    data, recorder = DataDir(backend.config.data_dir), Recorder()
    async with (
        relay_to(backend.address.ws) as relay,
        IMClient(relay.url, backend.app_key.sdk_app_id, backoff=Backoff(0.02, 0.1)) as client,
    ):
        client.add_im_sdk_listener(recorder)
        await client.login("alice", lambda: sig_of(data.app_key(), "alice"))
        await rotate(backend, 0)
        relay.drop()
        await recorder.saw("connected", 2)
        assert recorder.count("expired") == 0


async def test_a_key_that_cannot_be_exported_is_exported_with_a_later_commit(
    backend: Backend, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    data, old = DataDir(backend.config.data_dir), backend.app_key

    def fail(self: DataDir, key: AppKey) -> None:
        raise BackendError("app_key.json cannot be written: no space.")

    with monkeypatch.context() as patched:
        patched.setattr(DataDir, "export_key", fail)
        assert (await post(backend, ROTATE, {"Grace": _DAY}))["ErrorCode"] == 0
    assert [record.getMessage() for record in caplog.records] == [
        "The new key is not exported: app_key.json cannot be written: no space."
    ]
    caplog.clear()
    assert data.app_key() == old
    await post(backend, "v4/im_open_login_svc/account_import", {"UserID": "alice"})
    assert data.app_key() == backend.app_key != old


async def test_a_key_is_exported_only_once_it_is_durable(
    backend: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    data, old = DataDir(backend.config.data_dir), backend.app_key

    exported, export_key = asyncio.Event(), DataDir.export_key

    def fail(self: SQLiteStore) -> None:
        raise StoreError("The disk is broken.")

    def export(self: DataDir, key: AppKey) -> None:
        export_key(self, key)
        exported.set()

    with monkeypatch.context() as patched:
        patched.setattr(SQLiteStore, "commit", fail)
        assert (await post(backend, ROTATE, {"Grace": _DAY}))["ErrorCode"] == 70500
        assert data.app_key() == old
        # Who read the old one meanwhile is let in.
        assert await code_of_login(backend, old) in (0, 70500)
        monkeypatch.setattr(DataDir, "export_key", export)
    async with asyncio.timeout(20):
        await exported.wait()
    assert data.app_key() == backend.app_key


async def test_a_start_mends_an_export_that_a_kill_prevented_and_removes_what_it_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = DataDir(tmp_path)
    async with Backend(BackendConfig(tmp_path)) as backend:
        old = backend.app_key
        # As if it were killed right after the commit.
        monkeypatch.setattr(DataDir, "export_key", lambda self, key: None)
        await rotate(backend, _DAY)
        new = backend.app_key
        assert data.app_key() == old
    monkeypatch.undo()
    left = tmp_path / ".app_key.json.abc"
    left.write_text(new.secret_key)
    async with Backend(BackendConfig(tmp_path)) as backend:
        assert data.app_key() == backend.app_key == new
        assert (tmp_path / "app_key.json").stat().st_mode & 0o777 == 0o600
        assert await code_of_login(backend, old) == 0
    assert not left.exists()


@pytest.mark.parametrize("step", STEPS)
async def test_a_kill_9_at_any_step_leaves_keys_that_work_and_a_start_mends_the_export(
    tmp_path: Path, step: str
) -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.server.node.rotation.killed_rotation", step, str(tmp_path))
    )
    assert await process.wait() == -signal.SIGKILL
    data = DataDir(tmp_path)
    # What commands on this machine read before the next start.
    read_before = data.app_key()
    async with Backend(BackendConfig(tmp_path)) as backend:
        newest = backend.app_key
        assert data.app_key() == newest
        for key in (read_before, newest):
            assert await code_of_login(backend, key) == 0
        listed = await post(backend, "v4/imtui_key/list")
        ids = [item["KeyID"] for item in listed["KeyItem"]]
        assert ids == ([2, 1] if step == "before the commit" else [3, 2, 1])
        await rotate(backend, 0)
    assert unfinished_in(tmp_path) == []


async def test_the_secret_of_a_key_that_ended_is_in_no_file(tmp_path: Path) -> None:
    async with Backend(BackendConfig(tmp_path)) as backend:
        secrets = [backend.app_key.secret_key]
        await rotate(backend, _DAY)
        secrets.append(backend.app_key.secret_key)
        await rotate(backend, 0)
        newest = backend.app_key.secret_key
    assert files_with(tmp_path, newest) == ["app_key.json", "imtui.db"]
    for secret in secrets:
        assert files_with(tmp_path, secret) == []
