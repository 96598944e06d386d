"""Which messages this device has made."""

from itertools import islice
from typing import Final

from imtui.protocol.chat import Message

_KEPT_MAX: Final = 8192


class LocalMessages:
    """The messages that this device makes, so that each is told as sent, once."""

    def __init__(self, user_id: str) -> None:
        """Begin with no message of an account."""
        self._user_id = user_id
        self._is_due: dict[str, bool] = {}

    def add(self, msg_id: str) -> None:
        """Note that this device makes a message; beyond 8,192 the earliest are forgotten."""
        self._is_due.setdefault(msg_id, True)
        surplus = max(0, len(self._is_due) - _KEPT_MAX)
        for oldest in list(islice(self._is_due, surplus)):
            del self._is_due[oldest]

    def confirm(self, message: Message, sent: list[Message]) -> bool:
        """Tell whether this device made a message; add it to ``sent`` the first time."""
        if message.sender != self._user_id or message.msg_id not in self._is_due:
            return False
        if self._is_due[message.msg_id]:
            self._is_due[message.msg_id] = False
            sent.append(message)
        return True
