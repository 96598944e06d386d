"""What the app knows: plain objects, what changed since last asked, and who wants to be woken.

All text that comes from elsewhere becomes safe at this door; the screens show what is here.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from imtui.protocol.messages import (
    ConsoleSettings,
    FriendInfo,
    SelfDevice,
    SubscriptionReason,
)
from imtui.protocol.safe_text import safe_text
from imtui.protocol.status import UserStatus, UserStatusType
from imtui.tui.events import Event, EventKind, EventLog
from imtui.tui.people import Person, change, counted, named, summary, update
from imtui.tui.put_back import is_about_text

BURST: Final = 8
"""From so many changes at once on, the event pane counts them instead of naming each."""

_WHY_REMOVED: Final = {
    SubscriptionReason.EVICTED: "over 200 subscriptions, so the earliest went:",
    SubscriptionReason.CLEARED: "subscriptions cleared by the backend:",
}


class Link(Enum):
    """The state of the connection."""

    STARTING = "starting"
    CONNECTING = "connecting"
    CONNECTED = "connected"
    WAITING = "waiting"
    """Lost; the next attempt is due at ``retry_at``."""
    STOPPED = "stopped"
    """Logged out, kicked or refused: nothing happens until the person asks for it."""


@dataclass
class Changed:
    """What changed since it was last asked."""

    people: set[str] = field(default_factory=set)
    roster: bool = False
    """Somebody came into the list or left it, or the whole list looks different."""
    head: bool = False
    """Own status, devices or connection."""


class Store:
    """The state behind the screens."""

    def __init__(self, now: Callable[[], int]) -> None:
        """Make an empty store; ``now`` gives Unix milliseconds."""
        self._now = now
        self._watchers: list[Callable[[], None]] = []
        self._changed = Changed()
        self._people: dict[str, Person] = {}
        self._friends_known = False
        self._devices: dict[str, SelfDevice] | None = None
        self.instance_id = ""
        """This device."""
        self.own = Person("")
        self._own_status: UserStatus | None = None
        self.own_expires_at: int | None = None
        self.subscriptions: list[str] = []
        """Whom the account subscribed to, the next to be evicted first."""
        self.events = EventLog()
        self.link = Link.STARTING
        self.retry_at = 0
        """When the next attempt is due, in Unix milliseconds, while waiting."""
        self.reason = ""
        """Why there is no connection, in one line."""
        self.as_of: int | None = None
        """When the statuses were last known to be right, if that is past."""

    # Being woken

    def watch(self, callback: Callable[[], None]) -> None:
        """Call ``callback`` whenever something changed."""
        self._watchers.append(callback)

    def take_changed(self) -> Changed:
        """Return what changed since the last call."""
        changed, self._changed = self._changed, Changed()
        return changed

    def _wake(self) -> None:
        for callback in self._watchers:
            callback()

    def _head(self) -> None:
        self._changed.head = True
        self._wake()

    def _roster(self) -> None:
        self._changed.roster = True
        self._wake()

    def tell(self, kind: EventKind, words: str, *, who: str = "", source: str = "") -> None:
        """Add a line of ours to the event pane."""
        self._add(Event(self._now(), kind, safe_text(who), words=safe_text(words), source=source))

    def _add(self, event: Event) -> None:
        self.events.add(event)
        self._wake()

    # Asking

    def listed(self) -> list[Person]:
        """Return who stands in the list, in no order."""
        return list(self._people.values())

    def person(self, user_id: str) -> Person | None:
        """Return a friend or somebody subscribed to."""
        return self._people.get(user_id)

    def devices(self) -> list[SelfDevice]:
        """Return the account's connected devices, the earliest login first."""
        return list((self._devices or {}).values())

    @property
    def stale(self) -> bool:
        """Tell whether the statuses are of a time that is past."""
        return self.as_of is not None

    # The connection

    def log_in_as(self, user_id: str, instance_id: str) -> None:
        """Begin with an account, on this device."""
        self.own = Person(safe_text(user_id))
        self.instance_id = instance_id
        self._head()

    def connecting(self) -> None:
        """An attempt is under way."""
        self._lost_if_connected()
        self.link = Link.CONNECTING
        self._head()

    def connected(self) -> None:
        """The connection stands and all statuses are right."""
        if self.link is Link.CONNECTED and not self.stale:
            return
        again = self.stale
        self.link = Link.CONNECTED
        self.reason = ""
        self.as_of = None
        self.tell(EventKind.CONNECTION, "connected again" if again else "connected")
        self._head()
        self._roster()

    def waiting(self, delay: float, reason: str = "") -> None:
        """The next attempt is due in ``delay`` seconds."""
        self._lost_if_connected()
        self.link = Link.WAITING
        self.retry_at = self._now() + round(delay * 1000)
        if reason:
            self.reason = safe_text(reason)
        self._head()

    def stopped(self, reason: str) -> None:
        """The connection ended for a reason that waiting does not cure."""
        self._outdate()
        self.link = Link.STOPPED
        self.reason = safe_text(reason)
        self.tell(EventKind.CONNECTION, reason)
        self._head()

    def kicked(self) -> None:
        """Another login took this device's place; how the account is now, nobody tells us."""
        self.own.status = UserStatusType.UNKNOWN
        self.own.text = ""
        self._devices = None
        self.stopped("Kicked offline by another login (r: log in again)")

    def logged_out(self) -> None:
        """This device was logged out; with no other one, the account is UNLOGINED."""
        others = [one for one in self.devices() if one.instance_id != self.instance_id]
        self.own.status = UserStatusType.UNKNOWN if others else UserStatusType.UNLOGINED
        self.own.text = ""
        self._devices = None
        self.stopped("Logged out on this device (r: log in again)")

    def _lost_if_connected(self) -> None:
        if self.link is Link.CONNECTED:
            self._outdate()
            self.tell(EventKind.CONNECTION, "connection lost")

    def _outdate(self) -> None:
        if self.as_of is None and self.link is Link.CONNECTED:
            self.as_of = self._now()
            self._roster()

    def console_changed(self, settings: ConsoleSettings) -> None:
        """Tell what the console is set to now."""
        self.tell(
            EventKind.NOTICE,
            f"the console was changed: edition {settings.edition}, "
            f"user status {settings.user_status}, friends' notifications {settings.friend_status}",
        )

    # Friends and subscriptions

    def friends_known(self, friends: Iterable[FriendInfo]) -> None:
        """Take the whole friend list: after the first login as one line, later as what differs."""
        infos = list(friends)
        if self._friends_known:
            now = {safe_text(info.user_id) for info in infos}
            self.friends_deleted([one.user_id for one in self._friends() if one.user_id not in now])
            self.friends_added(infos)
            self.statuses_changed(
                info.user_status or UserStatus(info.user_id, UserStatusType.UNKNOWN)
                for info in infos
            )
            return
        self._friends_known = True
        self._put_friends(infos)
        if infos:
            online = sum(1 for one in self._friends() if one.status is UserStatusType.ONLINE)
            self.tell(EventKind.FRIEND, f"{counted(online, 'friend')} online")

    def _friends(self) -> list[Person]:
        return [person for person in self._people.values() if person.friend]

    def friends_added(self, friends: Iterable[FriendInfo]) -> None:
        """Take new friends, once the first list is known."""
        if not self._friends_known:
            return
        infos = list(friends)
        new = [info for info in infos if not self._is_friend(info.user_id)]
        self._put_friends(new)
        if len(new) >= BURST:
            self.tell(EventKind.NOTICE, f"{len(new)} new friends")
            return
        for info in new:
            self.tell(EventKind.NOTICE, "is now a friend", who=info.user_id)

    def friends_deleted(self, user_ids: Iterable[str]) -> None:
        """Take friends out of the list."""
        for user_id in map(safe_text, user_ids):
            person = self._people.get(user_id)
            if person is not None and person.friend:
                person.friend = False
                self.tell(EventKind.NOTICE, "is no longer a friend", who=user_id)
        self._sweep()

    def subscriptions_known(self, user_ids: Iterable[str]) -> None:
        """Take the whole list of subscriptions, the next to be evicted first."""
        self.subscriptions = [safe_text(user_id) for user_id in user_ids]
        self._mark_subscribed()

    def subscriptions_changed(
        self, added: Iterable[str], removed: Iterable[str], reason: SubscriptionReason
    ) -> None:
        """Take a change of the list of subscriptions."""
        new, gone = [safe_text(one) for one in added], {safe_text(one) for one in removed}
        before = set(self.subscriptions)
        kept = [one for one in self.subscriptions if one not in gone and one not in new]
        self.subscriptions = kept + new
        self._mark_subscribed()
        if really_new := [one for one in new if one not in before]:
            self.tell(EventKind.NOTICE, f"subscribed to {named(really_new, 'user')}")
        if gone := gone & before:
            words = _WHY_REMOVED.get(reason, "no longer subscribed to")
            self.tell(EventKind.NOTICE, f"{words} {named(sorted(gone), 'user')}")

    def _put_friends(self, infos: list[FriendInfo]) -> None:
        for info in infos:
            person = self._people.setdefault(
                safe_text(info.user_id), Person(safe_text(info.user_id))
            )
            person.friend = True
            if info.user_status is not None:
                update(person, info.user_status)
        self._roster()

    def _is_friend(self, user_id: str) -> bool:
        person = self._people.get(safe_text(user_id))
        return person is not None and person.friend

    def _mark_subscribed(self) -> None:
        subscribed = set(self.subscriptions)
        for user_id in subscribed:
            self._people.setdefault(user_id, Person(user_id))
        for person in self._people.values():
            person.subscribed = person.user_id in subscribed
        self._sweep()

    def _sweep(self) -> None:
        self._people = {
            user_id: person
            for user_id, person in self._people.items()
            if person.friend or person.subscribed
        }
        self._roster()

    # Statuses

    def statuses_changed(self, statuses: Iterable[UserStatus]) -> None:
        """Take statuses that were pushed; who is not in the list is left out."""
        changes: list[Event] = []
        for status in statuses:
            if safe_text(status.user_id) == self.own.user_id:
                self._own_changed(status)
            elif (event := self._person_changed(status)) is not None:
                changes.append(event)
        if len(changes) < BURST:
            for event in changes:
                self._add(event)
        else:
            self._add(summary(self._now(), changes))
        self._wake()

    def statuses_known(self, statuses: Iterable[UserStatus]) -> None:
        """Take statuses that were asked for to fill the list; nothing is told of them."""
        for status in statuses:
            if safe_text(status.user_id) == self.own.user_id:
                self._put_own(status)
            else:
                self._person_changed(status)
        self._wake()

    def not_known(self, user_ids: Iterable[str]) -> None:
        """Nothing can be learned of these users now."""
        self.statuses_known(UserStatus(one, UserStatusType.UNKNOWN) for one in user_ids)

    def answered(self, status: UserStatus) -> None:
        """Tell the answer to a question of the person's."""
        self._add(
            Event(
                self._now(),
                EventKind.NOTICE,
                safe_text(status.user_id),
                status.status_type,
                safe_text(status.custom_status),
                source="(asked)",
            )
        )

    def _person_changed(self, status: UserStatus) -> Event | None:
        person = self._people.get(safe_text(status.user_id))
        if person is None:
            return None
        before = Person(person.user_id, person.status, person.text)
        moved = update(person, status)
        if not moved:
            return None
        self._changed.people.add(person.user_id)
        kind = EventKind.FRIEND if person.friend else EventKind.OTHER
        return change(self._now(), kind, person.user_id, before, person)

    def _put_own(self, status: UserStatus) -> None:
        self._own_status = status
        update(self.own, status)
        self.own_expires_at = status.expires_at
        self._head()

    def _own_changed(self, status: UserStatus) -> None:
        before = Person(self.own.user_id, self.own.status, self.own.text)
        about_text = is_about_text(self._own_status, status)
        self._put_own(status)
        source = ""
        if status.changed_by is not None and about_text:
            device = status.changed_by
            source = f"from {self._device(device.instance_id, device.device_name, device.platform)}"
        event = change(self._now(), EventKind.OWN, "you", before, self.own, source)
        if event is not None:
            self._add(event)

    # Own devices

    def devices_changed(self, devices: Iterable[SelfDevice]) -> None:
        """Take the account's connected devices; those that came and went are told."""
        before, now = self._devices, {device.instance_id: device for device in devices}
        self._devices = now
        if before is not None:
            for device in now.values():
                if device.instance_id not in before:
                    self._tell_device(device, "logged in")
            for device in before.values():
                if device.instance_id not in now:
                    self._tell_device(device, "is gone")
        self._head()

    def _tell_device(self, device: SelfDevice, words: str) -> None:
        if device.instance_id != self.instance_id:
            name = self._device(device.instance_id, device.device_name, device.platform)
            self.tell(EventKind.DEVICE, words, who=name)

    def _device(self, instance_id: str, name: str, platform: str) -> str:
        if instance_id == self.instance_id:
            return "this device"
        return f"{safe_text(name)} ({platform})" if name else str(platform)
