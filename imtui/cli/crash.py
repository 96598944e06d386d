"""Recording unexpected errors in a private file instead of on the screen."""

import datetime
import traceback
from pathlib import Path
from typing import Final

from imtui.cli import paths
from imtui.files import make_private_dir, write_private

_LOG_MAX_CHARS: Final = 256 * 1024


def record_error(error: BaseException) -> str:
    """Append an error without secrets to the crash log, and return a message for the user.

    The log keeps its last 256 KB.
    """
    what = f"Something unforeseen went wrong ({type(error).__name__})."
    try:
        return f"{what} The details are in {_append(error)}"
    except Exception:
        # Whatever went wrong may be what the log needs, too.
        return what


def _append(error: BaseException) -> Path:
    from imtui.cli.redaction import redact

    log = paths.crash_log()
    trace = redact("".join(traceback.format_exception(error)))
    entry = f"{datetime.datetime.now().astimezone().isoformat(timespec='seconds')}\n{trace}\n"
    make_private_dir(log.parent)
    before = log.read_text("utf-8", "replace") if log.exists() else ""
    write_private(log, (before + entry)[-_LOG_MAX_CHARS:])
    return log
