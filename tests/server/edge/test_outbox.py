"""Outboxes: what is sent, and in which order."""

from msgspec import Raw

from imtui.protocol.errors import ErrorCode, IMError
from imtui.protocol.limits import PUSH_MAX_STATUSES
from imtui.protocol.messages import Empty, Push
from imtui.server.edge.frames import answer_frame, push_frame
from imtui.server.edge.outbox import ANSWERS_MAX, OWN_PUSHES_MAX, News, Outbox, status_frames
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
        self.ended_with = 0
        self.logins = 0

    def send_now(self, data: bytes) -> bool:
        if self.takes:
            self.sent.append(data)
        return self.takes

    def write(self) -> None:
        """Leave what is ready to the test."""

    def close(self, code: int, reason: str) -> None:
        self.ended_with = code

    def on_login_changed(self) -> None:
        self.logins += 1


def outbox(metrics: Metrics | None = None, sink: Connection | None = None) -> Outbox:
    return Outbox(sink or Connection(), metrics or Metrics())


def test_nothing_leaves_before_it_is_released() -> None:
    box = outbox()
    box.answer(1, b"answer")
    box.push(b"push")
    assert taken(box) == []
    box.release()
    assert taken(box) == [b"answer", b"push"]


def test_refused_answers_become_errors_and_pushes_stay() -> None:
    box = outbox()
    box.answer(7, b"answer")
    box.push(b"push")
    box.refuse(IMError(ErrorCode.ERR_SVR_ACCOUNT_INTERNAL_ERROR))
    box.release()
    answer, push = taken(box)
    assert answer == answer_frame(7, IMError(ErrorCode.ERR_SVR_ACCOUNT_INTERNAL_ERROR))
    assert push == b"push"


def test_what_tells_of_messages_is_held_back_until_it_is_durable_and_then_goes_first() -> None:
    box = outbox()
    box.push(b"message", is_chat=True)
    box.push(b"status")
    assert box.refuse(IMError(ErrorCode.ERR_SVR_ACCOUNT_INTERNAL_ERROR))
    box.release()
    assert taken(box) == [b"status"]
    box.push(b"later", is_chat=True)
    box.let_go()
    box.release()
    assert taken(box) == [b"message", b"later"]
    box.let_go()
    box.release()
    assert taken(box) == []


def test_messages_that_were_dropped_are_told_of_once_all_that_was_ready_is_taken() -> None:
    box = outbox()
    for number in range(OWN_PUSHES_MAX + 2):
        box.push(str(number).encode(), is_chat=True)
        box.release()
    frames = taken(box)
    assert frames[:2] == [b"2", b"3"]
    assert frames[OWN_PUSHES_MAX:] == [push_frame(Push.MESSAGES_MISSED, Empty())]
    assert taken(box) == []
    box.push(b"next", is_chat=True)
    box.release()
    assert taken(box) == [b"next"]


def test_nothing_is_said_to_be_missed_if_no_message_was_dropped() -> None:
    box = outbox()
    for _ in range(OWN_PUSHES_MAX + 2):
        box.push(b"status")
    box.release()
    assert taken(box) == [b"status"] * OWN_PUSHES_MAX


def test_who_is_logged_out_has_missed_nothing() -> None:
    box = outbox()
    for _ in range(OWN_PUSHES_MAX + 1):
        box.push(b"message", is_chat=True)
    box.release()
    box.forget_all()
    assert taken(box) == [b"message"] * OWN_PUSHES_MAX


def news(user_id: str, status: str) -> list[News]:
    return [News(user_id, Raw(f'"{status}"'.encode()))]


def framed(told: list[News]) -> list[bytes]:
    return status_frames([one.status for one in told])


def tell(box: Outbox, told: list[News]) -> None:
    box.tell(told, framed(told))


def test_who_is_logged_out_is_not_told_of_messages_that_were_held_back() -> None:
    box = outbox()
    box.push(b"message", is_chat=True)
    box.refuse(IMError(ErrorCode.ERR_SVR_ACCOUNT_INTERNAL_ERROR))
    box.push(b"another message", is_chat=True)
    box.push(b"kicked")
    box.forget_all()
    box.let_go()
    box.release()
    assert taken(box) == [b"kicked"]


def test_what_watched_users_did_is_ready_at_once() -> None:
    box = outbox()
    told = news("bob", "busy") + news("carol", "away")
    tell(box, told)
    assert taken(box) == framed(told)


