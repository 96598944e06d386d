"""Fair turns: nobody is passed over, nobody is lost, and debts are waited out."""

from collections import Counter, deque

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from imtui.server.buckets import DEBT_MAX, LEAST, Buckets
from imtui.server.fair_turns import FairTurns

SHARE = 0.1
ACCOUNTS = st.sampled_from(["ann", "bob", "carol"])
SESSIONS = st.integers(0, 2)

Session = tuple[str, int]


class Machine(RuleBasedStateMachine):
    """Accounts with sessions that ask ahead, at any cost, at any time."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0
        self.buckets: Buckets[str] = Buckets(SHARE)
        self.turns: FairTurns[str, Session] = FairTurns(self.buckets.wait)
        self.asked: dict[Session, deque[int]] = {}
        """The requests of each session that are not carried out yet."""
        self.number = 0
        self.done: dict[Session, int] = {}
        self.waiting: dict[str, Counter[str]] = {}
        """For each account that waits without debt, the turns of others meanwhile."""

    def in_debt(self, account: str) -> bool:
        return self.buckets.wait(account, self.now) > 0

    def waits(self, account: str) -> bool:
        return any(self.asked.get((account, one)) for one in range(3))

    @rule(account=ACCOUNTS, session=SESSIONS, many=st.integers(1, 5))
    def asks(self, account: str, session: int, many: int) -> None:
        one = (account, session)
        for _ in range(many):
            self.number += 1
            self.asked.setdefault(one, deque()).append(self.number)
        self.turns.want(account, one)

    @rule(account=ACCOUNTS, session=SESSIONS)
    def ends(self, account: str, session: int) -> None:
        self.asked.pop((account, session), None)
        self.turns.leave((account, session))

    @rule(seconds=st.sampled_from([0.01, 0.5, 3.0]))
    def time_passes(self, seconds: float) -> None:
        self.now += seconds

    @rule(cost=st.sampled_from([0.0001, 0.01, 0.15, 5.0]))
    def somebody_has_a_turn(self, cost: float) -> None:
        self.turn(cost)

    def turn(self, cost: float) -> bool:
        one = self.turns.next(self.now)
        if one is None:
            users = ("ann", "bob", "carol")
            assert not [user for user in users if self.waits(user) and not self.in_debt(user)]
            return False
        account = one[0]
        assert not self.in_debt(account)
        number = self.asked[one].popleft()
        assert number > self.done.get(one, 0)
        self.done[one] = number
        for user, turns in self.waiting.items():
            if user != account:
                turns[account] += 1
                # One that is within its share waits at most one turn of each other.
                assert turns[account] <= 1, (user, turns)
        self.waiting.pop(account, None)
        self.buckets.charge(account, cost, self.now)
        if self.asked[one]:
            self.turns.want(account, one)
        return True

    @invariant()
    def who_waits_is_noted(self) -> None:
        for account in ("ann", "bob", "carol"):
            if self.waits(account) and not self.in_debt(account):
                self.waiting.setdefault(account, Counter())
            else:
                self.waiting.pop(account, None)

    @precondition(lambda self: any(self.asked.values()))
    @rule()
    def all_is_done_in_the_end(self) -> None:
        while any(self.asked.values()):
            if not self.turn(0.01):
                due = self.turns.next_due()
                assert due is not None
                assert self.now < due <= self.now + DEBT_MAX + 1e-6
                self.now = due
            self.who_waits_is_noted()
        assert self.turns.next(self.now) is None
        assert not self.turns.ready


TestTurns = Machine.TestCase
TestTurns.settings = settings(deadline=None, max_examples=100, stateful_step_count=40)


def test_debts_that_end_together_but_for_rounding_end_at_one_time() -> None:
    ends = {"ann": 1.0, "bob": 1.0 + LEAST / 2}

    def wait(account: str, now: float) -> float:
        left = ends[account] - now
        return left if left > LEAST else 0.0

    turns: FairTurns[str, str] = FairTurns(wait)
    turns.want("ann", "ann's")
    turns.want("bob", "bob's")
    assert turns.next(0.0) is None
    assert [turns.next(1.0), turns.next(1.0)] == ["ann's", "bob's"]
