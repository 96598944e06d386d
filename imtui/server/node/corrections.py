"""Logs what was corrected after the clock had been wrong."""

import logging
from collections.abc import Iterable
from typing import Final

from imtui.server.core.accounts.changes import RevocationCorrected
from imtui.server.core.change import Change

_log: Final = logging.getLogger(__name__)


def log_corrections(changes: Iterable[Change], client_ip: str = "") -> None:
    """Log each revocation of UserSigs that lay ahead of the clock."""
    for change in changes:
        if isinstance(change, RevocationCorrected):
            _log.warning(
                "The clock was ahead when %s was kicked: UserSigs made from now on are valid",
                change.user_id,
            )
