"""What a part of the SDK does over the life of a session."""

import logging
from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

import msgspec
from msgspec import Struct, UnsetType

from imtui.protocol.errors import IMError
from imtui.protocol.jsonrpc import Incoming
from imtui.protocol.messages import LoginResult

_log = logging.getLogger(__name__)

S = TypeVar("S", bound=Struct)

PushHandler = Callable[[Incoming], None]


class Capability:
    """A part of the SDK that follows the sessions of a link; subclasses override what they need.

    A session calls all methods in the order in which messages arrive.
    """

    push_handlers: Mapping[str, PushHandler] = {}
    """The handler of each push, by method; several capabilities may handle the same."""

    def open(self, user_id: str) -> None:
        """Prepare for an account, before its session starts."""

    def close(self) -> None:
        """Release what belongs to the account; may be called again."""

    def begin_login(self) -> None:
        """Mark what is known as outdated, because the backend has accepted a new login."""

    def logged_in(self, result: LoginResult) -> None:
        """Apply the answer to the login, once listeners know of the connection."""

    def disconnected(self, now: int) -> None:
        """Handle the loss of the connection, at ``now`` in Unix milliseconds."""

    async def run(self, *, is_reconnect: bool) -> IMError | None:
        """Work in the background while there is a connection.

        Args:
            is_reconnect: Whether the session had a connection before.

        Returns:
            Why the connection cannot be used any more, or None if there is nothing left to do.
        """
        return None


class PushHandlers:
    """The handlers of the pushes of several capabilities."""

    def __init__(self, capabilities: Iterable[Capability]) -> None:
        """Collect the handlers of the capabilities."""
        self._by_method: dict[str, list[PushHandler]] = {}
        for one in capabilities:
            for method, handler in one.push_handlers.items():
                self._by_method.setdefault(method, []).append(handler)

    def handle(self, push: Incoming) -> None:
        """Pass a push to its handlers, in the order of the capabilities."""
        for handler in self._by_method.get(push.method or "", ()):
            handler(push)


def push_handler(params_type: type[S], apply: Callable[[S], None]) -> PushHandler:
    """Return a handler that decodes parameters for ``apply``; malformed ones are only logged."""
    decoder = msgspec.json.Decoder(params_type)

    def handle(push: Incoming) -> None:
        raw = b"" if isinstance(push.params, UnsetType) else push.params
        try:
            params = decoder.decode(raw)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            _log.warning("The parameters of a push %s cannot be read", push.method)
            return
        apply(params)

    return handle
