"""Outboxes: what is sent, and in which order."""

from msgspec import Raw

from imtui.protocol.limits import PUSH_MAX_STATUSES
from imtui.protocol.messages import Empty, Push
from imtui.server.edge.frames import push_frame
from imtui.server.edge.outbox import OWN_PUSHES_MAX, Outbox, StatusUpdate, status_frames
from imtui.server.metrics import Metrics


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


def test_messages_that_were_dropped_are_told_of_once_all_that_was_ready_is_taken() -> None:
    box = outbox()
    for number in range(OWN_PUSHES_MAX + 2):
        box.add_push(str(number).encode(), is_chat=True)
        box.flush()
    frames = taken(box)
    assert frames[:2] == [b"2", b"3"]
    assert frames[OWN_PUSHES_MAX:] == [push_frame(Push.MESSAGES_MISSED, Empty())]
    assert taken(box) == []
    box.add_push(b"next", is_chat=True)
    box.flush()
    assert taken(box) == [b"next"]


def test_nothing_is_said_to_be_missed_if_no_message_was_dropped() -> None:
    box = outbox()
    for _ in range(OWN_PUSHES_MAX + 2):
        box.add_push(b"status")
    box.flush()
    assert taken(box) == [b"status"] * OWN_PUSHES_MAX


def test_who_is_logged_out_has_missed_nothing() -> None:
    box = outbox()
    for _ in range(OWN_PUSHES_MAX + 1):
        box.add_push(b"message", is_chat=True)
    box.flush()
    box.forget_all()
    assert taken(box) == [b"message"] * OWN_PUSHES_MAX


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


def test_of_own_pushes_the_newest_1000_are_kept_and_no_answer_is_dropped() -> None:
    box = outbox()
    box.add_answer(b"answer")
    for number in range(OWN_PUSHES_MAX + 5):
        box.add_push(str(number).encode())
    box.flush()
    frames = taken(box)
    assert frames[0] == b"answer"
    assert frames[1:] == [str(number).encode() for number in range(5, OWN_PUSHES_MAX + 5)]


def test_answers_that_are_not_taken_are_counted() -> None:
    box = outbox()
    box.add_push(b"push")
    box.add_answer(b"answer")
    box.flush()
    box.send_answer(b"answer")
    assert box.answers == 2
    assert box.take() == b"push"
    assert box.answers == 2
    box.take()
    assert box.answers == 1


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
    assert metrics.deliveries == 3


def test_dropped_pushes_are_counted() -> None:
    metrics = Metrics()
    box = outbox(metrics)
    box.add_answer(b"answer")
    for _ in range(OWN_PUSHES_MAX + 3):
        box.add_push(b"push")
    box.flush()
    assert metrics.pushes_dropped == 3
