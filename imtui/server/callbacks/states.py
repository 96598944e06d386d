"""``State.StateChange``: logins, logouts, lost connections and custom statuses; pure."""

from collections.abc import Sequence
from typing import Any, Final

from imtui.protocol.rest.callback import (
    Callback,
    CallbackCommand,
    opt_platform,
)
from imtui.protocol.status import Platform, UserStatus
from imtui.server.core.accounts.changes import (
    CloseReason,
    DeviceChanged,
    OwnDevicesChanged,
    SessionClosed,
)
from imtui.server.core.accounts.device import Device, DeviceState
from imtui.server.core.change import Change
from imtui.server.core.presence.changes import StatusChanged

_ACTIONS: Final = {
    DeviceState.LIVE: ("Login", "Register"),
    DeviceState.LOST: ("Disconnect", "LinkClose"),
    DeviceState.LOGGED_OUT: ("Logout", "Unregister"),
    DeviceState.KICKED: ("Logout", "Unregister"),
}


def state_changes(changes: Sequence[Change], now_ms: int) -> list[Callback]:
    """Return the callbacks for changes of users' devices and custom statuses.

    A device that a login kicks is listed in that login's callback and gets none of its own.
    Passive logins have no device and cause no callback.

    A custom status that is set, cleared or ended causes a callback with the Action
    ``CustomStatus``, and the text in the field ``CustomStatus`` of Info. The field sends this
    callback too, but does not document these two names; they are imtui's.

    Args:
        changes: One batch of changes.
        now_ms: When they were made, in Unix milliseconds.
    """
    made: list[Callback] = []
    moving: dict[str, dict[str, Any] | None] = {}
    """Users whose devices are changing; for a login, the body of its callback."""
    for before, change in zip((None, *changes), changes, strict=False):
        match change:
            case DeviceChanged(device=device):
                login = moving.get(device.user_id)
                if login is not None and device.state is DeviceState.KICKED:
                    platform = opt_platform(device.platform)
                    login.setdefault("KickedDevice", []).append({"Platform": platform})
                    continue
                body = _device_changed(device, was_silent=_was_silent(before))
                moving[device.user_id] = body if device.state is DeviceState.LIVE else None
                made.append(_callback(device.user_id, body, device.platform))
            case OwnDevicesChanged(user_id=user_id):
                moving.pop(user_id, None)
            case StatusChanged(status=status, own=own, to_watchers=True) if (
                status.user_id not in moving
            ):
                body = _text_changed(status, now_ms)
                by = own.changed_by
                made.append(_callback(status.user_id, body, by.platform if by else None))
    return made


def _was_silent(change: Change | None) -> bool:
    return isinstance(change, SessionClosed) and change.reason is CloseReason.SILENT


def _device_changed(device: Device, *, was_silent: bool) -> dict[str, Any]:
    action, reason = _ACTIONS[device.state]
    if was_silent:
        reason = "TimeOut"
    info = {"Action": action, "To_Account": device.user_id, "Reason": reason}
    return {"Info": info, "EventTime": device.changed_at}


def _text_changed(status: UserStatus, now_ms: int) -> dict[str, Any]:
    info = {
        "Action": "CustomStatus",
        "To_Account": status.user_id,
        "CustomStatus": status.custom_status,
    }
    return {"Info": info, "EventTime": now_ms}


def _callback(user_id: str, body: dict[str, Any], platform: Platform | None) -> Callback:
    # Only this callback of the field spells it in capitals.
    name = "IOS" if platform is Platform.IPHONE else opt_platform(platform)
    return Callback(CallbackCommand.STATE_CHANGE, user_id, body, name)
