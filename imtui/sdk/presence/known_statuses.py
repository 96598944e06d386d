"""The statuses that listeners know, and how newer ones differ from them."""

from collections.abc import Callable, Iterable
from typing import Final

import msgspec
from msgspec import Struct

from imtui.protocol.status import UserStatus, UserStatusType

FORGOTTEN: Final = -1
"""The revision of a status from before the present login."""

# More than an account can follow: 3,000 friends and 200 subscriptions.
_USERS_MAX: Final = 10_000


def same(one: UserStatus, other: UserStatus) -> bool:
    """Return whether two statuses of a user are equal apart from their revisions."""
    return (
        one.status_type == other.status_type
        and one.custom_status == other.custom_status
        and one.online_devices == other.online_devices
        and one.since == other.since
        and one.expires_at == other.expires_at
    )


class Answered(Struct, frozen=True):
    """The outcome of an answer with statuses."""

    statuses: list[UserStatus]
    """The newest known status of each user, in the order of the answer."""
    differing: list[UserStatus]
    """The statuses of which listeners know another version from before this login."""


class KnownStatuses:
    """The newest status of each user that the listeners of one account know.

    Revisions compare within one connection only, so each login forgets them. From then on a status
    is outdated until it is learned again.
    """

    def __init__(self, user_id: str) -> None:
        """Start with no status; ``user_id`` is the account itself."""
        self._user_id = user_id
        self._statuses: dict[str, UserStatus] = {}

    def __contains__(self, user_id: str) -> bool:
        """Return whether the status of a user is known."""
        return user_id in self._statuses

    def get(self, user_id: str) -> UserStatus | None:
        """Return the newest known status of a user."""
        return self._statuses.get(user_id)

    def newest(self, status: UserStatus) -> UserStatus:
        """Return the newest known status of the same user: the given one, or one after it."""
        known = self._statuses.get(status.user_id)
        return status if known is None or known.revision < status.revision else known

    def forget_revisions(self) -> None:
        """Begin a new login: any status from now on is newer than those known."""
        for user_id, status in self._statuses.items():
            self._statuses[user_id] = msgspec.structs.replace(status, revision=FORGOTTEN)

    def drop(self, user_id: str) -> None:
        """Forget a user whom the account does not follow any more."""
        self._statuses.pop(user_id, None)

    def lose_connection(self, now: int) -> UserStatus:
        """Set the own status to OFFLINE without a text, and return it.

        Args:
            now: Unix milliseconds.
        """
        before = self._statuses.get(self._user_id)
        revision = FORGOTTEN if before is None else before.revision
        status = UserStatus(self._user_id, UserStatusType.OFFLINE, since=now, revision=revision)
        self._statuses[self._user_id] = status
        return status

    def pushed(self, statuses: Iterable[UserStatus]) -> list[UserStatus]:
        """Apply pushed statuses, and return those that are not older than the known ones."""
        known = self._statuses
        applied: list[UserStatus] = []
        for status in statuses:
            before = known.get(status.user_id)
            if before is None or status.revision >= before.revision:
                known[status.user_id] = status
                applied.append(status)
        self._trim()
        return applied

    def answered(
        self,
        statuses: Iterable[UserStatus],
        follows: Callable[[str], bool],
        *,
        notify_new: bool = False,
    ) -> Answered:
        """Apply the statuses in an answer.

        Args:
            statuses: The statuses, of followed users and of others.
            follows: Returns whether to keep the status of a user who has none yet.
            notify_new: Count statuses that are kept for the first time as differing, too.
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
                is_differing = notify_new
            else:
                is_differing = before.revision == FORGOTTEN and not same(before, status)
            known[status.user_id] = status
            if is_differing:
                differing.append(status)
        self._trim()
        return Answered(newest, differing)

    def give_up_outdated(self) -> list[UserStatus]:
        """Make outdated statuses UNKNOWN, and return those that thereby changed."""
        unknown: list[UserStatus] = []
        for user_id, status in self._statuses.items():
            if status.revision == FORGOTTEN and status.status_type != UserStatusType.UNKNOWN:
                given_up = UserStatus(user_id, UserStatusType.UNKNOWN, revision=FORGOTTEN)
                self._statuses[user_id] = given_up
                unknown.append(given_up)
        return unknown

    def outdated(self) -> list[str]:
        """Return the users whose statuses were not learned since the login."""
        return [user for user, status in self._statuses.items() if status.revision == FORGOTTEN]

    def _trim(self) -> None:
        while len(self._statuses) > _USERS_MAX:
            self._statuses.pop(next(user for user in self._statuses if user != self._user_id))
