"""Encoded callbacks, and those after events as they are stored until they are sent."""

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

import msgspec

from imtui.protocol.rest.callback import Callback, CallbackCommand


class CallbackRequest(msgspec.Struct, frozen=True):
    """An encoded callback."""

    command: CallbackCommand
    platform: str
    """The OptPlatform."""
    content: bytes
    client_ip: str = ""
    """The address of the client that caused it; empty if unknown."""


class OutgoingCallback(msgspec.Struct, frozen=True):
    """A callback after an event, which waits to be sent."""

    number: int
    """Above the numbers of all earlier ones that still wait."""
    user_id: str
    """The callbacks of one user are sent in order."""
    request: CallbackRequest
    contents_key: str = ""
    """See ``Callback.contents_key``."""


class CallbackRows(Protocol):
    """Keeps the callbacks that wait, in the same transaction as the changes they are about."""

    def queue_callbacks(self, callbacks: Iterable[OutgoingCallback]) -> None:
        """Add callbacks to the batch of changes."""

    def forget_callbacks(self, numbers: Iterable[int]) -> None:
        """Add the removal of callbacks, by their numbers, to the batch of changes."""


def encode_callback(callback: Callback, event_id: str = "", client_ip: str = "") -> CallbackRequest:
    """Encode a callback.

    Args:
        callback: The callback.
        event_id: Tells an event that is sent twice from two events; empty for none.
        client_ip: The address of the client that caused it; empty if unknown.

    Raises:
        UnicodeEncodeError: The callback has lone surrogates.
    """
    body: Mapping[str, Any] = callback.body
    if event_id:
        body = {**body, "EventID": event_id}
    content = msgspec.json.encode({"CallbackCommand": callback.command, **body})
    return CallbackRequest(callback.command, callback.platform, content, client_ip)
