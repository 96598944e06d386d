"""Answers leave in the order of their requests, whoever makes them."""

from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET

from imtui.protocol.jsonrpc import Request
from imtui.server.edge.pending_answers import PendingAnswers


def request(
    number: int, method: str = "getUserStatus", *, is_notification: bool = False
) -> Request:
    return Request("2.0", method, id=UNSET if is_notification else number)


@given(
    st.lists(st.sampled_from(["core", "edge", "notification", "login", "silent login", "answer"]))
)
def test_answers_are_sent_once_and_in_order(steps: list[str]) -> None:
    pending = PendingAnswers()
    expected: list[bytes] = []
    sent: list[bytes] = []
    under_way: list[tuple[bytes, bool]] = []

    def answer() -> None:
        sent.extend(pending.take(under_way.pop(0)[0]))

    for number, step in enumerate(steps):
        name = b"%d" % number
        if step == "answer":
            if under_way:
                answer()
        elif step == "edge":
            expected.append(name)
            if not pending.add_own(name):
                sent.append(name)
        elif step == "notification":
            asked = request(number, is_notification=True)
            assert pending.ask(asked) is asked
        else:
            is_silent = step == "silent login"
            method = "login" if "login" in step else "getUserStatus"
            # A connection asks nothing more before a login is answered.
            while pending.is_login_pending:
                answer()
            asked = pending.ask(request(number, method, is_notification=is_silent))
            assert asked.id is (None if is_silent else asked.id)
            assert pending.is_login_pending is ("login" in step)
            under_way.append((name, not is_silent))
            expected += [] if is_silent else [name]
        assert sent == expected[: len(sent)]
        assert bool(pending.waiting) is (len(sent) < len(expected) or bool(under_way))
    while under_way:
        answer()
    assert (sent, pending.waiting) == (expected, 0)


def test_what_is_dropped_is_not_sent() -> None:
    pending = PendingAnswers()
    pending.ask(request(1))
    assert pending.add_own(b"own")
    pending.clear()
    assert pending.take(b"answer") == [b"answer"]
