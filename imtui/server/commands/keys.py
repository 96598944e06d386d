"""``imtui_key``, which the field does not have: the keys of the app, never their secrets."""

from typing import Annotated, Final

from msgspec import Meta

from imtui.protocol.app_key import KeyRing
from imtui.protocol.limits import KEY_GRACE_MAX
from imtui.protocol.rest.body import Body
from imtui.protocol.rest.role import Role
from imtui.server.commands.command import Answer, Call, Command, extension
from imtui.server.core.keys.rotation import get_key_ring, rotate_key

_SERVICE: Final = extension("imtui_key")


class KeyRotate(Body, frozen=True):
    """How long UserSigs made with earlier keys stay valid."""

    grace: Annotated[int, Meta(ge=0, le=KEY_GRACE_MAX)]
    """In seconds; 0 ends all earlier keys at once."""


class KeyItem(Body, frozen=True):
    """A key, without its secret."""

    key_id: int
    since: int
    """When it was made, in Unix milliseconds; 0 if unknown."""
    until: int | None
    """When the UserSigs made with it become invalid, in Unix milliseconds; null for the newest."""


class KeysTold(Body, frozen=True):
    """All keys, the newest first."""

    key_item: list[KeyItem]


def _rotate(call: Call, params: KeyRotate) -> KeysTold:
    return _told(rotate_key(call.context, params.grace))


def _list(call: Call, params: Answer) -> KeysTold:
    return _told(get_key_ring(call.context))


def _told(key_ring: KeyRing) -> KeysTold:
    return KeysTold([KeyItem(key.key_id, key.since, key.until) for key in key_ring.keys])


COMMANDS: Final = (
    Command(
        _SERVICE,
        "rotate",
        "Make a new key, and end earlier ones after a grace.",
        KeyRotate,
        KeysTold,
        _rotate,
    ),
    Command(
        _SERVICE,
        "list",
        "Return the app's keys, without their secrets.",
        Answer,
        KeysTold,
        _list,
        role=Role.READ,
        is_read_only=True,
    ),
)
