"""Real processes over a real backend: killed, suspended, silent, paused."""

import asyncio
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import msgspec
import pytest

from imtui.protocol.usersig import sign
from imtui.sdk import IMClient, IMSDKListener, UserStatus, UserStatusType
from imtui.server.node.backend import Backend
from imtui.server.node.config import BackendConfig
from imtui.server.node.data_dir import DataDir

WITHIN = 30.0

CLIENT = """
import asyncio, sys
from imtui.sdk import IMClient

async def main(url, app_id, user_sig):
    async with IMClient(url, int(app_id), instance_id="phone") as client:
        await client.login("bob", user_sig)
        await client.set_self_status("On the call")
        print("ready", flush=True)
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline)
        await client.logout()

asyncio.run(main(*sys.argv[1:]))
"""


class Watched(IMSDKListener):
    """Keeps what is told of bob."""

    def __init__(self) -> None:
        self.statuses: list[UserStatus] = []
        self._told = asyncio.Event()

    def on_user_status_changed(self, statuses: list[UserStatus]) -> None:
        self.statuses += [status for status in statuses if status.user_id == "bob"]
        self._told.set()

    async def until(self, holds: Callable[[UserStatus], bool]) -> UserStatus:
        """Wait until the last status is one that holds."""
        async with asyncio.timeout(WITHIN):
            while not self.statuses or not holds(self.statuses[-1]):
                self._told.clear()
                await self._told.wait()
        return self.statuses[-1]


def is_on_the_call(status: UserStatus) -> bool:
    return status.status_type is UserStatusType.ONLINE and status.custom_status == "On the call"


def is_offline(status: UserStatus) -> bool:
    return status.status_type is UserStatusType.OFFLINE and status.custom_status == ""


@pytest.fixture
async def backend(tmp_path: Path) -> AsyncIterator[Backend]:
    async with Backend(BackendConfig(tmp_path, settings={"heartbeat_timeout": 3.0})) as running:
        yield running


def user_sig(backend: Backend, user_id: str) -> str:
    key = backend.app_key
    return sign(user_id, key.sdk_app_id, key.secret_key)


@pytest.fixture
async def alice(backend: Backend) -> AsyncIterator[Watched]:
    """Watch bob, who exists."""
    async with IMClient(backend.address.ws, backend.address.sdk_app_id) as bob:
        await bob.login("bob", user_sig(backend, "bob"))
        await bob.logout()
    watched = Watched()
    async with IMClient(backend.address.ws, backend.address.sdk_app_id) as client:
        client.add_im_sdk_listener(watched)
        await client.login("alice", user_sig(backend, "alice"))
        await client.subscribe_user_status(["bob"])
        yield watched


@pytest.fixture
async def bob(backend: Backend, alice: Watched) -> AsyncIterator[Process]:
    """Run bob's client in a process of its own, ONLINE and on the call."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", CLIENT, backend.address.ws, str(backend.address.sdk_app_id)),
        user_sig(backend, "bob"),
        stdin=PIPE,
        stdout=PIPE,
    )
    assert process.stdout is not None
    assert await process.stdout.readline() == b"ready\n"
    await alice.until(is_on_the_call)
    yield process
    if process.returncode is None:
        process.kill()
    await process.wait()


async def test_a_killed_process_is_offline_at_once(alice: Watched, bob: Process) -> None:
    bob.kill()
    status = await alice.until(is_offline)
    assert status.online_devices == []


async def test_a_process_that_logs_out_is_unlogined(alice: Watched, bob: Process) -> None:
    assert bob.stdin is not None
    bob.stdin.write(b"\n")
    assert await bob.wait() == 0
    status = await alice.until(lambda status: not is_on_the_call(status))
    assert status.status_type is UserStatusType.UNLOGINED


async def test_a_suspended_process_is_lost_when_silent_and_comes_back_by_itself(
    alice: Watched, bob: Process
) -> None:
    bob.send_signal(signal.SIGSTOP)
    # Not lost by being stopped: only once it has been silent for the time-out.
    stopped_at = alice.statuses[-1]
    assert is_on_the_call(stopped_at)
    await alice.until(is_offline)
    bob.send_signal(signal.SIGCONT)
    status = await alice.until(lambda status: status.status_type is UserStatusType.ONLINE)
    assert status.custom_status == ""
    assert status.revision > stopped_at.revision


class Links(IMSDKListener):
    """Keeps what is told of the own connection and status."""

    def __init__(self, user_id: str) -> None:
        self._user_id = user_id
        self._told = asyncio.Event()
        self.told: list[str] = []

    def on_connecting(self) -> None:
        self._tell("connecting")

    def on_connect_success(self) -> None:
        self._tell("connected")

    def on_user_status_changed(self, statuses: list[UserStatus]) -> None:
        for status in statuses:
            who = "own" if status.user_id == self._user_id else status.user_id
            self._tell(f"{who} {status.status_type.name} {status.custom_status}".strip())

    def _tell(self, what: str) -> None:
        self.told.append(what)
        self._told.set()

    async def until(self, what: str) -> None:
        """Wait until something is told that was not told before the last wait ended."""
        async with asyncio.timeout(WITHIN):
            while what not in self.told:
                self._told.clear()
                await self._told.wait()
        self.told = self.told[self.told.index(what) + 1 :]


async def serve(data: Path, port: int = 0) -> tuple[Process, int]:
    """Start ``imtui serve``, and return it with its port."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "imtui", "serve", "--port", str(port), "--rest-port", "0"),
        *("--data", str(data), "--heartbeat-timeout", "3"),
        stdout=PIPE,
    )
    assert process.stdout is not None
    ready = msgspec.json.decode(await process.stdout.readline())
    assert ready["event"] == "ready"
    return process, int(ready["ws"].rpartition(":")[2])


@pytest.mark.parametrize("how", ["paused", "killed"])
async def test_clients_heal_by_themselves_after_the_backend_was_away(
    tmp_path: Path, how: str
) -> None:
    process, port = await serve(tmp_path)
    key = DataDir(tmp_path).app_key()
    url = f"ws://127.0.0.1:{port}"
    links = Links("alice")
    async with IMClient(url, key.sdk_app_id) as alice, IMClient(url, key.sdk_app_id) as bob:
        alice.add_im_sdk_listener(links)
        await bob.login("bob", sign("bob", key.sdk_app_id, key.secret_key))
        await alice.login("alice", sign("alice", key.sdk_app_id, key.secret_key))
        await alice.add_friend("bob")
        await bob.set_self_status("On the call")
        await links.until("bob ONLINE On the call")
        process.send_signal(signal.SIGSTOP if how == "paused" else signal.SIGKILL)
        await links.until("own OFFLINE")
        await links.until("connecting")
        if how == "paused":
            process.send_signal(signal.SIGCONT)
        else:
            await process.wait()
            process, _ = await serve(tmp_path, port)
        await links.until("connected")
        assert (await alice.get_user_status(["alice"]))[0].status_type is UserStatusType.ONLINE
        async with asyncio.timeout(WITHIN):
            await bob.set_self_status("Back again")
        await links.until("bob ONLINE Back again")
    process.terminate()
    assert await process.wait() == 0
