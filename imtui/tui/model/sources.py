"""The sources that keep the statuses of people up to date, and what is known without one.

A status is live while a source tells of its changes: friendship or a subscription, if the console
allows it, once it was confirmed during the present login. Any other status is an answer as of a
time, or UNKNOWN.
"""

from enum import Enum

from imtui.protocol.status import UserStatus, UserStatusType
from imtui.tui.model.person import Person, update_status


class UpdateSource(Enum):
    """How the app learns of a person's changes; the values are shown in the details."""

    FRIENDS = "as a friend: the console has friends' notifications on"
    SUBSCRIPTION = "by subscription"
    BOTH = "as a friend and by subscription"
    NOTHING = "not at all: subscribe to hear of changes"


class Sources:
    """The console settings and the login on which the sources depend."""

    def __init__(self) -> None:
        """Start before the first login."""
        self.friends_notified = False
        """Whether the console has friends' notifications on."""
        self.subscribers_notified = True
        """Whether the console allows subscriptions, as far as known."""
        self._login = 1

    def begin_login(self) -> None:
        """Require that each status is confirmed again, because a login has succeeded."""
        self._login += 1

    def of(self, person: Person) -> UpdateSource:
        """Return how the app learns of a person's changes."""
        as_friend = person.friend and self.friends_notified
        by_subscription = person.subscribed and self.subscribers_notified
        if as_friend and by_subscription:
            return UpdateSource.BOTH
        if as_friend:
            return UpdateSource.FRIENDS
        return UpdateSource.SUBSCRIPTION if by_subscription else UpdateSource.NOTHING

    def learn(self, person: Person, status: UserStatus, now: int) -> bool:
        """Apply a pushed or queried status, and return whether the status itself changed.

        Args:
            person: The user.
            status: Their newest status.
            now: Unix milliseconds.
        """
        moved = update_status(person, status, now)
        person.login = person.asked_at = 0
        if status.status_type is not UserStatusType.UNKNOWN:
            if self.of(person) is UpdateSource.NOTHING:
                person.asked_at = now
            else:
                person.login = self._login
        return moved

    def is_confirmed(self, person: Person) -> bool:
        """Tell whether a status is live, and confirmed during the present login."""
        return person.login == self._login

    def check(self, person: Person, now: int) -> bool:
        """Forget a status that was live and has lost its source; return whether it was one."""
        if not person.live or self.of(person) is not UpdateSource.NOTHING:
            return False
        self.learn(person, UserStatus(person.user_id, UserStatusType.UNKNOWN), now)
        return True

    def end_sync(self, person: Person, as_of: int) -> bool:
        """Date back a live status that this login has not confirmed; return whether it was one.

        Args:
            person: The user.
            as_of: When it was last live, in Unix milliseconds.
        """
        if not person.live or self.is_confirmed(person):
            return False
        person.login, person.asked_at = 0, as_of
        return True
