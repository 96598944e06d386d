"""Two nodes behind each proxy: one is killed, and clients come back to the other."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from imtui.protocol.usersig import sign
from imtui.sdk import Backoff, IMClient, IMError, UserStatusType
from imtui.server.node.data_dir import DataDir
from tests.certificates import FIRST, trust_in
from tests.cli.deploy.proxies import KINDS, Kind, free_port, running
from tests.sdk.recorder import Recorder
from tests.server.node.shared.nodes import Node
from tests.server.store.postgres.cluster import PostgresServer

HOSTS = ("127.0.0.1", "127.0.0.2")


@pytest.fixture
async def nodes(tmp_path: Path) -> AsyncIterator[tuple[list[Node], tuple[object, ...]]]:
    """Run two nodes with the same ports, of which the first has the core."""
    server = await asyncio.to_thread(PostgresServer)
    port, rest_port = free_port(), free_port()
    made: list[Node] = []
    try:
        dsn = await asyncio.to_thread(server.database, "behind")
        for number, host in enumerate(HOSTS):
            options = ("--host", host, "--rest-port", str(rest_port), "--node-name", f"n{number}")
            made.append(Node(tmp_path, f"n{number}", dsn, *options, "--link", "127.0.0.1:0"))
            made[-1].port = port
            await made[-1].start()
            await made[-1].until_ready()
        yield made, ("--port", port, "--rest-port", rest_port)
    finally:
        for node in made:
            await node.kill()
        server.remove()


@pytest.mark.parametrize(
    "kind",
    [
        pytest.param(
            kind,
            id=kind.name,
            marks=pytest.mark.skipif(
                kind.is_missing, reason=f"{kind.name} is not there for this user; on CI, it is"
            ),
        )
        for kind in KINDS
    ],
)
async def test_clients_come_back_when_a_node_is_killed(
    kind: Kind, tmp_path: Path, nodes: tuple[list[Node], tuple[object, ...]]
) -> None:
    (first, _), ports = nodes
    key = DataDir(first.data).app_key()
    options = ("--data", tmp_path / "none", *ports, "--node", HOSTS[0], "--node", HOSTS[1])
    recorder = Recorder()
    async with (
        running(kind, tmp_path / "proxy", *options) as proxy,
        IMClient(
            proxy.wss, key.sdk_app_id, ssl=trust_in(FIRST), backoff=Backoff(0.05, 0.4)
        ) as alice,
        IMClient(proxy.wss, key.sdk_app_id, ssl=trust_in(FIRST), backoff=Backoff(0.05, 0.4)) as bob,
        httpx.AsyncClient(verify=trust_in(FIRST), base_url=proxy.https, timeout=20) as http,
    ):
        alice.add_im_sdk_listener(recorder)
        for client, name in ((alice, "alice"), (bob, "bob")):
            await client.login(name, sign(name, key.sdk_app_id, key.secret_key))
        await alice.subscribe_user_status(["bob"])
        await bob.set_self_status("Before")
        wanted = (UserStatusType.ONLINE, "Before")
        await recorder.until(lambda seen: wanted in seen.texts("bob"))
        await first.kill()
        async with asyncio.timeout(30):
            while True:
                try:
                    await bob.set_self_status("After")
                except IMError:
                    await asyncio.sleep(0.05)
                else:
                    break
        after = (UserStatusType.ONLINE, "After")
        await recorder.until(lambda seen: after in seen.texts("bob"))
        assert not any(status is UserStatusType.OFFLINE for status, _ in recorder.texts("bob"))
        assert (await http.get("/healthz")).status_code == 200
