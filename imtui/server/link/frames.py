"""The frames of a link: a length of four bytes, then MessagePack; pure."""

import hmac
from collections.abc import Iterator
from typing import Final

import msgspec
from msgspec import Raw, Struct

from imtui.protocol.app_key import KeyRing
from imtui.server.link.ops import LinkError, SettingsOp

LINK_VERSION: Final = 2
"""The newest version of the link that is spoken. A version only adds: fields at the end that have
defaults, and operations that are sent to nobody who speaks an earlier one."""
OLDEST_LINK_VERSION: Final = 1
FRAME_MAX: Final = 64 * 1024 * 1024
"""The largest frame in bytes."""
STRANGER_FRAME_MAX: Final = 1024
"""The same before the peer has shown that it knows the key."""
NONCE_SIZE: Final = 16
_LENGTH: Final = 4


class _Frame(Struct, frozen=True, array_like=True):
    pass


class About(_Frame, frozen=True):
    """The node that an edge is of."""

    node: str = ""
    """Its name; empty from an edge that does not tell it."""
    run: str = ""
    """Made anew whenever the node starts."""
    release: str = ""
    """The version of imtui that it runs."""


class Hello(_Frame, frozen=True, tag=1):
    """An edge's first frame."""

    oldest: int
    """The oldest version of the link that it speaks."""
    edge: int
    """The number of the edge, the upper part of its session IDs."""
    life: bytes
    """Made anew whenever the edge has no sessions."""
    epoch: int
    """The core whose frames it has had; 0 for none."""
    received: int
    """The number of the last batch from that core."""
    nonce: bytes
    newest: int = 0
    """The newest version of the link that it speaks; 0 if that is the oldest."""
    about: About = About()


class Challenge(_Frame, frozen=True, tag=2):
    """The core's answer: it knows the key."""

    nonce: bytes
    proof: bytes


class Response(_Frame, frozen=True, tag=3):
    """The edge knows the key, too."""

    proof: bytes


class Welcome(_Frame, frozen=True, tag=4):
    """The core takes the edge; batches follow."""

    epoch: int
    """The number of the core's start: a later core has a greater one."""
    is_resumed: bool
    """Whether the edge's sessions stay; otherwise the core knows none of them."""
    received: int
    """The number of the last batch from this edge."""
    key_ring: KeyRing
    admins: frozenset[str]
    heartbeat_timeout: float
    settings: SettingsOp
    version: int = 1
    """The version of the link that is spoken from now on."""
    unix_ms: int = 0
    """What the core's wall clock shows; 0 if it is that of this machine."""


class Refusal(_Frame, frozen=True, tag=5):
    """The core does not take the edge."""

    reason: str


class Batch(_Frame, frozen=True, tag=6):
    """Some operations."""

    number: int
    """1 for the first batch of an edge's life or of a core, then one more each time."""
    ack: int
    """The number of the last batch that arrived from the peer."""
    ops: Raw


class Ping(_Frame, frozen=True, tag=7):
    """A sign of life each second."""

    ack: int
    unix_ms: int = 0
    """As in the welcome; 0 from an edge."""


Frame = Hello | Challenge | Response | Welcome | Refusal | Batch | Ping

_encoder: Final = msgspec.msgpack.Encoder()
_decoder: Final = msgspec.msgpack.Decoder(Frame)
_UNREADABLE: Final = (msgspec.DecodeError, UnicodeError, RecursionError, ValueError)


def encode_frame(frame: Frame) -> bytes:
    """Return a frame with its length.

    Raises:
        LinkError: It is too large.
    """
    data = _encoder.encode(frame)
    if len(data) > FRAME_MAX:
        raise LinkError(f"a frame of {len(data)} bytes is too large")
    return len(data).to_bytes(_LENGTH) + data


def new_hello(
    edge: int, life: bytes, epoch: int, received: int, nonce: bytes, about: About
) -> Hello:
    """Return a first frame, with the versions of the link that are spoken here."""
    return Hello(
        OLDEST_LINK_VERSION, edge, life, epoch, received, nonce, newest=LINK_VERSION, about=about
    )


def spoken_version(hello: Hello) -> int | None:
    """Return the version of the link to speak with an edge; None if there is none."""
    version = min(hello.newest or hello.oldest, LINK_VERSION)
    return version if version >= max(hello.oldest, OLDEST_LINK_VERSION) else None


def core_proof(key: bytes, edge_nonce: bytes, core_nonce: bytes) -> bytes:
    """Return what shows an edge that the core knows the key."""
    return hmac.digest(key, b"core" + edge_nonce + core_nonce, "sha256")


def edge_proof(key: bytes, edge_nonce: bytes, core_nonce: bytes) -> bytes:
    """Return what shows the core that an edge knows the key."""
    return hmac.digest(key, b"edge" + core_nonce + edge_nonce, "sha256")


class FrameReader:
    """Finds the frames in a stream of bytes."""

    def __init__(self) -> None:
        """Start with nothing received from a stranger."""
        self._buffer = bytearray()
        self.size_max = STRANGER_FRAME_MAX
        """The largest frame that is taken, in bytes."""

    def feed(self, data: bytes | memoryview) -> Iterator[Frame]:
        """Take some bytes, and yield the frames that are complete.

        Raises:
            LinkError: A frame is too large or unreadable; the stream cannot be read on.
        """
        self._buffer += data
        while len(self._buffer) >= _LENGTH:
            size = int.from_bytes(self._buffer[:_LENGTH])
            if size > self.size_max:
                raise LinkError(f"a frame of {size} bytes is too large")
            end = _LENGTH + size
            if len(self._buffer) < end:
                return
            frame = self._buffer[_LENGTH:end]
            del self._buffer[:end]
            yield _decoded(frame)


def _decoded(data: bytearray) -> Frame:
    try:
        frame: Frame = _decoder.decode(data)
        return frame
    except _UNREADABLE as error:
        raise LinkError(f"an unreadable frame: {error}") from error
