"""An account that has many friends, watchers and conversations costs others nothing.

Lines of Python are counted, not time. What is not counted runs in C: sorting, say, or searching
one list. ``tests/server/store/sqlite/test_cost.py`` counts the steps of the database.
"""

import contextlib
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any, Final

import pytest

import imtui.server
from imtui.protocol.chat import ReceiveOpt
from imtui.protocol.errors import IMError
from imtui.protocol.messages import Method
from imtui.server.core.friends.friendships import add
from imtui.server.core.logins.reads import figures
from imtui.server.core.logins.registration import register
from imtui.server.core.methods import METHODS
from tests.server.core.world import World, request

FEW, MANY = 20, 200
ALICE, BOB = 1, 2
CODE: Final = str(Path(imtui.server.__file__).parent)

JSON = dict[str, Any]
NAMED: Final[JSON] = {"userID": "alice"}
LISTED: Final[JSON] = {"userIDList": ["alice"]}
TALK: Final[JSON] = {"conversationID": "c2c_alice"}

CALLS: Final[dict[Method, JSON]] = {
    Method.HEARTBEAT: {},
    Method.SET_SELF_STATUS: {"customStatus": "Hi"},
    Method.GET_USER_STATUS: LISTED,
    Method.SUBSCRIBE_USER_STATUS: LISTED,
    Method.UNSUBSCRIBE_USER_STATUS: LISTED,
    Method.GET_SUBSCRIPTIONS: {},
    Method.ADD_FRIEND: NAMED,
    Method.DELETE_FROM_FRIEND_LIST: LISTED,
    Method.GET_FRIEND_LIST: {},
    Method.CHECK_FRIEND: LISTED,
    Method.GET_FRIENDS_INFO: LISTED,
    Method.SET_FRIEND_INFO: NAMED | {"friendRemark": "A"},
    Method.GET_FRIEND_APPLICATION_LIST: {},
    Method.ACCEPT_FRIEND_APPLICATION: NAMED,
    Method.REFUSE_FRIEND_APPLICATION: NAMED,
    Method.DELETE_FRIEND_APPLICATION: NAMED,
    Method.SET_FRIEND_APPLICATION_READ: {},
    Method.CREATE_FRIEND_GROUP: {"groupName": "g", **LISTED},
    Method.DELETE_FRIEND_GROUP: {"groupNameList": ["g2"]},
    Method.RENAME_FRIEND_GROUP: {"oldName": "g", "newName": "g2"},
    Method.ADD_FRIENDS_TO_FRIEND_GROUP: {"groupName": "g", **LISTED},
    Method.DELETE_FRIENDS_FROM_FRIEND_GROUP: {"groupName": "g", **LISTED},
    Method.GET_FRIEND_GROUPS: {},
    Method.ADD_TO_BLACK_LIST: LISTED,
    Method.DELETE_FROM_BLACK_LIST: LISTED,
    Method.GET_BLACK_LIST: {},
    Method.SET_SELF_INFO: {"nickName": "B"},
    Method.GET_USERS_INFO: LISTED,
    Method.SEND_MESSAGE: NAMED | {"msgID": "b1", "text": "Hi"},
    Method.GET_C2C_HISTORY_MESSAGE_LIST: NAMED,
    Method.GET_CHANGED_MESSAGES: NAMED | {"sinceOwnVersion": 0},
    Method.REVOKE_MESSAGE: NAMED | {"msgID": "b1"},
    Method.DELETE_MESSAGES: NAMED | {"seqList": [1]},
    Method.CLEAN_CONVERSATION_UNREAD_MESSAGE_COUNT: TALK,
    Method.GET_CONVERSATION_LIST: {"count": 10},
    Method.PIN_CONVERSATION: TALK | {"isPinned": True},
    Method.SET_C2C_RECEIVE_MESSAGE_OPT: LISTED | {"opt": int(ReceiveOpt.RECEIVE_NOT_NOTIFY)},
    Method.DELETE_CONVERSATION: TALK,
    Method.LOGOUT: {},
}
"""Calls that concern alice, in this order."""

