"""The server's part of a handshake; ``websockets`` checks the request."""

import logging
from collections.abc import Sequence
from typing import Final

from websockets.datastructures import Headers
from websockets.http11 import Request
from websockets.protocol import State
from websockets.server import ServerProtocol
from websockets.typing import Origin

from imtui.server.garbage import without_frames

HEAD_ENDS: Final = b"\r\n\r\n"

# Failed handshakes are the client's problem; their tracebacks would only fill the log.
_log: Final = logging.getLogger(__name__)
_log.setLevel(logging.CRITICAL)


def answer_handshake(head: bytes, origins: Sequence[Origin | None]) -> tuple[bytes, Headers | None]:
    """Return the answer to a handshake, and the headers of the request if it is accepted.

    Args:
        head: The request, which ends with ``HEAD_ENDS``.
        origins: The web pages that may connect; None stands for clients that are not one.
    """
    protocol = ServerProtocol(origins=origins, logger=_log)
    protocol.receive_data(head)
    headers = None
    for event in protocol.events_received():
        if isinstance(event, Request):
            headers = event.headers
            protocol.send_response(protocol.accept(event))
    # Both would keep it alive, and the error's frames all that this is called by.
    protocol.parser.close()
    if protocol.handshake_exc is not None:
        without_frames(protocol.handshake_exc)
    is_accepted = protocol.state is State.OPEN
    return b"".join(protocol.data_to_send()), headers if is_accepted else None
