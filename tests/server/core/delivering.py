"""A world for tests of deliveries, and what changes make its sessions receive."""

from typing import Final

import msgspec

from imtui.protocol import messages as m
from imtui.protocol.messages import Method
from imtui.protocol.status import ChangedBy, Platform
from imtui.server.core.change import Change
from imtui.server.core.delivery import Delivery, PushDelivery
from tests.server.core.fingerprint import fingerprint
from tests.server.core.world import JSON, World

PHONE, LAPTOP, BOB, CAROL, NOBODY = 1, 2, 3, 4, 99
"""Alice's two sessions, one of bob and one of carol, and a connection without a login."""

HERE: Final = ChangedBy("i1", "phone", Platform.ANDROID)
Pushed = list[tuple[tuple[int, ...], str, JSON]]


def make_world() -> World:
    """Return a world with alice, bob and carol; bob has alice as a friend, carol subscribed."""
    world = World()
    for session_id, user_id in (
        (PHONE, "alice"),
        (LAPTOP, "alice"),
        (BOB, "bob"),
        (CAROL, "carol"),
    ):
        world.login(session_id, user_id, f"i{session_id}")
    world.call(BOB, Method.ADD_FRIEND, m.AddFriendParams("alice", add_type=m.FriendType.SINGLE))
    world.call(CAROL, Method.SUBSCRIBE_USER_STATUS, m.UserIDListParams(["alice"]))
    world.take_changes()
    return world


def delivered(world: World, *changes: Change) -> list[Delivery]:
    """Return the deliveries of changes; making them changes nothing."""
    found = world.core.deliveries(changes)
    # Only now: the first time, who watches is kept for the next time.
    before = fingerprint(world.state)
    assert world.core.deliveries(changes) == found
    assert fingerprint(world.state) == before
    return found


def pushed(world: World, *changes: Change, is_chat: bool = False) -> Pushed:
    """Return pushes, which are all that is delivered."""
    found: Pushed = []
    for one in delivered(world, *changes):
        assert isinstance(one, PushDelivery)
        assert one.is_chat is is_chat
        push = msgspec.json.decode(one.data)
        assert push.pop("jsonrpc") == "2.0"
        found.append((one.session_ids, push["method"], push["params"]))
    return found
