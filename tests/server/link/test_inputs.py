"""What sessions ask of the core: each in its order, accounts in turn, and debts are paid first."""

from collections.abc import Hashable, Iterator

import pytest

from imtui.protocol.proof import Proof, SigID
from imtui.server.buckets import DEBT_MAX, HOLDS, Buckets
from imtui.server.link.inputs import ROUND, Input, Inputs
from imtui.server.link.ops import CallFields, LoginOp, RequestOp
from tests.server.virtual_loop import VirtualLoop, virtual_loop

SHARE = 0.1


class Bench:
    """A core that takes its time; sessions 10 to 19 are alice's, 20 to 29 bob's, and so on."""

    def __init__(self, loop: VirtualLoop) -> None:
        self.loop = loop
        self.buckets: Buckets[Hashable] = Buckets(SHARE)
        self.done: list[str] = []
        self.cost = 0.0
        self.inputs = Inputs(lambda: self, self._carry_out)

    def payer_of(self, session_id: int) -> Hashable:
        return f"user{session_id // 10}"

    def ask(self, session_id: int, *names: str) -> None:
        for name in names:
            self.inputs.add(RequestOp(session_id, CallFields(name, b"", b"1"), 0.0, False))

    def taken(self) -> list[str]:
        done, self.done = self.done, []
        return done

    def _carry_out(self, op: Input) -> None:
        self.done.append(op.call.method)
        self.loop.pass_time(self.cost)


@pytest.fixture
def bench() -> Iterator[Bench]:
    with virtual_loop() as loop:
        yield Bench(loop)


def test_what_can_be_done_at_once_does_not_wait(bench: Bench) -> None:
    bench.ask(10, "a", "b")
    bench.ask(20, "c")
    assert bench.taken() == ["a", "b", "c"]


def test_a_round_is_short_and_accounts_take_turns(bench: Bench) -> None:
    bench.cost = ROUND / 2
    bench.ask(10, "a1", "a2", "a3", "a4", "a5")
    bench.ask(11, "a6")
    bench.ask(20, "b1", "b2")
    assert bench.taken() == ["a1", "a2"]
    assert bench.inputs.is_busy()
    bench.loop.turn()
    assert bench.taken() == ["a3", "b1"]
    for _ in range(3):
        bench.loop.turn()
    rest = bench.taken()
    assert sorted(rest) == ["a4", "a5", "a6", "b2"]
    assert rest.index("a4") < rest.index("a5")
    bench.loop.turn()
    assert not bench.inputs.is_busy()
    bench.ask(10, "a7")
    assert bench.taken() == ["a7"]


def test_what_takes_little_time_is_done_together(bench: Bench) -> None:
    bench.cost = ROUND
    bench.ask(10, "a1", "a2", "a3", "a4")
    bench.ask(20, "b1")
    assert bench.taken() == ["a1"]
    bench.cost = ROUND / 1000
    bench.loop.turn()
    assert bench.taken() == ["a2", "a3", "a4", "b1"]


def test_whoever_is_in_debt_waits_and_nobody_else_does(bench: Bench) -> None:
    bench.buckets.charge("user1", SHARE * (HOLDS + DEBT_MAX), bench.loop.time())
    bench.ask(10, "a1", "a2")
    bench.ask(20, "b1")
    bench.loop.turn()
    assert bench.taken() == ["b1"]
    bench.loop.advance(DEBT_MAX - 0.01)
    bench.ask(20, "b2")
    assert bench.taken() == ["b2"]
    bench.loop.advance(0.02)
    assert bench.taken() == ["a1", "a2"]


def test_a_login_waits_for_the_debt_of_the_account_that_logs_in(bench: Bench) -> None:
    bench.buckets.charge("user1", SHARE * (HOLDS + DEBT_MAX), bench.loop.time())
    proof = Proof("user1", 0, SigID(b"", 0))
    bench.inputs.add(LoginOp(90, proof, CallFields("login", b"", b"1"), "", 0.0))
    bench.ask(90, "then")
    assert bench.taken() == []
    bench.loop.advance(DEBT_MAX + 0.01)
    assert bench.taken() == ["login", "then"]


def test_what_a_lost_session_has_asked_is_dropped(bench: Bench) -> None:
    bench.cost = ROUND
    bench.ask(10, "a1", "a2")
    bench.ask(20, "b1")
    bench.inputs.drop(10)
    bench.inputs.drop(99)
    bench.loop.turn()
    assert bench.taken() == ["a1", "b1"]


def test_after_the_end_nothing_is_carried_out(bench: Bench) -> None:
    bench.cost = ROUND
    bench.ask(10, "a1", "a2")
    bench.inputs.stop()
    bench.loop.advance(10)
    assert bench.taken() == ["a1"]
