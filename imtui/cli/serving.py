"""What a process that serves has to say: that it is ready, and its log."""

import logging
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from imtui.server.node.data_dir import Address

_LOG_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"

# These write requests down, and a request's URL may hold a UserSig.
_CHATTY_LOGGERS = ("uvicorn", "uvicorn.access", "httpx", "httpcore", "websockets")


def configure_logging(handler: logging.Handler) -> None:
    """Send the process's log to ``handler``, without what may hold a secret."""
    handler.setFormatter(logging.Formatter(_LOG_FORMAT))
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    for name in _CHATTY_LOGGERS:
        logging.getLogger(name).setLevel(logging.WARNING)


def print_ready_line(address: "Address") -> None:
    """Print the one line that says that the backend is ready, and where."""
    import msgspec

    line = {
        "event": "ready",
        "ws": address.ws,
        "rest": address.rest,
        "sdkAppID": address.sdk_app_id,
    }
    print(msgspec.json.encode(line).decode(), flush=True)
