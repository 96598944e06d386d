"""Functions with which the REST API reads accounts and devices."""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping

from msgspec import Struct

from imtui.protocol.status import UserStatus, UserStatusType
from imtui.server.core.accounts.accounts import Accounts
from imtui.server.core.accounts.custom_status import Text
from imtui.server.core.accounts.device import Device
from imtui.server.core.context import Context
from imtui.server.core.friends.friends import Friends
from imtui.server.core.subscriptions.part import Subscriptions


class AccountPage(Struct, frozen=True):
    """A page of user IDs."""

    user_ids: list[str]
    is_last: bool
    total: int
    """The number of user IDs on all pages."""


class AccountRecord(Struct, frozen=True):
    """What is kept of an account itself."""

    key: int
    """A number that no other account has, also if the user ID is registered again."""
    registered_at: int
    """In Unix milliseconds."""
    status: UserStatus
    """As the account's own devices see it."""
    texts: tuple[Text, ...]
    """Its custom statuses: the last one is shown, and those before return when it ends."""


class Figures(Struct, frozen=True):
    """Current counts of the core."""

    sessions: int
    """Connections that are logged in."""
    devices: int
    """Connections that are logged in and not passive."""
    accounts: Mapping[str, int]
    """The number of accounts with each status, by its name."""
    subscriptions: int
    friendships: int


def get_status(context: Context) -> UserStatus:
    """Return the status of the caller's account, as others see it.

    Raises:
        IMError: 70107 if there is no such account.
    """
    return context.state[Accounts].known(context.user_id).status


def get_account(context: Context) -> AccountRecord:
    """Return what is kept of the caller's account itself.

    Raises:
        IMError: 70107 if there is no such account.
    """
    account = context.state[Accounts].known(context.user_id)
    return AccountRecord(
        account.key, account.registered_at, account.own_status, account.custom.texts
    )


def get_devices(context: Context) -> list[Device]:
    """Return the recorded devices of the caller's account, the earliest login first.

    Raises:
        IMError: 70107 if there is no such account.
    """
    account = context.state[Accounts].known(context.user_id)
    return sorted(account.devices.values(), key=lambda device: device.login_order)


def account_page(context: Context, cursor: str, count: int, prefix: str) -> AccountPage:
    """Return a page of user IDs, in order.

    Args:
        context: The context of an admin.
        cursor: The user ID after which the page begins; empty for the first page.
        count: The most user IDs on the page.
        prefix: Only user IDs that begin with it.
    """
    ids = context.state[Accounts].ids()
    first = bisect_left(ids, prefix)
    # The tilde is the last character in the order that a user ID can have.
    end = bisect_left(ids, f"{prefix}~")
    start = max(first, bisect_right(ids, cursor)) if cursor else first
    page = ids[start : min(start + count, end)]
    return AccountPage(page, start + len(page) >= end, end - first)


def figures(context: Context) -> Figures:
    """Return the current counts; of what there is, this iterates over the sessions alone."""
    accounts, state = context.state[Accounts], context.state
    told = (UserStatusType.ONLINE, UserStatusType.OFFLINE, UserStatusType.UNLOGINED)
    return Figures(
        sessions=len(accounts.sessions),
        devices=sum(not session.passive for session in accounts.sessions.values()),
        accounts={status.name: accounts.by_status[status] for status in told},
        subscriptions=len(state[Subscriptions].lists),
        friendships=len(state[Friends].lists),
    )
