"""The backend as a whole: starting, ending, and what outlives it."""

import asyncio
import os
import signal
import socket
import sys
from asyncio import subprocess
from contextlib import AsyncExitStack
from pathlib import Path

import msgspec
import pytest

from imtui.protocol.app_key import AppKey
from imtui.server.core.service import IMService
from imtui.server.node.backend import Backend, BackendConfig
from imtui.server.node.data_dir import Address, BackendError, DataDir
from tests.server.wire import wire


async def refusal(config: BackendConfig) -> str:
    with pytest.raises(BackendError) as refused:
        async with Backend(config):
            pass
    assert "\n" not in str(refused.value)
    return str(refused.value)


async def test_a_port_in_use_is_told_with_the_option_that_chooses_another(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert "--port" in await refusal(BackendConfig(tmp_path / "a", port=port))
        assert "--rest-port" in await refusal(BackendConfig(tmp_path / "a", rest_port=port))
    async with Backend(BackendConfig(tmp_path / "a", port=port)):
        pass


@pytest.mark.parametrize("host", ["no.such.host.invalid", "x" * 300, "\x00"])
async def test_a_host_that_is_none_is_told(tmp_path: Path, host: str) -> None:
    assert "Cannot listen" in await refusal(BackendConfig(tmp_path / "a", host=host))


async def test_a_folder_that_cannot_be_used_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert "--data" in await refusal(BackendConfig(tmp_path / "file"))
    assert "--data" in await refusal(BackendConfig(tmp_path / "file" / "below"))


async def test_a_folder_serves_one_backend_at_a_time(tmp_path: Path) -> None:
    async with Backend(BackendConfig(tmp_path / "a")):
        assert "Another backend" in await refusal(BackendConfig(tmp_path / "a"))


@pytest.mark.parametrize("name", ["imtui.db", "app_key.json"])
async def test_a_damaged_file_is_told_and_left(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("rubbish" * 1000)
    assert name in await refusal(BackendConfig(tmp_path))
    assert (tmp_path / name).read_text() == "rubbish" * 1000


async def test_where_it_listens_is_written_while_it_runs(tmp_path: Path) -> None:
    data = DataDir(tmp_path)
    async with Backend(BackendConfig(tmp_path)) as backend:
        assert data.address() == backend.address
        assert data.app_key() == backend.app_key
        for name in ("backend.json", "app_key.json", "imtui.db"):
            assert (tmp_path / name).stat().st_mode & 0o077 == 0
        assert backend.app_key.secret_key not in repr(backend.app_key)
    with pytest.raises(BackendError, match="No backend runs"):
        data.address()


async def test_on_unix_sockets_it_leaves_none_behind(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    config = BackendConfig(tmp_path / "data", unix_dir=tmp_path / "run")
    async with Backend(config) as backend:
        assert backend.address.ws == f"ws+unix://{tmp_path}/run/ws.sock"
        assert (tmp_path / "run" / "rest.sock").stat().st_mode & 0o077 == 0
    assert list((tmp_path / "run").iterdir()) == []


async def test_connections_are_closed_with_1001_at_the_end(tmp_path: Path) -> None:
    async with AsyncExitStack() as stack:
        async with Backend(BackendConfig(tmp_path)) as backend:
            client = await stack.enter_async_context(wire(backend))
            await client.login("alice")
            assert backend.logged_in() == {"alice": 1}
        assert await client.close_code() == 1001


async def start(data: Path) -> tuple[subprocess.Process, "Remote"]:
    program = (
        "import asyncio, sys; from pathlib import Path;"
        "from imtui.server.node.backend import Backend, BackendConfig\n"
        "async def main():\n"
        "    async with Backend(BackendConfig(Path(sys.argv[1]))) as backend:\n"
        "        print('ready', flush=True); await backend.wait_failed()\n"
        "asyncio.run(main())"
    )
    process = await subprocess.create_subprocess_exec(
        sys.executable, "-c", program, str(data), stdout=subprocess.PIPE
    )
    assert process.stdout is not None
    assert await process.stdout.readline() == b"ready\n"
    return process, Remote(data)


class Remote:
    """A backend in another process, as far as a wire needs it."""

    def __init__(self, data: Path) -> None:
        self.address: Address = DataDir(data).address()
        self.app_key: AppKey = DataDir(data).app_key()


async def test_after_kill_9_what_was_acknowledged_is_there_and_revisions_have_grown(
    tmp_path: Path,
) -> None:
    process, remote = await start(tmp_path)
    async with wire(remote) as alice, wire(remote) as bob, wire(remote) as carol:  # type: ignore[arg-type]
        await bob.login("bob")
        await carol.login("carol")
        await carol.call("logout")
        before = (await alice.login("alice"))["selfStatus"]["revision"]
        await alice.call("setSelfStatus", customStatus="Listening to music")
        assert await alice.code("addFriend", userID="bob") == 0
        assert await alice.code("subscribeUserStatus", userIDList=["carol", "bob"]) == 0
        assert await alice.code("subscribeUserStatus", userIDList=["carol"]) == 0
        os.kill(process.pid, signal.SIGKILL)
        await process.wait()
    process, remote = await start(tmp_path)
    async with wire(remote) as alice:  # type: ignore[arg-type]
        own = (await alice.login("alice"))["selfStatus"]
        assert own["revision"] > before
        assert own["revision"] >> 32 == 2
        assert own["customStatus"] == ""
        answer = await alice.call("getUserStatus", userIDList=["bob", "carol"])
        assert [user["statusType"] for user in answer["result"]["userStatusList"]] == [2, 3]
        friends = (await alice.call("getFriendList"))["result"]["friendInfoList"]
        assert [friend["userID"] for friend in friends] == ["bob"]
        subscribed = (await alice.call("getSubscriptions"))["result"]["userIDList"]
        assert subscribed == ["bob", "carol"]
    process.kill()
    await process.wait()


def test_an_address_of_a_newer_backend_can_be_read(tmp_path: Path) -> None:
    text = msgspec.json.encode(
        {"ws": "", "rest": "", "sdkAppID": 1, "pid": 1, "protocolVersion": 9, "x": 1}
    )
    (tmp_path / "backend.json").write_bytes(text)
    assert DataDir(tmp_path).address().protocol_version == 9


async def test_waiting_for_a_failure_can_be_cancelled_and_the_backend_goes_on(
    tmp_path: Path,
) -> None:
    async with Backend(BackendConfig(tmp_path)) as backend:
        waiting = asyncio.create_task(backend.wait_failed())
        async with wire(backend) as client:
            await client.login("alice")
            waiting.cancel()
            with pytest.raises(asyncio.CancelledError):
                await waiting
            assert await client.code("heartbeat") == 0


async def test_a_part_that_fails_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(IMService, "sweep", fail)
    config = BackendConfig(tmp_path, heartbeat_timeout=0.05)
    async with Backend(config) as backend, wire(backend) as client:
        await client.login("alice")
        with pytest.raises(ZeroDivisionError):
            await backend.wait_failed()