OWN: Final[dict[Method, JSON]] = {
    Method.GET_CONVERSATION_LIST: {"count": 10},
    Method.SEND_MESSAGE: {"userID": "bob", "msgID": "a1", "text": "Hi"},
    Method.PIN_CONVERSATION: {"conversationID": "c2c_bob", "isPinned": True},
    Method.CLEAN_CONVERSATION_UNREAD_MESSAGE_COUNT: {"conversationID": "c2c_bob"},
    Method.CHECK_FRIEND: {"userIDList": ["bob"]},
    Method.DELETE_FROM_FRIEND_LIST: {"userIDList": ["u1"]},
    Method.DELETE_CONVERSATION: {"conversationID": "c2c_bob"},
}
"""Calls that alice herself makes, whose answers do not grow with what she has."""


def crowded(path: Path, count: int) -> World:
    """Return a world in which alice has many of all that an account can have."""
    world = World(path)
    for session_id, user_id in ((ALICE, "alice"), (BOB, "bob")):
        world.login(session_id, user_id)
    context = world.admin()
    for number in range(count):
        other = f"u{number}"
        register(context, other)
        add(world.state, "alice", other, 0)
        add(world.state, other, "alice", 0)
        session_id = number + 10
        world.login(session_id, other, passive=True)
        world.core.call(
            session_id, request(Method.SUBSCRIBE_USER_STATUS, {"userIDList": ["alice"]}), world.now
        )
        message = {"userID": "alice", "msgID": "m", "text": "Hi"}
        world.core.call(session_id, request(Method.SEND_MESSAGE, message), world.now)
        blocked = f"v{number}"
        register(context, blocked)
        block = request(Method.ADD_TO_BLACK_LIST, {"userIDList": [blocked]})
        world.core.call(ALICE, block, world.now)
        world.lose(session_id)
    for session_id in (ALICE, BOB):
        # From the second time on, only what changed is sorted.
        world.core.call(session_id, request(Method.GET_CONVERSATION_LIST, {}), world.now)
    world.carry_on()
    return world


def lines_of(action: Callable[[], object]) -> int:
    """Return how many lines of the server an action runs."""
    lines = 0

    def trace(frame: FrameType, event: str, value: Any) -> Any:
        nonlocal lines
        if not frame.f_code.co_filename.startswith(CODE):
            return None
        lines += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        action()
    finally:
        sys.settrace(before)
    return lines


def costs(path: Path, count: int, session_id: int, calls: dict[Method, JSON]) -> dict[Method, int]:
    """Return the lines of each call and what it delivers."""
    world = crowded(path, count)

    def call(method: Method, params: JSON) -> None:
        with contextlib.suppress(IMError):
            world.core.call(session_id, request(method, params), world.now)
        world.carry_on()

    try:
        return {method: lines_of(partial(call, method, params)) for method, params in calls.items()}
    finally:
        world.close()


@pytest.mark.parametrize(("session_id", "calls"), [(BOB, CALLS), (ALICE, OWN)], ids=["bob", "own"])
def test_no_call_costs_more_the_more_an_account_has(
    tmp_path: Path, session_id: int, calls: dict[Method, JSON]
) -> None:
    few, many = (costs(tmp_path / str(count), count, session_id, calls) for count in (FEW, MANY))
    assert not {
        method: (few[method], lines)
        for method, lines in many.items()
        if lines > few[method] + (MANY - FEW) // 2
    }


def test_figures_cost_nothing_for_what_is_not_connected(tmp_path: Path) -> None:
    worlds = [crowded(tmp_path / str(count), count) for count in (FEW, MANY)]
    try:
        few, many = (lines_of(partial(figures, world.admin())) for world in worlds)
        assert few == many
    finally:
        for world in worlds:
            world.close()


def test_all_methods_are_called() -> None:
    assert {Method.LOGIN, *CALLS} == {*METHODS}
