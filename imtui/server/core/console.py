"""The settings of the console: what the app's plan includes and which features are on."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Annotated, Any, Final

import msgspec

from imtui.protocol.errors import ErrorCode, IMError
from imtui.protocol.limits import HEARTBEAT_TIMEOUT
from imtui.protocol.messages import ConsoleSettings
from imtui.protocol.rest.callback import CallbackCommand
from imtui.server.core.change import Change
from imtui.server.core.console_values import (
    SECRET_SHOWN,
    as_text,
    check_heartbeat_timeout,
    check_webhook_commands,
    check_webhook_token,
    check_webhook_url,
)


class Edition(StrEnum):
    """The plan of the app."""

    STANDARD = "standard"
    ULTIMATE = "ultimate"


class Switch(StrEnum):
    """Whether a feature is enabled."""

    ON = "on"
    OFF = "off"


class LoginPolicy(StrEnum):
    """How many devices of one account may be connected at once."""

    MULTI = "multi"
    """10 for each platform."""
    PLATFORM = "platform"
    """One for each platform."""
    SINGLE = "single"
    """One."""


class OnFailure(StrEnum):
    """What happens to an event if the app's own server cannot be asked before it."""

    PASS = "pass"
    DENY = "deny"


LIMIT_MAX: Final = 1_000_000_000
"""The largest value of a limit."""

Limit = Annotated[int, msgspec.Meta(ge=0, le=LIMIT_MAX)]
"""A number; 0 for no limit."""


class Console(msgspec.Struct, frozen=True):
    """The settings of the console; a new app has everything on."""

    edition: Edition = Edition.ULTIMATE
    user_status: Switch = Switch.ON
    """Set user status query and status change notification."""
    friend_status: Switch = Switch.ON
    """Automatic notifications of friends' statuses."""
    login_policy: LoginPolicy = LoginPolicy.MULTI
    auto_register: Switch = Switch.ON
    """Whether a first login registers the account."""
    block_hides_status: Switch = Switch.ON
    """Whether those whom a user has blocked are not shown that user's status."""
    before_callback_failure: OnFailure = OnFailure.PASS
    cpu_share: Limit = 100
    """How many milliseconds of CPU time an account may use in a second."""
    passive_logins: Limit = 20
    """How many passive logins an account may have at once."""
    messages_rate: Limit = 10
    """How many messages an account may send in a second."""
    messages_burst: Limit = 100
    """How many messages an account may send at once after a rest."""
    message_bytes_rate: Limit = 65_536
    """How many bytes of messages an account may send in a second."""
    message_bytes_burst: Limit = 2_097_152
    """How many bytes of messages an account may send at once after a rest."""
    requests_rate: Limit = 1
    """How many friend requests and online-only messages an account may make in a second."""
    requests_burst: Limit = 30
    """How many friend requests and online-only messages an account may make after a rest."""
    retention_days: Limit = 0
    """After how many days messages are cleared for all members; 0 for never."""
    webhook_url: str = ""
    """The address of the app's own server for callbacks; empty for none."""
    webhook_token: str = ""
    """Signs callbacks; empty for no signature. A secret: others see ``shown``."""
    webhook_commands: tuple[CallbackCommand, ...] = ()
    """The callbacks to send, sorted; none for all that follow an event."""
    heartbeat_timeout: float = HEARTBEAT_TIMEOUT
    """How long a session may be silent, in seconds; a shorter one counts for later logins."""

    @property
    def shown(self) -> "Console":
        """Return the settings without secrets."""
        secrets = {name: SECRET_SHOWN for name in SECRETS if getattr(self, name)}
        return msgspec.structs.replace(self, **secrets)

    def text_of(self, name: str) -> str:
        """Return the value of a setting as text, without secrets."""
        return as_text(getattr(self.shown, name))

    @property
    def public(self) -> ConsoleSettings:
        """Return the settings that clients see."""
        return ConsoleSettings(self.edition, self.user_status, self.friend_status)

    @property
    def cpu_seconds(self) -> float:
        """Return how many seconds of CPU time an account may use in a second; 0 for any."""
        return self.cpu_share / 1000

    @property
    def notifies_subscribers(self) -> bool:
        """Tell whether subscribers are notified of statuses."""
        return self.user_status is Switch.ON and self.edition is Edition.ULTIMATE

    @property
    def notifies_friends(self) -> bool:
        """Tell whether friends are notified of statuses."""
        return self.friend_status is Switch.ON

    @property
    def hides_from_blocked(self) -> bool:
        """Tell whether those whom a user has blocked are not shown that user's status."""
        return self.block_hides_status is Switch.ON

    def with_settings(self, settings: Mapping[str, Any]) -> "Console":
        """Return the settings with some of them changed.

        Raises:
            IMError: 70402 for an unknown setting or value; none is changed.
        """
        try:
            checked = {name: check_setting(name, value) for name, value in settings.items()}
        except ValueError as error:
            code = ErrorCode.ERR_SVR_ACCOUNT_INVALID_PARAMETERS
            raise IMError(code, str(error)) from error
        return msgspec.structs.replace(self, **checked)

    def check_user_status(self) -> None:
        """Check that the edition includes querying and subscribing, and that it is enabled.

        Raises:
            IMError: 7013 for the edition, else 72001 for the switch.
        """
        if self.edition is not Edition.ULTIMATE:
            raise IMError(ErrorCode.ERR_SDK_INTERFACE_NOT_SUPPORT)
        if self.user_status is not Switch.ON:
            raise IMError(ErrorCode.ERR_SVR_ACCOUNT_USER_STATUS_DISABLED)


SECRETS: Final = ("webhook_token",)
"""The settings whose values are never shown."""

_CHECKS: Final[Mapping[str, Callable[[object], Any]]] = {
    "webhook_url": check_webhook_url,
    "webhook_token": check_webhook_token,
    "webhook_commands": check_webhook_commands,
    "heartbeat_timeout": check_heartbeat_timeout,
}
"""The checks of the settings that are neither a choice nor a limit."""

_KINDS: Final[dict[str, Any]] = {
    field.name: field.type for field in msgspec.structs.fields(Console)
}


def check_setting(name: str, value: Any) -> Any:
    """Return a value of a setting, converted from text if it is a number or a list.

    Raises:
        ValueError: It is none, or there is no such setting; one line says what there is.
    """
    kind = _KINDS.get(name)
    if kind is None:
        raise ValueError(f"There is no setting {name[:40]!r}; there are {', '.join(_KINDS)}.")
    if name in _CHECKS:
        try:
            return _CHECKS[name](value)
        except ValueError as error:
            raise ValueError(f"{name} is {error}.") from None
    if isinstance(value, str) and len(value) <= 20 and value.isascii() and value.isdigit():
        # A command line has no numbers.
        value = int(value)
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError:
        is_choice = isinstance(kind, type) and issubclass(kind, StrEnum)
        values = f"one of: {', '.join(kind)}" if is_choice else f"a number, 0 to {LIMIT_MAX}"
        raise ValueError(f"{name} is {values}.") from None


class ConsoleChanged(Change, frozen=True, gc=False):
    """The settings of the console changed."""

    console: Console
    is_public: bool
    """Whether settings that clients see changed, so that clients are notified."""
    changed: dict[str, str]
    """The settings that changed, in the order of the call, as text without secrets."""