def test_a_connection_that_does_not_read_keeps_the_last_status_of_each_user() -> None:
    box = outbox()
    box.push(b"first")
    box.release()
    tell(box, news("bob", "old") + news("carol", "only"))
    for number in range(1000):
        tell(box, news("bob", str(number)))
    assert box.take() == b"first"
    assert taken(box) == framed(news("carol", "only") + news("bob", "999"))


def test_a_forgotten_user_is_not_told_of() -> None:
    box = outbox()
    box.push(b"first")
    box.release()
    tell(box, news("bob", "busy"))
    box.forget("bob")
    assert taken(box) == [b"first"]


def test_what_can_be_sent_at_once_is_not_kept() -> None:
    connection = Connection(takes=True)
    box = outbox(sink=connection)
    box.writer = connection.sent.append
    box.send(b"answer")
    told = news("bob", "busy")
    writer = box.tell(told, framed(told))
    assert writer is not None
    writer(b"status")
    assert connection.sent == [b"answer", b"status"]
    assert taken(box) == []


def test_statuses_that_fill_several_frames_wait_to_be_taken() -> None:
    box = outbox()
    box.writer = Connection().sent.append
    told = news("bob", "busy") * (PUSH_MAX_STATUSES + 1)
    assert box.tell(told, framed(told)) is None
    assert taken(box) == framed(told)


def test_who_is_kicked_or_closed_is_told_nothing_more() -> None:
    connection = Connection()
    box = outbox(sink=connection)
    for end in (box.kick, lambda: box.close(4001, "taken over")):
        box.push(b"first")
        box.release()
        tell(box, news("bob", "busy"))
        end()
        assert taken(box) == [b"first"]
    assert connection.logins == 1
    assert connection.ended_with == 4001


def test_an_answer_does_not_overtake_what_was_there_before_it() -> None:
    connection = Connection(takes=True)
    box = outbox(sink=connection)
    box.push(b"push")
    box.send(b"answer")
    assert connection.sent == []
    box.release()
    connection.takes = False
    box.send(b"second")
    connection.takes = True
    box.send(b"third")
    assert taken(box) == [b"push", b"answer", b"second", b"third"]


def test_what_is_ready_is_taken_together_as_far_as_there_is_room() -> None:
    box = outbox()
    for push in (b"aaa", b"bbb", b"ccc"):
        box.push(push)
    box.release()
    assert box.take(4) == b"aaabbb"
    assert box.take(4) == b"ccc"
    assert box.take(4) == b""


def test_of_own_pushes_the_newest_1000_are_kept_and_no_answer_is_dropped() -> None:
    box = outbox()
    box.answer(1, b"answer")
    for number in range(OWN_PUSHES_MAX + 5):
        box.push(str(number).encode())
    box.release()
    frames = taken(box)
    assert frames[0] == b"answer"
    assert frames[1:] == [str(number).encode() for number in range(5, OWN_PUSHES_MAX + 5)]


def test_answers_that_are_not_taken_make_it_full() -> None:
    box = outbox()
    for number in range(ANSWERS_MAX):
        assert not box.is_full
        box.answer(number, b"answer")
        box.release()
    assert box.is_full
    box.take()
    assert not box.is_full


def test_a_push_holds_at_most_500_statuses() -> None:
    frames = status_frames([Raw(b"1")] * 1001)
    assert [frame.count(b"1") for frame in frames] == [500, 500, 1]


def test_a_status_counts_as_coalesced_or_as_delivered() -> None:
    metrics = Metrics()
    box = outbox(metrics)
    box.push(b"first")
    box.release()
    for status in ("1", "2", "3"):
        tell(box, news("bob", status))
    tell(box, news("carol", "4"))
    assert (metrics.coalesced, metrics.deliveries) == (2, 0)
    taken(box)
    assert (metrics.coalesced, metrics.deliveries) == (2, 2)
    tell(box, news("bob", "5"))
    assert metrics.deliveries == 3


def test_dropped_pushes_and_refused_answers_are_counted() -> None:
    metrics = Metrics()
    box = outbox(metrics)
    box.answer(1, b"answer")
    for _ in range(OWN_PUSHES_MAX + 3):
        box.push(b"push")
    box.refuse(IMError(ErrorCode.ERR_SVR_ACCOUNT_INTERNAL_ERROR))
    box.release()
    assert metrics.pushes_dropped == 3
    assert metrics.ws.errors == {"70500": 1}
