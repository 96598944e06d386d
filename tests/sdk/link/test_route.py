"""Which address comes next, and when: a model that says what each step may do."""

import random
from collections import Counter

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from imtui.sdk import Backoff
from imtui.sdk.link.address import Address
from imtui.sdk.link.route import Route

ADDRESSES = [Address(f"wss://a{number}", None, local=False) for number in range(6)]
FIRST, MOST = 0.5, 30.0

some_addresses = st.lists(st.sampled_from(ADDRESSES), min_size=1) | st.just(ADDRESSES)


class RouteStory(RuleBasedStateMachine):
    """A client that tries addresses, is connected, lost and sent away, in any order."""

    @initialize(seed=st.integers(0, 1000), addresses=some_addresses)
    def start(self, seed: int, addresses: list[Address]) -> None:
        self.random = random.Random(seed)
        backoff = Backoff(FIRST, MOST, uniform=self.random.uniform)
        self.route = Route(backoff, shuffle=self.random.shuffle)
        self.failures = 0
        self.tries: list[Address] = []
        self.order(addresses)

    @rule(addresses=some_addresses)
    def order(self, addresses: list[Address]) -> None:
        self.known = set(addresses)
        self.tries = [one for one in self.tries if one in self.known]
        order = self.route.order(addresses)
        assert len(order) == len(self.known)
        assert set(order) == self.known
        untried = len(order) - len(self.tries)
        assert not set(order[:untried]) & set(self.tries)
        assert order[untried:] == self.tries

    @rule(data=st.data())
    def fail(self, data: st.DataObject) -> None:
        address = data.draw(st.sampled_from([one for one in ADDRESSES if one in self.known]))
        self.route.tried(address)
        self.tries = [*(one for one in self.tries if one != address), address]

    @rule()
    def lose_a_stable_connection(self) -> None:
        self.route.settle()
        self.tries = self.tries[-1:]
        self.failures = 0

    @rule(sent_away=st.booleans())
    def wait(self, sent_away: bool) -> None:
        is_short = sent_away and bool(self.known - set(self.tries))
        delay = self.route.next_delay(sent_away=sent_away)
        if is_short:
            assert 0 <= delay <= 2.0
            return
        longest = min(FIRST * 2**self.failures, MOST)
        assert longest / 2 <= delay <= longest
        self.failures += 1

    @invariant()
    def it_knows_whether_an_address_is_left(self) -> None:
        if hasattr(self, "known"):
            assert self.route.has_untried == bool(self.known - set(self.tries))


RouteStory.TestCase.settings = settings(max_examples=60, stateful_step_count=30)
TestRoute = RouteStory.TestCase


def a_client(seed: int) -> Route:
    chance = random.Random(seed)
    return Route(Backoff(uniform=chance.uniform), shuffle=chance.shuffle)


def test_clients_spread_over_the_addresses_at_first_and_after_one_is_lost() -> None:
    clients = [a_client(seed) for seed in range(600)]
    firsts = Counter(client.order(ADDRESSES)[0] for client in clients)
    assert all(60 <= firsts[address] <= 140 for address in ADDRESSES)
    lost = ADDRESSES[0]
    for client in clients:
        client.tried(lost)
        client.settle()
    seconds = Counter(client.order(ADDRESSES)[0] for client in clients)
    assert seconds[lost] == 0
    assert all(80 <= seconds[address] <= 160 for address in ADDRESSES[1:])


def test_after_a_stable_connection_only_its_address_comes_last() -> None:
    firsts: set[Address] = set()
    for seed in range(100):
        client = a_client(seed)
        client.order(ADDRESSES)
        for address in ADDRESSES:
            client.tried(address)
        assert not client.has_untried
        client.settle()
        assert client.has_untried
        order = client.order(ADDRESSES)
        assert order[-1] == ADDRESSES[-1]
        firsts.add(order[0])
    assert firsts == set(ADDRESSES[:-1])


def test_clients_that_were_sent_away_do_not_come_at_the_same_instant() -> None:
    delays = []
    for seed in range(1000):
        client = a_client(seed)
        client.order(ADDRESSES)
        delays.append(client.next_delay(sent_away=True))
    in_each_tenth = Counter(int(delay / 0.2) for delay in delays)
    assert set(in_each_tenth) == set(range(10))
    assert max(in_each_tenth.values()) <= 150


def test_an_only_address_has_the_delays_of_the_backoff_alone() -> None:
    only = Route(Backoff(uniform=lambda low, high: high))
    assert only.order(ADDRESSES[:1]) == ADDRESSES[:1]
    only.tried(ADDRESSES[0])
    assert [only.next_delay(sent_away=True) for _ in range(3)] == [0.5, 1.0, 2.0]
    only.settle()
    assert only.next_delay(sent_away=True) == 0.5
    assert only.order(ADDRESSES[:1]) == ADDRESSES[:1]


def test_each_address_is_tried_before_any_is_tried_again() -> None:
    client = a_client(1)
    tries = []
    for _ in range(3 * len(ADDRESSES)):
        tries.append(client.order(ADDRESSES)[0])
        client.tried(tries[-1])
    rounds = [tries[start : start + len(ADDRESSES)] for start in range(0, len(tries), 6)]
    assert all(set(one) == set(ADDRESSES) for one in rounds)
