"""Requests that are not signed, or signed with a wrong key."""

import asyncio
import itertools
import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import urlencode

from imtui.protocol.messages import Method
from imtui.protocol.usersig import sign
from tests.attacks.attack import Attack
from tests.attacks.attackers.aim import ADDRESS, Aim, Scale, Tally
from tests.attacks.attackers.forever import forever, pour
from tests.attacks.attackers.wire import ClosedError, opened, request
from tests.benchmarks.server.hosts import ADMIN

_SHORT: Final = Scale(connections=4, seconds=0.6, rest=0.2, recovery=0.1)
_IN_A_ROW: Final = 50
_WRONG_KEY: Final = "0" * 64
_BODY: Final = b" " * 1000
_HTTP_CODE: Final = re.compile(rb'"ErrorCode":(\d+)')


async def _wrong_logins(aim: Aim, tally: Tally) -> None:
    """Try to log in as many users; half of the tries are for the same one."""
    numbers = itertools.count(1)
    sigs: dict[str, str] = {}

    def tried() -> Iterator[bytes]:
        for number in itertools.islice(numbers, _IN_A_ROW):
            user = f"victim{number % 1000}" if number % 2 else "victim"
            if user not in sigs:
                sigs[user] = sign(user, aim.sdk_app_id, _WRONG_KEY)
            named = {"sdkAppID": aim.sdk_app_id, "userID": user, "userSig": sigs[user]}
            yield request(Method.LOGIN, named)

    async def work(number: int) -> None:
        async with opened(aim) as connection:
            await pour(connection, tally, lambda: b"".join(tried()))

    await forever(tally, aim.scale.connections, work)


async def _unsigned(aim: Aim, tally: Tally) -> None:
    """Post commands of an admin without the admin's signature."""
    query = urlencode(
        {
            "sdkappid": aim.sdk_app_id,
            "identifier": ADMIN,
            "usersig": sign(ADMIN, aim.sdk_app_id, _WRONG_KEY),
        }
    )
    heads = (
        f"POST /v4/im_open_login_svc/kick?{one} HTTP/1.1\r\nHost: {aim.host}:{aim.rest_port}\r\n"
        f"X-Forwarded-For: {ADDRESS}\r\nContent-Length: {len(_BODY)}\r\n\r\n"
        for one in (query, "")
    )
    data = b"".join(head.encode() + _BODY for head in heads)

    async def work(number: int) -> None:
        reader, writer = await asyncio.open_connection(aim.host, aim.rest_port)
        try:
            while True:
                writer.write(data)
                await writer.drain()
                for _ in range(data.count(_BODY)):
                    head = await reader.readuntil(b"\r\n\r\n")
                    size = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
                    found = _HTTP_CODE.search(await reader.readexactly(size))
                    tally.counts[f"code {int(found[1])}" if found else "refused"] += 1
        except asyncio.IncompleteReadError as error:
            raise ClosedError from error
        finally:
            writer.transport.abort()

    await forever(tally, aim.scale.connections, work)


ATTACKS: Final = (
    Attack(
        "wrong-logins",
        "logins with UserSigs of a wrong key",
        _wrong_logins,
        Scale(connections=50),
        _SHORT,
    ),
    Attack(
        "unsigned",
        "commands of an admin without the admin's signature",
        _unsigned,
        Scale(connections=50),
        _SHORT,
    ),
)
