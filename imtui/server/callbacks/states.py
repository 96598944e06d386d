"""``State.StateChange``: logins, logouts, lost connections and custom statuses; pure."""

from collections.abc import Sequence
from typing import Any, Final

from imtui.protocol.rest.callback import (
    Callback,
    CallbackCommand,
    OptPlatform,
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


def status_contents(user_id: str) -> str:
    """Return the key of the contents of a user's custom status."""
    return f"status {user_id}"


def state_changes(changes: Sequence[Change], now_ms: int) -> list[Callback]:
    """Return the callbacks for changes of users' devices and custom statuses.

    A device that a login kicks is listed in that login's callback and gets none of its own.
    Passive logins have no device and cause no callback.

    An account that an admin kicks while none of its devices is connected causes one Logout if
    that changes its status. A custom status that is set, cleared or ended causes a callback of
    its own, unless it is cleared because the last device left.

    Args:
        changes: One batch of changes.
        now_ms: When they were made, in Unix milliseconds.
    """
    made: list[Callback] = []
    moving: dict[str, dict[str, Any] | None] = {}
    """Users whose devices are changing; for a login, the body of its callback."""
    for before, change in zip((None, *changes), changes, strict=False):
        match change:
            case DeviceChanged(device=device, was_connected=was_connected):
                if not was_connected and device.state is not DeviceState.LIVE:
                    continue
                login = moving.get(device.user_id)
                if login is not None and device.state is DeviceState.KICKED:
                    platform = opt_platform(device.platform)
                    login.setdefault("KickedDevice", []).append({"Platform": platform})
                    continue
                body = _device_changed(device, was_silent=_was_silent(before))
                moving[device.user_id] = body if device.state is DeviceState.LIVE else None
                made.append(_callback(device.user_id, body, _platform(device.platform)))
            case OwnDevicesChanged(user_id=user_id):
                moving.pop(user_id, None)
            case StatusChanged(status=status, own=own, to_watchers=True, text_changed=True) if (
                status.user_id not in moving
            ):
                body = _text_changed(status, now_ms)
                contents = status_contents(status.user_id)
                made.append(_callback(status.user_id, body, _platform_of(own), contents))
            case StatusChanged(status=status, to_watchers=True) if status.user_id not in moving:
                # Only an admin's kick changes the general status without any connected device.
                body = _body("Logout", status.user_id, "Unregister", now_ms)
                made.append(_callback(status.user_id, body, OptPlatform.REST_API))
    return made


def _was_silent(change: Change | None) -> bool:
    return isinstance(change, SessionClosed) and change.reason is CloseReason.SILENT


def _device_changed(device: Device, *, was_silent: bool) -> dict[str, Any]:
    action, reason = _ACTIONS[device.state]
    if was_silent:
        reason = "TimeOut"
    return _body(action, device.user_id, reason, device.changed_at)


def _text_changed(status: UserStatus, now_ms: int) -> dict[str, Any]:
    body = _body("CustomStatusChange", status.user_id, "SetCustomStatus", now_ms)
    body["Info"]["CustomStatus"] = status.custom_status
    return body


def _body(action: str, user_id: str, reason: str, at_ms: int) -> dict[str, Any]:
    info = {"Action": action, "To_Account": user_id, "Reason": reason}
    return {"Info": info, "EventTime": at_ms}


def _platform_of(own: UserStatus) -> str:
    by = own.changed_by
    return _platform(by.platform if by else None)


def _platform(platform: Platform | None) -> str:
    # Only this callback of the field spells it in capitals.
    return "IOS" if platform is Platform.IPHONE else opt_platform(platform)


def _callback(
    user_id: str, body: dict[str, Any], platform: str, contents_key: str = ""
) -> Callback:
    return Callback(CallbackCommand.STATE_CHANGE, user_id, body, platform, contents_key)
