"""The quotas of a backend, which a load of messages must not meet."""

from imtui.protocol.errors import ErrorCode, IMError
from imtui.protocol.usersig import sign
from imtui.sdk.rest import RestClient
from tests.benchmarks.app_key import AppKey

_ADMIN = "administrator"


async def lift_quotas(rest_url: str, key: AppKey) -> None:
    """Let each account do as much as it likes; an older backend does not know all limits."""
    user_sig = sign(_ADMIN, key.sdk_app_id, key.secret_key)
    client = RestClient(rest_url, key.sdk_app_id, _ADMIN, user_sig)
    for name in ("messages_rate", "message_bytes_rate", "cpu_share"):
        try:
            await client.call("imtui_console/set", {"Settings": {name: 0}})
        except IMError as error:
            if error.code != ErrorCode.ERR_SVR_ACCOUNT_INVALID_PARAMETERS:
                raise
