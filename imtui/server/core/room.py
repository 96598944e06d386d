"""Room for more: whether the disk takes what would let the store grow without end."""

from typing import Final, Protocol

from imtui.protocol.errors import ErrorCode, IMError

_FULL: Final = "The backend's disk is almost full. Try again when who runs it has freed some space."


class Disk(Protocol):
    """Tells how much the store may still grow."""

    def has_room(self) -> bool:
        """Tell whether there is room for messages and friends."""

    def has_room_for_accounts(self) -> bool:
        """Tell whether there is room for accounts, which are small, and with which logins begin."""


class EndlessDisk:
    """A disk that never fills."""

    def has_room(self) -> bool:
        """Return True."""
        return True

    def has_room_for_accounts(self) -> bool:
        """Return True."""
        return True


class Room:
    """What is refused while the disk is almost full; all else goes on.

    What is not refused has a bound for each account, or makes the store smaller.
    """

    def __init__(self, disk: Disk) -> None:
        """Ask this disk."""
        self._disk = disk

    def check(self) -> None:
        """Check that there is room for messages and friends.

        Raises:
            IMError: 70500.
        """
        if not self._disk.has_room():
            raise IMError(ErrorCode.ERR_SVR_ACCOUNT_INTERNAL_ERROR, _FULL)

    def check_for_account(self) -> None:
        """Check that there is room for an account.

        Raises:
            IMError: 70500.
        """
        if not self._disk.has_room_for_accounts():
            raise IMError(ErrorCode.ERR_SVR_ACCOUNT_INTERNAL_ERROR, _FULL)
