"""The real backend on free ports, reached over real sockets."""

import asyncio
import contextlib
from pathlib import Path
from typing import Any

import httpx

from imtui.protocol import usersig
from imtui.server.node.config import BackendConfig, present
from tests.over_edges import new_backend

from .raw_client import JSON, Push, RawClient, Refused
from .virtual_time import JumpingLoop

# At least as long as any tick of the backend, so that everything that waits for one is sent.
_TICK = 0.2

_TURNS_MAX = 10_000


class SocketClient:
    """A WebSocket to the backend."""

    def __init__(self, world: "SocketWorld", raw: RawClient) -> None:
        """Create a client on top of a raw client."""
        self._world = world
        self.raw = raw
        self._told: list[Push] = []

    async def call(self, method: str, **params: Any) -> JSON:
        """Call a method."""
        return await self.raw.call(method, **params)

    async def told(self) -> list[Push]:
        """Return the pushes since the last call.

        A tick sends the waiting pushes, and frames arrive in order: the answer to the last
        heartbeat comes after all pushes before it.
        """
        for _ in range(3):
            self._world.loop.skipped += _TICK
            with contextlib.suppress(Refused):
                await self.raw.call("heartbeat")
        return self.raw.take_pushes()

    async def drop(self) -> None:
        """Cut the connection, and wait until the backend has noticed."""
        before = self._world.sessions()
        with contextlib.suppress(Refused):
            await self.raw.call("heartbeat")
            self.raw.abort()
            for _ in range(_TURNS_MAX):
                if self._world.sessions() != before:
                    break
                await asyncio.sleep(0)
        self.raw.abort()

    async def closed(self) -> int:
        """Return the code with which the backend closed the connection."""
        return await self.raw.closed()


class SocketWorld:
    """A running backend, with the interface of clause tests."""

    def __init__(self, data_dir: Path, edges: int = 0) -> None:
        """Create a backend that does not run yet; with edges, its clock is the real one."""
        loop = asyncio.get_running_loop()
        assert isinstance(loop, JumpingLoop)
        self.loop = loop
        self._edges = edges
        self._config = BackendConfig(data_dir, clock=present if edges else loop.moment)
        self._stack = contextlib.AsyncExitStack()
        self._clients: list[SocketClient] = []

    async def start(self) -> None:
        """Start the backend."""
        self.backend = await self._stack.enter_async_context(new_backend(self._config, self._edges))
        self.sdk_app_id = self.backend.app_key.sdk_app_id
        self.secret_key = self.backend.app_key.secret_key

    async def stop(self) -> None:
        """Close all connections, from the clients' ends, and stop the backend."""
        for client in self._clients:
            client.raw.abort()
        self._clients.clear()
        await self._stack.aclose()

    def sessions(self) -> int:
        """Return the number of logged-in connections."""
        return self.backend.logged_in().total()

    async def connect(self) -> SocketClient:
        """Connect to the backend."""
        client = SocketClient(self, await RawClient.connect(self.backend.address.ws))
        self._clients.append(client)
        return client

    async def console(self, **settings: str) -> None:
        """Change settings of the console, over REST."""
        await self._command("imtui_console/set", {"Settings": settings})

    async def kick(self, user_id: str) -> None:
        """Kick an account, over REST."""
        await self._command("im_open_login_svc/kick", {"UserID": user_id})

    async def _command(self, command: str, body: JSON) -> JSON:
        user_sig = usersig.sign(
            "administrator", self.sdk_app_id, self.secret_key, now=self.unix_ms() / 1000
        )
        url = httpx.URL(
            f"{self.backend.address.rest}/v4/{command}",
            params={
                "sdkappid": self.sdk_app_id,
                "identifier": "administrator",
                "usersig": user_sig,
                "random": 7,
                "contenttype": "json",
            },
        )
        async with httpx.AsyncClient(trust_env=False) as http:
            response = await http.post(url, json=body)
        envelope: JSON = response.json()
        assert (envelope["ActionStatus"], envelope["ErrorCode"]) == ("OK", 0), envelope
        return envelope

    async def advance(self, seconds: float) -> None:
        """Advance the clock, and run the loop until the backend has reacted."""
        self.loop.skipped += seconds
        for _ in range(10):
            await asyncio.sleep(0)

    def set_wall_clock(self, seconds: float) -> None:
        """Set the wall clock forward, or back."""
        self.loop.wall_shift += seconds

    def unix_ms(self) -> int:
        """Return the wall clock time in Unix milliseconds."""
        return self.loop.moment().unix_ms

    async def restart(self) -> None:
        """Stop the backend and start it again."""
        # Stop the backend first, so that it does not see the clients disconnect.
        await self._stack.aclose()
        self._clients.clear()
        await self.start()
