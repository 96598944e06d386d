"""Messages that the app's own server, which is slow, is asked about."""

import asyncio
import itertools
from collections.abc import Iterator
from typing import Final

from msgspec import structs

from imtui.protocol.messages import Method, Push
from tests.attacks.attack import Attack
from tests.attacks.attackers.aim import Aim, Scale, Tally
from tests.attacks.attackers.forever import forever, pour
from tests.attacks.attackers.hook import FORBIDDEN
from tests.attacks.attackers.wire import opened, request
from tests.attacks.backend import Attacked
from tests.attacks.report import Report, Row, at_most, beside

_EVE: Final = "eve"
_MALLORY: Final = "mallory"
PASSED: Final = "forbidden messages that passed"
_RATIO_MAX: Final = 2


def _deny_on_failure(backend: Attacked, aim: Aim) -> None:
    backend.host.make_friends({_EVE: (), _MALLORY: ()})
    backend.set_console({"before_callback_failure": "deny"})


async def _forbidden_messages(aim: Aim, tally: Tally) -> None:
    """Send many messages at once, over and over, which are all forbidden."""
    numbers = itertools.count(1)
    each = -(-aim.scale.amount // aim.scale.connections)

    def next_data() -> bytes:
        return b"".join(
            request(
                Method.SEND_MESSAGE,
                {"userID": _MALLORY, "msgID": f"m{number}", "text": f"{FORBIDDEN} {number}"},
            )
            for number in itertools.islice(numbers, each)
        )

    async def work(number: int) -> None:
        async with opened(aim, _EVE, instanceID=f"attacker{number}") as connection:
            await pour(connection, tally, next_data)

    async def receive() -> None:
        async with opened(aim, _MALLORY, instanceID="receiving") as connection:
            while True:
                push = await connection.push(Push.RECV_NEW_MESSAGE)
                tally.counts[PASSED] += len(push["messageList"])

    async with asyncio.TaskGroup() as group:
        group.create_task(receive())
        group.create_task(forever(tally, aim.scale.connections, work))


def _rows(report: Report) -> Iterator[Row]:
    rest, under = report.at_rest.messages, report.under_attack.messages
    yield beside("a message that is asked about, p50", rest, under, _RATIO_MAX)
    yield at_most(PASSED, None, report.counts.get(PASSED, 0), "", 0)


_FULL: Final = Scale(connections=4, amount=600)

ATTACKS: Final = (
    Attack(
        "callbacks",
        "600 messages at once, about which a slow server is asked",
        _forbidden_messages,
        _FULL,
        structs.replace(_FULL, amount=200, seconds=1.6, rest=0.9, recovery=0.2),
        prepare=_deny_on_failure,
        hook_seconds=0.2,
        rows=_rows,
    ),
)
