"""The device IDs of this machine: each running app has one of its own, and finds it again."""

import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from imtui.files import FileLock, make_private_dir, write_private
from imtui.protocol import limits
from imtui.protocol.errors import IMError
from imtui.protocol.identifiers import check_instance_id

_FILES_MAX: Final = 64


@dataclass(frozen=True)
class Instance:
    """A device ID, held by this process until it is released or the process ends."""

    number: int
    """Which of this machine's devices it is, from 1; 0 for one that is not kept."""
    instance_id: str
    lock: FileLock | None

    def release(self) -> None:
        """Let another process have the ID."""
        if self.lock is not None:
            self.lock.release()


def claim_instance(folder: Path) -> Instance:
    """Take the first device ID that no running app holds, or make one.

    Args:
        folder: Where the IDs of one account of one server are kept; at most 64 of them. Whoever
            comes when all are taken gets an ID that is not kept.

    Raises:
        OSError: The folder cannot be made or written.
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


def default_device_name(instance: Instance) -> str:
    """Return the host's name, with the device's number if it is not the first; 64 bytes at most."""
    import socket

    from imtui.protocol.safe_text import safe_text

    suffix = "" if instance.number == 1 else f" {instance.number or instance.instance_id[:4]}"
    host = safe_text(socket.gethostname()).strip() or "device"
    room = limits.DEVICE_NAME_MAX_BYTES - len(suffix)
    return host.encode()[:room].decode(errors="ignore") + suffix


def _stored_id(file: Path) -> str:
    try:
        return check_instance_id(file.read_text("utf-8", "replace").strip())
    except (FileNotFoundError, IMError):
        new = _new_id()
        write_private(file, new)
        return new


def _new_id() -> str:
    return secrets.token_hex(16)
