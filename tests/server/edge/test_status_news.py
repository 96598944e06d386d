"""What watchers are told at a tick: the last status of each user, in the order of its change."""

from imtui.protocol.status import UserStatus, UserStatusType
from imtui.server.edge.outbox import Outbox
from imtui.server.edge.status_news import StatusNews
from imtui.server.metrics import Metrics
from tests.server.edge.test_outbox import Connection


def busy(user_id: str, text: str) -> UserStatus:
    return UserStatus(user_id, UserStatusType.ONLINE, text)


class Tick:
    """News for some accounts, each with one outbox."""

    def __init__(self, *accounts: str) -> None:
        self.metrics = Metrics()
        self.news = StatusNews(self.metrics)
        self.outboxes = {one: Outbox(Connection(), self.metrics) for one in accounts}

    def deliver(self) -> dict[str, list[bytes]]:
        self.news.deliver(lambda user_ids: [self.outboxes[one] for one in user_ids])
        told: dict[str, list[bytes]] = {}
        for user_id, outbox in self.outboxes.items():
            told[user_id] = list(iter(outbox.take, b""))
        return told


def test_the_last_status_wins_and_is_told_in_the_order_of_the_last_change() -> None:
    tick = Tick("ann")
    for user_id, text in (("bob", "old"), ("carol", "only"), ("bob", "new")):
        tick.news.add(busy(user_id, text), {"ann"})
    (frame,) = tick.deliver()["ann"]
    assert b"old" not in frame
    assert frame.index(b"only") < frame.index(b"new")
    assert tick.metrics.coalesced == 1
    assert not tick.news


def test_whoever_was_to_be_told_of_an_earlier_change_is_told_of_the_last() -> None:
    tick = Tick("ann", "dave")
    tick.news.add(busy("bob", "old"), {"ann"})
    tick.news.add(busy("bob", "new"), {"dave"})
    assert all(b"new" in frames[0] for frames in tick.deliver().values())


def test_the_same_news_is_one_frame_for_all() -> None:
    tick = Tick("ann", "dave", "eve")
    tick.news.add(busy("bob", "busy"), {"ann", "dave", "eve"})
    tick.news.add(busy("carol", "away"), {"eve"})
    told = tick.deliver()
    assert told["ann"][0] is told["dave"][0]
    assert b"away" in told["eve"][0]


def test_who_can_take_it_at_once_is_sent_it_and_all_are_counted() -> None:
    tick = Tick("ann", "dave")
    sent: list[bytes] = []
    tick.outboxes["ann"].writer = sent.append
    tick.news.add(busy("bob", "busy"), {"ann", "dave"})
    told = tick.deliver()
    assert told["ann"] == []
    assert told["dave"] == sent
    assert tick.metrics.deliveries == 2


def test_who_is_forgotten_is_not_told_of() -> None:
    tick = Tick("ann", "dave")
    tick.news.add(busy("bob", "busy"), {"ann", "dave"})
    tick.news.forget("ann", ["bob", "nobody"])
    told = tick.deliver()
    assert told["ann"] == []
    assert len(told["dave"]) == 1
