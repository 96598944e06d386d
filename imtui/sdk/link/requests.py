"""Numbering and encoding the requests of a session."""

import itertools

from msgspec import Struct

from imtui.protocol import limits
from imtui.protocol.errors import ErrorCode, IMError, invalid_parameters
from imtui.protocol.jsonrpc import encode_request
from imtui.protocol.messages import Method


class RequestEncoder:
    """Encodes requests with IDs that it never uses twice."""

    def __init__(self) -> None:
        """Start with the first ID."""
        self._ids = itertools.count(1)

    def encode(self, method: Method, params: Struct) -> tuple[int, bytes]:
        """Return the ID and the frame of a new request.

        Raises:
            IMError: 6017 if the parameters cannot be encoded, 9522 if the frame is too large.
        """
        request_id = next(self._ids)
        try:
            frame = encode_request(request_id, method, params)
        except (UnicodeError, TypeError, ValueError, OverflowError) as error:
            raise invalid_parameters("params", "they cannot be put into JSON") from error
        if len(frame) > limits.FRAME_MAX_BYTES:
            raise IMError(ErrorCode.ERR_SDK_NET_PKG_SIZE_LIMIT)
        return request_id, frame
