"""The fair selector: members first, a few strangers at a time, and nobody for ever."""

import os
import selectors
import socket
from collections.abc import Iterable, Iterator
from contextlib import ExitStack

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from imtui.server.edge.turns.fair_selector import STRANGERS_MAX, TURN, FairSelector

READ, WRITE = selectors.EVENT_READ, selectors.EVENT_WRITE


class Bench:
    """A selector, with pairs of sockets and a clock that stands."""

    def __init__(self, stack: ExitStack) -> None:
        self.now = 0.0
        self.selector = FairSelector(lambda: self.now)
        self._stack = stack
        stack.callback(self.selector.close)

    def socket(self, *, is_stranger: bool | None = None, said: bytes = b"") -> socket.socket:
        """Return a registered socket, to whose other end ``said`` was sent."""
        ours, theirs = socket.socketpair()
        for one in (ours, theirs):
            one.setblocking(False)
            self._stack.callback(one.close)
        if is_stranger is not None:
            self.selector.set_rank(ours.fileno(), is_stranger=is_stranger)
        self.selector.register(ours.fileno(), READ, theirs)
        theirs.send(said)
        return ours

    def release(self, fds: Iterable[int]) -> None:
        """Unregister sockets and forget their ranks, as before they are closed."""
        for fd in fds:
            self.selector.unregister(fd)
            self.selector.forget(fd)

    def turn(self, took: float = 0.0) -> list[int]:
        """Return who is served in a turn, after one that took so many seconds."""
        self.now += took
        return [key.fd for key, _ in self.selector.select(0)]


@pytest.fixture
def bench() -> Iterator[Bench]:
    with ExitStack() as stack:
        yield Bench(stack)


def strangers(bench: Bench, count: int) -> set[int]:
    return {bench.socket(is_stranger=True, said=b"x").fileno() for _ in range(count)}


def test_members_are_served_at_once_and_strangers_a_few_at_a_time(bench: Bench) -> None:
    waiting = strangers(bench, 100)
    members = {bench.socket(is_stranger=False, said=b"x").fileno() for _ in range(3)}
    members.add(bench.socket(said=b"x").fileno())
    for _ in range(5):
        served = bench.turn()
        assert set(served[: len(members)]) == members
        assert len(served) == len(members) + STRANGERS_MAX
        assert waiting.issuperset(served[len(members) :])


def test_all_strangers_are_served_before_any_is_served_again(bench: Bench) -> None:
    waiting = strangers(bench, 10 * STRANGERS_MAX)
    for _ in range(3):
        served = [fd for _ in range(10) for fd in bench.turn()]
        assert len(served) == len(set(served)) == len(waiting)


def test_the_longer_turns_take_the_fewer_strangers_are_served_but_always_one(bench: Bench) -> None:
    strangers(bench, 100)
    assert len(bench.turn()) == STRANGERS_MAX
    counts = [len(bench.turn(2 * TURN)) for _ in range(10)]
    assert counts == sorted(counts, reverse=True)
    assert counts[-1] == 1
    counts = [len(bench.turn(TURN / 2)) for _ in range(2 * STRANGERS_MAX)]
    assert counts[0] == 2
    assert counts[-1] == STRANGERS_MAX


def test_however_long_turns_take_as_many_strangers_as_members_are_served(bench: Bench) -> None:
    strangers(bench, 100)
    for _ in range(30):
        bench.socket(is_stranger=False, said=b"x")
    for _ in range(10):
        served = bench.turn(2 * TURN)
    assert len(served) == 60


def test_a_member_who_is_gone_is_served_like_a_stranger(bench: Bench) -> None:
    gone = [bench.socket(is_stranger=False) for _ in range(100)]
    for one in gone:
        bench.selector.get_key(one.fileno()).data.close()
    assert bench.turn() == []
    assert not bench.selector.is_busy
    served: set[int] = set()
    while len(served) < len(gone):
        turn = bench.turn()
        assert 0 < len(turn) <= STRANGERS_MAX
        served.update(turn)


def test_whoever_becomes_a_member_is_served_first(bench: Bench) -> None:
    waiting = list(strangers(bench, 100))
    bench.turn()
    bench.selector.set_rank(waiting[-1], is_stranger=False)
    assert bench.turn()[0] == waiting[-1]
    bench.selector.set_rank(waiting[-1], is_stranger=True)
    bench.turn()
    assert sum(waiting[-1] in bench.turn() for _ in range(7)) == 1


def test_who_waits_and_is_closed_is_not_served(bench: Bench) -> None:
    waiting = strangers(bench, 100)
    bench.turn()
    bench.release(waiting)
    assert bench.turn() == []
    assert not bench.selector.get_map()


