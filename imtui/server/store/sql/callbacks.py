"""Callbacks that wait to be sent, in SQL."""

from collections.abc import Callable, Iterable
from typing import Any, Final

from imtui.protocol.rest.callback import CallbackCommand
from imtui.server.webhook.request import CallbackRequest, OutgoingCallback

_QUEUE: Final = "INSERT INTO callbacks VALUES (?, ?, ?, ?, ?, ?, ?)"
_FORGET: Final = "DELETE FROM callbacks WHERE number = ?"


def load(rows: Callable[[str], list[Any]]) -> list[OutgoingCallback]:
    """Return the callbacks that wait, the oldest first."""
    sql = (
        "SELECT number, user_id, command, platform, content, message_key, client_ip"
        " FROM callbacks ORDER BY number"
    )
    return [
        OutgoingCallback(
            number,
            user_id,
            CallbackRequest(CallbackCommand(command), platform, content, client_ip),
            contents_key,
        )
        for number, user_id, command, platform, content, contents_key, client_ip in rows(sql)
    ]


class CallbackUpdates:
    """The callbacks that a batch adds and removes; those that it does both to leave no trace."""

    def __init__(self) -> None:
        """Start without updates."""
        self._queued: dict[int, OutgoingCallback] = {}
        self._forgotten: list[int] = []

    def __bool__(self) -> bool:
        """Tell whether there are updates."""
        return bool(self._queued or self._forgotten)

    def queue(self, callbacks: Iterable[OutgoingCallback]) -> None:
        """Add callbacks."""
        self._queued.update((one.number, one) for one in callbacks)

    def forget(self, numbers: Iterable[int]) -> None:
        """Remove callbacks."""
        for number in numbers:
            if self._queued.pop(number, None) is None:
                self._forgotten.append(number)

    def statements(self) -> list[tuple[str, list[tuple[Any, ...]]]]:
        """Return the updates, each with the values of all rows."""
        return [
            (_FORGET, [(number,) for number in self._forgotten]),
            (_QUEUE, [_row(one) for one in self._queued.values()]),
        ]


def _row(callback: OutgoingCallback) -> tuple[Any, ...]:
    request = callback.request
    return (
        callback.number,
        callback.user_id,
        request.command,
        request.platform,
        request.content,
        callback.contents_key,
        request.client_ip,
    )
