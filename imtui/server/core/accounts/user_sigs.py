"""Revoked UserSigs."""

from imtui.protocol.errors import ErrorCode, IMError


class UserSigs:
    """The last revocation of each account.

    A UserSig states the second in which it was made. A revocation covers all UserSigs of earlier
    seconds, and those of its own second that were in use, so that a new one is valid at once.
    """

    def __init__(self) -> None:
        """Start without revocations."""
        self._valid_from: dict[str, int] = {}
        self._used: dict[str, frozenset[int]] = {}

    def revoke(self, user_id: str, second: int, used: frozenset[int]) -> frozenset[int]:
        """Revoke the UserSigs made before a Unix second, and those made in it that were in use.

        Returns:
            All revoked UserSigs of that second, including those of an earlier call in it.
        """
        if self._valid_from.get(user_id) == second:
            used |= self._used[user_id]
        self._valid_from[user_id] = second
        self._used[user_id] = used
        return used

    def check(self, user_id: str, made: int, signature: int) -> None:
        """Check that a valid UserSig was not revoked.

        Args:
            user_id: The user.
            made: When the UserSig was made, in Unix seconds.
            signature: The number that stands for the UserSig.

        Raises:
            IMError: 70052.
        """
        valid_from = self._valid_from.get(user_id)
        if valid_from is None:
            return
        if made < valid_from or (made == valid_from and signature in self._used[user_id]):
            raise IMError(ErrorCode.ERR_SVR_ACCOUNT_INVALID_USERSIG)
