"""The processes of a backend with edges: they end together, and are started again alone."""

import asyncio
import contextlib
import os
import resource
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from imtui.protocol.errors import ErrorCode, IMError
from imtui.protocol.usersig import sign
from imtui.sdk import IMClient, LoginStatus, UserStatusType
from imtui.server.node.config import BackendConfig
from imtui.server.node.data_dir import DataDir
from imtui.server.node.edges import children, supervisor
from imtui.server.node.edges.supervisor import EdgedBackend
from imtui.server.store.sqlite.backup import back_up
from imtui.server.store.sqlite.checking import check_database
from tests.server.children import CORE, EDGE, children_of
from tests.server.node.edges.edged_server import (
    WITHIN,
    EdgedServer,
    edged_server,
    stopped,
    until,
)
from tests.server.wire import wire

ORIGIN = "https://chat.example"
ONLINE, OFFLINE = UserStatusType.ONLINE, UserStatusType.OFFLINE


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[EdgedServer]:
    async with edged_server(tmp_path) as running:
        yield running


async def test_children_end_with_their_parent_even_if_it_is_killed(server: EdgedServer) -> None:
    await server.served.kill(signal.SIGKILL)
    await until(lambda: not any(children_of(server.data).values()))


@pytest.mark.parametrize("role", [CORE, EDGE])
async def test_a_killed_child_is_started_again_and_no_status_changes(
    server: EdgedServer, role: str
) -> None:
    async with server.client("alice") as (alice, own), server.client("bob") as (bob, recorder):
        await alice.set_self_status("On the call")
        await bob.subscribe_user_status(["alice"])
        (status,) = await bob.get_user_status(["alice"])
        gone = children_of(server.data)[role]
        for pid in gone:
            os.kill(pid, signal.SIGKILL)
        await own.saw("connected", 2)
        await recorder.saw("connected", 2)
        await server.until_back(role, *gone)
        name = "The core" if role == CORE else "Edge 2"
        assert f"{name} has ended with signal 9; it is started again in 0.1 s" in server.log
        (now,) = await bob.get_user_status(["alice"])
        assert (now.status_type, now.custom_status, now.since) == (
            ONLINE,
            "On the call",
            status.since,
        )
        (own_status,) = await alice.get_user_status(["alice"])
        assert own_status.custom_status == "On the call"
        await alice.set_self_status("Back")
        await recorder.until(lambda r: r.texts("alice")[-1:] == [(ONLINE, "Back")])
        assert not [told for told in recorder.texts("alice") if told[0] is OFFLINE]


async def test_a_child_that_ends_again_and_again_is_started_more_and_more_rarely(
    server: EdgedServer,
) -> None:
    for pause in ("0.1", "0.2", "0.4"):
        pid = server.core
        os.kill(pid, signal.SIGKILL)
        await server.until_logged(f"it is started again in {pause} s")
        await server.until_back(CORE, pid)


