"""Stores the settings of the app that options of the start give."""

from collections.abc import Mapping
from typing import Any, Final

from imtui.protocol.errors import IMError
from imtui.server.audit import Audit, Kind
from imtui.server.core.console import Console
from imtui.server.core.context import Context
from imtui.server.core.logins.administration import get_console, set_console
from imtui.server.node.data_dir import BackendError

_START: Final = "start"
"""Who changed a setting, in the audit log."""


def store_settings(admin: Context, given: Mapping[str, Any], audit: Audit) -> Console:
    """Store the settings that differ, and return all settings of the console.

    Args:
        admin: The context of an admin.
        given: The settings that options give, by name.
        audit: Notes those that changed.

    Raises:
        BackendError: One is unknown or wrong; none is changed.
    """
    before = get_console(admin)
    try:
        after = before.with_settings(given)
    except IMError as error:
        raise BackendError(error.message) from error
    changed = {
        name: getattr(after, name)
        for name in given
        if getattr(after, name) != getattr(before, name)
    }
    if changed:
        set_console(admin, changed)
    for name in changed:
        audit(Kind.ADMIN, "", "", f"{_START}/{name}", 0)
    return get_console(admin)
