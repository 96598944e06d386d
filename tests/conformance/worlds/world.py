"""The interface through which clause tests use any kind of backend."""

import itertools
from collections.abc import Awaitable
from typing import Any, Protocol

import pytest

from imtui.protocol import usersig

from .raw_client import JSON, Push, Refused

ONLINE, OFFLINE, UNLOGINED = 1, 2, 3

Shown = tuple[str, int, str]
"""A status in short: user ID, general status, custom status."""

_instances = itertools.count(1)


class Client(Protocol):
    """One connection to the backend."""

    async def call(self, method: str, **params: Any) -> JSON:
        """Call a method; raise ``Refused`` if the answer is an error."""

    async def told(self) -> list[Push]:
        """Return the pushes of the backend since the last call."""

    async def drop(self) -> None:
        """Cut the connection without a logout."""

    async def closed(self) -> int:
        """Return the code with which the backend closed the connection."""


class World(Protocol):
    """A backend with a clock that can be advanced."""

    sdk_app_id: int
    secret_key: str

    async def connect(self) -> Client:
        """Connect to the backend."""

    async def console(self, **settings: str) -> None:
        """Change settings of the console."""

    async def kick(self, user_id: str) -> None:
        """Kick an account, as an admin."""

    async def advance(self, seconds: float) -> None:
        """Let time pass."""

    def set_wall_clock(self, seconds: float) -> None:
        """Set the wall clock forward by some seconds, or back, without time passing."""

    def unix_ms(self) -> int:
        """Return the wall clock time in Unix milliseconds."""

    async def restart(self) -> None:
        """Stop the backend as if by a power cut, and restart it from its storage."""


async def send_login(world: World, client: Client, user_id: str, **fields: Any) -> JSON:
    """Log a connection in, by default with a valid UserSig, and return the answer."""
    user_sig = usersig.sign(user_id, world.sdk_app_id, world.secret_key, now=world.unix_ms() / 1000)
    defaults = {
        "sdkAppID": world.sdk_app_id,
        "userID": user_id,
        "userSig": user_sig,
        "instanceID": f"instance-{next(_instances)}",
    }
    return await client.call("login", **(defaults | fields))


async def login(world: World, user_id: str, **fields: Any) -> Client:
    """Return a new logged-in connection; drop its pushes so far."""
    client = await world.connect()
    await send_login(world, client, user_id, **fields)
    await client.told()
    return client


async def register(world: World, *user_ids: str) -> None:
    """Create accounts by logging them in and out."""
    for user_id in user_ids:
        client = await login(world, user_id)
        await client.call("logout")


async def befriend(one: Client, other: Client, other_id: str) -> None:
    """Make two users friends, and drop the pushes about it."""
    await one.call("addFriend", userID=other_id)
    await one.told()
    await other.told()


def shown(status: JSON) -> Shown:
    """Return a status in short."""
    return status["userID"], status["statusType"], status["customStatus"]


def statuses(pushes: list[Push]) -> list[JSON]:
    """Return the statuses in pushes, in order."""
    return [
        status
        for push in pushes
        if push.method == "onUserStatusChanged"
        for status in push.params["userStatusList"]
    ]


async def changes(client: Client) -> list[Shown]:
    """Return the statuses pushed to a connection, in short; drop all other pushes."""
    return [shown(status) for status in statuses(await client.told())]


async def status_of(client: Client, user_id: str) -> JSON:
    """Query a user's status."""
    result = await client.call("getUserStatus", userIDList=[user_id])
    (status,) = result["userStatusList"]
    found: JSON = status
    return found


async def query(client: Client, user_id: str) -> Shown:
    """Query a user's status, in short."""
    return shown(await status_of(client, user_id))


def only(pushes: list[Push], method: str) -> list[JSON]:
    """Return the parameters of the pushes of one kind."""
    return [push.params for push in pushes if push.method == method]


async def refusal(call: Awaitable[object]) -> Refused:
    """Return the refusal of a call, and fail if it is not refused."""
    with pytest.raises(Refused) as refused:
        await call
    return refused.value


async def code(call: Awaitable[object]) -> int:
    """Return the code of a call's refusal, and fail if it is not refused."""
    return (await refusal(call)).code
