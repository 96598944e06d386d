"""Connections without a login that send what costs much for few bytes."""

from collections.abc import Awaitable, Callable
from typing import Final

from tests.attacks.attack import Attack
from tests.attacks.attackers.aim import Aim, Scale, Tally
from tests.attacks.attackers.forever import forever, pour
from tests.attacks.attackers.wire import CONTINUATION, PING, frame, opened
from tests.benchmarks.peers.frames import TEXT

_IN_A_ROW: Final = 64 * 1024
_FULL: Final = Scale(connections=100)
_SHORT: Final = Scale(connections=8, seconds=0.6, rest=0.2, recovery=0.1)
_DEEP: Final = 60_000
"""So deep is nested JSON that fits the frames of a connection without a login."""


def _floods(data: bytes, first: bytes = b"") -> Callable[[Aim, Tally], Awaitable[None]]:
    """Return an attack that sends ``first``, then the same data over and over."""
    many = data * max(1, _IN_A_ROW // len(data))

    async def attack(aim: Aim, tally: Tally) -> None:
        async def work(number: int) -> None:
            async with opened(aim) as connection:
                await connection.write(first)
                await pour(connection, tally, lambda: many)

        await forever(tally, aim.scale.connections, work)

    return attack


ATTACKS: Final = (
    Attack(
        "pings",
        "empty pings by connections without a login",
        _floods(frame(PING)),
        _FULL,
        _SHORT,
    ),
    Attack(
        "continuations",
        "empty continuation frames by connections without a login",
        _floods(frame(CONTINUATION, is_final=False), frame(TEXT, is_final=False)),
        _FULL,
        _SHORT,
    ),
    Attack(
        "tiny-json",
        "JSON of one byte by connections without a login",
        _floods(frame(TEXT, b"1")),
        _FULL,
        _SHORT,
    ),
    Attack(
        "nesting",
        "deeply nested JSON, and batches, by connections without a login",
        _floods(frame(TEXT, b"[" * _DEEP) + frame(TEXT, b"[" + b"{}," * 20_000 + b"{}]")),
        _FULL,
        _SHORT,
    ),
)
