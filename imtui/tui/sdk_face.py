"""What the app needs of an SDK, so that tests can play one."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from imtui.protocol.errors import IMError
from imtui.protocol.messages import FriendInfo, Subscriptions
from imtui.protocol.status import UserStatus
from imtui.tui.follower import Follower
from imtui.tui.launch import Account
from imtui.tui.store import Store


class Client(Protocol):
    """What the session needs of ``imtui.sdk.IMClient``."""

    async def login(self, user_id: str, user_sig: str | Callable[[], str]) -> object:
        """Log in."""

    async def logout(self) -> None:
        """Log out."""

    async def set_self_status(self, text: str | None, expires_at: int | None = None) -> None:
        """Set the own text."""

    async def get_user_status(self, user_ids: list[str]) -> list[UserStatus]:
        """Query users."""

    async def subscribe_user_status(self, user_ids: list[str]) -> None:
        """Subscribe to users."""

    async def unsubscribe_user_status(self, user_ids: list[str] | None) -> None:
        """Unsubscribe from users, or from all."""

    async def get_subscriptions(self) -> Subscriptions:
        """Return the subscriptions."""

    async def add_friend(self, user_id: str) -> None:
        """Add a friend."""

    async def delete_from_friend_list(self, user_ids: list[str]) -> None:
        """Delete friends."""

    async def get_friend_list(self) -> list[FriendInfo]:
        """Return all friends."""

    def reconnect_now(self) -> None:
        """Try again at once."""


class Retry(Protocol):
    """Which failed logins to try again, and when."""

    def is_transient(self, error: IMError) -> bool:
        """Tell whether trying again may help."""

    def next_delay(self) -> float:
        """Return the seconds until the next attempt."""

    def reset(self) -> None:
        """Begin anew after a success."""


class Sdk(Protocol):
    """Where clients come from."""

    def client(
        self, account: Account, store: Store, follower: Follower
    ) -> AbstractAsyncContextManager[Client]:
        """Return a client of the account that tells the store and the session."""

    def retry(self) -> Retry:
        """Return the rule for first logins that fail."""
