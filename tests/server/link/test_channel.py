"""Two ends of a link that drops, cuts and resumes: each batch arrives once, and in order."""

from collections import deque

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from imtui.server.link.channel import Channel
from imtui.server.link.frames import FRAME_MAX, Batch, FrameReader, Ping
from imtui.server.link.ops import LinkError

RING_MAX = 400
ENDS = st.integers(0, 1)


class End:
    """One end: what it has sent over a life of the link, and what arrived there."""

    def __init__(self, ring_max: int) -> None:
        self.channel = Channel(ring_max)
        self.sent: list[bytes] = []
        self.arrived: list[bytes] = []
        self.under_way: deque[bytes] = deque()
        """The frames that its peer has not read."""
        self.reader = FrameReader()

    def begin_connection(self) -> None:
        self.under_way.clear()
        self.reader = FrameReader()
        self.reader.size_max = FRAME_MAX

    def take(self, data: bytes) -> None:
        for frame in self.reader.feed(data):
            match frame:
                case Batch():
                    if self.channel.take(frame):
                        self.arrived.append(bytes(frame.ops))
                case Ping():
                    self.channel.acknowledge(frame.ack)


class Link(RuleBasedStateMachine):
    """Sends, loses and resumes in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.is_connected = True
        self.number = 0
        self.begin()

    def begin(self) -> None:
        self.ends = End(RING_MAX), End(RING_MAX)
        for end in self.ends:
            end.begin_connection()

    @rule(end=ENDS, size=st.integers(0, 60))
    def send(self, end: int, size: int) -> None:
        """A batch is kept while there is no connection."""
        self.number += 1
        ops = b"\x92" + b"\xce" + self.number.to_bytes(4) + b"\xc4" + bytes((size,)) + b"x" * size
        sender = self.ends[end]
        sender.sent.append(ops)
        frame = sender.channel.send(ops)
        if self.is_connected:
            sender.under_way.append(frame)

    @rule(end=ENDS)
    def ping(self, end: int) -> None:
        if self.is_connected:
            self.ends[end].under_way.append(self.ends[end].channel.ping())

    @rule(end=ENDS, cut=st.integers(0, 100))
    def arrive(self, end: int, cut: int) -> None:
        """Some bytes of what is under way arrive, perhaps a part of a frame."""
        sender, receiver = self.ends[end], self.ends[1 - end]
        if sender.under_way:
            frame = sender.under_way.popleft()
            receiver.take(frame[:cut])
            if frame[cut:]:
                sender.under_way.appendleft(frame[cut:])

    @rule()
    def cut(self) -> None:
        """What is under way is lost, in both directions."""
        self.is_connected = False

    @precondition(lambda self: not self.is_connected)
    @rule()
    def connect(self) -> None:
        """Resume if both ends can; otherwise begin anew, as edges and core do."""
        self.is_connected = True
        one, other = self.ends
        for end in self.ends:
            end.begin_connection()
        lost = [
            not here.channel.can_resume(there.channel.received)
            for here, there in ((one, other), (other, one))
        ]
        for here, there, is_lost in ((one, other, lost[0]), (other, one, lost[1])):
            # It never gives up while what is missing would have fit.
            unread = here.sent[len(there.arrived) :]
            assert not is_lost or sum(map(len, unread)) + 64 * len(unread) > RING_MAX
        if any(lost):
            self.begin()
            return
        for here, there in ((one, other), (other, one)):
            here.under_way.append(here.channel.resumed(there.channel.received))

    @invariant()
    def each_batch_arrives_once_and_in_order(self) -> None:
        for here, there in (self.ends, self.ends[::-1]):
            assert there.arrived == here.sent[: len(there.arrived)]

    @invariant()
    def what_is_kept_has_a_bound(self) -> None:
        for end in self.ends:
            kept = sum(len(frame) for _, frame in end.channel._ring)
            assert kept <= RING_MAX

    def teardown(self) -> None:
        """In the end all that was not given up arrives."""
        if not self.is_connected:
            self.connect()
        for number in (0, 1):
            while self.ends[number].under_way:
                self.arrive(number, FRAME_MAX)
            assert self.ends[1 - number].arrived == self.ends[number].sent


TestLink = Link.TestCase
TestLink.settings = settings(max_examples=100, stateful_step_count=40, deadline=None)


def batch(frame: bytes) -> Batch:
    stream = FrameReader()
    (one,) = stream.feed(frame)
    assert isinstance(one, Batch)
    return one


def test_what_was_received_twice_is_carried_out_once() -> None:
    one, other = Channel(), Channel()
    frame = batch(one.send(b"\x90"))
    assert other.take(frame)
    assert not other.take(frame)


def test_a_gap_ends_the_link() -> None:
    one, other = Channel(), Channel()
    one.send(b"\x90")
    with pytest.raises(LinkError, match="came after"):
        other.take(batch(one.send(b"\x90")))
    assert other.received == 0


def test_nothing_is_acknowledged_that_was_not_sent() -> None:
    channel = Channel()
    channel.send(b"\x90")
    with pytest.raises(LinkError, match="acknowledged"):
        channel.acknowledge(2)
    channel.acknowledge(1)


def test_a_peer_that_says_more_than_it_can_have_received_does_not_resume() -> None:
    channel = Channel()
    assert channel.can_resume(0)
    channel.send(b"\x90")
    assert not channel.can_resume(2)
    assert channel.can_resume(1)
    assert not channel.can_resume(-1)


def test_what_does_not_fit_is_given_up() -> None:
    channel = Channel(ring_max=100)
    frames = [channel.send(b"\x90") for _ in range(3)]
    assert channel.resumed(0) == b"".join(frames)
    channel.send(b"\xc4\xff" + b"x" * 255)
    assert not channel.can_resume(0)
    assert not channel.can_resume(3)
    assert channel.can_resume(4)
