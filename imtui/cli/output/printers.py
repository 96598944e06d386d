"""The interface of the printers of ``imtui watch``, and the one that prints status lines."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from imtui.cli.errors import describe_error, print_notice
from imtui.protocol.errors import IMError
from imtui.protocol.messages import ConsoleSettings, FriendInfo, SelfDevice, SubscriptionReason
from imtui.protocol.status import UserStatus, UserStatusType


@dataclass(frozen=True)
class Snapshot:
    """Everything known when watching begins."""

    own: UserStatus
    statuses: list[UserStatus]
    """The statuses of the watched users, in the order of output."""
    friends: list[str]
    subscriptions: list[str]
    devices: list[SelfDevice]
    """The connected devices of the account, the earliest login first."""
    narrowed: bool
    """Whether the command names the users to watch."""


class Change(NamedTuple):
    """A new status, and the previous one of the user if known."""

    before: UserStatus | None
    after: UserStatus

    @property
    def is_guess(self) -> bool:
        """Return whether the SDK, not the backend, set the own status to OFFLINE.

        The SDK does so without a connection; the backend would change the revision as well.
        """
        return (
            self.before is not None
            and self.before.revision == self.after.revision
            and self.before.status_type is not self.after.status_type
        )


class Printer(Protocol):
    """Prints the events of a watcher; each method raises OSError if output is closed."""

    prints_own_status: bool
    """Whether to print the own status even if only other users are watched."""

    def print_snapshot(self, snapshot: Snapshot) -> None:
        """Print the first snapshot; everything later changes it."""

    def print_changes(self, changes: Sequence[Change]) -> None:
        """Print statuses that changed at once."""

    def status_ended(self, status: UserStatus) -> None:
        """Print UNKNOWN for a user who is, as was just printed, no friend or not subscribed."""

    def print_error(self, error: IMError) -> None:
        """Print an error after which watching goes on."""

    def connection_lost(self) -> None:
        """Print that the connection is lost."""

    def connection_restored(self) -> None:
        """Print that the connection is restored."""

    def connection_ended(self, error: IMError) -> None:
        """Print that the connection has ended for good; the command reports the error, too."""

    def friends_added(self, friends: Sequence[FriendInfo]) -> None:
        """Print new friends; their statuses follow separately."""

    def friends_deleted(self, user_ids: Sequence[str]) -> None:
        """Print deleted friends."""

    def subscriptions_changed(
        self, added: Sequence[str], removed: Sequence[str], reason: SubscriptionReason
    ) -> None:
        """Print a change of the subscriptions."""

    def devices_changed(self, devices: Sequence[SelfDevice]) -> None:
        """Print changes of the own devices; ``devices`` are connected now."""

    def console_changed(self, settings: ConsoleSettings) -> None:
        """Print the new settings of the console."""


class LinePrinter(Printer):
    """Prints each status as a line on standard output, and notices on standard error.

    Other events are not printed, so that scripts read lines of one kind.
    """

    prints_own_status = False

    def __init__(self, line: Callable[[UserStatus], str]) -> None:
        """Use ``line`` to format a status."""
        self._line = line

    def print_snapshot(self, snapshot: Snapshot) -> None:
        """Print the statuses of the watched users."""
        for status in snapshot.statuses:
            print(self._line(status), flush=True)

    def print_changes(self, changes: Sequence[Change]) -> None:
        """Print each new status."""
        for change in changes:
            print(self._line(change.after), flush=True)

    def status_ended(self, status: UserStatus) -> None:
        """Print the status."""
        print(self._line(status), flush=True)

    def print_error(self, error: IMError) -> None:
        """Print it on standard error."""
        print_notice(describe_error(error))

    def connection_lost(self) -> None:
        """Print it on standard error."""
        print_notice("The connection is lost. Trying again by itself; end with Ctrl-C.")

    def connection_restored(self) -> None:
        """Print it on standard error."""
        print_notice("Connected again.")

    def connection_ended(self, error: IMError) -> None:
        """Print nothing, since the command reports the error."""

    def friends_added(self, friends: Sequence[FriendInfo]) -> None:
        """Print nothing."""

    def friends_deleted(self, user_ids: Sequence[str]) -> None:
        """Print nothing."""

    def subscriptions_changed(
        self, added: Sequence[str], removed: Sequence[str], reason: SubscriptionReason
    ) -> None:
        """Print nothing."""

    def devices_changed(self, devices: Sequence[SelfDevice]) -> None:
        """Print nothing."""

    def console_changed(self, settings: ConsoleSettings) -> None:
        """Print nothing."""


class BarPrinter(LinePrinter):
    """Prints lines for a status bar, which shows the last one: UNKNOWN while nothing is known."""

    def __init__(self, line: Callable[[UserStatus], str]) -> None:
        """Use ``line`` to format a status."""
        super().__init__(self._noted)
        self._of_status = line
        self._shown: dict[str, UserStatus] = {}

    def _noted(self, status: UserStatus) -> str:
        self._shown[status.user_id] = status
        return self._of_status(status)

    def connection_lost(self) -> None:
        """Print UNKNOWN for each user, and the loss on standard error."""
        super().connection_lost()
        for user_id in self._shown:
            print(self._of_status(UserStatus(user_id, UserStatusType.UNKNOWN)), flush=True)

    def connection_restored(self) -> None:
        """Print each user's status again; what has changed follows."""
        super().connection_restored()
        for status in self._shown.values():
            print(self._of_status(status), flush=True)
