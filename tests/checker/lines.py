"""What the checker and a client process say to each other: one JSON object a line."""

import zlib
from typing import Final

import msgspec
from msgspec import Struct

from imtui.protocol.chat import Message
from imtui.sdk import ConversationInfo

LINE_MAX: Final = 64 * 1024 * 1024


class Setup(Struct, frozen=True):
    """Who a client process is; its only argument."""

    url: str
    sdk_app_id: int
    user_id: str
    user_sig: str
    instance_id: str
    storage_dir: str


class Command(Struct, frozen=True, omit_defaults=True):
    """What a client process is to do."""

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
    """Whether to try again after what another attempt may help."""


class Seen(Struct, frozen=True, omit_defaults=True):
    """A message as a device has it."""

    msg_id: str
    sender: str
    receiver: str
    seq: int
    timestamp: int
    status: int
    text: str
    """A digest of it; empty if nothing is left."""

    @classmethod
    def of(cls, message: Message) -> "Seen":
        """Return what is compared of a message."""
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
        """Return what names it."""
        return self.sender, self.msg_id


class View(Struct, frozen=True, omit_defaults=True):
    """A conversation as a device has it, with all of its messages, the newest first."""

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
        """Return what is compared of a conversation."""
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
    """What a client process says: the answer to a command, or an event."""

    event: str
    """``answer``, ``began``, ``online``, ``told``, ``sent``, ``failed``, ``ended``."""
    number: int = 0
    """That of the command."""
    code: int = 0
    """0, or why it was refused."""
    message: str = ""
    seen: list[Seen] = []
    views: list[View] = []
    total_unread: int = 0


def digest(text: str) -> str:
    """Return what stands for a text: its first word, and a checksum if there is more."""
    first = text.partition(" ")[0]
    return first if first == text else f"{first}#{zlib.crc32(text.encode()):08x}"


def encode(line: Struct) -> bytes:
    """Return a line."""
    return msgspec.json.encode(line) + b"\n"
