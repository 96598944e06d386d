"""Rotating the app's key, and erasing earlier keys when their grace is over."""

from datetime import UTC, datetime

from msgspec import structs

from imtui.protocol.app_key import KeyRing, SecretKey, new_secret
from imtui.protocol.errors import ErrorCode, IMError
from imtui.protocol.limits import APP_KEYS_MAX, KEY_GRACE_MAX
from imtui.server.core.context import Context
from imtui.server.core.keys.changes import KeyRotated, KeysEnded
from imtui.server.core.keys.keys import Keys
from imtui.server.core.state import State
from imtui.server.instant import Instant


def get_key_ring(context: Context) -> KeyRing:
    """Return the app's keys, with their secrets."""
    return context.state[Keys].key_ring


def rotate_key(context: Context, grace: int) -> KeyRing:
    """Make a new key, and return all keys.

    UserSigs made with earlier keys stay valid for the grace at most: a shorter one from an earlier
    rotation stays, a longer one is shortened.

    Args:
        context: The context.
        grace: In seconds; 0 ends all earlier keys at once.

    Raises:
        IMError: 70402 if the grace is negative or longer than 366 days, or if there would be more
            than 10 keys.
    """
    if not 0 <= grace <= KEY_GRACE_MAX:
        raise _invalid(f"Grace: 0 to {KEY_GRACE_MAX} seconds, 366 days.")
    keys, now = context.state[Keys], context.now.unix_ms
    before = keys.key_ring
    earlier = tuple(_ending(key, now + grace * 1000) for key in before.keys)
    kept = tuple(key for key in earlier if not _is_over(key, now))
    if len(kept) >= APP_KEYS_MAX:
        raise _invalid(_too_many(kept))
    key_id = max((key.key_id for key in before.keys), default=0) + 1
    added = SecretKey(key_id, new_secret(), now)
    keys.replace(KeyRing(before.sdk_app_id, (added, *kept)))
    ended = tuple(key.key_id for key in earlier if _is_over(key, now))
    context.state.emit(KeyRotated(keys.key_ring, ended))
    return keys.key_ring


def end_keys(state: State, now: Instant) -> None:
    """Forget the keys whose grace is over."""
    keys = state[Keys]
    if keys.next_end is None or keys.next_end > now.unix_ms:
        return
    before = keys.key_ring
    kept = tuple(key for key in before.keys if not _is_over(key, now.unix_ms))
    ended = tuple(key.key_id for key in before.keys if _is_over(key, now.unix_ms))
    keys.replace(KeyRing(before.sdk_app_id, kept))
    state.emit(KeysEnded(keys.key_ring, ended))


def _ending(key: SecretKey, until: int) -> SecretKey:
    return structs.replace(key, until=until if key.until is None else min(key.until, until))


def _is_over(key: SecretKey, unix_ms: int) -> bool:
    return key.until is not None and key.until <= unix_ms


def _too_many(kept: tuple[SecretKey, ...]) -> str:
    first = min(key.until for key in kept if key.until is not None)
    when = datetime.fromtimestamp(first / 1000, UTC).strftime("%Y-%m-%d %H:%M UTC")
    return (
        f"There are {APP_KEYS_MAX} keys, which is the most. Wait until {when}, when the next one "
        "ends, or end all earlier ones at once with a grace of 0."
    )


def _invalid(message: str) -> IMError:
    return IMError(ErrorCode.ERR_SVR_ACCOUNT_INVALID_PARAMETERS, message)
