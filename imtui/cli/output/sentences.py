"""The sentences of ``imtui watch --plain``, for screen readers and pipes; pure.

Each is one line without control characters. Only text that a user wrote may contain non-ASCII
characters.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from imtui.cli.errors import hint_for
from imtui.cli.output.status_lines import format_time
from imtui.protocol.errors import ErrorCode, IMError
from imtui.protocol.limits import SUBSCRIPTIONS_MAX
from imtui.protocol.messages import ConsoleSettings, SelfDevice, SubscriptionReason
from imtui.protocol.safe_text import safe_text
from imtui.protocol.status import ChangedBy, UserStatus, UserStatusType

CONNECTION_LOST: Final = "The connection is lost; trying again by itself."
CONNECTION_RESTORED: Final = "Connected again."

_NAMES_MAX: Final = 8
_SENTENCE_ENDS: Final = (".", "!", "?", "\u2026", "\u3002", "\uff01", "\uff1f")

_MEANINGS: Final = {
    UserStatusType.UNKNOWN: ": nothing can be learned at present",
    UserStatusType.OFFLINE: ": lost without logging out",
    UserStatusType.UNLOGINED: ": logged out",
}
_WHY_REMOVED: Final = {
    SubscriptionReason.EVICTED: (
        f": that would be more than {SUBSCRIPTIONS_MAX}, so the earliest went"
    ),
    SubscriptionReason.CLEARED: ": cleared by the backend",
    SubscriptionReason.RESYNC: ": ended while the connection was lost",
}


def with_time(now: datetime, sentence: str) -> str:
    """Return a sentence after the time of day."""
    return f"{now:%H:%M} {sentence}"


# The first snapshot


def own_status(own: UserStatus, devices: Sequence[SelfDevice], now: datetime) -> list[str]:
    """Return the own status and the connected devices."""
    who = f"You are {safe_text(own.user_id)}, {own.status_type.name}"
    text = _text(own)
    lines = [_punctuated(f"{who}{_until(own, now)}: {text}") if text else f"{who}."]
    if len(devices) == 1:
        lines.append(f"Your connected device is {device_name(devices[0])}.")
    elif devices:
        lines.append(f"Your connected devices are {_join_names([*map(device_name, devices)])}.")
    return lines


def about_friends(friends: int, known: Sequence[UserStatus]) -> str:
    """Return the number of friends, and how many are online.

    Args:
        friends: The number of friends.
        known: The statuses of the friends whose status is available.
    """
    if not friends:
        return "Your friend list is empty."
    if not known:
        return f"You have {_counted(friends, 'friend')}; how they are cannot be known at present."
    online = _online(known)
    return f"{online} of {_counted(friends, 'friend')} {_is(online)} online."


def about_subscribed(others: int, known: Sequence[UserStatus]) -> str:
    """Return the number of subscriptions to users who are not friends, and how many are online.

    Args:
        others: The number of these users.
        known: The statuses of those whose status is available.
    """
    who = f"You are also subscribed to {_counted(others, 'user')}"
    if not known:
        return f"{who}; how they are cannot be known at present."
    online = _online(known)
    return f"{who}, of whom {online} {_is(online)} online."


def online_names(online: Sequence[UserStatus]) -> list[str]:
    """Return a sentence for each online user with a text, and one for all others."""
    with_text = [status for status in online if _text(status)]
    silent = [safe_text(status.user_id) for status in online if not _text(status)]
    named, more = with_text[:_NAMES_MAX], len(with_text) - _NAMES_MAX
    lines = [user_status(status) for status in named]
    if more > 0:
        lines.append(f"{more} more with a text {_is(more)} ONLINE.")
    if silent:
        lines.append(f"{_join_names(silent)} {_is(len(silent))} ONLINE{' too' if named else ''}.")
    return lines


def user_status(status: UserStatus, *, is_change: bool = False) -> str:
    """Return the status of a user.

    Args:
        status: The status.
        is_change: Whether the user had another general status before.
    """
    who, text = safe_text(status.user_id), _text(status)
    meaning = _MEANINGS.get(status.status_type, "")
    if status.status_type is UserStatusType.UNLOGINED and not is_change:
        meaning += ", or never logged in"
    now_word = "now " if is_change and not meaning else ""
    how = f"{who} is {now_word}{status.status_type.name}{meaning}"
    return _punctuated(f"{how} and says: {text}") if text else f"{how}."


# Changes of a status


def user_changed(before: UserStatus | None, after: UserStatus) -> str | None:
    """Return what changed in a user's status, or None if nothing visible did."""
    if before is None or before.status_type is not after.status_type:
        known = before is not None and before.status_type is not UserStatusType.UNKNOWN
        return user_status(after, is_change=known)
    text = _text(after)
    if text == _text(before):
        return None
    who = safe_text(after.user_id)
    return _punctuated(f"{who} says: {text}") if text else f"{who} cleared the text."


