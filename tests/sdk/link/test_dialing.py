"""Races between addresses, in a loop in which nothing else happens."""

import asyncio
import functools
from collections.abc import Callable, Coroutine
from typing import Any, cast

import pytest
from websockets.asyncio.client import ClientConnection

from imtui.protocol.errors import IMError
from imtui.sdk import Backoff
from imtui.sdk.link.address import Address
from imtui.sdk.link.connection import Connection
from imtui.sdk.link.dialing import ATTEMPT_DELAY, Dialer, OnPush
from imtui.sdk.link.route import Route
from tests.sdk.link.memory_backend import MemoryBackend, MemorySocket
from tests.sdk.virtual_time import SocketlessLoop

TIMEOUT = 10.0
FOREVER = 1e6


def in_empty_loop(test: Callable[[], Coroutine[Any, Any, None]]) -> Callable[[], None]:
    @functools.wraps(test)
    def run() -> None:
        with asyncio.Runner(loop_factory=SocketlessLoop) as runner:
            runner.run(test())

    return run


def address_of(name: str) -> Address:
    return Address(f"ws://127.0.0.1/{name}", None, local=True)


class Addresses:
    """Addresses that answer after some seconds: with a connection, or with an error."""

    def __init__(self, **answers: tuple[float, int]) -> None:
        self._answers = answers
        self.tried: list[tuple[str, float]] = []
        self.given_up: list[str] = []
        self.opened: dict[str, MemorySocket] = {}
        self.on_open: Callable[[], None] = lambda: None
        # In the order in which they are given.
        self.route = Route(Backoff(), shuffle=lambda addresses: None)
        self.dialer = Dialer(
            [address_of(name) for name in answers], self.route, self._connect, TIMEOUT
        )

    async def open(self) -> str:
        """Connect, and return the name of the address."""
        connection = await self.dialer.open(lambda push: None)
        (name,) = [name for name, socket in self.opened.items() if socket is socket_of(connection)]
        return name

    @property
    def open_ones(self) -> list[str]:
        return [name for name, socket in self.opened.items() if socket.is_open]

    def order(self) -> list[str]:
        names = [address_of(name) for name in self._answers]
        return [address.url.rpartition("/")[2] for address in self.route.order(names)]

    async def _connect(self, address: Address, on_push: OnPush) -> Connection:
        name = address.url.rpartition("/")[2]
        self.tried.append((name, asyncio.get_running_loop().time()))
        seconds, code = self._answers[name]
        try:
            await asyncio.sleep(seconds)
        except asyncio.CancelledError:
            self.given_up.append(name)
            raise
        if code:
            raise IMError(code)
        self.opened[name] = socket = MemorySocket(MemoryBackend())
        self.on_open()
        return Connection(cast(ClientConnection, socket), on_push)


def socket_of(connection: Connection) -> MemorySocket:
    return cast(MemorySocket, connection._socket)


@in_empty_loop
async def test_one_that_fails_is_followed_by_the_next_at_once() -> None:
    some = Addresses(dead=(0.1, 9511), gone=(0.2, 9508), good=(0.1, 0), other=(0.1, 0))
    assert await some.open() == "good"
    assert some.tried == [("dead", 0.0), ("gone", pytest.approx(0.1)), ("good", pytest.approx(0.3))]
    assert some.order() == ["other", "dead", "gone", "good"]


@in_empty_loop
async def test_one_that_is_silent_delays_the_next_only_a_little() -> None:
    some = Addresses(silent=(FOREVER, 0), good=(0.1, 0))
    assert await some.open() == "good"
    assert some.tried == [("silent", 0.0), ("good", ATTEMPT_DELAY)]
    assert some.given_up == ["silent"]
    assert some.order() == ["silent", "good"]


@in_empty_loop
async def test_one_that_is_slow_may_still_be_the_first() -> None:
    some = Addresses(slow=(ATTEMPT_DELAY + 1.0, 0), slower=(FOREVER, 0))
    assert await some.open() == "slow"
    assert some.given_up == ["slower"]
    # The connection is to be left for the one that was given up, and not the other way round.
    assert some.order() == ["slower", "slow"]


@in_empty_loop
async def test_of_two_that_answer_at_once_one_is_dropped() -> None:
    some = Addresses(one=(ATTEMPT_DELAY + 1.0, 0), other=(1.0, 0))
    assert await some.open() in ("one", "other")
    assert len(some.opened) == 2
    assert len(some.open_ones) == 1


@in_empty_loop
async def test_a_failure_while_another_is_awaited_starts_the_next() -> None:
    some = Addresses(silent=(FOREVER, 0), dead=(0.5, 9511), good=(0.0, 0))
    assert await some.open() == "good"
    assert [at for _, at in some.tried] == [0.0, 2.0, 2.5]


@pytest.mark.parametrize(
    ("codes", "told"),
    [((9508, 9511), 9511), ((9511, 9508), 9511), ((9516, 9510), 9510), ((9516, 9508), 9508)],
)
def test_the_failure_that_says_most_is_told(codes: tuple[int, int], told: int) -> None:
    @in_empty_loop
    async def test() -> None:
        some = Addresses(one=(0.1, codes[0]), other=(0.1, codes[1]))
        with pytest.raises(IMError) as error:
            await some.open()
        assert error.value.code == told

    test()


@in_empty_loop
async def test_nobody_answers_within_the_time_out() -> None:
    some = Addresses(**{f"a{number}": (FOREVER, 0) for number in range(9)})
    with pytest.raises(IMError) as error:
        await some.open()
    assert error.value.code == 9510
    assert asyncio.get_running_loop().time() == TIMEOUT
    assert (
        [name for name, _ in some.tried] == sorted(some.given_up) == ["a0", "a1", "a2", "a3", "a4"]
    )
    # The next attempt begins with those that had no turn.
    assert some.order()[:4] == ["a5", "a6", "a7", "a8"]


@in_empty_loop
async def test_an_only_address_has_the_whole_time_out() -> None:
    assert await Addresses(slow=(TIMEOUT - 0.1, 0)).open() == "slow"


@pytest.mark.parametrize("turns", range(6))
def test_an_attempt_that_is_cancelled_leaves_no_connection(turns: int) -> None:
    @in_empty_loop
    async def test() -> None:
        loop = asyncio.get_running_loop()
        some = Addresses(one=(ATTEMPT_DELAY + 1.0, 0), other=(1.0, 0))
        opening = asyncio.create_task(some.open())

        def cancel_later(turns: int) -> None:
            if turns:
                loop.call_soon(cancel_later, turns - 1)
            else:
                opening.cancel()

        some.on_open = lambda: cancel_later(turns)
        await asyncio.wait([opening])
        assert some.opened
        assert len(some.open_ones) == (not opening.cancelled())

    test()
