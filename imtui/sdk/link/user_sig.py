"""Getting the UserSig for an attempt to log in."""

import asyncio
import logging
from collections.abc import Callable

from imtui.protocol.errors import IMError, invalid_parameters

_log = logging.getLogger(__name__)

UserSigSource = str | Callable[[], str]
"""A UserSig, or a function that makes a new one for each attempt."""


def make_user_sig(source: UserSigSource) -> str:
    """Return the UserSig for the next attempt.

    Raises:
        IMError: What the function raised; 6017 if it raised anything else.
    """
    if isinstance(source, str):
        return source
    try:
        return source()
    except IMError:
        raise
    except (Exception, asyncio.CancelledError) as error:
        # It cannot be this task that is cancelled, because the function awaits nothing.
        _log.exception("The UserSig could not be made")
        raise invalid_parameters("userSig", "it could not be made") from error
