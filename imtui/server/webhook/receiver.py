"""The app's own server, reached over HTTP: signed requests, with a time limit."""

import asyncio
import hashlib
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Self

import msgspec

from imtui.protocol.rest.callback import Callback, CallbackCommand
from imtui.server.instant import Instant
from imtui.server.webhook.config import WebhookConfig

if TYPE_CHECKING:
    import httpx

_REPLY_MAX_BYTES: Final = 64 * 1024


class CallbackError(Exception):
    """A callback was not taken; one line says why, without the receiver's address."""


class Letter(msgspec.Struct, frozen=True):
    """A callback as it is sent."""

    command: CallbackCommand
    platform: str
    """The OptPlatform."""
    content: bytes


def letter_of(callback: Callback) -> Letter:
    """Return a callback as it is sent.

    Raises:
        UnicodeEncodeError: It holds lone surrogates.
    """
    body: Mapping[str, Any] = {"CallbackCommand": callback.command, **callback.body}
    return Letter(callback.command, callback.platform, msgspec.json.encode(body))


class Receiver:
    """A pool of connections to the receiver: ``async with`` for as long as it is used."""

    def __init__(
        self,
        config: WebhookConfig,
        sdk_app_id: int,
        clock: Callable[[], Instant],
        *,
        connections: int,
    ) -> None:
        """Prepare a pool that holds no connection yet.

        Args:
            config: Where the receiver is, and what it wants to know.
            sdk_app_id: The app.
            clock: The present, for the signature.
            connections: How many requests may be under way at once.
        """
        self._config = config
        self._sdk_app_id = sdk_app_id
        self._clock = clock
        self._connections = connections

    async def __aenter__(self) -> Self:
        """Open the pool."""
        # Imported here, for it takes long, and most backends have no webhooks.
        import httpx

        self._url = httpx.URL(self._config.url)
        # The transport alone, because httpx's client logs the URL, and with it the signature; it
        # would also follow a redirection with it.
        self._transport = httpx.AsyncHTTPTransport(
            limits=httpx.Limits(max_connections=self._connections)
        )
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close all connections."""
        await self._transport.aclose()

    async def post(self, letter: Letter, client_ip: str = "") -> bytes:
        """Send a callback, and return the body of the reply, at most 64 KB.

        Raises:
            CallbackError: There was no reply in time, or none with a status of success.
        """
        import httpx

        request = self._request(letter, client_ip)
        try:
            async with asyncio.timeout(self._config.timeout):
                response = await self._transport.handle_async_request(request)
                try:
                    content = await _read(response)
                finally:
                    await response.aclose()
        except CallbackError:
            raise
        except TimeoutError:
            raise CallbackError(f"no reply within {self._config.timeout:g} s") from None
        except httpx.ConnectError:
            raise CallbackError("no connection") from None
        except Exception as error:
            # Not only httpx's own: a port that is none is an OverflowError of the socket. Only the
            # type is told, because the text could hold the URL.
            raise CallbackError(f"no reply ({type(error).__name__})") from None
        if not response.is_success:
            raise CallbackError(f"HTTP status {response.status_code}")
        return content

    def _request(self, letter: Letter, client_ip: str) -> "httpx.Request":
        import httpx

        parameters = {
            "SdkAppid": str(self._sdk_app_id),
            "CallbackCommand": str(letter.command),
            "contenttype": "json",
            "ClientIP": client_ip,
            "OptPlatform": letter.platform,
            **self._signature(),
        }
        return httpx.Request(
            "POST",
            self._url.copy_merge_params(parameters),
            headers={"Content-Type": "application/json", "Accept-Encoding": "identity"},
            content=letter.content,
        )

    def _signature(self) -> dict[str, str]:
        token = self._config.token
        if not token:
            return {}
        request_time = str(self._clock().unix_ms // 1000)
        sign = hashlib.sha256((token + request_time).encode()).hexdigest()
        return {"RequestTime": request_time, "Sign": sign}


async def _read(response: "httpx.Response") -> bytes:
    content = bytearray()
    async for chunk in response.aiter_raw():
        content += chunk
        if len(content) > _REPLY_MAX_BYTES:
            raise CallbackError("a reply of more than 64 KB")
    return bytes(content)
