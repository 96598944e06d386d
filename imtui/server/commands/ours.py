"""The services that the field does not have: the console, and who subscribes to whom."""

from bisect import bisect_left, bisect_right
from typing import Any, Final

from imtui.protocol.errors import ErrorCode, IMError
from imtui.protocol.rest.body import Body
from imtui.server.commands.change_log import KEPT, LogItem
from imtui.server.commands.command import Answer, Call, Command, Service
from imtui.server.commands.counts import counts
from imtui.server.core.app import App
from imtui.server.core.console import Console

_CODES: Final = {6017: ErrorCode.ERR_SVR_ACCOUNT_INVALID_PARAMETERS}
_INVALID: Final = ErrorCode.ERR_SVR_ACCOUNT_INVALID_PARAMETERS
_INTERNAL: Final = ErrorCode.ERR_SVR_ACCOUNT_INTERNAL_ERROR

_ACCOUNTS_MAX: Final = 500

_CONSOLE: Final = Service("imtui_console", _INVALID, _INTERNAL, _CODES, is_ours=True)
_STATUS: Final = Service("imtui_status", _INVALID, _INTERNAL, _CODES, is_ours=True)


class Settings(Body, frozen=True):
    """All settings of the console."""

    settings: Console


class SettingsWish(Body, frozen=True):
    """The settings of the console that are to be changed, by their names."""

    settings: dict[str, Any]


class StatsTold(Body, frozen=True):
    """What there is, and what was done since the backend started."""

    server_time: int
    """In Unix milliseconds."""
    uptime_seconds: float
    connections: int
    devices: int
    accounts: dict[str, int]
    """How many have each status."""
    subscriptions: int
    friendships: int
    changes: int
    """This and what follows are totals: their differences are rates."""
    deliveries: int
    coalesced: int
    messages: int
    requests: int
    errors: dict[str, int]
    """By code."""
    heartbeats_lost: int


class AccountsWish(Body, frozen=True):
    """Which page of the accounts, ordered by their IDs."""

    cursor: str = ""
    """Those after this one."""
    max_cnt: int = 100
    """1 to 500."""
    prefix: str = ""
    """Only those that begin so."""


class DeviceItem(Body, frozen=True):
    """A connected device."""

    instance_id: str
    device_name: str
    platform: str
    login_time: int


class AccountTold(Body, frozen=True):
    """An account with its status and its connected devices."""

    user_id: str
    nick: str
    status: str
    custom_status: str
    since: int
    devices: tuple[DeviceItem, ...]


class AccountsTold(Body, frozen=True):
    """A page of accounts."""

    account_item: list[AccountTold]
    next_cursor: str
    """The cursor of the next page; empty on the last one."""
    total: int
    """How many begin so."""


class LogWish(Body, frozen=True):
    """Which entries of the log of changes."""

    after: int = 0
    max_cnt: int = 100
    """1 to 1,000: the newest ones."""


class LogTold(Body, frozen=True):
    """Entries of the log, the earliest first."""

    log_item: list[LogItem]
    last_index: int


class SubscriptionsOf(Body, frozen=True):
    """Whose subscriptions are asked."""

    user_id: str


class SubscriptionsTold(Body, frozen=True):
    """Who subscribes to whom."""

    subscribed: list[str]
    """Those to whom the account subscribed, the next to be evicted first."""
    subscribers: list[str]
    """Those who subscribed to the account."""
    cleared_at: int | None
    """When its subscriptions were last cleared, in Unix milliseconds."""


def _get(call: Call, wish: Answer) -> Settings:
    return Settings(call.app.console)


def _set(call: Call, wish: SettingsWish) -> Settings:
    return Settings(call.service.set_console(wish.settings, call.now))


def _stats(call: Call, wish: Answer) -> StatsTold:
    there, done = counts(call.app), call.metrics
    return StatsTold(
        server_time=call.now.unix_ms,
        uptime_seconds=round(call.now.monotonic - call.began.monotonic, 3),
        connections=done.connections,
        devices=there.devices,
        accounts=dict(there.accounts),
        subscriptions=there.subscriptions,
        friendships=there.friendships,
        changes=done.changes,
        deliveries=done.deliveries,
        coalesced=done.coalesced,
        messages=done.messages,
        requests=done.requests,
        errors=done.errors,
        heartbeats_lost=done.heartbeats_lost,
    )


def _accounts(call: Call, wish: AccountsWish) -> AccountsTold:
    _check_count(wish.max_cnt, _ACCOUNTS_MAX)
    ids = call.app.account_ids()
    first = bisect_left(ids, wish.prefix)
    # No character of a user ID comes after the tilde.
    end = bisect_left(ids, f"{wish.prefix}~")
    start = max(first, bisect_right(ids, wish.cursor)) if wish.cursor else first
    page = ids[start : min(start + wish.max_cnt, end)]
    is_last = start + len(page) >= end
    told = [_account(call.app, user_id) for user_id in page]
    return AccountsTold(told, "" if is_last else page[-1], end - first)


def _account(app: App, user_id: str) -> AccountTold:
    account = app.accounts[user_id]
    return AccountTold(
        user_id,
        app.profile(user_id).nick_name,
        account.status.status_type.name,
        account.status.custom_status,
        account.status.since,
        tuple(
            DeviceItem(device.instance_id, device.device_name, device.platform, device.login_time)
            for device in account.connected_devices
        ),
    )


def _log(call: Call, wish: LogWish) -> LogTold:
    _check_count(wish.max_cnt, KEPT)
    return LogTold(call.log.after(wish.after, wish.max_cnt), call.log.last_index)


def _check_count(count: int, most: int) -> None:
    if not 1 <= count <= most:
        raise IMError(_INVALID, f"MaxCnt: 1 to {most}.")


def _subscriptions(call: Call, wish: SubscriptionsOf) -> SubscriptionsTold:
    account = call.app.accounts.get(wish.user_id)
    if account is None:
        raise IMError(ErrorCode.ERR_SVR_ACCOUNT_NOT_FOUND)
    lists = call.app.subscriptions
    return SubscriptionsTold(
        list(lists.members(wish.user_id)),
        sorted(lists.owners(wish.user_id)),
        account.subscriptions_cleared_at,
    )


COMMANDS: Final = (
    Command(
        _CONSOLE,
        "get",
        "Return the settings of the console.",
        Answer,
        Settings,
        _get,
        is_reading=True,
    ),
    Command(_CONSOLE, "set", "Change settings of the console.", SettingsWish, Settings, _set),
    Command(_CONSOLE, "stats", "Return figures.", Answer, StatsTold, _stats, is_reading=True),
    Command(
        _CONSOLE,
        "accounts",
        "Return a page of the accounts.",
        AccountsWish,
        AccountsTold,
        _accounts,
        is_reading=True,
    ),
    Command(
        _CONSOLE, "log", "Return what changed lately.", LogWish, LogTold, _log, is_reading=True
    ),
    Command(
        _STATUS,
        "subscriptions",
        "Tell who subscribes to whom, for support.",
        SubscriptionsOf,
        SubscriptionsTold,
        _subscriptions,
        is_reading=True,
    ),
)
