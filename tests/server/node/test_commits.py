"""Commits: what waits for them, and what becomes of it while the store fails."""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterable, Iterator

import pytest

from imtui.protocol.errors import ErrorCode, IMError
from imtui.protocol.jsonrpc import encode_answer
from imtui.protocol.messages import CloseCode
from imtui.server.core.accounts.changes import AccountRegistered
from imtui.server.core.change import Change
from imtui.server.core.delivery import (
    CloseDelivery,
    ForgetDelivery,
    LoginDelivery,
    PushDelivery,
    StatusDelivery,
)
from imtui.server.metrics import Metrics
from imtui.server.node.commits import Answer, Commits, Output
from imtui.server.node.upkeep import REST_AFTER
from imtui.server.store.store import FinalError
from tests.server.node.memory_store import MemoryStore
from tests.server.virtual_loop import VirtualLoop, virtual_loop

REFUSAL = IMError(ErrorCode.ERR_SVR_ACCOUNT_INTERNAL_ERROR)
ANSWER = Answer(1, 7, b"answer")
STATUS = StatusDelivery("bob", b"{}", [1])


def change(key: int = 1) -> Change:
    return AccountRegistered(key, f"user{key}", 0)


def message(text: str, *session_ids: int) -> PushDelivery:
    return PushDelivery(session_ids, text.encode(), is_chat=True)


def push(text: str, *session_ids: int) -> PushDelivery:
    return PushDelivery(session_ids, text.encode())


class Bench:
    """Commits between a store in memory and somebody who writes down what is sent."""

    def __init__(self) -> None:
        self.store = MemoryStore()
        self.metrics = Metrics()
        self._sent: list[Output] = []
        self.commits = Commits(self.store, self._send, self.metrics)

    def _send(self, outputs: Iterable[Output]) -> None:
        self._sent += outputs

    def sent(self) -> list[Output]:
        """Return what was sent since the last time, but for pushes to nobody."""
        sent, self._sent = self._sent, []
        return [one for one in sent if not isinstance(one, PushDelivery) or one.session_ids]

    def add(self, *outputs: Output, changes: int = 1, is_patient: bool = False) -> None:
        made = [change(key) for key in range(changes)]
        self.commits.add(made, outputs, is_patient=is_patient)


@pytest.fixture
def loop() -> Iterator[VirtualLoop]:
    with virtual_loop() as made:
        yield made


@pytest.fixture
def bench(loop: VirtualLoop) -> Bench:
    return Bench()


@pytest.fixture
async def real() -> AsyncIterator[Bench]:
    made = Bench()
    yield made
    made.commits.stop()


def test_nothing_is_sent_before_its_batch_is_durable(loop: VirtualLoop, bench: Bench) -> None:
    outputs: list[Output] = [ANSWER, push("push", 1), message("message", 2), STATUS]
    assert bench.commits.is_idle
    bench.add(*outputs)
    assert not bench.commits.is_idle
    assert (bench.store.durable, bench.sent()) == ([], [])
    loop.turn()
    assert bench.store.durable == [change(0)]
    assert bench.sent() == outputs
    assert bench.commits.is_idle


def test_what_comes_in_one_turn_is_one_batch_and_batches_are_numbered(
    loop: VirtualLoop, bench: Bench
) -> None:
    first = bench.commits.number
    for number in range(10):
        bench.add(push(str(number), 1))
    assert bench.commits.number == first
    loop.turn()
    assert bench.store.commits == bench.metrics.commits.count == 1
    assert bench.sent() == [push(str(number), 1) for number in range(10)]
    assert bench.commits.number == first + 1
    bench.add()
    loop.turn()
    assert bench.metrics.commits.count == 2
    assert bench.commits.number == first + 2


def test_what_changes_nothing_waits_for_the_batch_and_begins_none(
    loop: VirtualLoop, bench: Bench
) -> None:
    number = bench.commits.number
    bench.add(ANSWER, changes=0)
    loop.turn()
    assert bench.sent() == [ANSWER]
    assert bench.commits.number == number
    assert bench.metrics.commits.count == 0


