"""Exports the app's newest key for the commands on this machine, each time it is rotated."""

import logging
from typing import Final

from imtui.protocol.app_key import AppKey, KeyRing
from imtui.server.node.data_dir import BackendError, DataDir

_log: Final = logging.getLogger(__name__)


class KeyExport:
    """Writes the newest key to the data folder once it is durable.

    So whoever reads it there makes UserSigs that stay valid, whenever the backend is killed. The
    next start repeats an export that is missing.
    """

    def __init__(self, data: DataDir, exported: AppKey | None) -> None:
        """Start with the key that is exported already, if one is."""
        self._data = data
        self._exported = self._newest = exported

    def rotated(self, key_ring: KeyRing) -> None:
        """Note the newest key."""
        self._newest = key_ring.newest

    def committed(self) -> None:
        """Export the newest key, as all changes so far are durable; a failure is retried later."""
        if self._newest is None or self._newest == self._exported:
            return
        try:
            self._data.export_key(self._newest)
        except BackendError as error:
            _log.error("The new key is not exported: %s", error)
        else:
            self._exported = self._newest
            _log.info("app_key.json has the app's newest key")
