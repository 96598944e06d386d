"""Device IDs in a folder: one for each running client, reused by the next start."""

import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from imtui.files import FileLock, make_private_dir, write_private
from imtui.protocol.errors import IMError
from imtui.protocol.identifiers import check_instance_id

_FILES_MAX: Final = 64


@dataclass(frozen=True)
class Instance:
    """A device ID that this process holds until it releases the ID or ends."""

    number: int
    """The number of the device in its folder, from 1; 0 if its ID is not saved."""
    instance_id: str
    lock: FileLock | None

    def release(self) -> None:
        """Release the ID for other processes."""
        if self.lock is not None:
            self.lock.release()


def claim_instance(folder: Path) -> Instance:
    """Claim the first device ID that no running client holds, or create one.

    Args:
        folder: The folder with the IDs of one account on one server, at most 64. If all of them
            are taken, the returned ID is not saved.

    Raises:
        OSError: The folder cannot be created or written.
    """
    make_private_dir(folder)
    for number in range(1, _FILES_MAX + 1):
        lock = FileLock(folder / f"{number}.lock")
        if lock.acquire(blocking=False):
            try:
                return Instance(number, _stored_id(folder / f"{number}.id"), lock)
            except BaseException:
                lock.release()
                raise
    return Instance(0, _new_id(), None)


def _stored_id(file: Path) -> str:
    try:
        return check_instance_id(file.read_text("utf-8", "replace").strip())
    except (FileNotFoundError, IMError):
        new = _new_id()
        write_private(file, new)
        return new


def _new_id() -> str:
    return secrets.token_hex(16)
