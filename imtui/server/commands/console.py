"""The services that the field does not have: the console and the subscriptions."""

from typing import Any, Final

from imtui.protocol.errors import ErrorCode, IMError
from imtui.protocol.messages import Empty
from imtui.protocol.rest.body import Body
from imtui.protocol.rest.log_item import LogItem
from imtui.protocol.rest.role import Role
from imtui.server.commands.change_log import KEPT
from imtui.server.commands.command import Answer, Call, Command, extension
from imtui.server.core.accounts.device import DeviceState
from imtui.server.core.console import Console
from imtui.server.core.friends.profiles import get_profile
from imtui.server.core.logins.administration import get_console, set_console
from imtui.server.core.logins.reads import account_page, figures, get_devices, get_status
from imtui.server.core.subscriptions.subscribing import get_subscribers, get_subscriptions

_INVALID: Final = ErrorCode.ERR_SVR_ACCOUNT_INVALID_PARAMETERS

_ACCOUNTS_MAX: Final = 500

_CONSOLE: Final = extension("imtui_console")
_STATUS: Final = extension("imtui_status")


class Settings(Body, frozen=True):
    """All settings of the console; in place of a secret, ``(set)`` if there is one."""

    settings: Console


class SettingsChange(Body, frozen=True):
    """The settings of the console to change, by name."""

    settings: dict[str, Any]


class StatsTold(Body, frozen=True):
    """Current counts, and totals since the backend started, over all its processes."""

    server_time: int
    """In Unix milliseconds."""
    uptime_seconds: float
    connections: int
    devices: int
    accounts: dict[str, int]
    """The number of accounts with each status."""
    subscriptions: int
    friendships: int
    changes: int
    """This field and all below are totals."""
    deliveries: int
    coalesced: int
    messages: int
    requests: int
    errors: dict[str, int]
    """By code."""
    heartbeats_lost: int


class AccountsQuery(Body, frozen=True):
    """A page of the accounts, ordered by user ID."""

    cursor: str = ""
    """The user ID after which the page begins."""
    max_cnt: int = 100
    """1 to 500."""
    prefix: str = ""
    """Only accounts whose user IDs begin with it."""


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
    """How many accounts match the prefix."""


class LogQuery(Body, frozen=True):
    """The wanted entries of the log of changes and of the audit log."""

    after: int = 0
    max_cnt: int = 100
    """1 to 1,000; if there are more, the newest."""
    before: int = 0
    """Only entries with smaller indexes; 0 for no limit."""
    user_id: str = ""
    """Only entries of this user or admin, if given; the same for the fields below."""
    event: str = ""
    address: str = ""
    code: int | None = None

    def matches(self, item: LogItem) -> bool:
        """Tell whether an entry is wanted."""
        return (
            self.user_id in ("", item.user_id)
            and self.event in ("", item.event)
            and self.address in ("", item.address)
            and self.code in (None, item.code)
        )


class LogTold(Body, frozen=True):
    """Entries of the log, the earliest first."""

    log_item: list[LogItem]
    last_index: int


class SubscriptionsOf(Body, frozen=True):
    """The account whose subscriptions are wanted."""

    user_id: str


class SubscriptionsTold(Body, frozen=True):
    """The subscriptions of an account, and its subscribers."""

    subscribed: list[str]
    """The users to whom the account subscribed, the next to be evicted first."""
    subscribers: list[str]
    """The users who subscribed to the account."""
    cleared_at: int | None
    """When the account's subscriptions were last cleared, in Unix milliseconds."""


def _get(call: Call, params: Answer) -> Settings:
    return Settings(get_console(call.context).shown)


def _set(call: Call, params: SettingsChange) -> Settings:
    return Settings(set_console(call.context, params.settings).shown)


def _stats(call: Call, params: Answer) -> StatsTold:
    current, totals = figures(call.context), call.metrics.total
    return StatsTold(
        server_time=call.now.unix_ms,
        uptime_seconds=round(call.now.monotonic - call.began.monotonic, 3),
        connections=totals.connections,
        devices=current.devices,
        accounts=dict(current.accounts),
        subscriptions=current.subscriptions,
        friendships=current.friendships,
        changes=totals.changes,
        deliveries=totals.deliveries,
        coalesced=totals.coalesced,
        messages=totals.messages,
        requests=totals.requests,
        errors=totals.errors,
        heartbeats_lost=totals.heartbeats_lost,
    )


def _accounts(call: Call, params: AccountsQuery) -> AccountsTold:
    _check_count(params.max_cnt, _ACCOUNTS_MAX)
    page = account_page(call.context, params.cursor, params.max_cnt, params.prefix)
    accounts = [_account(call, user_id) for user_id in page.user_ids]
    return AccountsTold(accounts, "" if page.is_last else page.user_ids[-1], page.total)


def _account(call: Call, user_id: str) -> AccountTold:
    account = call.acting_for(user_id)
    status = get_status(account)
    return AccountTold(
        user_id,
        get_profile(account).nick_name,
        status.status_type.name,
        status.custom_status,
        status.since,
        tuple(
            DeviceItem(device.instance_id, device.device_name, device.platform, device.login_time)
            for device in get_devices(account)
            if device.state is DeviceState.LIVE
        ),
    )


def _log(call: Call, params: LogQuery) -> LogTold:
    _check_count(params.max_cnt, KEPT)
    items = call.log.page(params.max_cnt, params.matches, after=params.after, before=params.before)
    return LogTold(items, call.log.last_index)


def _check_count(count: int, most: int) -> None:
    if not 1 <= count <= most:
        raise IMError(_INVALID, f"MaxCnt: 1 to {most}.")


def _subscriptions(call: Call, params: SubscriptionsOf) -> SubscriptionsTold:
    account = call.acting_for(params.user_id)
    subscriptions = get_subscriptions(account, Empty())
    return SubscriptionsTold(
        subscriptions.user_id_list, get_subscribers(account), subscriptions.cleared_at
    )


COMMANDS: Final = (
    Command(
        _CONSOLE,
        "get",
        "Return the settings of the console.",
        Answer,
        Settings,
        _get,
        is_read_only=True,
        role=Role.READ,
    ),
    Command(_CONSOLE, "set", "Change settings of the console.", SettingsChange, Settings, _set),
    Command(
        _CONSOLE,
        "stats",
        "Return statistics.",
        Answer,
        StatsTold,
        _stats,
        is_read_only=True,
        role=Role.READ,
    ),
    Command(
        _CONSOLE,
        "accounts",
        "Return a page of the accounts.",
        AccountsQuery,
        AccountsTold,
        _accounts,
        is_read_only=True,
        role=Role.READ,
    ),
    Command(
        _CONSOLE,
        "log",
        "Return the latest changes, and entries of the audit log.",
        LogQuery,
        LogTold,
        _log,
        is_read_only=True,
        role=Role.READ,
    ),
    Command(
        _STATUS,
        "subscriptions",
        "Return the subscriptions and subscribers of an account, for support.",
        SubscriptionsOf,
        SubscriptionsTold,
        _subscriptions,
        is_read_only=True,
        role=Role.READ,
    ),
)
