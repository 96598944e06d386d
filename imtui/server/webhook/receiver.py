"""The app's own server, reached over HTTP: signed requests, with a time limit."""

import asyncio
import hashlib
from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, Final

from imtui.server.instant import Instant
from imtui.server.webhook.config import WebhookConfig
from imtui.server.webhook.request import CallbackRequest
from imtui.trust import TrustError, certificate_problem, trusted

if TYPE_CHECKING:
    import httpx

_REPLY_MAX_BYTES: Final = 64 * 1024


class CallbackError(Exception):
    """The receiver did not accept a callback; one line says why, without its address."""


class Receiver:
    """A pool of connections to the receiver, opened at the first callback."""

    def __init__(
        self,
        config: WebhookConfig,
        sdk_app_id: int,
        clock: Callable[[], Instant],
        *,
        connections: int,
    ) -> None:
        """Prepare the pool; ``aclose`` ends it.

        Args:
            config: The receiver's URL and token, and the time-out.
            sdk_app_id: The app.
            clock: Returns the current time, for the signature.
            connections: How many requests may be under way at once.
        """
        self._config = config
        self._sdk_app_id = sdk_app_id
        self._clock = clock
        self._connections = connections
        self._transport: httpx.AsyncHTTPTransport | None = None

    def adjust(self, config: WebhookConfig) -> None:
        """Send to another address, or with another token, from now on."""
        self._config = config

    async def aclose(self) -> None:
        """Close all connections."""
        if self._transport is not None:
            await self._transport.aclose()

    async def _opened(self) -> "httpx.AsyncHTTPTransport":
        # Most backends have no webhooks, and the import is slow.
        httpx = await asyncio.to_thread(import_module, "httpx")
        try:
            trust = await asyncio.to_thread(trusted)
        except TrustError as error:
            raise CallbackError(str(error).rstrip(".")) from None
        if self._transport is None:
            # httpx's client would log the URL with the signature, and send it on to redirections.
            self._transport = httpx.AsyncHTTPTransport(
                verify=trust, limits=httpx.Limits(max_connections=self._connections)
            )
        return self._transport

    async def post(self, request: CallbackRequest) -> bytes:
        """Send a callback, and return the body of the reply, at most 64 KB.

        Raises:
            CallbackError: There was no reply in time, or its status is not a success.
        """
        transport = self._transport or await self._opened()
        import httpx

        http_request = self._http_request(request)
        try:
            async with asyncio.timeout(self._config.timeout):
                response = await transport.handle_async_request(http_request)
                try:
                    content = await _read(response)
                finally:
                    await response.aclose()
        except CallbackError:
            raise
        except TimeoutError:
            raise CallbackError(f"no reply within {self._config.timeout:g} s") from None
        except httpx.ConnectError as error:
            problem = certificate_problem(error)
            refusal = "no connection" if problem is None else f"its certificate {problem[:-1]}"
            raise CallbackError(refusal) from None
        except Exception as error:
            # Not only httpx's errors: an invalid port is an OverflowError of the socket. The text
            # is left out, as it could contain the URL.
            raise CallbackError(f"no reply ({type(error).__name__})") from None
        if not response.is_success:
            raise CallbackError(f"HTTP status {response.status_code}")
        return content

    def _http_request(self, request: CallbackRequest) -> "httpx.Request":
        import httpx

        parameters = {
            "SdkAppid": str(self._sdk_app_id),
            "CallbackCommand": str(request.command),
            "contenttype": "json",
            "ClientIP": request.client_ip,
            "OptPlatform": request.platform,
            **self._signature(),
        }
        return httpx.Request(
            "POST",
            httpx.URL(self._config.url).copy_merge_params(parameters),
            headers={"Content-Type": "application/json", "Accept-Encoding": "identity"},
            content=request.content,
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
