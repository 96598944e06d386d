"""The model behind the screens: people, the own account, subscriptions and conversations.

The model makes all text from outside safe to show.
"""

from collections import deque
from collections.abc import Callable, Iterable
from typing import Final

from imtui.protocol.messages import ConsoleSettings, FriendInfo, SelfDevice, SubscriptionReason
from imtui.protocol.safe_text import safe_text
from imtui.protocol.status import UserStatus, UserStatusType
from imtui.tui.model.connection import Connection
from imtui.tui.model.conversations import Chats
from imtui.tui.model.events import Event, EventKind, counted
from imtui.tui.model.feed import Feed
from imtui.tui.model.own_account import OwnAccount
from imtui.tui.model.person import (
    Person,
    change_event,
    snapshot,
    summary_event,
    update_name,
)
from imtui.tui.model.sources import Sources
from imtui.tui.model.subscriptions import SubscriptionList

BURST: Final = 8
"""From this many simultaneous changes on, the event log only counts them."""
CHANGES_MAX: Final = 2_000
"""The number of status changes that are kept for the details of users."""


class Model:
    """The state of the app."""

    def __init__(self, now: Callable[[], int]) -> None:
        """Create an empty model; ``now`` returns Unix milliseconds."""
        self._now = now
        self._status_listeners: list[Callable[[str, UserStatusType], None]] = []
        self._people: dict[str, Person] = {}
        self._friends_known = False
        self._changes: deque[Event] = deque(maxlen=CHANGES_MAX)
        self.feed = Feed(now)
        self.connection = Connection(self.feed, now)
        self.account = OwnAccount()
        self.subscriptions = SubscriptionList()
        self.chats = Chats(self._chat_changed)
        self.sources = Sources()

    def add_status_listener(self, callback: Callable[[str, UserStatusType], None]) -> None:
        """Call ``callback`` with the user ID and live status after each update of another user."""
        self._status_listeners.append(callback)

    # Queries

    @property
    def own(self) -> Person:
        """Return the logged-in user."""
        return self.account.person

    def listed(self) -> list[Person]:
        """Return the people in the friend list, in no particular order."""
        return list(self._people.values())

    def friends(self) -> list[Person]:
        """Return the friends, in no particular order."""
        return [person for person in self._people.values() if person.friend]

    def person(self, user_id: str) -> Person | None:
        """Return a person in the friend list."""
        return self._people.get(user_id)

    def unconfirmed(self) -> list[str]:
        """Return the listed users without a status from this login, subscribed ones first."""
        lacking = [one for one in self._people.values() if not self.sources.is_confirmed(one)]
        lacking.sort(key=lambda one: (not one.subscribed, one.user_id))
        return [one.user_id for one in lacking]

    def changes_of(self, user_id: str, most: int) -> list[Event]:
        """Return the latest changes of a user since the app started, the newest first."""
        found: list[Event] = []
        for event in reversed(self._changes):
            if event.who == user_id:
                found.append(event)
                if len(found) == most:
                    break
        return found

    # The connection

    def log_in_as(self, user_id: str, instance_id: str) -> None:
        """Set the account and the instance ID of this device."""
        self.account.log_in_as(user_id, instance_id)
        self.chats.own_id = user_id
        self.feed.head_changed()

    def kicked(self, reason: str) -> None:
        """Handle a login that replaced this device; the own status is no longer known."""
        self.account.forget_status()
        self.connection.stopped(reason)

    def logged_out(self, status: UserStatus | None, reason: str) -> None:
        """Handle the logout of this device.

        Args:
            status: The own status as of then, if the backend said it.
            reason: What to show in place of the connection.
        """
        self.account.logged_out(status, self._now())
        self.connection.stopped(reason)

    def login_succeeded(self) -> None:
        """Handle a login; from now on each status has to be confirmed again."""
        self.sources.begin_login()
        self.connection.login_succeeded()

    def resync_needed(self) -> None:
        """Handle that changes were missed; from now on each status has to be confirmed again."""
        self.sources.begin_login()
        self.connection.outdated()

    def synced(self) -> None:
        """Handle the end of a synchronization: what it did not confirm is not live any more."""
        as_of = self.connection.as_of or self._now()
        self._lower(lambda person: self.sources.end_sync(person, as_of))

    def console_changed(self, settings: ConsoleSettings) -> None:
        """Apply new console settings, and add an event."""
        self.sources.friends_notified = settings.friend_status == "on"
        subscribers_notified = settings.user_status == "on" and settings.edition == "ultimate"
        self.sources.subscribers_notified = subscribers_notified
        self._check_sources()
        self.feed.emit(
            EventKind.NOTICE,
            f"the console was changed: edition {settings.edition}, "
            f"user status {settings.user_status}, friends' notifications {settings.friend_status}",
        )

    def set_subscribers_notified(self, notified: bool) -> None:
        """Set whether the console allows queries and subscriptions, as an answer shows."""
        if notified is not self.sources.subscribers_notified:
            self.sources.subscribers_notified = notified
            self._check_sources()

    # Friends and subscriptions

    def set_friends(self, friends: Iterable[FriendInfo]) -> None:
        """Replace the friend list; the first one adds one event, later ones their differences."""
        infos = list(friends)
        if infos:
            self.sources.friends_notified = any(info.user_status is not None for info in infos)
        if self._friends_known:
            now = {safe_text(info.user_id) for info in infos}
            self.friends_deleted([one.user_id for one in self.friends() if one.user_id not in now])
            self.friends_added(infos)
            self.statuses_changed(info.user_status for info in infos if info.user_status)
            self._check_sources()
            return
        self._friends_known = True
        self._add_friends(infos)
        if infos:
            online = sum(one.live_status is UserStatusType.ONLINE for one in self.friends())
            self.feed.emit(EventKind.FRIEND, f"{counted(online, 'friend')} online")

    def friends_added(self, friends: Iterable[FriendInfo]) -> None:
        """Add new friends, unless the first friend list is still to come."""
        if not self._friends_known:
            return
        infos = list(friends)
        # An empty list did not show whether the console has friends' notifications on.
        self.sources.friends_notified |= any(info.user_status is not None for info in infos)
        new = [info for info in infos if not self._is_friend(info.user_id)]
        self._add_friends(new)
        if len(new) >= BURST:
            self.feed.emit(EventKind.NOTICE, f"{len(new)} new friends")
            return
        for info in new:
            self.feed.emit(EventKind.NOTICE, "is now a friend", who=info.user_id)

    def names_changed(self, friends: Iterable[FriendInfo]) -> None:
        """Update the names of friends."""
        for info in friends:
            person = self._people.get(safe_text(info.user_id))
            if person is not None:
                update_name(person, info)
        self.feed.roster_changed()

    def friends_deleted(self, user_ids: Iterable[str]) -> None:
        """Remove friends from the list."""
        for user_id in map(safe_text, user_ids):
            person = self._people.get(user_id)
            if person is not None and person.friend:
                person.friend = False
                self.feed.emit(EventKind.NOTICE, "is no longer a friend", who=user_id)
        self._drop_unlisted()

    def set_subscriptions(self, user_ids: Iterable[str]) -> None:
        """Replace the subscriptions; the first one is the next to be evicted."""
        self.subscriptions.set_all(user_ids)
        self._mark_subscribed()

    def subscriptions_changed(
        self, added: Iterable[str], removed: Iterable[str], reason: SubscriptionReason
    ) -> None:
        """Apply a change of the subscriptions, and add events for it."""
        descriptions = self.subscriptions.apply_change(added, removed, reason, self._now())
        self._mark_subscribed()
        for words in descriptions:
            self.feed.emit(EventKind.NOTICE, words)

    def _add_friends(self, infos: list[FriendInfo]) -> None:
        for info in infos:
            user_id = safe_text(info.user_id)
            person = self._people.setdefault(user_id, Person(user_id))
            person.friend = True
            update_name(person, info)
            if info.user_status is not None:
                self.sources.learn(person, info.user_status, self._now())
                self._notify_status(person)
        self.feed.roster_changed()

    def _is_friend(self, user_id: str) -> bool:
        person = self._people.get(safe_text(user_id))
        return person is not None and person.friend

    def _mark_subscribed(self) -> None:
        subscribed = set(self.subscriptions.user_ids)
        for user_id in subscribed:
            self._people.setdefault(user_id, Person(user_id))
        for person in self._people.values():
            person.subscribed = person.user_id in subscribed
        self._drop_unlisted()

    def _check_sources(self) -> None:
        """Forget the statuses that nothing keeps up to date any more."""
        now = self._now()
        self._lower(lambda person: self.sources.check(person, now))

    def _lower(self, lower: Callable[[Person], bool]) -> None:
        lowered = [person for person in self._people.values() if lower(person)]
        for person in lowered:
            self._notify_status(person)
        if lowered:
            self.feed.roster_changed()

    def _drop_unlisted(self) -> None:
        self._check_sources()
        self._people = {
            user_id: person
            for user_id, person in self._people.items()
            if person.friend or person.subscribed or user_id in self.chats
        }
        self.feed.roster_changed()

    def _chat_changed(self, user_id: str) -> None:
        if user_id not in self._people:
            self._people[user_id] = Person(user_id)
            self.feed.changed.roster = True
        self.feed.changed.people.add(user_id)
        self.feed.changed.chats.add(user_id)
        self.feed.changed.head = True
        self.feed.notify()

    # Statuses

    def statuses_changed(self, statuses: Iterable[UserStatus]) -> None:
        """Apply pushed statuses and add events; users who are not in the list are ignored."""
        now = self._now()
        changes: list[Event] = []
        for status in statuses:
            if safe_text(status.user_id) == self.own.user_id:
                self._own_changed(status)
            elif (event := self._person_changed(status, now)) is not None:
                changes.append(event)
        if len(changes) < BURST:
            for event in changes:
                self.feed.add_event(event)
        else:
            self.feed.add_event(summary_event(now, changes))
        self.feed.notify()

    def set_statuses(self, statuses: Iterable[UserStatus]) -> None:
        """Apply queried statuses without adding events."""
        now = self._now()
        for status in statuses:
            if safe_text(status.user_id) == self.own.user_id:
                self.account.set_status(status, now)
                self.feed.head_changed()
            else:
                self._person_changed(status, now)
        self.feed.notify()

    def add_query_result(self, status: UserStatus) -> None:
        """Add an event with the result of a query by the user."""
        self.feed.add_event(
            Event(
                self._now(),
                EventKind.NOTICE,
                safe_text(status.user_id),
                status.status_type,
                safe_text(status.custom_status),
                source="(asked)",
            )
        )

    def _person_changed(self, status: UserStatus, now: int) -> Event | None:
        person = self._people.get(safe_text(status.user_id))
        if person is None:
            return None
        earlier, known = snapshot(person), (person.live, person.asked_at)
        moved = self.sources.learn(person, status, now)
        if not moved and known == (person.live, person.asked_at):
            return None
        self.feed.changed.people.add(person.user_id)
        self._notify_status(person)
        if not moved:
            return None
        kind = EventKind.FRIEND if person.friend else EventKind.OTHER
        event = change_event(now, kind, person.user_id, earlier, person)
        if event is not None:
            self._changes.append(event)
        return event

    def _notify_status(self, person: Person) -> None:
        for callback in self._status_listeners:
            callback(person.user_id, person.live_status)

    def _own_changed(self, status: UserStatus) -> None:
        event = self.account.status_changed(status, self._now())
        if event is not None:
            self.feed.events.add(event)
        self.feed.head_changed()

    # Own devices

    def devices_changed(self, devices: Iterable[SelfDevice]) -> None:
        """Set the account's connected devices, and add events for the differences."""
        for event in self.account.devices_changed(devices, self._now()):
            self.feed.add_event(event)
        self.feed.head_changed()