def own_changed(before: UserStatus, after: UserStatus, now: datetime) -> str | None:
    """Return what changed in the own status and on which device; None if nothing visible did."""
    text = _text(after)
    if before.status_type is not after.status_type:
        meaning = _MEANINGS.get(after.status_type, "")
        how = f"You are {'' if meaning else 'now '}{after.status_type.name}{meaning}"
        return _punctuated(f"{how}{_until(after, now)}: {text}") if text else f"{how}."
    if (text, after.expires_at) == (_text(before), before.expires_at):
        return None
    if after.changed_by is not None and after.online_devices == before.online_devices:
        source = f"from {device_name(after.changed_by)}"
        if not text:
            return f"You cleared the text {source}."
        return _punctuated(f"You set {source}{_until(after, now)}: {text}")
    if not text:
        return "Your text has ended."
    return _punctuated(f"Your text is now{_until(after, now)}: {text}")


def change_counts(
    noun: str, before_and_after: Iterable[tuple[UserStatus | None, UserStatus]]
) -> str:
    """Return one sentence that counts many changes.

    Args:
        noun: The noun for the users, such as ``friend``.
        before_and_after: The previous status of each user, if known, and the new one.
    """
    counts = Counter(
        after.status_type if before is None or before.status_type is not after.status_type else None
        for before, after in before_and_after
    )
    totals = [
        (number, f"now {kind.name}" if kind is UserStatusType.ONLINE else kind.name)
        for kind in (
            UserStatusType.ONLINE,
            UserStatusType.OFFLINE,
            UserStatusType.UNLOGINED,
            UserStatusType.UNKNOWN,
        )
        if (number := counts[kind])
    ]
    parts = [
        f"{number} {what}" if rest else f"{_counted(number, noun)} {_is(number)} {what}"
        for rest, (number, what) in enumerate(totals)
    ]
    if texts := counts[None]:
        who = f"{texts}" if parts else _counted(texts, noun)
        parts.append(f"{who} changed the text")
    return ", ".join(parts) + "."


# Own devices, subscriptions, friends


def device_name(device: SelfDevice | ChangedBy) -> str:
    """Return the name of a device with its platform, or the platform alone."""
    name = safe_text(device.device_name).strip()
    return f"{name} ({device.platform})" if name else str(device.platform)


def device_connected(device: SelfDevice) -> str:
    """Return that an own device has connected."""
    return f"Your device {device_name(device)} is connected."


def device_disconnected(device: SelfDevice) -> str:
    """Return that an own device has disconnected."""
    return f"Your device {device_name(device)} is gone."


def subscribed(user_ids: Sequence[str]) -> str:
    """Return the new subscriptions."""
    return f"You are now subscribed to {_name_users(user_ids)}."


def unsubscribed(user_ids: Sequence[str], reason: SubscriptionReason) -> str:
    """Return the ended subscriptions, and the reason if the user did not end them."""
    why = _WHY_REMOVED.get(reason, "")
    return f"You are no longer subscribed to {_name_users(user_ids)}{why}."


def friends_added(user_ids: Sequence[str]) -> str:
    """Return the new friends."""
    one = len(user_ids) == 1
    return f"{_name_users(user_ids)} {'is now your friend' if one else 'are now your friends'}."


def friends_deleted(user_ids: Sequence[str]) -> str:
    """Return the deleted friends."""
    one = len(user_ids) == 1
    what = "is no longer your friend" if one else "are no longer your friends"
    return f"{_name_users(user_ids)} {what}."


# The backend


def console_changed(settings: ConsoleSettings) -> str:
    """Return the new settings of the console."""
    return safe_text(
        f"The console was changed: edition {settings.edition}, user status "
        f"{settings.user_status}, friends' notifications {settings.friend_status}."
    )


def error_sentence(error: IMError) -> str:
    """Return an error, with a hint if there is one."""
    what = _punctuated(f"Error {int(error.code)}: {safe_text(error.message)}")
    # A hint may end with a command to type, which has no full stop.
    return f"{what} {hint_for(error)}".rstrip()


def connection_ended(error: IMError) -> str:
    """Return why the connection has ended for good."""
    if error.code == ErrorCode.ERR_LOGIN_KICKED_OFF_BY_OTHER:
        return "You were kicked offline by another login, or by an admin."
    return f"The connection has ended for good. {error_sentence(error)}"


# Parts of sentences


def _text(status: UserStatus) -> str:
    return safe_text(status.custom_status).strip()


def _until(status: UserStatus, now: datetime) -> str:
    return "" if status.expires_at is None else f", until {format_time(status.expires_at, now)}"


def _punctuated(text: str) -> str:
    return text if text.endswith(_SENTENCE_ENDS) else f"{text}."


def _online(statuses: Iterable[UserStatus]) -> int:
    return sum(status.status_type is UserStatusType.ONLINE for status in statuses)


def _is(number: int) -> str:
    return "is" if number == 1 else "are"


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _name_users(user_ids: Sequence[str]) -> str:
    """Return the IDs of a few users, or the number of many."""
    if len(user_ids) > _NAMES_MAX:
        return _counted(len(user_ids), "user")
    return _join_names([safe_text(user_id) for user_id in user_ids])


def _join_names(names: Sequence[str]) -> str:
    """Return names as ``a, b and c``; of many, the first and the number of the others."""
    if len(names) > _NAMES_MAX:
        names = [*names[:_NAMES_MAX], f"{len(names) - _NAMES_MAX} more"]
    *most, last = names
    return f"{', '.join(most)} and {last}" if most else last
