"""Requests of one account that are short, and cost the backend much."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Final

from msgspec import structs

from imtui.protocol import limits
from imtui.protocol.messages import Method
from tests.attacks.attack import Attack
from tests.attacks.attackers.aim import Aim, Scale, Tally
from tests.attacks.attackers.forever import forever, pour
from tests.attacks.attackers.wire import Connection, opened, request
from tests.attacks.backend import Attacked
from tests.benchmarks.against.filling import Talk, fill

EVE: Final = "eve"
_MALLORY: Final = "mallory"
_SHORT: Final = Scale(connections=4, seconds=0.6, rest=0.2, recovery=0.1)
_AT_ONCE: Final = 64
_IMPORTED_AT_ONCE: Final = 500
_IN_A_ROW: Final = 20

_Asked = tuple[Method, dict[str, Any]]


def _asks(*asked: _Asked) -> Callable[[Aim, Tally], Awaitable[None]]:
    """Return an attack by connections of one account, which send these requests by turns."""
    data = b"".join(request(method, params) for method, params in asked) * _IN_A_ROW

    async def attack(aim: Aim, tally: Tally) -> None:
        async def work(number: int) -> None:
            async with opened(aim, EVE, instanceID=f"attacker{number}") as connection:
                await pour(connection, tally, lambda: data)

        await forever(tally, aim.scale.connections, work)

    return attack


def _hide_messages(backend: Attacked, aim: Aim) -> None:
    """Make a long conversation, and delete all its messages for one member."""
    with backend.unlimited():
        fill(backend.host, [Talk(_MALLORY, EVE, aim.scale.amount)])
        asyncio.run(_delete_all(aim))


async def _delete_all(aim: Aim) -> None:
    eve = await Connection.login(aim, EVE, instanceID="deleting")
    seqs = range(1, aim.scale.amount + 1)
    parts = [
        seqs[start : start + limits.DELETE_MESSAGES_MAX]
        for start in range(0, len(seqs), limits.DELETE_MESSAGES_MAX)
    ]
    for start in range(0, len(parts), _AT_ONCE):
        some = parts[start : start + _AT_ONCE]
        for part in some:
            asked = {"userID": _MALLORY, "seqList": list(part)}
            await eve.write(request(Method.DELETE_MESSAGES, asked))
        for _ in some:
            while "id" not in (answer := await eve.receive()):
                pass
            if "error" in answer:
                raise RuntimeError(f"a message was not deleted: {answer}")
    await eve.call(Method.LOGOUT)
    eve.abort()


def _fill_lists(backend: Attacked, aim: Aim) -> None:
    """Give one account lists as long as may be."""
    users = [f"user{number}" for number in range(aim.scale.amount)]
    backend.host.make_friends({user: () for user in (EVE, *users)})
    parts = [
        users[start : start + _IMPORTED_AT_ONCE]
        for start in range(0, len(users), _IMPORTED_AT_ONCE)
    ]
    body = [{"MsgType": "TIMTextElem", "MsgContent": {"Text": "x" * 1000}}]
    friends = [
        [{"To_Account": user, "AddSource": "AddSource_Type_Bench"} for user in part]
        for part in parts
    ]
    blocked = users[: limits.BLACK_LIST_MAX]
    backend.host.administer(
        [
            *(
                ("sns/friend_import", {"From_Account": EVE, "AddFriendItem": one})
                for one in friends
            ),
            *(
                (
                    "openim/batchsendmsg",
                    {"From_Account": EVE, "To_Account": part, "MsgRandom": 1, "MsgBody": body},
                )
                for part in parts
            ),
            ("sns/black_list_add", {"From_Account": EVE, "To_Account": blocked}),
        ]
    )
    asyncio.run(_subscribe(aim, users[: limits.SUBSCRIPTIONS_MAX]))


async def _subscribe(aim: Aim, users: list[str]) -> None:
    eve = await Connection.login(aim, EVE, instanceID="subscribing")
    for start in range(0, len(users), limits.SUBSCRIBE_MAX_USERS):
        part = users[start : start + limits.SUBSCRIBE_MAX_USERS]
        await eve.call(Method.SUBSCRIBE_USER_STATUS, userIDList=part)
    for number in range(limits.FRIEND_GROUPS_MAX):
        await eve.call(Method.CREATE_FRIEND_GROUP, groupName=f"group {number}")
    eve.abort()


_HISTORY: Final[tuple[_Asked, ...]] = (
    (Method.GET_C2C_HISTORY_MESSAGE_LIST, {"userID": _MALLORY, "count": limits.HISTORY_PAGE_MAX}),
    (Method.GET_CHANGED_MESSAGES, {"userID": _MALLORY, "sinceOwnVersion": 0}),
)
_LISTS: Final[tuple[_Asked, ...]] = (
    (Method.GET_FRIEND_LIST, {}),
    (Method.GET_CONVERSATION_LIST, {}),
    (Method.GET_BLACK_LIST, {}),
    (Method.GET_SUBSCRIPTIONS, {}),
    (Method.GET_FRIEND_GROUPS, {}),
    (Method.GET_FRIEND_APPLICATION_LIST, {}),
)

ATTACKS: Final = (
    Attack(
        "history",
        "history of a conversation whose messages are all deleted",
        _asks(*_HISTORY),
        Scale(connections=10, amount=500_000),
        structs.replace(_SHORT, amount=1000),
        prepare=_hide_messages,
    ),
    Attack(
        "lists",
        "all lists of an account at their largest",
        _asks(*_LISTS),
        Scale(connections=10, amount=limits.FRIENDS_MAX),
        structs.replace(_SHORT, amount=100),
        prepare=_fill_lists,
    ),
    Attack(
        "requests",
        "cheap requests as fast as they are read",
        _asks((Method.GET_FRIEND_GROUPS, {}), (Method.GET_USERS_INFO, {"userIDList": [EVE]})),
        Scale(connections=10),
        _SHORT,
    ),
)
