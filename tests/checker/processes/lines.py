"""The protocol between the checker and a client process: one JSON object per line."""

import zlib
from typing import Final

import msgspec
from msgspec import Struct

from imtui.protocol.chat import Message
from imtui.sdk import ConversationInfo

LINE_MAX: Final = 64 * 1024 * 1024


class Setup(Struct, frozen=True):
    """The identity of a client process, passed as its only argument."""

    url: str
    sdk_app_id: int
    user_id: str
    user_sig: str
    instance_id: str
    storage_dir: str


class Command(Struct, frozen=True, omit_defaults=True):
    """A command to a client process."""

    number: int
    name: str
    peer: str = ""
    text: str = ""
    msg_id: str = ""
    seq: int = 0
    count: int = 20
    pages: int = 1
    is_pinned: bool = False
    insists: bool = False
    """Whether to retry after errors that a retry may fix."""


class Seen(Struct, frozen=True, omit_defaults=True):
    """A message as a device sees it."""

    msg_id: str
    sender: str
    receiver: str
    seq: int
    timestamp: int
    status: int
    text: str
    """A digest of the text; empty if there is no text any more."""

    @classmethod
    def of(cls, message: Message) -> "Seen":
        """Return the parts of a message that the checker compares."""
        return cls(
            message.msg_id,
            message.sender,
            message.receiver,
            message.seq,
            message.timestamp,
            message.status,
            digest(message.text),
        )

    @property
    def name(self) -> tuple[str, str]:
        """Return the name of the message: its sender and ``msg_id``."""
        return self.sender, self.msg_id


class View(Struct, frozen=True, omit_defaults=True):
    """A conversation as a device sees it, with all of its messages, newest first."""

    peer: str
    messages: list[Seen]
    unread: int = 0
    read_seq: int = 0
    peer_read_seq: int = 0
    is_pinned: bool = False
    last: Seen | None = None
    is_listed: bool = False

    @classmethod
    def of(cls, peer: str, messages: list[Message], info: ConversationInfo | None) -> "View":
        """Return the parts of a conversation that the checker compares."""
        seen = [Seen.of(message) for message in messages]
        if info is None:
            return cls(peer, seen)
        return cls(
            peer,
            seen,
            info.unread_count,
            info.read_seq,
            info.peer_read_seq,
            info.is_pinned,
            None if info.last_message is None else Seen.of(info.last_message),
            True,
        )


class Line(Struct, frozen=True, omit_defaults=True):
    """A line of a client process: the answer to a command, or an event."""

    event: str
    """``answer``, ``began``, ``online``, ``told``, ``sent``, ``failed``, ``ended``."""
    number: int = 0
    """The number of the command that it answers."""
    code: int = 0
    """The error code of the command; 0 on success."""
    message: str = ""
    seen: list[Seen] = []
    views: list[View] = []
    total_unread: int = 0


def digest(text: str) -> str:
    """Return a digest of a text: its first word, and a checksum if there is more."""
    first = text.partition(" ")[0]
    return first if first == text else f"{first}#{zlib.crc32(text.encode()):08x}"


def encode(line: Struct) -> bytes:
    """Encode a struct as a line."""
    return msgspec.json.encode(line) + b"\n"
