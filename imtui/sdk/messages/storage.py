"""Opening the files of an account on this device; importing this module loads SQLite."""

from contextlib import suppress
from pathlib import Path

from imtui.files import make_folder
from imtui.protocol.identifiers import is_user_id
from imtui.sdk.instances import InstanceID
from imtui.sdk.messages.cache import MessageCache
from imtui.sdk.messages.outbox import Outbox


def open_storage(
    user_id: str, instance: InstanceID, storage_dir: Path | None
) -> tuple[MessageCache, Outbox]:
    """Open the cache and the outbox of an account.

    The outbox takes over what waits under device IDs that no running client holds.

    Args:
        user_id: The account.
        instance: This device, whose ID is claimed.
        storage_dir: The folder of all accounts and devices; in memory only if None.
    """
    # The backend refuses an invalid user ID, so it must not become part of a path either.
    if storage_dir is None or not is_user_id(user_id):
        return MessageCache(None, user_id), Outbox(None)
    # If the folder cannot be made, opening the files in it fails with an error of its own.
    with suppress(OSError):
        make_folder(storage_dir)
    name = f"{user_id}.{instance.claim()}"
    outbox = Outbox(storage_dir / f"{name}.outbox")
    for free_id in instance.free_ids():
        outbox.take_over(storage_dir / f"{user_id}.{free_id}.outbox")
    return MessageCache(storage_dir / f"{name}.cache", user_id), outbox
