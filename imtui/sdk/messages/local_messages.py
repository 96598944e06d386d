"""The messages that this device has made."""

from typing import Final

from imtui.protocol.chat import Message
from imtui.sdk.bounded import keep_newest

_KEPT_MAX: Final = 8192
_UNCONFIRMED: Final = -1


class LocalMessages:
    """Remembers the messages of this device, to notify listeners once when each is sent."""

    def __init__(self, user_id: str) -> None:
        """Start with no message; ``user_id`` is the account."""
        self._user_id = user_id
        self._versions: dict[str, int] = {}
        """The version that was reported as sent, by message ID."""

    def add(self, msg_id: str) -> None:
        """Remember a message; beyond 8,192 the earliest are forgotten."""
        self._versions.setdefault(msg_id, _UNCONFIRMED)
        keep_newest(self._versions, _KEPT_MAX)

    def confirm(self, message: Message, sent: list[Message]) -> bool:
        """Return whether this device made a message; add it to ``sent`` the first time."""
        if message.sender != self._user_id or message.msg_id not in self._versions:
            return False
        if self._versions[message.msg_id] == _UNCONFIRMED:
            self._versions[message.msg_id] = message.version
            sent.append(message)
        return True

    def has_changed(self, message: Message) -> bool:
        """Return whether a message of this device was reported as sent in an older version."""
        return message.version > self._versions[message.msg_id]
