"""The messages that this device has made."""

from typing import Final

from imtui.protocol.chat import Message
from imtui.sdk.bounded import keep_newest

_KEPT_MAX: Final = 8192


class LocalMessages:
    """Remembers the messages of this device, to notify listeners once when each is sent."""

    def __init__(self, user_id: str) -> None:
        """Start with no message; ``user_id`` is the account."""
        self._user_id = user_id
        self._is_unconfirmed: dict[str, bool] = {}

    def add(self, msg_id: str) -> None:
        """Remember a message; beyond 8,192 the earliest are forgotten."""
        self._is_unconfirmed.setdefault(msg_id, True)
        keep_newest(self._is_unconfirmed, _KEPT_MAX)

    def confirm(self, message: Message, sent: list[Message]) -> bool:
        """Return whether this device made a message; add it to ``sent`` the first time."""
        if message.sender != self._user_id or message.msg_id not in self._is_unconfirmed:
            return False
        if self._is_unconfirmed[message.msg_id]:
            self._is_unconfirmed[message.msg_id] = False
            sent.append(message)
        return True
