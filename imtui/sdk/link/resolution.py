"""From host names to the addresses that they stand for."""

import asyncio
import ipaddress
import socket
from collections.abc import Iterable
from itertools import chain
from typing import Final

from msgspec.structs import replace
from websockets.exceptions import WebSocketException
from websockets.proxy import get_proxy
from websockets.uri import parse_uri

from imtui.protocol.errors import IMError
from imtui.sdk.failures import connect_failure, most_telling
from imtui.sdk.link.address import Address

_PER_NAME_MAX: Final = 64


async def resolve(addresses: Iterable[Address], patience: float) -> list[Address]:
    """Return an address with an IP for each that a host name stands for.

    An IP, a Unix socket and what is reached through a proxy stay as they are. Names are resolved
    at the same time; one that cannot be resolved is left out.

    Args:
        addresses: At least one address.
        patience: How long to wait for slow names once another address is known, in seconds.

    Raises:
        IMError: 9516 or 9508 if nothing can be resolved.
    """
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(_resolve(one)) for one in addresses]
        done, pending = await asyncio.wait(tasks, timeout=patience)
        while pending and all(isinstance(task.result(), IMError) for task in done):
            late, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
            done |= late
        for task in pending:
            task.cancel()
    results = [task.result() for task in tasks if not task.cancelled()]
    found = list(chain.from_iterable(one for one in results if not isinstance(one, IMError)))
    if not found:
        raise most_telling([one for one in results if isinstance(one, IMError)])
    return found


async def _resolve(address: Address) -> list[Address] | IMError:
    try:
        if address.unix_path is not None:
            return [address]
        uri = parse_uri(address.url)
        if _is_ip(uri.host) or not (address.local or get_proxy(uri) is None):
            return [address]
        found = await asyncio.get_running_loop().getaddrinfo(
            uri.host, uri.port, type=socket.SOCK_STREAM
        )
    except (OSError, WebSocketException, UnicodeError) as error:
        return connect_failure(error)
    return [replace(address, ip=str(info[4][0])) for info in found[:_PER_NAME_MAX]]


def _is_ip(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
