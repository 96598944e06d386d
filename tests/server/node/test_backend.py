"""The backend as a whole: starting, ending, and what outlives it."""

import asyncio
import errno
import os
import signal
import socket
import sys
import threading
import time
from asyncio import subprocess
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path

import httpx
import msgspec
import pytest
from websockets.exceptions import ConnectionClosed, InvalidMessage, InvalidStatus

from imtui.files import write_private
from imtui.protocol.app_key import AppKey
from imtui.protocol.usersig import sign
from imtui.server.core.core import Core
from imtui.server.edge.addresses import network
from imtui.server.edge.edge import Edge
from imtui.server.instant import Instant
from imtui.server.node.backend import Backend
from imtui.server.node.config import BackendConfig
from imtui.server.node.data_dir import Address, BackendError, DataDir
from imtui.server.store.sqlite.checking import Stopped, check_database
from imtui.server.store.store import StoreError
from tests.server.wire import wire


async def refusal(config: BackendConfig) -> str:
    with pytest.raises(BackendError) as refused:
        async with Backend(config):
            pass
    assert "\n" not in str(refused.value)
    return str(refused.value)


async def test_the_audit_log_is_there_before_anything_is_in_it(tmp_path: Path) -> None:
    async with Backend(BackendConfig(tmp_path / "data")) as backend:
        # A program that watches it may look for it once only.
        assert backend.core.data.audit_log.exists()