async def test_a_child_that_ends_after_a_while_is_started_again_without_a_pause(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(supervisor, "_STEADY_AFTER", 0.0)
    data, ended = tmp_path / "data", "it is started again in 0.1 s"
    async with EdgedBackend(BackendConfig(data), 1):
        for times in range(1, 4):
            gone = children_of(data)[EDGE]
            os.kill(gone[0], signal.SIGKILL)
            await until(partial(_has_begun_again, data, gone))
            assert caplog.text.count(ended) == times


def _has_begun_again(data: Path, gone: list[int]) -> bool:
    return children_of(data)[EDGE] not in ([], gone)


async def test_a_child_that_is_not_ready_in_time_is_killed_and_started_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    data, ended = tmp_path / "data", "Edge 1 has ended with signal 9"
    async with EdgedBackend(BackendConfig(data), 1):
        with monkeypatch.context() as patched:
            patched.setattr(children, "READY_WITHIN", 0.0)
            os.kill(children_of(data)[EDGE][0], signal.SIGKILL)
            await until(lambda: caplog.text.count(ended) == 2)
    assert "Edge 1 cannot start" in caplog.text


async def test_a_core_that_ends_by_itself_is_followed_by_another(tmp_path: Path) -> None:
    async with EdgedBackend(BackendConfig(tmp_path / "data"), 1) as backend:
        core = backend._children[0]
        await core.end()
        await until(lambda: backend._children[0] is not core)
        key = DataDir(tmp_path / "data").app_key()
        async with IMClient(backend.address.ws, key.sdk_app_id) as client, asyncio.timeout(WITHIN):
            while client.get_login_status() is not LoginStatus.LOGINED:
                # A login that waits for a core is to be tried again.
                with contextlib.suppress(IMError):
                    await client.login("alice", sign("alice", key.sdk_app_id, key.secret_key))


async def test_at_sigterm_clients_leave_with_1001_and_keep_their_status_until_they_are_back(
    tmp_path: Path,
) -> None:
    async with edged_server(tmp_path) as server, wire(server.served) as alice:
        await alice.login("alice")
        assert await alice.code("setSelfStatus", customStatus="On the call") == 0
        await server.served.kill(signal.SIGTERM)
        assert server.served.process.returncode == 0
        assert await alice.close_code() == 1001
        assert not any(children_of(server.data).values())
    async with edged_server(tmp_path) as server, wire(server.served) as bob:
        await bob.login("bob")
        answer = await bob.call("getUserStatus", userIDList=["alice"])
        (status,) = answer["result"]["userStatusList"]
        assert (status["statusType"], status["customStatus"]) == (1, "On the call")


async def test_sighup_reaches_every_edge(server: EdgedServer) -> None:
    (server.data / "imtui.toml").write_text(f'allow_origin = ["{ORIGIN}"]\n')
    os.kill(server.pid, signal.SIGHUP)
    for pid in server.edges:
        # New connections are the other's.
        with stopped(pid):
            async with asyncio.timeout(WITHIN):
                while not await is_let_in(server):
                    pass


async def is_let_in(server: EdgedServer) -> bool:
    try:
        async with connect(server.served.address.ws, origin=ORIGIN):  # type: ignore[arg-type]
            return True
    except InvalidStatus:
        return False


async def test_every_edge_serves_rest(server: EdgedServer) -> None:
    for number, pid in enumerate(server.edges):
        with stopped(pid):
            await server.rest("im_open_login_svc/account_import", UserID=f"user{number}")
    assert (await server.rest("imtui_console/accounts", MaxCnt=10))["Total"] == 2


async def test_a_rest_command_under_way_is_answered_as_the_core_is_killed(
    server: EdgedServer,
) -> None:
    core = server.core
    os.kill(core, signal.SIGSTOP)
    calling = asyncio.ensure_future(server.rest("imtui_console/get"))
    await asyncio.wait({calling}, timeout=0.5)
    os.kill(core, signal.SIGKILL)
    try:
        async with asyncio.timeout(WITHIN):
            answer = await calling
    except IMError as error:
        assert error.code == ErrorCode.ERR_SVR_COMM_REQUEST_TIMEOUT
    else:
        assert answer["ErrorCode"] == 0
    assert "Traceback" not in server.log


async def test_a_stopped_edge_hinders_nobody_on_the_other(server: EdgedServer) -> None:
    first, second = server.edges
    async with AsyncExitStack() as stack:
        with stopped(first):
            alice, own = await stack.enter_async_context(server.client("alice"))
        with stopped(second):
            bob, recorder = await stack.enter_async_context(server.client("bob"))
            await bob.set_self_status("Here")
            await server.until_logged("(nothing came for 5 s); its 1 sessions may come back")
            await bob.set_self_status("Still here")
            await bob.subscribe_user_status(["alice"])
            (status,) = await bob.get_user_status(["alice"])
            assert status.status_type is ONLINE
        await alice.set_self_status("Back")
        await recorder.until(lambda r: r.texts("alice")[-1:] == [(ONLINE, "Back")])
        assert not [told for told in recorder.texts("alice") if told[0] is OFFLINE]
        assert not own.count("kicked")


async def test_descriptors_that_run_out_in_one_edge_hinder_nobody(server: EdgedServer) -> None:
    first, second = server.edges
    open_ones = len(os.listdir(f"/proc/{first}/fd"))  # noqa: PTH208
    hard = resource.prlimit(first, resource.RLIMIT_NOFILE)[1]
    resource.prlimit(first, resource.RLIMIT_NOFILE, (open_ones + 2, hard))
    async with AsyncExitStack() as stack:
        clients = [await stack.enter_async_context(server.client(f"u{n}")) for n in range(12)]
        for client, _ in clients:
            await client.set_self_status("Here")
        with stopped(second):
            # Only the first one is asked now.
            _, writer = await asyncio.open_connection(*address(server))
            stack.callback(writer.close)
            for _ in range(2):
                _, writer = await asyncio.open_connection(*address(server))
                stack.callback(writer.close)
            await server.until_logged("No connection can be accepted: Too many open files")
        for client, _ in clients:
            await client.set_self_status("Still here")
    assert "Traceback" not in server.log


def address(server: EdgedServer) -> tuple[str, int]:
    host, _, port = server.served.address.ws.removeprefix("ws://").partition(":")
    return host, int(port)


async def test_a_running_backend_with_edges_is_backed_up(
    server: EdgedServer, tmp_path: Path
) -> None:
    await server.rest("im_open_login_svc/account_import", UserID="alice")
    copy = tmp_path / "copy.db"
    await asyncio.to_thread(back_up, server.data / "imtui.db", copy)
    assert check_database(copy) == []
    assert b"alice" in copy.read_bytes()


async def refusal(data: Path, *options: str) -> tuple[int | None, str]:
    """Return the exit status of a backend that cannot start, and what it says."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "imtui", "serve", "--data", str(data), "--edges", "2", *options),
        stderr=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(WITHIN):
        _, said = await process.communicate()
    return process.returncode, said.decode()


async def test_a_second_backend_on_a_folder_or_port_is_refused_in_a_line(
    server: EdgedServer, tmp_path: Path
) -> None:
    status, said = await refusal(server.data, "--port", "0", "--rest-port", "0")
    assert status == 1
    assert said.count("\n") == 1
    assert "Another backend serves" in said
    status, said = await refusal(tmp_path / "other", "--port", str(address(server)[1]))
    assert status == 1
    assert said.count("\n") == 1
    assert "is in use. Choose another with --port." in said
    await server.rest("imtui_console/get")


async def test_too_many_edges_are_refused_in_a_line(tmp_path: Path) -> None:
    status, said = await refusal(tmp_path, "--edges", "100")
    assert status == 2
    assert "a whole number up to" in said.splitlines()[-1]
