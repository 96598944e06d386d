"""How ``imtui watch`` prints what it follows: for people, for machines, for screen readers."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from imtui.cli.errors import describe_error, print_notice
from imtui.protocol.errors import IMError
from imtui.protocol.messages import ConsoleSettings, FriendInfo, SelfDevice, SubscriptionReason
from imtui.protocol.status import UserStatus


@dataclass(frozen=True)
class Snapshot:
    """What is known when the watching begins."""

    own: UserStatus
    statuses: list[UserStatus]
    """Those that were asked for, in the order in which they are shown."""
    friends: list[str]
    subscriptions: list[str]
    devices: list[SelfDevice]
    """The account's connected devices, the earliest login first."""
    narrowed: bool
    """Whether only some users are watched."""


class Change(NamedTuple):
    """A status that was told, and what was known of the user before."""

    before: UserStatus | None
    after: UserStatus

    @property
    def is_guess(self) -> bool:
        """Tell whether the SDK made it up: without a connection it takes oneself for OFFLINE.

        The backend gives another general status another revision.
        """
        return (
            self.before is not None
            and self.before.revision == self.after.revision
            and self.before.status_type is not self.after.status_type
        )


class Printer(Protocol):
    """Prints what a watcher follows; each method may raise OSError if nobody reads any more."""

    prints_own_status: bool
    """Whether the own status is told even if only other users are watched."""

    def print_snapshot(self, snapshot: Snapshot) -> None:
        """Print how things are; everything else is a change of that, except notices."""

    def print_changes(self, changes: Sequence[Change]) -> None:
        """Print statuses that were told in one message."""

    def print_notice(self, sentence: str) -> None:
        """Print a sentence of ours."""

    def print_error(self, error: IMError) -> None:
        """Print an error that ends nothing."""

    def connection_lost(self) -> None:
        """Print that the connection is lost."""

    def connection_restored(self) -> None:
        """Print that there is a connection again."""

    def connection_ended(self, error: IMError) -> None:
        """Print that there will be no further attempt to connect; the command tells why, too."""

    def friends_added(self, friends: Sequence[FriendInfo]) -> None:
        """Print who came into the friend list; their statuses are told apart."""

    def friends_deleted(self, user_ids: Sequence[str]) -> None:
        """Print who went out of the friend list."""

    def subscriptions_changed(
        self, added: Sequence[str], removed: Sequence[str], reason: SubscriptionReason
    ) -> None:
        """Print a change of the subscriptions."""

    def devices_changed(self, devices: Sequence[SelfDevice]) -> None:
        """Print which of the own devices came and went; ``devices`` are now connected."""

    def console_changed(self, settings: ConsoleSettings) -> None:
        """Print what the console is set to now."""


class LinePrinter(Printer):
    """Prints each status as a line on standard output, and what one has to know on standard error.

    It says nothing of what is no status: who reads lines wants lines that are alike.
    """

    prints_own_status = False

    def __init__(self, line: Callable[[UserStatus], str]) -> None:
        """Make one; ``line`` says how a status looks."""
        self._line = line

    def print_snapshot(self, snapshot: Snapshot) -> None:
        """Print the statuses that were asked for."""
        for status in snapshot.statuses:
            print(self._line(status), flush=True)

    def print_changes(self, changes: Sequence[Change]) -> None:
        """Print each status as it is now."""
        for change in changes:
            print(self._line(change.after), flush=True)

    def print_notice(self, sentence: str) -> None:
        """Tell it on standard error."""
        print_notice(sentence)

    def print_error(self, error: IMError) -> None:
        """Tell it on standard error."""
        print_notice(describe_error(error))

    def connection_lost(self) -> None:
        """Tell it on standard error."""
        print_notice("The connection is lost. Trying again by itself; end with Ctrl-C.")

    def connection_restored(self) -> None:
        """Tell it on standard error."""
        print_notice("Connected again.")

    def connection_ended(self, error: IMError) -> None:
        """Say nothing: the command tells why it ends."""

    def friends_added(self, friends: Sequence[FriendInfo]) -> None:
        """Say nothing."""

    def friends_deleted(self, user_ids: Sequence[str]) -> None:
        """Say nothing."""

    def subscriptions_changed(
        self, added: Sequence[str], removed: Sequence[str], reason: SubscriptionReason
    ) -> None:
        """Say nothing."""

    def devices_changed(self, devices: Sequence[SelfDevice]) -> None:
        """Say nothing."""

    def console_changed(self, settings: ConsoleSettings) -> None:
        """Say nothing."""
