"""One WebSocket handshake with each address of a backend, without a login."""

import asyncio
import ssl
import time
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct

from imtui.protocol.errors import IMError

if TYPE_CHECKING:
    from websockets.asyncio.client import ClientConnection

_HALF_SECOND: Final = 0.5


class Certificate(Struct, frozen=True):
    """The certificate of a backend."""

    problem: str = ""
    """What is wrong with it, as ``certificate_problem`` says it; empty if it is trusted."""
    until: datetime | None = None
    """When it expires; None if it is not trusted."""
    issuer: str = ""
    """Who signed it; empty if it is not trusted."""


class Answer(Struct, frozen=True):
    """How one address answered."""

    url: str
    error: IMError | None = None
    """Why there was no handshake."""
    ahead: float | None = None
    """How many seconds this machine's clock is ahead; None if the backend does not say."""
    certificate: Certificate | None = None
    """None without TLS, or if nothing answered."""


async def probe(url: str, *, insecure: bool, seconds: float, ca_file: str | None = None) -> Answer:
    """Return how an address answers.

    Args:
        url: The address.
        insecure: Whether ``ws://`` to another machine is allowed.
        seconds: How long it may take.
        ca_file: The certificates to trust in place of the system's.
    """
    from imtui.sdk.failures import connect_failure
    from imtui.sdk.link.address import web_socket_addresses
    from imtui.sdk.link.connection import CONNECT_ERRORS, handshake
    from imtui.trust import certificate_problem, trusted

    try:
        [address] = web_socket_addresses(url, insecure=insecure)
        begun = time.time()
        async with (
            asyncio.timeout(seconds),
            handshake(address, partial(trusted, ca_file)) as socket,
        ):
            return _answer(url, socket, (begun + time.time()) / 2)
    except IMError as error:
        return Answer(url, error)
    except CONNECT_ERRORS as error:
        problem = certificate_problem(error)
        certificate = None if problem is None else Certificate(problem=problem)
        return Answer(url, connect_failure(error), certificate=certificate)


def _answer(url: str, socket: "ClientConnection", middle: float) -> Answer:
    tls: ssl.SSLObject | None = socket.transport.get_extra_info("ssl_object")
    date = socket.response.headers.get("Date") if socket.response is not None else None
    return Answer(
        url,
        ahead=None if date is None else _ahead(date, middle),
        certificate=None if tls is None else _certificate(tls.getpeercert() or {}),
    )


def _ahead(date: str, now: float) -> float | None:
    try:
        # The header has whole seconds.
        return now - parsedate_to_datetime(date).timestamp() - _HALF_SECOND
    except (ValueError, OverflowError):
        return None


def _certificate(fields: dict[str, Any]) -> Certificate:
    names = dict(pair for part in fields.get("issuer", ()) for pair in part)
    issuer = names.get("organizationName") or names.get("commonName") or "unknown"
    until = ssl.cert_time_to_seconds(fields["notAfter"]) if "notAfter" in fields else 0
    if fields.get("issuer") == fields.get("subject"):
        issuer = "itself"
    return Certificate(until=datetime.fromtimestamp(until, UTC), issuer=issuer)
