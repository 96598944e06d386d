"""What an operator sees of a backend in several processes: metrics, audit log, counts, log."""

import asyncio
import signal
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from imtui.protocol.usersig import sign
from imtui.server.audit import Kind
from imtui.server.node.data_dir import DataDir
from tests.server.commands.test_rest import post
from tests.server.served import Served
from tests.server.test_metrics import Read, parse
from tests.server.test_process_metrics import summed
from tests.server.wire import wire

WITHIN = 30.0
LOG, STATS = "v4/imtui_console/log", "v4/imtui_console/stats"


async def until(holds: Callable[[], Awaitable[bool]]) -> None:
    """Ask again and again until something holds: edges report each second."""
    async with asyncio.timeout(WITHIN):
        while True:
            if await holds():
                return
            await asyncio.sleep(0.05)


async def metrics(served: Served) -> dict[str, Read]:
    async with httpx.AsyncClient(base_url=served.address.rest) as client:
        return parse((await client.get("/metrics")).text)


async def failures(served: Any) -> list[str]:
    """Return who failed to log in, by the log that the console shows."""
    log = await post(served, LOG, {"Event": Kind.FAILED})
    return [item["UserID"] for item in log["LogItem"]]


async def fail(served: Any, user_id: str) -> None:
    app_id = served.app_key.sdk_app_id
    async with wire(served) as guesser:
        wrong = sign(user_id, app_id, "f" * 64, 60)
        params = {"sdkAppID": app_id, "userID": user_id, "userSig": wrong}
        assert await guesser.code("login", **params) == 70009


async def test_the_processes_are_one_backend_to_an_operator(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    data = DataDir(tmp_path / "data")
    served: Any = await Served.start(data.path, "--edges", "2")
    try:
        async with wire(served) as alice, wire(served) as bob, wire(served):
            await alice.login("alice")
            await bob.login("bob")
            assert await alice.code("heartbeat") == 0
            assert await bob.code("noSuchMethod") != 0
            for number in range(8):
                await fail(served, f"guessed-{number}")

            async def all_is_counted() -> bool:
                read = await metrics(served)
                requests = read["imtui_requests_total"]
                return (
                    read["imtui_connections"].value() == 3
                    and requests.value(port="ws", method="heartbeat") == 1
                    and requests.value(port="ws", method="login") == 10
                    and requests.value(port="ws", method="other") == 1
                    and read["imtui_sessions"].value() == 2
                )

            await until(all_is_counted)
            read = await metrics(served)
            for name in ("imtui_connections", "imtui_errors_total"):
                sums = summed(read[name.replace("imtui_", "imtui_process_", 1)])
                assert {key: sums[key] for key in read[name].samples} == read[name].samples
            stats = await post(served, STATS)
            assert (stats["Connections"], stats["Devices"]) == (3, 2)

        async def all_are_gone() -> bool:
            return (await metrics(served))["imtui_connections"].value() == 0

        await until(all_are_gone)
        assert sorted(await failures(served)) == [f"guessed-{number}" for number in range(8)]
        assert [log.name for log in data.audit_logs()] == [
            *("audit.jsonl", "audit-1.jsonl", "audit-2.jsonl")
        ]
    finally:
        await served.kill(signal.SIGTERM)
    lines = capfd.readouterr().err.splitlines()
    assert any(" INFO [core] imtui.server." in line for line in lines)
    assert not [line for line in lines if " WARNING " in line or " ERROR " in line]
    served = await Served.start(data.path)
    try:
        assert sorted(await failures(served)) == [f"guessed-{number}" for number in range(8)]
    finally:
        await served.kill(signal.SIGTERM)