async def test_a_port_in_use_is_told_with_the_option_that_chooses_another(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert "--port" in await refusal(BackendConfig(tmp_path / "a", port=port))
        assert "--rest-port" in await refusal(BackendConfig(tmp_path / "a", rest_port=port))
    async with Backend(BackendConfig(tmp_path / "a", port=port)):
        pass


@pytest.mark.parametrize("host", ["no.such.host.invalid", "x" * 300, "\x00"])
async def test_a_host_that_is_none_is_told(tmp_path: Path, host: str) -> None:
    assert "Cannot listen" in await refusal(BackendConfig(tmp_path / "a", hosts=(host,)))


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


async def test_a_kick_by_a_clock_that_was_ahead_is_corrected_with_a_line_in_the_log(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    ahead = 7200

    def clock() -> Instant:
        return Instant(time.monotonic(), int((time.time() + ahead) * 1000))

    config = BackendConfig(tmp_path, clock=clock)
    async with Backend(config) as backend, wire(backend) as alice:
        await alice.login("alice")
        key = backend.app_key
        kick = f"{backend.address.rest}/v4/im_open_login_svc/kick"
        params = {"sdkappid": str(key.sdk_app_id), "identifier": "administrator"}
        params["usersig"] = sign("administrator", key.sdk_app_id, key.secret_key)
        async with httpx.AsyncClient(trust_env=False) as http:
            await http.post(kick, params=params, json={"UserID": "alice"})
        await alice.push("onKickedOffline")
    ahead = 0
    async with Backend(config) as backend, wire(backend) as alice:
        new = sign("alice", key.sdk_app_id, key.secret_key, now=time.time() + 1)
        await alice.login("alice", userSig=new)
    assert [line for line in caplog.messages if "clock" in line] == [
        "The clock was ahead when alice was kicked: UserSigs made from now on are valid"
    ]


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
        "from imtui.server.node.backend import Backend\n"
        "from imtui.server.node.config import BackendConfig\n"
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

    monkeypatch.setattr(Edge, "close_silent", fail)
    config = BackendConfig(tmp_path, settings={"heartbeat_timeout": 0.05})
    async with Backend(config) as backend, wire(backend) as client:
        await client.login("alice")
        with pytest.raises(ZeroDivisionError):
            await backend.wait_failed()


async def test_a_sweep_that_fails_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(Core, "sweep", fail)
    async with Backend(BackendConfig(tmp_path)) as backend, wire(backend) as client:
        now = (await client.login("alice"))["serverTime"]
        await client.call("setSelfStatus", customStatus="Lunch", expiresAt=now + 100)
        with pytest.raises(ZeroDivisionError):
            await backend.wait_failed()


async def test_the_key_of_the_app_is_kept_and_exported_again(tmp_path: Path) -> None:
    exported = tmp_path / "app_key.json"
    async with Backend(BackendConfig(tmp_path)) as backend:
        key = backend.app_key
        assert DataDir(tmp_path).exported_key() == key
    exported.unlink()
    async with Backend(BackendConfig(tmp_path)) as backend:
        assert backend.app_key == key
        assert DataDir(tmp_path).app_key() == key
        assert exported.stat().st_mode & 0o077 == 0


async def test_a_new_app_takes_the_key_that_is_there(tmp_path: Path) -> None:
    key = AppKey(1400000001, "5" * 64)
    DataDir(tmp_path).export_key(key)
    async with Backend(BackendConfig(tmp_path)) as backend, wire(backend) as client:
        assert backend.app_key == key
        await client.login("alice")


async def test_an_app_keeps_its_key_whatever_file_is_there(tmp_path: Path) -> None:
    async with Backend(BackendConfig(tmp_path)) as backend:
        key = backend.app_key
    DataDir(tmp_path).export_key(AppKey(1400000001, "5" * 64))
    async with Backend(BackendConfig(tmp_path)) as backend:
        assert backend.app_key == key
    assert DataDir(tmp_path).app_key() == key


def test_a_folder_without_an_app_says_how_to_start_one(tmp_path: Path) -> None:
    assert DataDir(tmp_path).exported_key() is None
    with pytest.raises(BackendError, match="imtui serve --data"):
        DataDir(tmp_path).app_key()


async def health(backend: Backend) -> tuple[int, dict[str, str]]:
    async with httpx.AsyncClient(timeout=20) as client:
        answer = await client.get(f"{backend.address.rest}/healthz")
    found: dict[str, str] = answer.json()
    return answer.status_code, found


async def checked(backend: Backend) -> tuple[int, dict[str, str]]:
    """Return how it is once the whole database was checked."""
    async with asyncio.timeout(20):
        while (found := await health(backend))[1]["store"] == "unchecked":
            pass
    return found


async def test_the_whole_database_is_checked_while_it_works(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    may_check = threading.Event()

    def check(database: Path, stop: threading.Event) -> list[str]:
        may_check.wait(20)
        return check_database(database, stop)

    monkeypatch.setattr("imtui.server.node.checks.check_database", check)
    async with Backend(BackendConfig(tmp_path)) as backend, wire(backend) as client:
        await client.login("alice")
        assert await health(backend) == (200, {"status": "ok", "store": "unchecked"})
        may_check.set()
        assert await checked(backend) == (200, {"status": "ok", "store": "sound"})


@pytest.mark.parametrize("is_read", [True, False], ids=["damaged", "not readable"])
async def test_what_the_check_finds_is_told_and_logged(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    is_read: bool,
) -> None:
    def check(database: Path, stop: threading.Event) -> list[str]:
        if is_read:
            return ["a page is broken", "so is another"]
        raise StoreError("a page is broken")

    monkeypatch.setattr("imtui.server.node.checks.check_database", check)
    async with Backend(BackendConfig(tmp_path)) as backend, wire(backend) as client:
        found = await checked(backend)
        status = "store damaged" if is_read else "store unreadable"
        assert found == (503, {"status": status, "store": "a page is broken"})
        await client.login("alice")
    assert "a page is broken" in caplog.text


async def test_the_end_does_not_wait_for_the_check(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    began = threading.Event()

    def check(database: Path, stop: threading.Event) -> list[str]:
        began.set()
        assert stop.wait(20)
        raise Stopped

    monkeypatch.setattr("imtui.server.node.checks.check_database", check)
    async with asyncio.timeout(10):
        async with Backend(BackendConfig(tmp_path)):
            await asyncio.get_running_loop().run_in_executor(None, began.wait, 10)
    assert began.is_set()


async def test_those_who_are_logged_in_are_counted(tmp_path: Path) -> None:
    async with Backend(BackendConfig(tmp_path)) as backend:
        assert backend.logged_in() == {}
        async with wire(backend) as alice, wire(backend) as passive, wire(backend) as bob:
            await alice.login("alice")
            await passive.login("alice", passive=True, instanceID="passive")
            await bob.login("bob")
            assert backend.logged_in() == {"alice": 2, "bob": 1}
            await alice.call("logout")
            assert backend.logged_in() == {"alice": 1, "bob": 1}
            await passive.login("carol")
            assert backend.logged_in() == {"carol": 1, "bob": 1}


async def test_a_start_that_fails_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail_to_publish(path: Path, text: str) -> None:
        if path.name == "backend.json":
            raise OSError(errno.ENOSPC, "No space left on device")
        write_private(path, text)

    with monkeypatch.context() as patched:
        patched.setattr("imtui.server.node.data_dir.write_private", fail_to_publish)
        assert "cannot be written: the disk is full." in await refusal(BackendConfig(tmp_path))
    with pytest.raises(BackendError):
        DataDir(tmp_path).address()
    async with Backend(BackendConfig(tmp_path)) as backend, wire(backend) as client:
        await client.login("alice")


async def test_what_can_change_changes_while_it_runs(tmp_path: Path) -> None:
    config = BackendConfig(tmp_path / "a", disk_reserve=0)
    origin = "https://chat.example"
    named = {"X-Forwarded-For": "203.0.113.5"}
    async with Backend(config) as backend, wire(backend) as early:
        await early.login("early")
        changed = replace(
            config,
            allowed_origins=(origin,),
            max_connections=3,
            max_per_address=10,
            trusted_proxies=(network("192.0.2.1"),),
            disk_reserve=1 << 60,
        )
        await backend.adjust(changed)
        async with wire(backend, origin=origin) as second:
            await second.login("second")
            # Nobody may name clients now, so these have no share of their own.
            async with wire(backend, additional_headers=named) as third:
                await third.login("third")
                with pytest.raises((ConnectionClosed, InvalidMessage, OSError)):
                    async with wire(backend) as fourth:
                        await fourth.login("fourth")
        await backend.adjust(config)
        with pytest.raises(InvalidStatus):
            async with wire(backend, origin=origin):
                pass
        async with AsyncExitStack() as stack:
            for number in range(10):
                one = await stack.enter_async_context(wire(backend, additional_headers=named))
                await one.login(f"user{number}")
        assert not backend.core.disk.reserve
        assert await early.code("heartbeat") == 0
