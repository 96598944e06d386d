"""Archives for tests of functions that plan and then apply: one fails, one may not be read."""

from typing import Any, Final

from imtui.server.core.archive import Archive, ArchiveError

READS: Final = ("find", "at", "before", "within", "changed", "hidden", "older", "count_unread")


class FailingArchive:
    """An archive whose n-th read fails, counted from 1."""

    def __init__(self, archive: Archive, fails_at: int) -> None:
        """Read from another archive until it fails."""
        self._archive = archive
        self._left = fails_at

    def __getattr__(self, name: str) -> Any:
        """Return a read that counts."""
        assert name in READS

        def read(*args: Any) -> Any:
            self._left -= 1
            if self._left == 0:
                raise ArchiveError("The disk is broken.")
            return getattr(self._archive, name)(*args)

        return read


class UnreadArchive:
    """An archive that nobody may read."""

    def __getattr__(self, name: str) -> Any:
        """Fail at once."""
        raise AssertionError(f"the archive is read: {name}")
