"""What callbacks say that the core's changes do not."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from imtui.protocol.rest.callback import OptPlatform, opt_platform
from imtui.server.core.app import App


@dataclass(frozen=True)
class Lookups:
    """Asked of the core as it is after the changes."""

    platform_of: Callable[[int], OptPlatform] = lambda session_id: OptPlatform.UNKNOWN
    """From where a session sends; session 0 is the REST API."""
    count_unread: Callable[[str], int] | None = None
    """How many messages a user has not read; without it UnreadMsgNum is left out."""


NO_LOOKUPS: Final = Lookups()


def lookups_of(app: App) -> Lookups:
    """Return the look-ups in the state of an app."""

    def platform_of(session_id: int) -> OptPlatform:
        if session_id == 0:
            return OptPlatform.REST_API
        session = app.sessions.get(session_id)
        return opt_platform(session.named.platform if session else None)

    def count_unread(user_id: str) -> int:
        conversations = app.conversations.of(user_id)
        return sum(conversation.side(user_id).unread for _, conversation in conversations)

    return Lookups(platform_of, count_unread)
