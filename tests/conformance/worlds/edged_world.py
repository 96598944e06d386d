"""The real backend with edges in processes of their own, whose clocks are real ones."""

import asyncio
import contextlib

from imtui.server.edge.edge import TICK_MAX

from .raw_client import Push, RawClient, Refused
from .socket_world import SocketClient, SocketWorld

_LOOK_AGAIN = 0.02
_LOOKS_MAX = 50


class EdgedClient(SocketClient):
    """A WebSocket to one of the edges."""

    def __init__(self, world: "EdgedWorld", raw: RawClient) -> None:
        """Create a client on top of a raw client."""
        super().__init__(world, raw)
        self._edged = world

    async def told(self) -> list[Push]:
        """Return the pushes since the last call.

        The core's answer comes after all that it has sent to this edge before; the edge answers
        heartbeats itself, the second one after the tick that was due before the first.
        """
        with contextlib.suppress(Refused):
            await self.raw.call("getUserStatus", userIDList=[])
        await asyncio.sleep(TICK_MAX)
        for _ in range(2):
            with contextlib.suppress(Refused):
                await self.raw.call("heartbeat")
        return self.raw.take_pushes()

    async def drop(self) -> None:
        """Cut the connection, and wait until the core has noticed.

        Passive logins are not counted: the core gets a moment to notice.
        """
        before = await self._edged.devices()
        self.raw.abort()
        for _ in range(_LOOKS_MAX):
            if await self._edged.devices() != before:
                return
            await asyncio.sleep(_LOOK_AGAIN)


class EdgedWorld(SocketWorld):
    """A running backend with edges, with the interface of clause tests."""

    async def connect(self) -> EdgedClient:
        """Connect to one of the edges."""
        client = EdgedClient(self, await RawClient.connect(self.backend.address.ws))
        self._clients.append(client)
        return client

    async def devices(self) -> int:
        """Return the number of connected devices."""
        return int((await self._command("imtui_console/stats", {}))["Devices"])

    async def advance(self, seconds: float) -> None:
        """Fail: the clocks of other processes cannot be advanced."""
        raise NotImplementedError("the clocks of other processes cannot be advanced")

    def set_wall_clock(self, seconds: float) -> None:
        """Fail: the clocks of other processes cannot be set."""
        raise NotImplementedError("the clocks of other processes cannot be set")
