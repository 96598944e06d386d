"""Which statuses the listeners know, what is newer than that, and what differs from it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

import msgspec

from imtui.protocol.status import UserStatus, UserStatusType

FORGOTTEN: Final = -1
"""The revision of a status that was known before the present login."""

# More than an account can follow: 3,000 friends and 200 subscriptions.
_USERS_MAX: Final = 10_000


def same(one: UserStatus, other: UserStatus) -> bool:
    """Tell whether two statuses of a user say the same, whatever their revisions."""
    return (
        one.status_type == other.status_type
        and one.custom_status == other.custom_status
        and one.online_devices == other.online_devices
        and one.since == other.since
        and one.expires_at == other.expires_at
    )


@dataclass(frozen=True)
class Answered:
    """What an answer with statuses comes to."""

    statuses: list[UserStatus]
    """The newest known of each, in the order of the answer."""
    differing: list[UserStatus]
    """Those of which listeners still believe something else from before this login."""


class KnownStatuses:
    """The newest status of each user that the listeners of one account know.

    At each login the revisions are forgotten, for they compare within one connection only. From
    then on a status is doubtful until it was learned again.
    """

    def __init__(self, user_id: str) -> None:
        """Know nothing yet; ``user_id`` is the account itself."""
        self._user_id = user_id
        self._statuses: dict[str, UserStatus] = {}

    def __contains__(self, user_id: str) -> bool:
        """Tell whether the status of a user is known."""
        return user_id in self._statuses

    def get(self, user_id: str) -> UserStatus | None:
        """Return the newest status known of a user."""
        return self._statuses.get(user_id)

    def forget_revisions(self) -> None:
        """Begin a new login: whatever comes now is newer than what is known."""
        for user_id, status in self._statuses.items():
            self._statuses[user_id] = msgspec.structs.replace(status, revision=FORGOTTEN)

    def drop(self, user_id: str) -> None:
        """Forget a user whom nobody follows any more."""
        self._statuses.pop(user_id, None)

    def lose_connection(self, now: int) -> UserStatus:
        """Return the own status without a connection: OFFLINE since ``now``, without a text.

        Args:
            now: Unix milliseconds.
        """
        before = self._statuses.get(self._user_id)
        revision = FORGOTTEN if before is None else before.revision
        status = UserStatus(self._user_id, UserStatusType.OFFLINE, since=now, revision=revision)
        self._statuses[self._user_id] = status
        return status

    def pushed(self, statuses: Iterable[UserStatus]) -> list[UserStatus]:
        """Take pushed statuses and return those that are not older than what is known."""
        known = self._statuses
        news: list[UserStatus] = []
        for status in statuses:
            before = known.get(status.user_id)
            if before is None or status.revision >= before.revision:
                known[status.user_id] = status
                news.append(status)
        self._trim()
        return news

    def answered(
        self,
        statuses: Iterable[UserStatus],
        follows: Callable[[str], bool],
        *,
        tell_new: bool = False,
    ) -> Answered:
        """Take the statuses in an answer.

        Args:
            statuses: The statuses, of users whom the account follows or not.
            follows: Tells of a user whose status is not known whether to remember it.
            tell_new: Count those remembered for the first time as differing, too.
        """
        known = self._statuses
        newest: list[UserStatus] = []
        differing: list[UserStatus] = []
        for status in statuses:
            before = known.get(status.user_id)
            if before is not None and status.revision < before.revision:
                newest.append(before)
                continue
            newest.append(status)
            if before is None:
                if not follows(status.user_id):
                    continue
                tell = tell_new
            else:
                tell = before.revision == FORGOTTEN and not same(before, status)
            known[status.user_id] = status
            if tell:
                differing.append(status)
        self._trim()
        return Answered(newest, differing)

    def give_up_doubtful(self) -> list[UserStatus]:
        """Make UNKNOWN what was not learned since the login, and return what thus changed."""
        unknown: list[UserStatus] = []
        for user_id, status in self._statuses.items():
            if status.revision == FORGOTTEN and status.status_type != UserStatusType.UNKNOWN:
                given_up = UserStatus(user_id, UserStatusType.UNKNOWN, revision=FORGOTTEN)
                self._statuses[user_id] = given_up
                unknown.append(given_up)
        return unknown

    def doubtful(self) -> list[str]:
        """Return whose status was not learned since the login."""
        return [user for user, status in self._statuses.items() if status.revision == FORGOTTEN]

    def _trim(self) -> None:
        while len(self._statuses) > _USERS_MAX:
            self._statuses.pop(next(user for user in self._statuses if user != self._user_id))
