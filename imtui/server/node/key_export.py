"""Exports the app's newest key for the commands on this machine, each time it is rotated."""

import logging
from typing import Final

from imtui.protocol.app_key import AppKey
from imtui.server.core.keys.changes import KeyRotated
from imtui.server.node.data_dir import BackendError, DataDir

_log: Final = logging.getLogger(__name__)


class KeyExport:
    """Writes the newest key to the data folder once it is durable.

    So whoever reads it there makes UserSigs that stay valid, whenever the backend is killed. The
    next start repeats an export that is missing.
    """

    def __init__(self, data: DataDir, newest: AppKey) -> None:
        """Start; the newest key is exported already."""
        self._data = data
        self._exported = self._newest = newest

    def rotated(self, change: KeyRotated) -> None:
        """Note the new key."""
        self._newest = change.key_ring.newest

    def committed(self) -> None:
        """Export the newest key, as all changes so far are durable; a failure is retried later."""
        if self._newest == self._exported:
            return
        try:
            self._data.export_key(self._newest)
        except BackendError as error:
            _log.error("The new key is not exported: %s", error)
        else:
            self._exported = self._newest
