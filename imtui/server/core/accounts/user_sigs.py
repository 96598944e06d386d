"""Revoked UserSigs."""

from collections.abc import Iterable
from typing import Final

from msgspec import Struct

from imtui.protocol.errors import ErrorCode, IMError
from imtui.protocol.limits import CLOCK_AHEAD_MAX
from imtui.protocol.proof import Proof, SigID


class Revocation(Struct, gc=False):
    """The revoked UserSigs of an account."""

    second: int
    """All that were made in this Unix second or earlier are revoked."""
    used: dict[bytes, int]
    """The others that are revoked, by their digests, with the seconds in which they expire."""


_NONE: Final = Revocation(0, {})


class UserSigs:
    """The revoked UserSigs of each user ID.

    A UserSig states the second in which it was made, by a clock that may be ahead of the backend's.
    So a revocation covers all UserSigs up to its own second, and by their digests those that were
    used.
    """

    def __init__(self) -> None:
        """Start without revocations."""
        self._revocations: dict[str, Revocation] = {}
        self._latest = 0
        """The latest second of all revocations."""

    def revoke(self, user_id: str, second: int, used: Iterable[SigID]) -> None:
        """Revoke the UserSigs that were made until a Unix second, and some that were used."""
        known = self._revocations.get(user_id, _NONE)
        digests = {digest: end for digest, end in known.used.items() if end > second}
        digests |= {sig.digest: sig.expires_at for sig in used}
        self._revocations[user_id] = Revocation(max(second, known.second), digests)
        self._latest = max(self._latest, second)

    def correct(self, now: int) -> list[str]:
        """Set revocations that lie more than 5 minutes ahead to ``now``, a Unix second.

        The clock was wrong when they were made, and would keep the user out until it shows their
        time again.

        Returns:
            The user IDs whose revocations were changed.
        """
        bound = now + CLOCK_AHEAD_MAX
        if self._latest <= bound:
            return []
        ahead = {user_id: one for user_id, one in self._revocations.items() if one.second > bound}
        for revocation in ahead.values():
            revocation.second = now
        self._latest = max(one.second for one in self._revocations.values())
        return list(ahead)

    def check(self, proof: Proof) -> None:
        """Check that a valid UserSig was not revoked.

        Raises:
            IMError: 70052.
        """
        revocation = self._revocations.get(proof.user_id, _NONE)
        if proof.made <= revocation.second or proof.sig_id.digest in revocation.used:
            raise IMError(ErrorCode.ERR_SVR_ACCOUNT_INVALID_USERSIG)
