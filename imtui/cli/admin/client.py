"""A REST client that explains in plain words why a backend cannot be reached."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from imtui.cli.errors import CommandError
from imtui.protocol.errors import ErrorCode, IMError

if TYPE_CHECKING:
    from imtui.sdk.rest import RestClient

LOCAL_NOT_RUNNING: Final = (
    "This machine's backend is not running. Start the app: imtui. "
    "Or name another one's folder with --data."
)
_NO_REST_PORT: Final = "That is not the REST port of a backend (7789 by default)."
_UNREACHABLE_CODES: Final = frozenset(
    {ErrorCode.ERR_SDK_NET_DISCONNECT, ErrorCode.ERR_SDK_NET_CONN_REFUSE}
)


class AdminClient:
    """Calls the REST API of a backend that is given by its address or its data folder."""

    def __init__(
        self,
        client: "RestClient",
        not_running: str = "",
        renew: "Callable[[], RestClient] | None" = None,
    ) -> None:
        """Wrap a REST client.

        Args:
            client: The client that makes the calls.
            not_running: The error message if the backend of a data folder cannot be reached;
                empty for an address, which may also be wrong.
            renew: Makes a client with the newest key, for when the key was rotated; None if the
                key is not known.
        """
        self._client = client
        self._not_running = not_running
        self._renew = renew
        self._has_answered = False
        """Whether a call has succeeded, so that the address is a REST port."""

    async def call(self, command: str, body: dict[str, Any]) -> dict[str, Any]:
        """Call a command and return its whole answer.

        Raises:
            CommandError: No backend is running, or the address is not a REST port.
            IMError: Any other error of ``RestClient.call``.
        """
        try:
            answer = await self._call(command, body)
        except IMError as error:
            if self._not_running and error.code in _UNREACHABLE_CODES:
                raise CommandError(self._not_running) from error
            if not self._has_answered and _is_from_another_service(error):
                raise CommandError(_NO_REST_PORT) from error
            raise
        self._has_answered = True
        return answer

    async def _call(self, command: str, body: dict[str, Any]) -> dict[str, Any]:
        try:
            return await self._client.call(command, body)
        except IMError as error:
            is_of_old_key = error.code == ErrorCode.ERR_SVR_ACCOUNT_USERSIG_MISMATCH_PUBLICKEY
            if self._renew is None or not is_of_old_key:
                raise
        self._client = self._renew()
        return await self._client.call(command, body)


def _is_from_another_service(error: IMError) -> bool:
    import httpx

    speaks_no_http = isinstance(error.__cause__, httpx.RemoteProtocolError)
    return speaks_no_http or error.code == ErrorCode.ERR_PARSE_RESPONSE_FAILED
