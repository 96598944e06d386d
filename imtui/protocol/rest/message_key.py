"""The keys of messages in the REST API and in webhooks: ``seq_random_time``."""

import re
import zlib
from dataclasses import dataclass
from typing import Final

from imtui.protocol.chat import Message
from imtui.protocol.errors import ErrorCode, IMError

UINT32_MAX: Final = 2**32 - 1

_KEY: Final = re.compile(r"(\d{1,10})_(\d{1,10})_(\d{1,10})", re.ASCII)
_HEX: Final = "(0|[1-9a-f][0-9a-f]{0,7})"
_REST_ID: Final = re.compile(f"r{_HEX}-{_HEX}-{_HEX}-(.+)")


@dataclass(frozen=True, slots=True)
class MessageKey:
    """The field's MsgSeq, MsgRandom and MsgTime; as a string, the MsgKey."""

    seq: int
    """The seq in the conversation, or 0; for messages of the REST API, the request's MsgSeq."""
    random: int
    """Up to 32 bits."""
    time: int
    """In Unix seconds."""

    def __str__(self) -> str:
        """Return the MsgKey."""
        return f"{self.seq}_{self.random}_{self.time}"

    def msg_id(self, receiver: str) -> str:
        """Return the ID of the message that the REST API sends to an account with this key.

        Sending the same key to the same receiver again makes no second message.
        """
        return f"r{self.seq:x}-{self.random:x}-{self.time:x}-{receiver}"


def message_key(message: Message) -> MessageKey:
    """Return the key of a message."""
    given = _REST_ID.fullmatch(message.msg_id)
    if given is not None and given[4] == message.receiver:
        return MessageKey(*(int(given[number], 16) for number in (1, 2, 3)))
    return MessageKey(message.seq, message_random(message.msg_id), message.timestamp // 1000)


def message_random(msg_id: str) -> int:
    """Return the MsgRandom of a message, which may not have a seq yet."""
    given = _REST_ID.fullmatch(msg_id)
    return int(given[2], 16) if given is not None else _checksum(msg_id)


def derived_seq(sender: str, random: int, time: int) -> int:
    """Return the MsgSeq for a request without one, which is unique if its MsgRandom is."""
    return _checksum(f"{sender} {random} {time}")


def key_of(text: str) -> MessageKey:
    """Return the key in a MsgKey.

    Raises:
        IMError: 90054 if the MsgKey is malformed.
    """
    parts = _KEY.fullmatch(text)
    numbers = [int(part) for part in parts.groups()] if parts is not None else []
    if not numbers or max(numbers) > UINT32_MAX:
        raise IMError(ErrorCode.ERR_SVR_MSG_INVALID_MSGKEY)
    return MessageKey(*numbers)


def _checksum(text: str) -> int:
    return zlib.crc32(text.encode("utf-8", "surrogatepass"))
