"""Opening the files of an account on this device; importing this module loads SQLite."""

from contextlib import suppress
from pathlib import Path

from imtui.protocol.identifiers import is_user_id
from imtui.sdk.messages.cache import MessageCache
from imtui.sdk.messages.outbox import Outbox


def open_storage(
    user_id: str, instance_id: str, storage_dir: Path | None
) -> tuple[MessageCache, Outbox]:
    """Open the cache and the outbox of an account.

    Args:
        user_id: The account.
        instance_id: This device.
        storage_dir: The folder of all accounts and devices; in memory only if None.
    """
    # The backend refuses an invalid user ID, so it must not become part of a path either.
    folder = _private(storage_dir) if storage_dir is not None and is_user_id(user_id) else None
    name = f"{user_id}.{instance_id}"
    outbox = Outbox(folder and folder / f"{name}.outbox")
    return MessageCache(folder and folder / f"{name}.cache", user_id), outbox


def _private(path: Path) -> Path:
    # If the folder cannot be made, opening the files in it fails with an error of its own.
    with suppress(OSError):
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.chmod(0o700)
    return path