def test_who_is_patient_waits_for_more_while_there_is_more_to_do_but_not_for_long(
    loop: VirtualLoop, bench: Bench
) -> None:
    busy = True
    bench.commits.is_busy = lambda: busy
    for _ in range(3):
        bench.add(ANSWER, is_patient=True)
        loop.turn()
    loop.advance(0.019)
    loop.turn()
    assert bench.sent() == []
    assert bench.metrics.commits.count == 0
    loop.advance(0.001)
    loop.turn()
    assert bench.sent() == [ANSWER] * 3
    assert bench.metrics.commits.count == 1
    bench.add(ANSWER, is_patient=True)
    loop.turn()
    assert bench.sent() == []
    busy = False
    loop.turn()
    assert bench.sent() == [ANSWER]


def test_others_wait_half_as_long_and_all_wait_as_long_as_the_most_impatient(
    loop: VirtualLoop, bench: Bench
) -> None:
    bench.commits.is_busy = lambda: True
    bench.add(ANSWER, is_patient=True)
    bench.add(STATUS)
    bench.add(ANSWER, is_patient=True)
    loop.turn()
    loop.advance(0.009)
    loop.turn()
    assert bench.sent() == []
    loop.advance(0.001)
    loop.turn()
    assert bench.sent() == [ANSWER, STATUS, ANSWER]
    assert bench.metrics.commits.count == 1


def test_a_batch_that_fails_keeps_its_number_until_it_is_durable(
    loop: VirtualLoop, bench: Bench
) -> None:
    number = bench.commits.number
    bench.store.is_failing = True
    bench.add()
    loop.turn()
    assert bench.commits.number == number
    bench.store.is_failing = False
    loop.advance(1.0)
    assert bench.commits.number == number + 1
    assert bench.metrics.commits.count == 1


