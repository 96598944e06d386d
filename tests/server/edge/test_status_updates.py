"""What watchers are sent at a tick: the last status of each user, in the order of its change."""

from imtui.server.edge.outbox import Outbox
from imtui.server.edge.status_updates import StatusUpdates
from imtui.server.metrics import Metrics
from tests.server.edge.test_outbox import Connection

ANN, DAVE, EVE = 1, 2, 3


class Tick:
    """Updates for some sessions, each with an outbox."""

    def __init__(self, *session_ids: int) -> None:
        self.metrics = Metrics()
        self.updates = StatusUpdates(self.metrics)
        self.sent: dict[int, list[bytes]] = {one: [] for one in session_ids}
        self.outboxes = {one: Outbox(Connection(), self.metrics) for one in session_ids}
        for one, outbox in self.outboxes.items():
            outbox.writer = self.sent[one].append

    def add(self, user_id: str, text: str, *session_ids: int) -> None:
        self.updates.add(user_id, f'"{user_id} is {text}"'.encode(), list(session_ids))

    def deliver(self) -> dict[int, list[bytes]]:
        self.updates.deliver(self.outboxes)
        sent, self.sent = self.sent, {one: [] for one in self.outboxes}
        for one, outbox in self.outboxes.items():
            sent[one] += iter(outbox.take, b"")
            outbox.writer = self.sent[one].append
        return sent


def test_the_last_status_wins_and_is_sent_in_the_order_of_the_last_change() -> None:
    tick = Tick(ANN)
    for user_id, text in (("bob", "old"), ("carol", "only"), ("bob", "new")):
        tick.add(user_id, text, ANN)
    (frame,) = tick.deliver()[ANN]
    assert b"old" not in frame
    assert frame.index(b"only") < frame.index(b"new")
    assert tick.metrics.coalesced == 1
    assert not tick.updates


def test_whoever_was_to_be_sent_an_earlier_status_is_sent_the_last() -> None:
    tick = Tick(ANN, DAVE)
    tick.add("bob", "old", ANN)
    tick.add("bob", "new", DAVE)
    sent = tick.deliver()
    assert all(len(frames) == 1 and b"new" in frames[0] for frames in sent.values())
    assert tick.metrics.deliveries == 2


def test_each_session_is_sent_a_status_once() -> None:
    tick = Tick(ANN, DAVE)
    tick.add("bob", "old", ANN, DAVE)
    tick.add("bob", "new", DAVE, ANN)
    assert [len(frames) for frames in tick.deliver().values()] == [1, 1]
    assert (tick.metrics.coalesced, tick.metrics.deliveries) == (2, 2)


def test_the_same_updates_are_one_frame_for_all() -> None:
    tick = Tick(ANN, DAVE, EVE)
    tick.add("bob", "busy", ANN, DAVE, EVE)
    tick.add("carol", "away", EVE)
    sent = tick.deliver()
    assert sent[ANN][0] is sent[DAVE][0]
    assert b"carol" not in sent[ANN][0]
    assert b"away" in sent[EVE][0]


def test_who_can_take_it_at_once_is_sent_it_and_all_are_counted() -> None:
    tick = Tick(ANN, DAVE)
    written: list[bytes] = []
    tick.outboxes[ANN].writer = written.append
    tick.add("bob", "busy", ANN, DAVE)
    sent = tick.deliver()
    assert sent[ANN] == []
    assert sent[DAVE] == written
    assert tick.metrics.deliveries == 2


def test_who_is_forgotten_is_not_sent() -> None:
    tick = Tick(ANN, DAVE)
    session_ids = [ANN, DAVE]
    tick.updates.add("bob", b'"busy"', session_ids)
    tick.updates.forget((ANN,), ["bob", "nobody"])
    sent = tick.deliver()
    assert sent[ANN] == []
    assert len(sent[DAVE]) == 1
    assert session_ids == [ANN, DAVE], "the list is somebody else's"


def test_who_logged_out_is_sent_nothing_of_what_was_pending() -> None:
    tick = Tick(ANN, DAVE)
    tick.add("bob", "busy", ANN, DAVE)
    tick.updates.logged_out(ANN)
    sent = tick.deliver()
    assert (len(sent[ANN]), len(sent[DAVE])) == (0, 1)
    tick.add("bob", "away", ANN, DAVE)
    assert [len(frames) for frames in tick.deliver().values()] == [1, 1]


def test_who_logs_in_again_is_sent_what_comes_from_then_on() -> None:
    tick = Tick(ANN, DAVE)
    tick.add("bob", "busy", ANN, DAVE)
    tick.add("carol", "busy", ANN, DAVE)
    tick.updates.logged_out(ANN)
    tick.updates.logged_in(ANN)
    tick.add("carol", "away", ANN, DAVE)
    sent = tick.deliver()
    assert b"bob" not in sent[ANN][0]
    assert b"carol is away" in sent[ANN][0]
    assert b"bob" in sent[DAVE][0]


def test_a_logout_with_nothing_pending_leaves_nothing_behind() -> None:
    tick = Tick(ANN)
    tick.updates.logged_out(ANN)
    assert not tick.updates._logged_out
    tick.add("bob", "busy", ANN)
    assert len(tick.deliver()[ANN]) == 1


def test_a_session_that_ended_meanwhile_is_skipped() -> None:
    tick = Tick(ANN)
    tick.add("bob", "busy", ANN, DAVE)
    tick.add("carol", "busy", DAVE)
    assert len(tick.deliver()[ANN]) == 1
    assert tick.metrics.deliveries == 1
