"""What a clause test needs of a backend, whichever it is."""

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
        """Call a method; raises ``Refused`` if the answer is an error."""

    async def told(self) -> list[Push]:
        """Return all that the backend has told since the last time."""

    async def drop(self) -> None:
        """Cut the connection without a logout."""

    async def closed(self) -> int:
        """Return the code with which the backend closed the connection."""


class World(Protocol):
    """A backend with a clock that can be put forward."""

    sdk_app_id: int
    secret_key: str

    async def connect(self) -> Client:
        """Connect to the backend."""

    async def console(self, **settings: str) -> None:
        """Change settings of the console."""

    async def advance(self, seconds: float) -> None:
        """Let time pass."""

    def unix_ms(self) -> int:
        """Return the present of the wall clock."""

    async def restart(self) -> None:
        """End the backend as if by a power cut, and start it again from what was stored."""


async def send_login(world: World, client: Client, user_id: str, **fields: Any) -> JSON:
    """Log a connection in, with a good UserSig unless told otherwise, and return the answer."""
    user_sig = usersig.sign(user_id, world.sdk_app_id, world.secret_key, now=world.unix_ms() / 1000)
    defaults = {
        "sdkAppID": world.sdk_app_id,
        "userID": user_id,
        "userSig": user_sig,
        "instanceID": f"instance-{next(_instances)}",
    }
    return await client.call("login", **(defaults | fields))


async def login(world: World, user_id: str, **fields: Any) -> Client:
    """Return a new connection that is logged in; what it was told on the way is dropped."""
    client = await world.connect()
    await send_login(world, client, user_id, **fields)
    await client.told()
    return client


async def register(world: World, *user_ids: str) -> None:
    """Make accounts that have logged in and out."""
    for user_id in user_ids:
        client = await login(world, user_id)
        await client.call("logout")


async def befriend(one: Client, other: Client, other_id: str) -> None:
    """Make two users friends; what their connections were told is dropped."""
    await one.call("addFriend", userID=other_id)
    await one.told()
    await other.told()


def shown(status: JSON) -> Shown:
    """Return a status in short."""
    return status["userID"], status["statusType"], status["customStatus"]


def statuses(pushes: list[Push]) -> list[JSON]:
    """Return the statuses in what was told, in order."""
    return [
        status
        for push in pushes
        if push.method == "onUserStatusChanged"
        for status in push.params["userStatusList"]
    ]


async def changes(client: Client) -> list[Shown]:
    """Return the statuses that a connection was told, in short; all else is dropped."""
    return [shown(status) for status in statuses(await client.told())]


async def status_of(client: Client, user_id: str) -> JSON:
    """Query one status."""
    result = await client.call("getUserStatus", userIDList=[user_id])
    (status,) = result["userStatusList"]
    found: JSON = status
    return found


async def query(client: Client, user_id: str) -> Shown:
    """Query one status, in short."""
    return shown(await status_of(client, user_id))


def only(pushes: list[Push], method: str) -> list[JSON]:
    """Return the parameters of the pushes of one kind."""
    return [push.params for push in pushes if push.method == method]


async def refusal(call: Awaitable[object]) -> Refused:
    """Return how a call is refused, and fail if it is not."""
    with pytest.raises(Refused) as refused:
        await call
    return refused.value


async def code(call: Awaitable[object]) -> int:
    """Return the code with which a call is refused, and fail if it is not."""
    return (await refusal(call)).code
