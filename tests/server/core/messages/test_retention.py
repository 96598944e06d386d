"""Retention: old messages are cleared for both members in bounded steps, and no others."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from imtui.protocol import chat
from imtui.protocol.messages import Method
from imtui.server.core.archive import ArchiveError
from imtui.server.core.logins.administration import set_console
from imtui.server.core.logins.registration import import_account
from imtui.server.core.messages.changes import ConversationCleared
from imtui.server.core.messages.sending import SendOptions, send_message
from tests.server.core.world import WALL_START, World, pushes_to

ALICE, BOB = 1, 2
DAY = 24 * 3600
ROUND_MAX = 4000.0
"""Within so many seconds there is a whole round, also the first one after a start."""


@pytest.fixture(params=["in memory", "in a database"])
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    world = World(tmp_path / "db" if request.param == "in a database" else None)
    log_in(world)
    yield world
    world.close()


def log_in(world: World) -> None:
    world.login(ALICE, "alice")
    world.login(BOB, "bob")


def keep(world: World, days: int) -> None:
    set_console(world.admin(), {"retention_days": days})
    world.carry_on()


def send(world: World, *msg_ids: str, to: str = "bob", timestamp: int = 0) -> None:
    for msg_id in msg_ids:
        params = chat.SendMessageParams(to, msg_id, text=msg_id)
        send_message(world.admin("alice"), params, SendOptions(timestamp=timestamp))
    world.carry_on()


def pass_round(world: World) -> int:
    """Let a round pass, and return how many steps it had."""
    end, steps = world.seconds + ROUND_MAX, 0
    while (due := world.core.next_due(world.now)) is not None:
        at = max(due - 1000, world.seconds)
        if at > end:
            break
        world.seconds = at
        world.sweep()
        steps += 1
    world.seconds = end
    return steps


def seen(world: World, session: int = BOB, peer: str = "alice") -> list[str]:
    params = chat.GetHistoryParams(peer, 100)
    page: Any = world.call(session, Method.GET_C2C_HISTORY_MESSAGE_LIST, params)
    return [one.msg_id for one in reversed(page.message_list)]


def conversation(world: World) -> chat.Conversation:
    found = world.call(BOB, Method.GET_CONVERSATION_LIST, chat.GetConversationListParams())
    (one,) = found.conversation_list
    assert isinstance(one, chat.Conversation)
    return one


def test_messages_are_kept_for_ever_unless_the_console_says_otherwise(world: World) -> None:
    send(world, "old")
    world.seconds += 10_000 * DAY
    assert world.core.next_due(world.now) is None
    world.sweep()
    assert seen(world) == ["old"]


def test_old_messages_are_cleared_for_both_and_their_devices_follow(world: World) -> None:
    send(world, "one", "two")
    world.seconds += 3 * DAY
    send(world, "three")
    assert conversation(world).unread_count == 3
    world.take_deliveries()
    world.take_changes()
    keep(world, 2)
    pass_round(world)
    cleared = [one for one in world.take_changes() if isinstance(one, ConversationCleared)]
    assert [(one.conversation, one.cleared_seq) for one in cleared] == [(1, 2), (1, 2)]
    deliveries = world.take_deliveries()
    for session in (ALICE, BOB):
        pushed = dict(pushes_to(session, deliveries))["onConversationChanged"]
        (changed,) = pushed["conversationList"]
        assert changed["clearedSeq"] == 2
        assert changed["lastMessage"]["msgID"] == "three"
    assert seen(world, ALICE, "bob") == seen(world) == ["three"]
    assert (conversation(world).unread_count, conversation(world).read_seq) == (1, 0)
    world.seconds += 3 * DAY
    pass_round(world)
    assert seen(world) == []
    found = world.call(BOB, Method.GET_CONVERSATION_LIST, chat.GetConversationListParams())
    assert found.conversation_list == []
    send(world, "four")
    assert conversation(world).unread_count == 1


def test_a_step_is_bounded_and_the_round_goes_on(world: World) -> None:
    send(world, *(f"m{number}" for number in range(1200)))
    for number in range(120):
        import_account(world.admin(), f"peer{number}", None, None)
        send(world, f"p{number}", to=f"peer{number}")
    world.seconds += 2 * DAY
    send(world, "new")
    keep(world, 1)
    world.take_changes()
    world.sweep()
    first = [one for one in world.take_changes() if isinstance(one, ConversationCleared)]
    assert [one.cleared_seq for one in first] == [500, 500]
    assert pass_round(world) > 120
    assert seen(world) == ["new"]
    cleared = {one.conversation for one in world.changes if isinstance(one, ConversationCleared)}
    assert cleared == set(range(1, 122))


def test_what_is_newer_than_an_imported_message_before_it_is_kept(world: World) -> None:
    world.seconds += 10 * DAY
    send(world, "imported-first", timestamp=WALL_START)
    send(world, "live")
    send(world, "imported-later", timestamp=WALL_START)
    keep(world, 2)
    pass_round(world)
    assert seen(world) == ["live", "imported-later"]
    world.seconds += 3 * DAY
    pass_round(world)
    assert seen(world) == []


def test_after_a_start_the_clock_has_time_to_be_set(tmp_path: Path) -> None:
    world = World(tmp_path / "db")
    log_in(world)
    keep(world, 2)
    send(world, "one")
    pass_round(world)
    world.seconds += 3 * DAY
    world.restart()
    log_in(world)
    world.seconds += 500
    world.sweep()
    assert seen(world) == ["one"]
    pass_round(world)
    assert seen(world) == []
    world.close()


def test_a_read_that_fails_is_repeated_later(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    send(world, "one")
    world.seconds += 3 * DAY

    def fail(*args: Any) -> int:
        raise ArchiveError("The disk is broken.")

    keep(world, 2)
    with monkeypatch.context() as broken:
        broken.setattr(type(world.core.admin(world.now).archive), "older", fail)
        world.sweep()
        due = world.core.next_due(world.now)
        assert due is not None
        assert due >= world.now.monotonic + 60
    assert seen(world) == ["one"]
    pass_round(world)
    assert seen(world) == []
