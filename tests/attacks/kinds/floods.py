"""Changes of one account, faster than anybody needs them."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, Final

from msgspec import structs

from imtui.protocol.limits import SUBSCRIBE_MAX_USERS
from imtui.protocol.messages import Method
from imtui.protocol.profiles import FriendAllowType
from tests.attacks.attack import Attack
from tests.attacks.attackers.aim import Aim, Scale, Tally
from tests.attacks.attackers.forever import forever, pour
from tests.attacks.attackers.wire import Connection, opened, request
from tests.attacks.backend import Attacked
from tests.attacks.report import disk_row

EVE: Final = "eve"
_SHORT: Final = Scale(connections=4, amount=20, seconds=0.6, rest=0.2, recovery=0.1)
_IN_A_ROW: Final = 10
_MESSAGE_BYTES: Final = 12_000

_Asked = tuple[Method, dict[str, Any]]


def _others(aim: Aim) -> list[str]:
    return [f"other{number}" for number in range(aim.scale.amount)]


def _register(backend: Attacked, aim: Aim) -> None:
    backend.host.make_friends({user: () for user in (EVE, *_others(aim))})


def _floods(
    asked: Callable[[list[str], int], Iterable[_Asked]], *, watched: bool = False
) -> Callable[[Aim, Tally], Awaitable[None]]:
    """Return an attack by the connections of one account.

    Args:
        asked: Returns the requests of a number, given the other accounts.
        watched: Whether the other accounts are connected and subscribed to the attacker.
    """

    async def attack(aim: Aim, tally: Tally) -> None:
        others = _others(aim)
        numbers = itertools.count(1)

        def next_data() -> bytes:
            some = itertools.islice(numbers, _IN_A_ROW)
            return b"".join(request(*one) for number in some for one in asked(others, number))

        async def work(number: int) -> None:
            async with opened(aim, EVE, instanceID=f"attacker{number}") as connection:
                await pour(connection, tally, next_data)

        async with _connected(aim, others if watched else []):
            await forever(tally, aim.scale.connections, work)

    return attack


@asynccontextmanager
async def _connected(aim: Aim, users: Iterable[str]) -> AsyncIterator[None]:
    """Let users watch the attacker, and take their requests into consideration."""
    async with AsyncExitStack() as stack, asyncio.TaskGroup() as group:
        reading = []
        for user in users:
            connection = await stack.enter_async_context(opened(aim, user, instanceID="watching"))
            await connection.call(Method.SUBSCRIBE_USER_STATUS, userIDList=[EVE])
            reading.append(group.create_task(_read(connection)))
        yield
        for one in reading:
            one.cancel()


async def _read(connection: Connection) -> None:
    while True:
        await connection.receive()


def _messages(others: list[str], number: int) -> Iterable[_Asked]:
    text = "x" * _MESSAGE_BYTES
    yield (
        Method.SEND_MESSAGE,
        {"userID": others[number % len(others)], "msgID": f"m{number}", "text": text},
    )


def _online_messages(others: list[str], number: int) -> Iterable[_Asked]:
    named = {"userID": others[number % len(others)], "msgID": f"m{number}"}
    yield Method.SEND_MESSAGE, {**named, "text": "typing", "onlineUserOnly": True}


def _friend_requests(others: list[str], number: int) -> Iterable[_Asked]:
    user = others[number % len(others)]
    yield Method.ADD_FRIEND, {"userID": user, "addWording": f"please, for the {number}th time"}
    yield Method.DELETE_FRIEND_APPLICATION, {"userID": user}


def _statuses(others: list[str], number: int) -> Iterable[_Asked]:
    yield Method.SET_SELF_STATUS, {"customStatus": f"status {number}"}


def _subscriptions(others: list[str], number: int) -> Iterable[_Asked]:
    yield Method.SUBSCRIBE_USER_STATUS, {"userIDList": others[:SUBSCRIBE_MAX_USERS]}
    yield Method.UNSUBSCRIBE_USER_STATUS, {}


def _need_confirmation(backend: Attacked, aim: Aim) -> None:
    """Register accounts that want to be asked before they are somebody's friends."""
    _register(backend, aim)
    asyncio.run(_ask_first(aim))


async def _ask_first(aim: Aim) -> None:
    for user in _others(aim):
        async with opened(aim, user, instanceID="setting") as connection:
            await connection.call(Method.SET_SELF_INFO, allowType=FriendAllowType.NEED_CONFIRM)


def _flood(
    name: str,
    what: str,
    run: Callable[[Aim, Tally], Awaitable[None]],
    others: int,
    prepare: Callable[[Attacked, Aim], None] = _register,
    short: Scale = _SHORT,
) -> Attack:
    """Return a flood by four connections, in which so many other accounts take part."""
    full = Scale(connections=4, amount=others)
    return Attack(name, what, run, full, short, prepare=prepare, rows=disk_row)


ATTACKS: Final = (
    _flood("messages", "long messages by one account", _floods(_messages), 10),
    _flood(
        "online-messages",
        "online-only messages by one account to users who are connected",
        _floods(_online_messages, watched=True),
        10,
    ),
    _flood(
        "friend-requests",
        "friend requests by one account, each withdrawn and sent again",
        _floods(_friend_requests),
        90,
        _need_confirmation,
    ),
    _flood(
        "statuses",
        "statuses of one account with many subscribers",
        _floods(_statuses, watched=True),
        900,
    ),
    _flood(
        "subscriptions",
        "one account that subscribes and unsubscribes",
        _floods(_subscriptions),
        SUBSCRIBE_MAX_USERS,
        short=structs.replace(_SHORT, amount=SUBSCRIBE_MAX_USERS),
    ),
)
