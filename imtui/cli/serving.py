"""The output of a serving process: its log, and the line that says that it is ready."""

import logging
from typing import TYPE_CHECKING

from imtui.cli.folding import BoundedFormatter, FoldingHandler
from imtui.cli.json_line import json_line

if TYPE_CHECKING:
    from imtui.server.node.data_dir import Address

_LOG_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"

# These log requests, and the URL of a request may contain a UserSig.
_CHATTY_LOGGERS = ("uvicorn", "uvicorn.access", "httpx", "httpcore", "websockets")


def configure_logging(handler: logging.Handler) -> None:
    """Send the log of the process to ``handler``, folded, without records that may have secrets."""
    handler.setFormatter(BoundedFormatter(_LOG_FORMAT))
    logging.basicConfig(level=logging.INFO, handlers=[FoldingHandler(handler)])
    for name in _CHATTY_LOGGERS:
        logging.getLogger(name).setLevel(logging.WARNING)


def log_as(process: str) -> None:
    """Let each line say which of several processes it is from, such as ``edge 1``."""
    formatter = BoundedFormatter(_LOG_FORMAT.replace("%(name)s", f"[{process}] %(name)s"))
    for handler in logging.getLogger().handlers:
        handler.setFormatter(formatter)


def set_log_level(name: str) -> None:
    """Log only records of a level, such as ``warning``, and graver ones."""
    logging.getLogger().setLevel(name.upper())


def print_ready_line(address: "Address") -> None:
    """Print the JSON line that says that the backend is ready, with its addresses."""
    line = {
        "event": "ready",
        "ws": address.ws,
        "rest": address.rest,
        "sdkAppID": address.sdk_app_id,
    }
    print(json_line(line), flush=True)
