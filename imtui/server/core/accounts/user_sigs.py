"""Which UserSigs were revoked."""

from imtui.protocol.errors import ErrorCode, IMError


class UserSigs:
    """For each account whose UserSigs were ever revoked, which of them no longer count.

    A UserSig says in which second it was made. Those of earlier seconds than the revocation are
    gone, and of those of the same second the ones that had been used: a new one may come at once.
    """

    def __init__(self) -> None:
        """Start with none revoked."""
        self._valid_from: dict[str, int] = {}
        self._used: dict[str, frozenset[int]] = {}

    def revoke(self, user_id: str, second: int, used: frozenset[int]) -> frozenset[int]:
        """Revoke what was made before a Unix second, and of what was made in it the used ones.

        Those are returned, with what an earlier call in the same second revoked.
        """
        if self._valid_from.get(user_id) == second:
            used |= self._used[user_id]
        self._valid_from[user_id] = second
        self._used[user_id] = used
        return used

    def check(self, user_id: str, made: int, signature: int) -> None:
        """Check that a UserSig, whose proof was checked, was not revoked.

        Args:
            user_id: Whose it is.
            made: When it was made, in Unix seconds.
            signature: A number that stands for it.

        Raises:
            IMError: 70052.
        """
        valid_from = self._valid_from.get(user_id)
        if valid_from is None:
            return
        if made < valid_from or (made == valid_from and signature in self._used[user_id]):
            raise IMError(ErrorCode.ERR_SVR_ACCOUNT_INVALID_USERSIG)