def test_answers_are_refused_and_messages_held_back_while_the_store_fails(
    loop: VirtualLoop, bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    login, forget = LoginDelivery(1, "alice"), ForgetDelivery((1,), ("bob",))
    close = CloseDelivery(3, CloseCode.TAKEN_OVER, "taken over")
    bench.store.is_failing = True
    bench.add(ANSWER, login, push("push", 1), message("message", 2), STATUS, forget, close)
    loop.turn()
    refused = Answer(1, 7, encode_answer(7, REFUSAL))
    assert bench.sent() == [refused, login, push("push", 1), STATUS, forget, close]
    assert bench.commits.is_failing
    assert bench.metrics.ws.errors == {"70500": 1}
    assert bench.metrics.commit_failures == 1
    assert [record.message for record in caplog.records] == ["It fails."]


def test_all_but_answers_is_held_back_for_ever_once_only_a_new_start_goes_on(
    loop: VirtualLoop, bench: Bench
) -> None:
    ended: list[str] = []
    bench.commits.on_final = ended.append
    bench.store.failure, bench.store.is_failing = FinalError("It refuses a row."), True
    bench.add(ANSWER, LoginDelivery(1, "alice"), push("push", 1), STATUS)
    loop.turn()
    bench.add(STATUS)
    loop.advance(5.0)
    assert bench.sent() == [Answer(1, 7, encode_answer(7, REFUSAL))]
    assert set(ended) == {"It refuses a row."}
    bench.commits.stop()
    assert bench.sent() == []
    assert loop.pending() == 0


def test_a_store_that_keeps_failing_is_logged_once_a_minute(
    loop: VirtualLoop, bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    bench.store.is_failing = True
    bench.add(ANSWER)
    loop.turn()
    for _ in range(59):
        loop.advance(1.0)
    assert bench.metrics.commit_failures == 60
    assert len(caplog.records) == 1
    loop.advance(1.0)
    assert len(caplog.records) == 2
    bench.store.is_failing = False
    loop.advance(1.0)
    bench.store.is_failing = True
    bench.add(ANSWER)
    loop.turn()
    assert [record.message for record in caplog.records] == ["It fails."] * 3


def test_what_was_held_back_is_sent_first_and_once_when_it_is_durable(
    loop: VirtualLoop, bench: Bench
) -> None:
    bench.store.is_failing = True
    bench.add(message("one", 1), push("at once", 1), message("two", 2))
    loop.turn()
    assert bench.sent() == [push("at once", 1)]
    bench.store.is_failing = False
    loop.advance(0.999)
    assert bench.sent() == []
    loop.advance(0.001)
    assert bench.sent() == [message("one", 1), message("two", 2)]
    assert not bench.commits.is_failing
    assert bench.store.noted == []
    bench.add(message("three", 1))
    loop.turn()
    assert bench.sent() == [message("three", 1)]


def test_what_was_held_back_goes_before_what_waits_when_the_store_works_again(
    loop: VirtualLoop, bench: Bench
) -> None:
    bench.store.is_failing = True
    bench.add(message("held", 1))
    # In the very turn in which the store is tried again, and before it is.
    loop.call_later(1.0, lambda: bench.add(ANSWER, message("later", 1)))
    loop.turn()
    bench.store.is_failing = False
    loop.advance(1.0)
    assert bench.sent() == [message("held", 1), ANSWER, message("later", 1)]


def test_only_the_retry_asks_a_store_that_fails_and_it_does_so_each_second(
    loop: VirtualLoop, bench: Bench
) -> None:
    bench.store.is_failing = True
    bench.add()
    loop.turn()
    for number in range(10):
        bench.add(push(str(number), 1))
        loop.turn()
    assert bench.store.commits == 1
    for second in range(1, 5):
        loop.advance(1.0)
        assert bench.store.commits == bench.metrics.commit_failures == 1 + second
    bench.store.is_failing = False
    loop.advance(1.0)
    assert bench.store.noted == []
    assert len(bench.store.durable) == 11


def test_answers_that_acknowledge_nothing_durable_are_sent_while_the_store_fails(
    loop: VirtualLoop, bench: Bench
) -> None:
    bench.store.is_failing = True
    bench.add()
    loop.turn()
    bench.add(ANSWER, STATUS)
    loop.turn()
    assert bench.sent() == [ANSWER, STATUS]


def test_a_push_of_messages_that_comes_while_the_store_fails_is_held_back_too(
    loop: VirtualLoop, bench: Bench
) -> None:
    bench.store.is_failing = True
    bench.add(message("one", 1))
    loop.turn()
    bench.add(message("two", 1))
    loop.turn()
    assert bench.sent() == []
    bench.store.is_failing = False
    loop.advance(1.0)
    assert bench.sent() == [message("one", 1), message("two", 1)]


@pytest.mark.parametrize("turns", [0, 1], ids=["in the batch", "while it fails"])
@pytest.mark.parametrize("goes_on_as", ["", "carol"])
def test_what_was_held_back_for_a_login_that_ended_is_dropped(
    loop: VirtualLoop, bench: Bench, turns: int, goes_on_as: str
) -> None:
    bench.store.is_failing = True
    bench.add(message("held", 1, 2), message("for one", 1))
    for _ in range(turns):
        loop.turn()
    ended = LoginDelivery(1, goes_on_as)
    bench.add(ended, message("later", 1))
    loop.turn()
    assert bench.sent() == [ended]
    bench.store.is_failing = False
    loop.advance(1.0)
    assert bench.sent() == [message("held", 2), message("later", 1)]


def test_the_store_rests_once_when_nothing_was_committed_for_a_while(
    loop: VirtualLoop, bench: Bench
) -> None:
    bench.add()
    loop.turn()
    loop.advance(REST_AFTER - 1.0)
    bench.add()
    loop.turn()
    loop.advance(REST_AFTER - 0.001)
    assert bench.store.rests == 0
    loop.advance(0.001)
    assert bench.store.rests == 1
    loop.advance(10 * REST_AFTER)
    assert bench.store.rests == 1
    bench.add()
    loop.advance(REST_AFTER)
    assert bench.store.rests == 2
    assert loop.pending() == 0


def test_the_store_does_not_rest_while_it_fails(loop: VirtualLoop, bench: Bench) -> None:
    bench.add()
    loop.turn()
    bench.store.is_failing = True
    bench.add()
    loop.turn()
    loop.advance(3 * REST_AFTER)
    assert bench.store.rests == 0
    bench.store.is_failing = False
    loop.advance(2 * REST_AFTER)
    assert bench.store.rests == 1


def test_a_rest_that_fails_is_logged_and_tried_again_later(
    loop: VirtualLoop, bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    bench.add()
    loop.turn()
    bench.store.is_failing = True
    loop.advance(REST_AFTER)
    assert [record.levelno for record in caplog.records] == [logging.ERROR]
    assert not bench.commits.is_failing
    assert bench.metrics.commit_failures == 0
    bench.store.is_failing = False
    rests = bench.store.rests
    loop.advance(60.0)
    assert bench.store.rests == rests + 1
    assert loop.pending() == 0


def test_what_nobody_waits_for_goes_with_the_next_batch_or_a_little_later(
    loop: VirtualLoop, bench: Bench
) -> None:
    committed: list[int] = []
    bench.commits.on_committed.append(lambda: committed.append(bench.store.commits))
    bench.commits.commit_later()
    bench.commits.commit_later()
    loop.turn()
    assert bench.commits.is_idle
    assert bench.store.commits == 0
    bench.add()
    loop.turn()
    loop.advance(3.0)
    assert (bench.store.commits, committed) == (1, [1])
    bench.commits.commit_later()
    loop.advance(1.0)
    assert (bench.store.commits, committed) == (2, [1, 2])
    bench.commits.commit_later()
    bench.commits.stop()
    assert (bench.store.commits, committed) == (3, [1, 2, 3])
    bench.commits.commit_later()
    assert loop.pending() == 0


def test_what_nobody_waits_for_is_retried_while_the_store_fails(
    loop: VirtualLoop, bench: Bench
) -> None:
    committed: list[int] = []
    bench.commits.on_committed.append(lambda: committed.append(bench.store.commits))
    bench.store.is_failing = True
    bench.commits.commit_later()
    loop.advance(1.0)
    assert bench.commits.is_failing
    bench.commits.commit_later()
    loop.advance(1.5)
    assert committed == []
    bench.store.is_failing = False
    loop.advance(1.0)
    assert len(committed) == 1
    assert not bench.commits.is_failing


@pytest.mark.parametrize("fails", ["never", "before", "at the end"])
def test_the_end_makes_durable_what_is_not_and_leaves_no_timer(
    loop: VirtualLoop, bench: Bench, fails: str
) -> None:
    bench.store.is_failing = fails == "before"
    bench.add(message("held", 1))
    loop.turn()
    bench.sent()
    bench.add(push("not sent", 1))
    bench.store.is_failing = fails == "at the end"
    bench.commits.stop()
    assert len(bench.store.durable) == (1 if fails == "at the end" else 2)
    assert loop.pending() == 0
    loop.advance(10 * REST_AFTER)
    assert bench.sent() == []


async def test_who_waits_for_what_is_durable_shares_a_commit(real: Bench) -> None:
    for number in range(10):
        real.add(push(str(number), 1))
    given_up = asyncio.create_task(real.commits.durable())
    others = [asyncio.create_task(real.commits.durable()) for _ in range(3)]
    given_up.cancel()
    assert real.store.durable == []
    await asyncio.gather(*others)
    assert real.store.durable
    assert real.store.noted == []
    assert real.store.commits == real.metrics.commits.count == 1
    await real.commits.durable()
    assert real.store.commits == 1


async def test_whoever_waits_for_what_is_durable_ends_the_patience_of_others(real: Bench) -> None:
    real.commits.is_busy = lambda: True
    real.add()
    await real.commits.durable()
    real.add(ANSWER, is_patient=True)
    await real.commits.durable()
    assert real.sent() == [ANSWER]


async def test_who_waits_is_told_when_it_cannot_be_made_durable(real: Bench) -> None:
    await real.commits.durable()
    real.add()
    real.store.is_failing = True
    for _ in range(2):
        with pytest.raises(IMError) as refused:
            await real.commits.durable()
        assert refused.value.code == 70500
    real.add()
    with pytest.raises(IMError):
        await real.commits.durable()
    assert real.store.commits == real.metrics.commit_failures == 1
    real.store.is_failing = False
    real.commits.stop()
    await real.commits.durable()
    assert real.store.noted == []
    assert real.metrics.commits.count == 1


async def test_nobody_waits_for_ever_for_what_the_end_made_durable(real: Bench) -> None:
    real.add()
    real.commits.stop()
    await real.commits.durable()
    assert real.store.durable
