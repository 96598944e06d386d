"""Pages of history from a backend that searches a few messages for each page."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from imtui.protocol.chat import HistoryPage, Message
from imtui.sdk import IMClient
from tests.sdk.fake_backend import Peer
from tests.sdk.messages.message_world import MessageWorld, Talk, wire
from tests.sdk.messages.test_messages import answering, talking
from tests.sdk.virtual_time import in_virtual_time

SENT = 60
SEARCHED = 4
"""How many messages the backend searches for a page."""
HIDDEN: dict[str, Callable[[int], bool]] = {
    "none": lambda seq: False,
    "all": lambda seq: True,
    "all but the ends": lambda seq: seq not in (1, SENT),
    "the newest": lambda seq: seq > 20,
    "the oldest": lambda seq: seq <= 40,
    "most": lambda seq: seq % 13 != 5,
}


class Searching:
    """Answers with what is among a few messages, and where the next page begins."""

    def __init__(self, talk: Talk, *, says_next: bool, has_tombstones: bool) -> None:
        self._talk = talk
        self._says_next = says_next
        self._has_tombstones = has_tombstones

    def __call__(self, peer: Peer, params: dict[str, Any]) -> Any:
        last = (params["beforeSeq"] or len(self._talk.messages) + 1) - 1
        page: list[Message] = []
        low = max(last - SEARCHED, 0)
        for seq in range(last, low, -1):
            if seq not in self._talk.hidden:
                page.append(self._talk.messages[seq - 1])
                if len(page) == params["count"]:
                    low = seq - 1
                    break
        if self._has_tombstones and low and not page:
            page.append(self._talk.seen(self._talk.messages[low]))
        answer = HistoryPage(page, not low, low + 1 if low else 0)
        if self._says_next:
            return wire(answer)
        return {"messageList": wire(answer)["messageList"], "isFinished": answer.is_finished}


async def whole_history(client: IMClient, count: int) -> list[int]:
    """Return the seqs of all pages."""
    found: list[Message] = []
    while True:
        last = found[-1] if found else None
        page = await client.get_c2c_history_message_list("bob", count, last)
        found += page
        if len(page) < count:
            return [message.seq for message in found]


@pytest.mark.parametrize("hidden", HIDDEN)
@pytest.mark.parametrize("count", [1, 7, 20])
@pytest.mark.parametrize(
    ("says_next", "has_tombstones"), [(True, True), (True, False), (False, True)]
)
@in_virtual_time
async def test_a_page_is_complete_however_few_messages_the_backend_searches(
    hidden: str, count: int, says_next: bool, has_tombstones: bool
) -> None:
    world = MessageWorld()
    for number in range(1, SENT + 1):
        world.send("bob", "bob", f"m{number}")
    talk = world.talk("bob")
    talk.hide(*filter(HIDDEN[hidden], range(1, SENT + 1)))
    async with talking(world) as (fake, _world, client, _recorder):
        fake.handlers["getC2CHistoryMessageList"] = Searching(
            talk, says_next=says_next, has_tombstones=has_tombstones
        )
        visible = [seq for seq in range(SENT, 0, -1) if seq not in talk.hidden]
        assert await whole_history(client, count) == visible


@in_virtual_time
async def test_a_backend_that_leads_nowhere_is_not_asked_for_ever() -> None:
    world = MessageWorld()
    world.send("bob", "bob", "m1")
    world.send("bob", "bob", "m2")
    async with talking(world) as (fake, _world, client, _recorder):
        for following in (0, 2, 3, 2**60, -1):
            answer = msgspec.to_builtins(HistoryPage([], False, following))
            fake.handlers["getC2CHistoryMessageList"] = answering(answer)
            asked = len(fake.methods())
            page = await client.get_c2c_history_message_list("bob")
            assert [message.seq for message in page] in ([2], [])
            assert len(fake.methods()) < asked + 5
