"""Device IDs in a folder: one for each running client, reused by the next start."""

import logging
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from imtui.files import FileLock, make_folder, make_private_dir, write_private
from imtui.protocol.errors import IMError
from imtui.protocol.identifiers import check_instance_id

_log = logging.getLogger(__name__)

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


def free_instances(folder: Path) -> Iterator[str]:
    """Yield each device ID that no running client holds, and hold it meanwhile.

    Raises:
        OSError: The folder cannot be used.
    """
    for number in range(1, _FILES_MAX + 1):
        if not (folder / f"{number}.id").exists():
            continue
        lock = FileLock(folder / f"{number}.lock")
        if lock.acquire(blocking=False):
            try:
                yield _stored_id(folder / f"{number}.id")
            finally:
                lock.release()


class InstanceID:
    """The ID of a client: given, claimed in a folder while it is in use, or random."""

    def __init__(self, given: str | None, folder: Path | None) -> None:
        """Use the given ID, or claim one in ``folder`` if there is a folder.

        Raises:
            IMError: 6017.
        """
        self._value = "" if given is None else check_instance_id(given)
        self._folder = folder if given is None else None
        self._claimed: Instance | None = None

    @property
    def value(self) -> str:
        """Return the ID; one that was released stays until another one is claimed."""
        if not self._value:
            self._value = _new_id()
        return self._value

    def claim(self) -> str:
        """Hold an ID until it is released, if there is a folder, and return it.

        If the folder cannot be used, the ID is random.
        """
        if self._folder is not None and self._claimed is None:
            try:
                make_folder(self._folder.parent)
                self._claimed = claim_instance(self._folder)
                self._value = self._claimed.instance_id
            except OSError as error:
                _log.error("No device ID can be kept in %s: %s", self._folder, error)
        return self.value

    def peek(self) -> str:
        """Return the ID, claimed if there was none before."""
        return self._value or self.claim()

    def release(self) -> None:
        """Release the ID for other clients."""
        if self._claimed is not None:
            self._claimed.release()
            self._claimed = None

    def free_ids(self) -> Iterator[str]:
        """Yield each ID of the folder that no running client holds, and hold it meanwhile."""
        if self._folder is not None and self._claimed is not None:
            try:
                yield from free_instances(self._folder)
            except OSError as error:
                _log.error("The device IDs in %s cannot be read: %s", self._folder, error)


def _stored_id(file: Path) -> str:
    try:
        return check_instance_id(file.read_text("utf-8", "replace").strip())
    except (FileNotFoundError, IMError):
        new = _new_id()
        write_private(file, new)
        return new


def _new_id() -> str:
    return secrets.token_hex(16)
