"""``openim``: the statuses of accounts; ``openim_messages`` has the commands for messages."""

from typing import Final

from imtui.protocol.errors import ErrorCode, IMError
from imtui.protocol.limits import QUERY_MAX_USERS
from imtui.protocol.rest.body import Body
from imtui.protocol.rest.role import Role
from imtui.protocol.status import Platform, UserStatus, UserStatusType
from imtui.server.commands.command import Call, Command, Service
from imtui.server.core.accounts.device import Device, DeviceState
from imtui.server.core.context import Context
from imtui.server.core.logins.reads import get_devices, get_status
from imtui.server.instant import Instant

OPENIM: Final = Service(
    "openim",
    malformed=ErrorCode.ERR_SVR_MSG_JSON_PARSE_FAILED,
    internal=ErrorCode.ERR_SVR_MSG_INTERNAL_ERROR4,
    codes={6017: ErrorCode.ERR_SVR_MSG_JSON_PARSE_FAILED},
    not_json=ErrorCode.ERR_SVR_MSG_JSON_PARSE_FAILED,
)

_PUSH_ONLINE_MS: Final = 7 * 24 * 3600 * 1000
"""How long a lost device counts as reachable by a push."""

# The field has one name for both.
_PLATFORMS: Final = {Platform.LINUX: "PC", Platform.WINDOWS: "PC"}


class QueryOnlineStatus(Body, frozen=True):
    """The accounts whose statuses are wanted, and how detailed."""

    to_account: list[str]
    is_need_detail: int = 0
    """1 for the status on each platform."""
    is_return_instid: int = 0
    """1 for the ID of each device, with the details."""
    is_return_custom_status: int = 0
    """1 for the custom status, which the details also include."""


class PlatformStatus(Body, frozen=True, omit_defaults=True):
    """The status of a platform or of a device."""

    platform: str
    status: str
    inst_id: str = ""


class OnlineStatus(Body, frozen=True, omit_defaults=True):
    """The status of one account: ``Online``, ``PushOnline`` or ``Offline``."""

    to_account: str
    status: str
    state: str
    """The same as ``status``, under its former name."""
    detail: tuple[PlatformStatus, ...] = ()
    custom_status: str = ""


class StatusError(Body, frozen=True):
    """Why an account has no status."""

    to_account: str
    error_code: int


class OnlineStatuses(Body, frozen=True):
    """The statuses that were found, and errors for the others."""

    query_result: list[OnlineStatus]
    error_list: list[StatusError]


def _query_online_status(call: Call, params: QueryOnlineStatus) -> OnlineStatuses:
    unique = list(dict.fromkeys(params.to_account))
    if not unique:
        raise IMError(
            ErrorCode.ERR_SVR_MSG_JSON_PARSE_FAILED, "To_Account: name at least one account."
        )
    if len(unique) > QUERY_MAX_USERS:
        raise IMError(ErrorCode.ERR_SVR_MSG_TO_ACCOUNT_COUNT_LIMIT)
    found = [
        _online_status(call.acting_for(user_id), params)
        for user_id in unique
        if call.is_registered(user_id)
    ]
    unknown = [
        StatusError(user_id, ErrorCode.ERR_SVR_ACCOUNT_NOT_FOUND)
        for user_id in unique
        if not call.is_registered(user_id)
    ]
    if not found:
        raise IMError(ErrorCode.ERR_SVR_ACCOUNT_NOT_FOUND)
    return OnlineStatuses(found, unknown)


def _online_status(account: Context, params: QueryOnlineStatus) -> OnlineStatus:
    status, devices = get_status(account), get_devices(account)
    word = _word(status, devices, account.now)
    detail = _detail(devices, account.now, with_id=bool(params.is_return_instid))
    with_text = params.is_need_detail or params.is_return_custom_status
    return OnlineStatus(
        account.user_id,
        word,
        word,
        tuple(detail) if params.is_need_detail else (),
        status.custom_status if with_text else "",
    )


def _word(status: UserStatus, devices: list[Device], now: Instant) -> str:
    if status.status_type is UserStatusType.ONLINE:
        return "Online"
    is_reachable = any(_is_reachable(device, now) for device in devices)
    return "PushOnline" if is_reachable else "Offline"


def _is_reachable(device: Device, now: Instant) -> bool:
    """Tell whether a device was lost recently."""
    is_recent = now.unix_ms - device.changed_at < _PUSH_ONLINE_MS
    return device.state is DeviceState.LOST and is_recent


def _detail(devices: list[Device], now: Instant, *, with_id: bool) -> list[PlatformStatus]:
    words = {
        device: "Online" if device.state is DeviceState.LIVE else "PushOnline"
        for device in devices
        if device.state is DeviceState.LIVE or _is_reachable(device, now)
    }
    detail: dict[tuple[str, str], PlatformStatus] = {}
    for device, word in words.items():
        platform = _PLATFORMS.get(device.platform, device.platform.value)
        key = (platform, device.instance_id if with_id else "")
        # A platform is online if any of its devices is.
        if key not in detail or word == "Online":
            detail[key] = PlatformStatus(platform, word, key[1])
    return list(detail.values())


_FIELDS: Final = {"To_Account": ErrorCode.ERR_SVR_MSG_INVALID_TO_ACCOUNT}

COMMANDS: Final = tuple(
    Command(
        OPENIM,
        name,
        "Return who is online, on which platforms, and with which custom status.",
        QueryOnlineStatus,
        OnlineStatuses,
        _query_online_status,
        fields=_FIELDS,
        is_read_only=True,
        role=Role.READ,
    )
    for name in ("query_online_status", "querystate")
)