def test_a_descriptor_that_is_another_socket_s_by_now_is_not_ready(bench: Bench) -> None:
    waiting = strangers(bench, 100)
    bench.turn()
    bench.release(waiting)
    for fd in waiting:
        os.read(fd, 1)
        bench.selector.register(fd, READ)
    assert bench.turn() == []


def test_a_rank_is_kept_while_a_socket_is_not_registered_until_it_is_forgotten(
    bench: Bench,
) -> None:
    ours = bench.socket(is_stranger=True, said=b"x")
    others = strangers(bench, STRANGERS_MAX)
    bench.selector.unregister(ours)
    bench.selector.register(ours, READ)
    assert len(bench.turn()) == STRANGERS_MAX
    bench.turn()
    bench.selector.forget(ours.fileno())
    served = bench.turn()
    assert served[0] == ours.fileno()
    assert set(served[1:]) <= others
    bench.selector.unregister(ours)
    bench.selector.register(ours, READ)
    assert bench.turn()[0] == ours.fileno()


def test_who_may_write_is_told_and_data_can_be_replaced(bench: Bench) -> None:
    ours = bench.socket(is_stranger=True)
    assert bench.turn() == []
    bench.selector.modify(ours, READ | WRITE, "data")
    ((key, events),) = bench.selector.select(0)
    assert (key.data, events) == ("data", WRITE)
    bench.selector.modify(ours, READ, "other")
    assert bench.selector.get_key(ours).data == "other"
    assert bench.selector.get_map()[ours].data == "other"
    assert bench.turn() == []
    with pytest.raises(KeyError):
        bench.selector.register(ours, READ)


class Machine(RuleBasedStateMachine):
    """Sockets that come, speak, change their rank, pause and go, in any order."""

    def __init__(self) -> None:
        super().__init__()
        self._stack = ExitStack()
        self._bench = Bench(self._stack)
        self._open: list[socket.socket] = []
        self._theirs: dict[int, socket.socket] = {}
        """The other ends, by the descriptor of ours."""
        self._paused: set[int] = set()

    def teardown(self) -> None:
        self._stack.close()

    @rule(is_stranger=st.booleans())
    def come(self, is_stranger: bool) -> None:
        ours = self._bench.socket(is_stranger=is_stranger)
        self._open.append(ours)
        self._theirs[ours.fileno()] = self._bench.selector.get_key(ours).data

    @precondition(lambda self: self._open)
    @rule(data=st.data(), is_stranger=st.booleans())
    def change_rank(self, data: st.DataObject, is_stranger: bool) -> None:
        fd = data.draw(st.sampled_from(self._open)).fileno()
        self._bench.selector.set_rank(fd, is_stranger=is_stranger)

    @precondition(lambda self: self._open)
    @rule(data=st.data())
    def pause(self, data: st.DataObject) -> None:
        one = data.draw(st.sampled_from(self._open))
        if one.fileno() not in self._paused:
            self._paused.add(one.fileno())
            self._bench.selector.unregister(one)

    @precondition(lambda self: self._paused)
    @rule(data=st.data())
    def go_on(self, data: st.DataObject) -> None:
        fd = data.draw(st.sampled_from(sorted(self._paused)))
        self._paused.remove(fd)
        self._bench.selector.register(fd, READ)

    @precondition(lambda self: self._open)
    @rule(data=st.data())
    def leave(self, data: st.DataObject) -> None:
        one = data.draw(st.sampled_from(self._open))
        self._open.remove(one)
        if one.fileno() in self._paused:
            self._paused.remove(one.fileno())
        else:
            self._bench.selector.unregister(one)
        self._bench.selector.forget(one.fileno())
        one.close()

    @precondition(lambda self: self._open)
    @rule(data=st.data())
    def speak(self, data: st.DataObject) -> None:
        self._theirs[data.draw(st.sampled_from(self._open)).fileno()].send(b"x")

    @rule(took=st.sampled_from([0.0, 2 * TURN]))
    def serve(self, took: float) -> None:
        for fd in self._bench.turn(took):
            for one in self._open:
                if one.fileno() == fd:
                    try:
                        one.recv(100)
                    except BlockingIOError:
                        continue

    @invariant()
    def all_who_speak_are_served_in_a_few_turns(self) -> None:
        speaking = set()
        for fd in self._registered():
            one = next(one for one in self._open if one.fileno() == fd)
            try:
                one.recv(1, socket.MSG_PEEK)
            except BlockingIOError:
                continue
            speaking.add(fd)
        for _ in range(2 * len(self._open) + 2):
            speaking.difference_update(self._bench.turn(2 * TURN))
        assert not speaking

    def _registered(self) -> list[int]:
        return [one.fileno() for one in self._open if one.fileno() not in self._paused]


TestMachine = Machine.TestCase
TestMachine.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
