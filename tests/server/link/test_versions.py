"""Edges and cores of several versions of the link, as they meet while nodes are updated."""

import msgspec
import pytest

from imtui.server.link.frames import (
    LINK_VERSION,
    OLDEST_LINK_VERSION,
    About,
    Challenge,
    Hello,
    Refusal,
    Welcome,
    core_proof,
    encode_frame,
    new_hello,
    spoken_version,
)
from imtui.server.link.remote_core import RemoteCore
from tests.server.link.played import (
    EPOCH,
    KEY,
    NONCE,
    WELCOME,
    NotingCore,
    PlayedCore,
    PlayedTransport,
    greet,
    new_edges,
)

ABOUT = About("one", "run", "0.1")


class FirstHello(msgspec.Struct, frozen=True, array_like=True, tag=1):
    """What the first version of an edge says, and of a core reads."""

    version: int
    edge: int
    life: bytes
    epoch: int
    received: int
    nonce: bytes


class FirstWelcome(msgspec.Struct, frozen=True, array_like=True, tag=4):
    """What the first version of a core answers."""

    epoch: int
    is_resumed: bool
    received: int
    key_ring: object
    admins: frozenset[str]
    heartbeat_timeout: float
    settings: object


def hello(oldest: int, newest: int) -> Hello:
    return Hello(oldest, 9, b"life", 0, 0, NONCE, newest, ABOUT)


@pytest.mark.parametrize(
    ("oldest", "newest", "spoken"),
    [
        (1, 0, 1),
        (1, 1, 1),
        (1, LINK_VERSION, LINK_VERSION),
        (1, LINK_VERSION + 1, LINK_VERSION),
        (LINK_VERSION, LINK_VERSION + 5, LINK_VERSION),
        (LINK_VERSION + 1, LINK_VERSION + 1, None),
        (LINK_VERSION + 1, 0, None),
        (0, 0, None),
        (-1, -1, None),
        (5, 1, None),
    ],
)
def test_the_newest_version_that_both_know_is_spoken(
    oldest: int, newest: int, spoken: int | None
) -> None:
    assert spoken_version(hello(oldest, newest)) == spoken


async def test_a_core_takes_edges_of_the_first_version_and_of_the_next() -> None:
    edges = new_edges(NotingCore())
    first = msgspec.msgpack.encode(FirstHello(1, 9, b"life", 0, 0, NONCE))
    read = msgspec.msgpack.decode(first, type=Hello)
    assert greet(PlayedTransport(edges.accept()), read).version == 1
    assert edges.edges[9].about == About()
    transport = PlayedTransport(edges.accept())
    assert greet(transport, hello(OLDEST_LINK_VERSION, LINK_VERSION + 1)).version == LINK_VERSION
    assert edges.edges[9].about == ABOUT
    await edges.stop()


async def test_a_core_refuses_an_edge_that_speaks_only_later_versions() -> None:
    edges = new_edges(NotingCore())
    transport = PlayedTransport(edges.accept())
    transport.feed(encode_frame(hello(LINK_VERSION + 1, LINK_VERSION + 2)))
    (refusal,) = transport.take()
    assert isinstance(refusal, Refusal)
    assert f"version {LINK_VERSION + 1} of the link" in refusal.reason
    await edges.stop()


async def test_an_edge_is_understood_by_a_core_of_the_first_version_and_understands_it() -> None:
    sent = encode_frame(new_hello(9, b"life", 0, 0, NONCE, ABOUT))[4:]
    assert msgspec.msgpack.decode(sent, type=FirstHello).version == 1
    played = PlayedCore()
    core = RemoteCore(played.connect, KEY, 9, ABOUT)
    await core._connect(core._new_socket)
    transport = await played.transports.get()
    (said,) = transport.take()
    assert isinstance(said, Hello)
    transport.feed(encode_frame(Challenge(NONCE, core_proof(KEY, said.nonce, NONCE))))
    answer = msgspec.msgpack.encode(FirstWelcome(EPOCH, False, 0, *WELCOME))
    transport.feed(len(answer).to_bytes(4) + answer)
    welcome = await core.welcome
    assert isinstance(welcome, Welcome)
    assert (welcome.epoch, welcome.version) == (EPOCH, 1)
