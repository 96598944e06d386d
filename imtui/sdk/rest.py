"""A client of the REST API, for an app's admins."""

import secrets
import socket
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import msgspec

from imtui.protocol import limits
from imtui.protocol.errors import ErrorCode, IMError, invalid_parameters
from imtui.sdk.failures import connect_failure, unanswered, unreadable
from imtui.sdk.link.address import Address, rest_addresses
from imtui.trust import TrustError, certificate_problem, trusted

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from os import PathLike
    from ssl import SSLContext

    import httpx

_VERSION: Final = "v4"


class _Envelope(msgspec.Struct, frozen=True):
    action_status: str = msgspec.field(name="ActionStatus")
    error_code: int = msgspec.field(name="ErrorCode", default=0)
    error_info: str = msgspec.field(name="ErrorInfo", default="")


class RestClient:
    """Calls the REST API of a backend."""

    def __init__(
        self,
        url: "str | Sequence[str]",
        sdk_app_id: int,
        identifier: str,
        user_sig: str,
        *,
        timeout: float = limits.CALL_TIMEOUT,
        insecure: bool = False,
        ssl: "Callable[[], SSLContext] | None" = None,
        ca_file: "str | PathLike[str] | None" = None,
    ) -> None:
        """Prepare a client; nothing is sent before ``call``.

        Args:
            url: ``http://host:port``, ``https://host:port`` or ``http+unix:///absolute/path``;
                several addresses of the same backend as a sequence, or in a string with commas,
                at most 64: the next one is used if a connection is refused.
            sdk_app_id: The app.
            identifier: The admin who calls.
            user_sig: The admin's UserSig.
            timeout: How long connecting, sending and each wait for the answer may take, in
                seconds.
            insecure: Allow ``http://`` to another machine.
            ssl: Returns the TLS settings for ``https://``, for each call; those that trust
                ``ca_file`` if None.
            ca_file: The certificates of CAs to trust, in PEM; if None, those in the file that
                ``SSL_CERT_FILE`` names, and without it the system's.

        Raises:
            IMError: 6017 if the address is not valid.
        """
        self._addresses = rest_addresses(url, insecure=insecure)
        self._query = {
            "sdkappid": str(sdk_app_id),
            "identifier": identifier,
            "usersig": user_sig,
            "contenttype": "json",
        }
        self._timeout = timeout
        self._ssl = ssl or partial(trusted, ca_file)

    async def call(self, command: str, body: dict[str, Any]) -> dict[str, Any]:
        """Call a command, such as ``imtui_console/get``, and return its whole answer.

        Raises:
            IMError: The backend's refusal; 6001 if the answer is malformed; 6017 if the body cannot
                be encoded; 9508, 9510, 9511, 9516 or 9520 if the connection failed.
        """
        answer = await self._post(command, _encode(body))
        try:
            envelope = msgspec.json.decode(answer, type=_Envelope)
            content: dict[str, Any] = msgspec.json.decode(answer, type=dict[str, Any])
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise unreadable() from error
        if envelope.action_status != "OK":
            raise IMError(envelope.error_code, envelope.error_info)
        return content

    async def _post(self, command: str, content: bytes) -> bytes:
        *others, last = self._addresses
        for address in others:
            try:
                return await self._post_to(address, command, content)
            except IMError as error:
                # After any other failure, the command may have been carried out.
                if error.code != ErrorCode.ERR_SDK_NET_CONN_REFUSE:
                    raise
        return await self._post_to(last, command, content)

    async def _post_to(self, address: Address, command: str, content: bytes) -> bytes:
        # Imported here, because httpx takes longer to import than everything else together.
        import httpx

        request = self._request(address, command, content)
        # Only the transport, because the client of httpx logs the URL, and with it the UserSig.
        try:
            async with self._transport(address) as transport:
                response = await transport.handle_async_request(request)
                return await _read(response)
        except (httpx.TransportError, TrustError) as error:
            raise _failure(error) from error

    def _transport(self, address: Address) -> "httpx.AsyncHTTPTransport":
        import httpx

        # Without TLS there is nothing to verify, and making the context would take 30 ms.
        verify = self._ssl() if address.url.startswith("https") else False
        return httpx.AsyncHTTPTransport(uds=address.unix_path, verify=verify)

    def _request(self, address: Address, command: str, content: bytes) -> "httpx.Request":
        import httpx

        return httpx.Request(
            "POST",
            f"{address.url.rstrip('/')}/{_VERSION}/{command}",
            params={**self._query, "random": str(secrets.randbits(32))},
            headers={"Content-Type": "application/json", "Accept-Encoding": "identity"},
            content=content,
            extensions={"timeout": httpx.Timeout(self._timeout).as_dict()},
        )


def _encode(body: dict[str, Any]) -> bytes:
    try:
        return msgspec.json.encode(body)
    except (UnicodeError, TypeError, ValueError, OverflowError) as error:
        raise invalid_parameters("body", "it cannot be put into JSON") from error


async def _read(response: "httpx.Response") -> bytes:
    content = bytearray()
    async for chunk in response.aiter_raw():
        content += chunk
        if len(content) > limits.FRAME_MAX_BYTES:
            raise unreadable()
    return bytes(content)


def _failure(error: "httpx.TransportError | TrustError") -> IMError:
    import httpx

    if isinstance(error, TrustError) or certificate_problem(error) is not None:
        return connect_failure(error)
    if isinstance(error, httpx.ConnectTimeout):
        return IMError(ErrorCode.ERR_SDK_NET_CONN_TIMEOUT)
    if isinstance(error, httpx.TimeoutException):
        return unanswered()
    if not isinstance(error, httpx.ConnectError):
        return IMError(ErrorCode.ERR_SDK_NET_DISCONNECT)
    if _is_caused_by(error, socket.gaierror):
        return IMError(ErrorCode.ERR_SDK_NET_HOST_GETADDRINFO_FAILED)
    return IMError(
        ErrorCode.ERR_SDK_NET_CONN_REFUSE,
        "The backend refused the connection; is it running, and is the address right?",
    )


def _is_caused_by(error: BaseException | None, kind: type[BaseException]) -> bool:
    while error is not None and not isinstance(error, kind):
        error = error.__cause__ or error.__context__
    return error is not None
