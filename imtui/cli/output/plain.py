"""``imtui watch --plain``: everything in one stream, as whole sentences, each on a line."""

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
"""From so many changes at once on, they are counted instead of named."""


class PlainPrinter(Printer):
    """Prints how things are, in brief, and then each change with its time."""

    prints_own_status = True

    def __init__(self, now: Callable[[], datetime] = datetime.now) -> None:
        """Make one; ``now`` gives the local time."""
        self._now = now
        self._begun = False
        self._own_id = ""
        self._friends: set[str] = set()
        self._subscriptions: set[str] = set()
        self._devices: dict[str, SelfDevice] = {}

    def print_snapshot(self, snapshot: Snapshot) -> None:
        """Say how oneself and those watched are: counts first, then names."""
        self._own_id = snapshot.own.user_id
        self._friends = set(snapshot.friends)
        self._subscriptions = set(snapshot.subscriptions)
        self._devices = {device.instance_id: device for device in snapshot.devices}
        self._say(*sentences.own_status(snapshot.own, snapshot.devices, self._now()))
        others = [status for status in snapshot.statuses if status.user_id != self._own_id]
        if snapshot.narrowed:
            self._say(*map(sentences.user_status, others))
        else:
            self._summarise(others)
        self._begun = True

    def _summarise(self, statuses: Sequence[UserStatus]) -> None:
        friends = [status for status in statuses if status.user_id in self._friends]
        strangers = [status for status in statuses if status.user_id not in self._friends]
        self._say(sentences.about_friends(len(self._friends), friends))
        self._say(*sentences.online_names(_online(friends)))
        others = self._subscriptions - self._friends
        if others:
            self._say(sentences.about_subscribed(len(others), strangers))
            self._say(*sentences.online_names(_online(strangers)))

    def print_changes(self, changes: Sequence[Change]) -> None:
        """Say what is new about each user, or count them if there are many."""
        told: list[tuple[Change, str]] = []
        for change in changes:
            if change.after.user_id == self._own_id:
                self._own_changed(change)
            elif sentence := sentences.user_changed(*change):
                told.append((change, sentence))
        if len(told) < BURST:
            self._say(*(sentence for _, sentence in told))
            return
        all_friends = all(change.after.user_id in self._friends for change, _ in told)
        noun = "friend" if all_friends else "user"
        self._say(sentences.change_counts(noun, [change for change, _ in told]))

    def _own_changed(self, change: Change) -> None:
        if change.before is None or change.is_guess:
            # The connection is told of; and one may be ONLINE elsewhere all the same.
            return
        sentence = sentences.own_changed(change.before, change.after, self._now())
        if sentence:
            self._say(sentence)

    def print_notice(self, sentence: str) -> None:
        """Say it."""
        self._say(sentence)

    def print_error(self, error: IMError) -> None:
        """Say it."""
        self._say(sentences.error_sentence(error))

    def connection_lost(self) -> None:
        """Say it."""
        self._say(sentences.CONNECTION_LOST)

    def connection_restored(self) -> None:
        """Say it."""
        self._say(sentences.CONNECTION_RESTORED)

    def connection_ended(self, error: IMError) -> None:
        """Say why."""
        self._say(sentences.connection_ended(error))

    def friends_added(self, friends: Sequence[FriendInfo]) -> None:
        """Say who is new in the friend list."""
        user_ids = [friend.user_id for friend in friends]
        new = [user_id for user_id in user_ids if user_id not in self._friends]
        self._friends.update(new)
        if new:
            self._say(sentences.friends_added(new))

    def friends_deleted(self, user_ids: Sequence[str]) -> None:
        """Say who is gone from the friend list."""
        gone = [user_id for user_id in user_ids if user_id in self._friends]
        self._friends.difference_update(gone)
        if gone:
            self._say(sentences.friends_deleted(gone))

    def subscriptions_changed(
        self, added: Sequence[str], removed: Sequence[str], reason: SubscriptionReason
    ) -> None:
        """Say whom one is subscribed to now that one was not, and the reverse."""
        new = [user_id for user_id in added if user_id not in self._subscriptions]
        gone = [user_id for user_id in removed if user_id in self._subscriptions]
        self._subscriptions.update(new)
        self._subscriptions.difference_update(gone)
        if new:
            self._say(sentences.subscribed(new))
        if gone:
            self._say(sentences.unsubscribed(gone, reason))

    def devices_changed(self, devices: Sequence[SelfDevice]) -> None:
        """Say which of the own devices came and which went."""
        before, now = self._devices, {device.instance_id: device for device in devices}
        self._devices = now
        came = [device for key, device in now.items() if key not in before]
        went = [device for key, device in before.items() if key not in now]
        self._say(*map(sentences.device_connected, came), *map(sentences.device_disconnected, went))

    def console_changed(self, settings: ConsoleSettings) -> None:
        """Say what the console is set to now."""
        self._say(sentences.console_changed(settings))

    def _say(self, *said: str) -> None:
        for sentence in map(safe_text, said):
            line = sentences.with_time(self._now(), sentence) if self._begun else sentence
            print(line, flush=True)


def _online(statuses: Sequence[UserStatus]) -> list[UserStatus]:
    return [status for status in statuses if status.status_type is UserStatusType.ONLINE]
