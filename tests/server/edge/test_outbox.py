"""Outboxes: what is sent, and in which order."""

import itertools
import weakref

import pytest
from msgspec import Raw

from imtui.protocol.limits import CONNECTION_HELD_MAX, PUSH_MAX_STATUSES
from imtui.protocol.messages import Empty, Push
from imtui.server.edge.frames import push_frame
from imtui.server.edge.outbox import Outbox, StatusUpdate, status_frames
from imtui.server.metrics import Metrics

MISSED = push_frame(Push.MESSAGES_MISSED, Empty())
RESYNC = push_frame(Push.RESYNC_NEEDED, Empty())
LARGE = b"x" * (CONNECTION_HELD_MAX // 4)
TOO_MANY = 4
"""Of large frames."""


def taken(outbox: Outbox) -> list[bytes]:
    frames = []
    while frame := outbox.take():
        frames.append(frame)
    return frames


class Connection:
    """Takes what is sent, or nothing; what is ready waits to be taken by the test."""

    def __init__(self, *, takes: bool = False) -> None:
        self.takes = takes
        self.sent: list[bytes] = []
        self.writes = 0
        self.held = 0

    def held_size(self) -> int:
        return self.held

    def send_now(self, data: bytes) -> bool:
        if self.takes:
            self.sent.append(data)
        return self.takes

    def write(self) -> None:
        """Leave what is ready to the test."""
        self.writes += 1


def outbox(metrics: Metrics | None = None, sink: Connection | None = None) -> Outbox:
    return Outbox(sink or Connection(), metrics or Metrics())


def test_what_is_added_is_written_in_its_order_when_it_is_flushed() -> None:
    connection = Connection()
    box = outbox(sink=connection)
    box.add_answer(b"answer")
    box.add_push(b"push")
    assert connection.writes == 0
    box.flush()
    assert connection.writes == 1
    assert taken(box) == [b"answer", b"push"]


def overflow(box: Outbox, *, is_chat: bool = False) -> None:
    for _ in range(TOO_MANY):
        box.add_push(LARGE, is_chat=is_chat)
        box.flush()


@pytest.mark.parametrize(("is_chat", "notice"), [(True, MISSED), (False, RESYNC)])
def test_pushes_that_were_dropped_are_told_of_in_their_place(is_chat: bool, notice: bytes) -> None:
    box = outbox()
    box.add_answer(b"answer")
    overflow(box, is_chat=is_chat)
    box.add_push(b"next", is_chat=is_chat)
    box.flush()
    assert box.size < CONNECTION_HELD_MAX
    assert taken(box) == [b"answer", notice, b"next"]
    assert (taken(box), box.size) == ([], 0)


def test_what_was_dropped_is_told_of_once_however_often_it_was() -> None:
    box = outbox()
    for is_chat in (True, False, True, False):
        overflow(box, is_chat=is_chat)
    assert taken(box) == [MISSED, RESYNC]


def test_of_pushes_of_a_whole_the_last_is_kept_and_replaces_the_others() -> None:
    box = outbox()
    for number in range(10):
        box.add_push(LARGE + b"%d" % number, state="devices")
        box.add_push(b"console %d" % number, state="console")
        box.flush()
        assert box.size < CONNECTION_HELD_MAX + len(LARGE)
    frames = taken(box)
    assert frames[-2:] == [LARGE + b"9", b"console 9"]
    assert RESYNC not in frames


def test_all_that_the_connection_holds_counts() -> None:
    connection = Connection()
    box = outbox(sink=connection)
    box.add_push(LARGE)
    box.flush()
    connection.held = CONNECTION_HELD_MAX
    box.flush()
    assert taken(box) == [RESYNC]
    # A few bytes are kept all the same, so that not each of them is a reason to ask anew.
    box.add_push(b"small")
    box.flush()
    assert taken(box) == [b"small"]


def test_answers_are_never_dropped() -> None:
    box = outbox()
    for _ in range(2 * TOO_MANY):
        box.add_answer(LARGE)
        box.flush()
    box.add_push(b"push")
    box.flush()
    assert taken(box) == [LARGE] * 2 * TOO_MANY + [RESYNC]


def test_small_frames_are_bounded_too() -> None:
    box = outbox()
    for _ in range(100_000):
        box.add_push(b"")
        box.flush()
    assert len(box._ready) < CONNECTION_HELD_MAX // 100


def test_who_is_logged_out_is_told_the_last_pushes_and_of_none_that_was_dropped() -> None:
    box = outbox()
    overflow(box)
    box.add_push(b"kicked")
    box.forget_all()
    box.flush()
    overflow(box)
    assert taken(box) == [b"kicked", RESYNC]


def test_statuses_are_kept_as_long_as_there_is_room_for_them() -> None:
    box = outbox()
    box.add_push(b"first")
    box.flush()
    told = updates("bob", "busy")
    update(box, told)
    overflow(box)
    assert taken(box) == [RESYNC, *framed(told)]
    box.add_answer(LARGE)
    for name in ("bob", "carol", "dave"):
        box.update([StatusUpdate(name, Raw(LARGE))], [])
    assert taken(box) == [LARGE, RESYNC]


def test_a_closed_outbox_holds_nothing() -> None:
    connection = Connection()
    box = outbox(sink=connection)
    box.add_push(b"first")
    box.flush()
    update(box, updates("bob", "busy"))
    box.close()
    assert (taken(box), box.size) == ([], 0)
    box.send_answer(b"late")
    assert (taken(box), box.size) == ([], 0)
    gone = weakref.ref(connection)
    del connection
    assert gone() is None


def updates(user_id: str, status: str) -> list[StatusUpdate]:
    return [StatusUpdate(user_id, Raw(f'"{status}"'.encode()))]


def framed(told: list[StatusUpdate]) -> list[bytes]:
    return status_frames([one.status for one in told])


def update(box: Outbox, told: list[StatusUpdate]) -> None:
    box.update(told, framed(told))


def test_what_watched_users_did_is_ready_at_once() -> None:
    box = outbox()
    told = updates("bob", "busy") + updates("carol", "away")
    update(box, told)
    assert taken(box) == framed(told)


def test_a_connection_that_does_not_read_keeps_the_last_status_of_each_user() -> None:
    box = outbox()
    box.add_push(b"first")
    box.flush()
    update(box, updates("bob", "old") + updates("carol", "only"))
    for number in range(1000):
        update(box, updates("bob", str(number)))
    assert box.take() == b"first"
    assert taken(box) == framed(updates("carol", "only") + updates("bob", "999"))


def test_a_forgotten_user_is_not_told_of() -> None:
    box = outbox()
    box.add_push(b"first")
    box.flush()
    update(box, updates("bob", "busy"))
    box.forget("bob")
    assert taken(box) == [b"first"]


def test_what_can_be_sent_at_once_is_not_kept() -> None:
    connection = Connection(takes=True)
    box = outbox(sink=connection)
    box.writer = connection.sent.append
    box.send_answer(b"answer")
    told = updates("bob", "busy")
    writer = box.update(told, framed(told))
    assert writer is not None
    writer(b"status")
    assert connection.sent == [b"answer", b"status"]
    assert taken(box) == []


def test_statuses_that_fill_several_frames_wait_to_be_taken() -> None:
    box = outbox()
    box.writer = Connection().sent.append
    told = updates("bob", "busy") * (PUSH_MAX_STATUSES + 1)
    assert box.update(told, framed(told)) is None
    assert taken(box) == framed(told)


def test_whose_login_changed_is_sent_no_status_that_was_still_to_be_sent() -> None:
    box = outbox()
    box.add_push(b"first")
    box.flush()
    update(box, updates("bob", "busy"))
    box.forget_all()
    assert taken(box) == [b"first"]
    update(box, updates("bob", "away"))
    assert taken(box) == framed(updates("bob", "away"))


def test_an_answer_does_not_overtake_what_was_there_before_it() -> None:
    connection = Connection(takes=True)
    box = outbox(sink=connection)
    box.add_push(b"push")
    box.send_answer(b"answer")
    assert connection.sent == []
    box.flush()
    connection.takes = False
    box.send_answer(b"second")
    connection.takes = True
    box.send_answer(b"third")
    assert taken(box) == [b"push", b"answer", b"second", b"third"]


def test_what_is_ready_is_taken_together_as_far_as_there_is_room() -> None:
    box = outbox()
    for push in (b"aaa", b"bbb", b"ccc"):
        box.add_push(push)
    box.flush()
    assert box.take(4) == b"aaabbb"
    assert box.take(4) == b"ccc"
    assert box.take(4) == b""


def test_the_bytes_that_wait_are_counted() -> None:
    box = outbox()
    sizes = [box.size]
    box.add_push(bytes(1000))
    sizes.append(box.size)
    box.add_answer(bytes(1000))
    sizes.append(box.size)
    box.send_answer(bytes(1000))
    sizes.append(box.size)
    update(box, updates("bob", "x" * 1000))
    sizes.append(box.size)
    assert all(1000 < b - a < 1300 for a, b in itertools.pairwise(sizes))
    assert box.answers_size == sizes[3] - sizes[1]
    update(box, updates("bob", ""))
    assert box.size < sizes[-1] - 900
    taken(box)
    assert (sizes[0], box.size, box.answers_size) == (0, 0, 0)


def test_a_push_holds_at_most_500_statuses() -> None:
    frames = status_frames([Raw(b"1")] * 1001)
    assert [frame.count(b"1") for frame in frames] == [500, 500, 1]


def test_a_status_counts_as_coalesced_or_as_delivered() -> None:
    metrics = Metrics()
    box = outbox(metrics)
    box.add_push(b"first")
    box.flush()
    for status in ("1", "2", "3"):
        update(box, updates("bob", status))
    update(box, updates("carol", "4"))
    assert (metrics.coalesced, metrics.deliveries) == (2, 0)
    taken(box)
    assert (metrics.coalesced, metrics.deliveries) == (2, 2)
    update(box, updates("bob", "5"))
    taken(box)
    assert metrics.deliveries == 3


def test_dropped_pushes_are_counted() -> None:
    metrics = Metrics()
    box = outbox(metrics)
    box.add_answer(b"answer")
    overflow(box)
    assert metrics.pushes_dropped == TOO_MANY
