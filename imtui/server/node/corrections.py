"""Logs what was corrected after the clock had been wrong."""

import logging
from typing import Final

from imtui.server.core.accounts.changes import RevocationCorrected

_log: Final = logging.getLogger(__name__)


def log_correction(change: RevocationCorrected) -> None:
    """Log a revocation of UserSigs that lay ahead of the clock."""
    _log.warning(
        "The clock was ahead when %s was kicked: UserSigs made from now on are valid",
        change.user_id,
    )
