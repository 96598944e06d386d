"""The embedded backend: starting, joining, replacing, restarting and ending it."""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import msgspec
import pytest

from imtui.cli.embedded.backend import EmbeddedBackend, local_user_sig, start_lock_file
from imtui.files import FileLock
from imtui.protocol.messages import PROTOCOL_VERSION
from imtui.sdk import IMClient, IMSDKListener, UserStatus, UserStatusType
from imtui.server.node.data_dir import Address, BackendError, DataDir
from tests.cli.processes import TIMEOUT, Home, wait_until_free

QUICK = ("--start-grace", "10", "--idle-grace", "0.2")


@pytest.fixture
async def embedded(home: Home, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[EmbeddedBackend]:
    """Yield the backend of a new user, and stop it at the end."""
    for key, value in home.env.items():
        monkeypatch.setenv(key, value)
    backend = EmbeddedBackend(home.local_data, QUICK)
    yield backend
    with contextlib.suppress(BackendError, ProcessLookupError):
        os.kill(DataDir(home.local_data).address().pid, signal.SIGTERM)
        await wait_until_free(home.local_data)


def client_of(backend: EmbeddedBackend, address: Address) -> IMClient:
    return IMClient(address.ws, address.sdk_app_id)


async def log_in(backend: EmbeddedBackend, client: IMClient, user_id: str) -> None:
    await client.login(user_id, partial(local_user_sig, backend.data_dir, user_id))


def assert_nothing_left(home: Home) -> None:
    assert not (home.local_data / "backend.json").exists()
    assert list((home.path / "run").iterdir()) == []


class StatusListener(IMSDKListener):
    """Sets an event when a status changes."""

    def __init__(self) -> None:
        self.changed = asyncio.Event()

    def on_user_status_changed(self, statuses: list[UserStatus]) -> None:
        self.changed.set()


async def live_friends(client: IMClient, listener: StatusListener) -> set[str]:
    """Wait until several friends are online, some with a text, and return all friends."""
    while True:
        listener.changed.clear()
        friends = await client.get_friend_list()
        statuses = [friend.user_status for friend in friends if friend.user_status]
        online = [status for status in statuses if status.status_type is UserStatusType.ONLINE]
        if len(online) >= 4 and sum(bool(status.custom_status) for status in online) >= 2:
            return {friend.user_id for friend in friends}
        await listener.changed.wait()


async def test_first_start_shows_live_friends_and_the_backend_ends_when_idle(
    home: Home, embedded: EmbeddedBackend
) -> None:
    assert await embedded.running_address() is None
    address = await embedded.ensure_running()
    assert await embedded.running_address() == address
    assert address.ws.startswith(f"ws+unix://{home.path}/run/")
    assert (home.local_data.stat().st_mode & 0o777) == 0o700

    listener = StatusListener()
    async with client_of(embedded, address) as client:
        client.add_im_sdk_listener(listener)
        await log_in(embedded, client, "alice")
        async with asyncio.timeout(TIMEOUT):
            names = await live_friends(client, listener)
            listener.changed.clear()
            await listener.changed.wait()
        assert {"bob", "carol", "mei"} <= names
        assert not {"zoe", "hugo", "noor"} & names

    await wait_until_free(home.local_data)
    assert_nothing_left(home)


async def test_second_start_joins_the_first(embedded: EmbeddedBackend) -> None:
    first, second, third = await asyncio.gather(*[embedded.ensure_running() for _ in range(3)])

    assert first == second == third
    assert await embedded.ensure_running() == first


async def test_local_accounts_become_friends(embedded: EmbeddedBackend) -> None:
    address = await embedded.ensure_running()
    async with client_of(embedded, address) as alice, client_of(embedded, address) as dave:
        await log_in(embedded, alice, "alice")
        await log_in(embedded, dave, "dave")

        assert "dave" in {friend.user_id for friend in await alice.get_friend_list()}
        assert "alice" in {friend.user_id for friend in await dave.get_friend_list()}


async def test_a_connected_user_keeps_it_running(embedded: EmbeddedBackend, home: Home) -> None:
    backend = EmbeddedBackend(home.local_data, ("--start-grace", "1", "--idle-grace", "0.1"))
    address = await backend.ensure_running()
    async with client_of(backend, address) as client:
        await log_in(backend, client, "bob")
        lost = asyncio.Event()

        class Lost(IMSDKListener):
            def on_reconnect_scheduled(self, delay: float) -> None:
                lost.set()

        client.add_im_sdk_listener(Lost())
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(1.5):
                await lost.wait()

    await wait_until_free(home.local_data)
    assert_nothing_left(home)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
async def test_a_backend_that_ended_restarts_at_the_same_address(
    embedded: EmbeddedBackend, home: Home, number: signal.Signals
) -> None:
    address = await embedded.ensure_running()
    async with client_of(embedded, address) as client:
        await log_in(embedded, client, "alice")
        os.kill(address.pid, number)
        await wait_until_free(home.local_data)
        assert await embedded.running_address() is None

        revived = await embedded.ensure_running(address)

        assert revived.pid != address.pid
        assert (revived.ws, revived.rest) == (address.ws, address.rest)
        client.reconnect_now()
        await client.set_self_status("Back")
        [own] = await client.get_user_status(["alice"])
        assert own.custom_status == "Back"


async def test_a_restart_in_another_environment_reuses_the_address(
    embedded: EmbeddedBackend, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = await embedded.ensure_running()
    os.kill(address.pid, signal.SIGKILL)
    await wait_until_free(home.local_data)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(home.path / "none"))

    assert (await embedded.ensure_running(address)).ws == address.ws


async def test_an_older_version_is_replaced_and_a_newer_one_refused(
    embedded: EmbeddedBackend, home: Home
) -> None:
    address = await embedded.ensure_running()
    folder = DataDir(home.local_data)

    folder.publish(msgspec.structs.replace(address, protocol_version=PROTOCOL_VERSION + 1))
    with pytest.raises(BackendError, match="update imtui"):
        await embedded.ensure_running()

    folder.publish(msgspec.structs.replace(address, protocol_version=PROTOCOL_VERSION - 1))
    ours = await embedded.ensure_running()
    assert ours.pid != address.pid
    assert ours.protocol_version == PROTOCOL_VERSION


async def test_a_failed_start_reports_one_line(embedded: EmbeddedBackend, home: Home) -> None:
    home.local_data.mkdir(parents=True)
    (home.local_data / "imtui.db").write_text("no database\n" * 1000)

    with pytest.raises(BackendError, match=r"imtui\.db") as failed:
        await embedded.ensure_running()

    assert "\n" not in str(failed.value)
    assert_nothing_left(home)


async def test_impossible_data_folder(embedded: EmbeddedBackend, home: Home) -> None:
    (home.path / "data").write_text("a file in the way")

    with pytest.raises(BackendError, match="cannot be used"):
        await embedded.ensure_running()


async def test_a_cancelled_start_leaves_no_process(embedded: EmbeddedBackend, home: Home) -> None:
    start = asyncio.create_task(embedded.ensure_running())
    async with asyncio.timeout(TIMEOUT):
        while not (home.local_data / "backend.err").exists():  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    start.cancel()
    with pytest.raises(asyncio.CancelledError):
        await start

    await wait_until_free(home.local_data)
    assert await embedded.running_address() is None
    lock = FileLock(start_lock_file(home.local_data))
    assert lock.acquire(blocking=False)
    lock.release()


async def test_it_outlives_the_process_that_started_it(
    embedded: EmbeddedBackend, home: Home
) -> None:
    program = (
        "import asyncio, sys; from pathlib import Path; "
        "from imtui.cli.embedded.backend import EmbeddedBackend; "
        f"asyncio.run(EmbeddedBackend(Path(sys.argv[1]), {QUICK!r}).ensure_running())"
    )
    starter = await asyncio.create_subprocess_exec(sys.executable, "-c", program, home.local_data)
    assert await starter.wait() == 0

    address = await embedded.running_address()

    assert address is not None
    assert os.getsid(address.pid) == address.pid


async def test_commands_use_the_running_backend(embedded: EmbeddedBackend, home: Home) -> None:
    address = await embedded.ensure_running()

    async with client_of(embedded, address) as client:
        await log_in(embedded, client, "bob")
        own = await asyncio.to_thread(home.run, "status", "--json")
        console = await asyncio.to_thread(home.run, "console", "show")

    assert (own.returncode, '"userID": "alice"' in own.stdout) == (0, True)
    assert "edition=ultimate" in console.stdout


async def test_a_signal_ends_it_cleanly(embedded: EmbeddedBackend, home: Home) -> None:
    address = await embedded.ensure_running()
    os.kill(address.pid, signal.SIGTERM)

    await wait_until_free(home.local_data)

    assert_nothing_left(home)
    assert (home.local_data / "backend.err").read_text() == ""
    assert "Traceback" not in (home.local_data / "backend.log").read_text()


async def test_log_and_key_are_private(embedded: EmbeddedBackend, home: Home) -> None:
    address = await embedded.ensure_running()

    files = [file for file in home.local_data.iterdir() if file.is_file()]
    sockets = Path(address.ws.removeprefix("ws+unix://")).parent
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}
    assert (sockets.stat().st_mode & 0o777) == 0o700
