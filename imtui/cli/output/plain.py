"""The output of ``imtui watch --plain``: everything as sentences, one on a line."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

from imtui.cli.output import sentences
from imtui.cli.output.printers import Change, Printer, Snapshot
from imtui.protocol.errors import IMError
from imtui.protocol.messages import ConsoleSettings, FriendInfo, SelfDevice, SubscriptionReason
from imtui.protocol.safe_text import safe_text
from imtui.protocol.status import UserStatus, UserStatusType

BURST: Final = 8
"""The number of simultaneous changes from which they are counted instead of listed."""


class PlainPrinter(Printer):
    """Prints a summary, and then each change with its time."""

    prints_own_status = True

    def __init__(self, now: Callable[[], datetime] = datetime.now) -> None:
        """Use ``now`` for the local time."""
        self._now = now
        self._has_started = False
        self._own_id = ""
        self._friends: set[str] = set()
        self._subscriptions: set[str] = set()
        self._devices: dict[str, SelfDevice] = {}

    def print_snapshot(self, snapshot: Snapshot) -> None:
        """Print the own status, then a summary of the watched users."""
        self._own_id = snapshot.own.user_id
        self._friends = set(snapshot.friends)
        self._subscriptions = set(snapshot.subscriptions)
        self._devices = {device.instance_id: device for device in snapshot.devices}
        self._print(*sentences.own_status(snapshot.own, snapshot.devices, self._now()))
        others = [status for status in snapshot.statuses if status.user_id != self._own_id]
        if snapshot.narrowed:
            self._print(*map(sentences.user_status, others))
        else:
            self._summarise(others)
        self._has_started = True

    def _summarise(self, statuses: Sequence[UserStatus]) -> None:
        friends = [status for status in statuses if status.user_id in self._friends]
        strangers = [status for status in statuses if status.user_id not in self._friends]
        self._print(sentences.about_friends(len(self._friends), friends))
        self._print(*sentences.online_names(_online(friends)))
        others = self._subscriptions - self._friends
        if others:
            self._print(sentences.about_subscribed(len(others), strangers))
            self._print(*sentences.online_names(_online(strangers)))

    def print_changes(self, changes: Sequence[Change]) -> None:
        """Print what changed for each user, or counts if there are many changes."""
        printable: list[tuple[Change, str]] = []
        for change in changes:
            if change.after.user_id == self._own_id:
                self._own_changed(change)
            elif sentence := sentences.user_changed(*change):
                printable.append((change, sentence))
        if len(printable) < BURST:
            self._print(*(sentence for _, sentence in printable))
            return
        all_friends = all(change.after.user_id in self._friends for change, _ in printable)
        noun = "friend" if all_friends else "user"
        self._print(sentences.change_counts(noun, [change for change, _ in printable]))

    def status_ended(self, status: UserStatus) -> None:
        """Print nothing, since the end of the friendship or subscription says it."""

    def _own_changed(self, change: Change) -> None:
        if change.before is None or change.is_guess:
            # The loss of the connection is printed anyway, and the account may be ONLINE elsewhere.
            return
        sentence = sentences.own_changed(change.before, change.after, self._now())
        if sentence:
            self._print(sentence)

    def print_error(self, error: IMError) -> None:
        """Print an error with a hint."""
        self._print(sentences.error_sentence(error))

    def connection_lost(self) -> None:
        """Print that the connection is lost."""
        self._print(sentences.CONNECTION_LOST)

    def connection_restored(self) -> None:
        """Print that the connection is restored."""
        self._print(sentences.CONNECTION_RESTORED)

    def connection_ended(self, error: IMError) -> None:
        """Print why the connection has ended for good."""
        self._print(sentences.connection_ended(error))

    def friends_added(self, friends: Sequence[FriendInfo]) -> None:
        """Print the new friends."""
        user_ids = [friend.user_id for friend in friends]
        new = [user_id for user_id in user_ids if user_id not in self._friends]
        self._friends.update(new)
        if new:
            self._print(sentences.friends_added(new))

    def friends_deleted(self, user_ids: Sequence[str]) -> None:
        """Print the deleted friends."""
        deleted = [user_id for user_id in user_ids if user_id in self._friends]
        self._friends.difference_update(deleted)
        if deleted:
            self._print(sentences.friends_deleted(deleted))

    def subscriptions_changed(
        self, added: Sequence[str], removed: Sequence[str], reason: SubscriptionReason
    ) -> None:
        """Print new and ended subscriptions."""
        new = [user_id for user_id in added if user_id not in self._subscriptions]
        ended = [user_id for user_id in removed if user_id in self._subscriptions]
        self._subscriptions.update(new)
        self._subscriptions.difference_update(ended)
        if new:
            self._print(sentences.subscribed(new))
        if ended:
            self._print(sentences.unsubscribed(ended, reason))

    def devices_changed(self, devices: Sequence[SelfDevice]) -> None:
        """Print which own devices connected and disconnected."""
        before, now = self._devices, {device.instance_id: device for device in devices}
        self._devices = now
        connected = [device for key, device in now.items() if key not in before]
        disconnected = [device for key, device in before.items() if key not in now]
        self._print(
            *map(sentences.device_connected, connected),
            *map(sentences.device_disconnected, disconnected),
        )

    def console_changed(self, settings: ConsoleSettings) -> None:
        """Print the new settings of the console."""
        self._print(sentences.console_changed(settings))

    def _print(self, *lines: str) -> None:
        for sentence in map(safe_text, lines):
            line = sentences.with_time(self._now(), sentence) if self._has_started else sentence
            print(line, flush=True)


def _online(statuses: Sequence[UserStatus]) -> list[UserStatus]:
    return [status for status in statuses if status.status_type is UserStatusType.ONLINE]
