"""The backend's answers: parsed, and made safe to show, in one place."""

from collections.abc import Mapping
from typing import Any, TypeVar

from msgspec import Struct, ValidationError, convert, field

from imtui.protocol.errors import ErrorCode, IMError
from imtui.protocol.rest.log_item import LogItem
from imtui.protocol.safe_text import safe_text
from imtui.protocol.status import UserStatusType
from imtui.protocol.wire_names import rest_name


class Answer(Struct, frozen=True, rename=rest_name):
    """A part of an answer; a missing field is zero or empty."""


class Settings(Answer, frozen=True):
    """The settings, by their keys; the screen shows switches, and leaves the rest to the shell."""

    settings: dict[str, str | int | float | list[str]]

    @property
    def positions(self) -> dict[str, str]:
        """Return the settings that are one word or one number, as text."""
        return {
            key: str(value) for key, value in self.settings.items() if not isinstance(value, list)
        }


class Stats(Answer, frozen=True):
    """The backend's statistics; totals count from its start."""

    server_time: int = 0
    """In Unix milliseconds, like all times here."""
    uptime_seconds: float = 0
    connections: int = 0
    devices: int = 0
    accounts: dict[str, int] = field(default_factory=dict)
    """The number of accounts by general status."""
    subscriptions: int = 0
    friendships: int = 0
    changes: int = 0
    deliveries: int = 0
    messages: int = 0
    requests: int = 0
    errors: dict[str, int] = field(default_factory=dict)
    """The number of errors by code."""

    @property
    def started_at(self) -> int:
        """Return the time at which the backend started."""
        return self.server_time - round(self.uptime_seconds * 1000)


class Device(Answer, frozen=True):
    """A connected device of an account."""

    instance_id: str = ""
    device_name: str = ""
    platform: str = ""
    login_time: int = 0

    @property
    def name(self) -> str:
        """Return the device's name, or else its platform or ID."""
        return self.device_name or self.platform or self.instance_id


class AccountItem(Answer, frozen=True):
    """An account and its status."""

    user_id: str
    status: str = ""
    custom_status: str = ""
    since: int = 0
    nick: str = ""
    devices: tuple[Device, ...] = ()

    @property
    def status_type(self) -> UserStatusType:
        """Return the general status; UNKNOWN if the console does not know it."""
        return UserStatusType.__members__.get(self.status, UserStatusType.UNKNOWN)


class AccountPage(Answer, frozen=True):
    """A page of accounts, in order of their IDs."""

    account_item: tuple[AccountItem, ...] = ()
    next_cursor: str = ""
    """The cursor of the next page; empty on the last one."""
    total: int = 0


class LogPage(Answer, frozen=True):
    """The log entries after a given index, in order."""

    log_item: tuple[LogItem, ...] = ()
    last_index: int = 0


Kind = TypeVar("Kind", bound=Answer)


def read(answer: Mapping[str, Any], kind: type[Kind]) -> Kind:
    """Convert an answer to its type, with every text made safe to show.

    Raises:
        IMError: 6001 if the answer is malformed.
    """
    try:
        return convert(_safe(answer), kind)
    except (ValidationError, RecursionError) as error:
        raise IMError(ErrorCode.ERR_PARSE_RESPONSE_FAILED) from error


def _safe(value: object) -> object:
    if isinstance(value, str):
        return safe_text(value)
    if isinstance(value, list):
        return [_safe(one) for one in value]
    if isinstance(value, Mapping):
        # A cursor is returned to the backend unchanged, and never shown.
        return {
            safe_text(key): one if key == "NextCursor" else _safe(one) for key, one in value.items()
        }
    return value
