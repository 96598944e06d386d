"""Opening a connection to whichever of a backend's addresses answers first."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Final

from imtui.protocol.errors import IMError
from imtui.protocol.jsonrpc import Incoming
from imtui.sdk.failures import connect_failure, most_telling
from imtui.sdk.link.address import Address
from imtui.sdk.link.connection import Connection
from imtui.sdk.link.resolution import resolve
from imtui.sdk.link.route import Route

OnPush = Callable[[Incoming], IMError | None]
Connect = Callable[[Address, OnPush], Awaitable[Connection]]

ATTEMPT_DELAY: Final = 2.0
"""How long an address may keep the others waiting, in seconds."""


class Dialer:
    """Opens connections to a backend that has one or several addresses."""

    def __init__(
        self, addresses: Sequence[Address], route: Route, connect: Connect, timeout: float
    ) -> None:
        """Prepare to connect.

        Args:
            addresses: The backend's addresses, with host names.
            route: The order in which to try them.
            connect: Opens a connection to one address; raises IMError if it cannot.
            timeout: How long connecting may take, in seconds.
        """
        self._addresses = addresses
        self._route = route
        self._connect = connect
        self._timeout = timeout

    async def open(self, on_push: OnPush) -> Connection:
        """Connect to the first address that answers.

        The next address is tried as soon as one fails, and beside one that does not answer soon.

        Args:
            on_push: Called with each push; if it returns an error, the connection ends.

        Raises:
            IMError: 9508, 9510, 9511 or 9516 if no address could be reached.
        """
        race = _Race(self._route, self._connect, on_push)
        try:
            async with asyncio.timeout(self._timeout):
                await race.run(self._route.order(await resolve(self._addresses, ATTEMPT_DELAY)))
        except TimeoutError as error:
            race.abort()
            raise connect_failure(error) from error
        except BaseException:
            race.abort()
            raise
        return race.winner()


class _Race:
    """Attempts to connect to several addresses, each begun a little after the one before."""

    def __init__(self, route: Route, connect: Connect, on_push: OnPush) -> None:
        self._route = route
        self._connect = connect
        self._on_push = on_push
        self._opened: list[tuple[Address, Connection]] = []
        self._errors: list[IMError] = []

    async def run(self, addresses: Iterable[Address]) -> None:
        """Return when a connection is open, or when every attempt has failed."""
        running: set[asyncio.Task[None]] = set()
        async with asyncio.TaskGroup() as group:
            for address in addresses:
                running.add(group.create_task(self._attempt(address)))
                _, running = await asyncio.wait(
                    running, timeout=ATTEMPT_DELAY, return_when=asyncio.FIRST_COMPLETED
                )
                if self._opened:
                    break
            while running and not self._opened:
                _, running = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
            for task in running:
                task.cancel()

    def winner(self) -> Connection:
        """Return the first connection that was opened, and drop the others.

        Raises:
            IMError: There is none.
        """
        if not self._opened:
            raise most_telling(self._errors)
        (address, connection), *late = self._opened
        self._route.tried(address)
        for _, other in late:
            other.abort()
        return connection

    def abort(self) -> None:
        """Drop all connections."""
        for _, connection in self._opened:
            connection.abort()

    async def _attempt(self, address: Address) -> None:
        self._route.tried(address)
        try:
            self._opened.append((address, await self._connect(address, self._on_push)))
        except IMError as error:
            self._errors.append(error)
