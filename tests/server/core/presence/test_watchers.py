"""Tests of who watches a user: what is kept of it follows each login, list and setting."""

from collections.abc import Iterator

from imtui.protocol import messages as m
from imtui.protocol.messages import Method
from imtui.server.core.accounts.accounts import Accounts
from imtui.server.core.friends import friendships
from imtui.server.core.friends.hiding import is_hidden
from imtui.server.core.logins import registration
from imtui.server.core.presence.watchers import WatchingSessions, is_watcher
from tests.server.core.world import World

USERS = ("alice", "bob", "carol")


def _watching(world: World, user_id: str) -> list[int]:
    return world.state[WatchingSessions].of(world.state, user_id)


def _check(world: World) -> dict[str, list[int]]:
    """Check that the kept sessions are those of everybody who watches."""
    accounts = world.state[Accounts]
    found = {}
    for user_id in USERS:
        kept = _watching(world, user_id)
        watching = [
            session
            for watcher in USERS
            if is_watcher(world.state, watcher, user_id)
            and not is_hidden(world.state, user_id, watcher)
            for session in accounts.sessions_of(watcher)
        ]
        assert sorted(kept) == sorted(watching)
        assert _watching(world, user_id) is kept
        found[user_id] = kept
    return found


def _edits(world: World) -> Iterator[str]:
    """Carry out edits that each change who watches alice, and name them."""
    add = m.AddFriendParams("alice", add_type=m.FriendType.SINGLE)
    world.call(2, Method.ADD_FRIEND, add)
    yield "friend"
    world.call(3, Method.SUBSCRIBE_USER_STATUS, m.UserIDListParams(["alice"]))
    yield "subscription"
    world.login(4, "bob", "other")
    yield "login"
    world.state.console = world.state.console.with_settings({"friend_status": "off"})
    yield "setting"
    world.state.console = world.state.console.with_settings({"friend_status": "on"})
    yield "setting back"
    world.lose(4)
    yield "loss"
    world.call(3, Method.UNSUBSCRIBE_USER_STATUS, m.UnsubscribeParams(["alice"]))
    yield "no subscription"
    world.login(5, "bob", "third")
    yield "another login"
    friendships.delete(world.of(2), ["alice"], is_both=False)
    yield "no friend"
    world.call(2, Method.ADD_FRIEND, add)
    yield "friend again"
    world.call(1, Method.ADD_TO_BLACK_LIST, m.UserIDListParams(["carol"]))
    world.call(3, Method.SUBSCRIBE_USER_STATUS, m.UserIDListParams(["alice"]))
    world.call(1, Method.DELETE_FROM_BLACK_LIST, m.UserIDListParams(["carol"]))
    yield "no block"
    world.call(1, Method.ADD_TO_BLACK_LIST, m.UserIDListParams(["carol"]))
    yield "block"
    world.state.console = world.state.console.with_settings({"block_hides_status": "off"})
    yield "a block that hides nothing"
    world.call(2, Method.LOGOUT)
    yield "logout"
    registration.kick(world.admin(), "bob")
    yield "kick"


def test_each_edit_is_followed() -> None:
    world = World()
    for session_id, user_id in enumerate(USERS, 1):
        world.login(session_id, user_id)
    before = _check(world)["alice"]
    for edit in _edits(world):
        after = _check(world)["alice"]
        assert after != before, edit
        before = after
