"""What the parent tells its children: how to begin, and what has changed."""

import os
import pickle
from dataclasses import dataclass, field
from enum import Enum, StrEnum
from typing import Final

from imtui.server.link.frames import About
from imtui.server.node.config import BackendConfig

_LENGTH: Final = 4


class Role(StrEnum):
    """What a child is."""

    CORE = "core"
    EDGE = "edge"


@dataclass(frozen=True)
class Setup:
    """How a child begins."""

    role: Role
    config: BackendConfig
    key: bytes = field(repr=False)
    """What the core and its edges know alone."""
    link: str
    """The Unix socket of the core, or its ``host:port`` on another machine."""
    link_fd: int = -1
    """The same for the core, which listens on it."""
    place: int = 0
    """Which of the edges on this machine it is, from 1; 0 for the core."""
    number: int = 0
    """The number of the edge; those that are started later have greater ones."""
    ws_fds: tuple[int, ...] = ()
    """The sockets of the WebSocket port, which all edges share."""
    rest_fds: tuple[int, ...] = ()
    about: About = field(default_factory=About)
    """The node, as the core is told."""

    @property
    def name(self) -> str:
        """Return the name of the process: ``core``, or such as ``edge 1``."""
        return f"{self.role} {self.place}" if self.place else str(self.role)


class Ping(Enum):
    """Asks a child to show that it does not hang."""

    PING = "ping"


Told = BackendConfig | str | Ping
"""What a parent tells later: the configuration, where the core is now, or a ping."""


def encode(told: Setup | Told) -> bytes:
    """Return what a parent writes to the standard input of a child."""
    data = pickle.dumps(told)
    return len(data).to_bytes(_LENGTH) + data


def read_setup(fd: int) -> Setup | None:
    """Return what the parent has written first; None if it is gone.

    What it has told since is left for whoever reads on, so nothing may be buffered here.
    """
    data = _read(fd, int.from_bytes(_read(fd, _LENGTH)))
    if not data:
        return None
    # From the parent, which runs the same program for the same user.
    told: Setup = pickle.loads(data)
    return told


def _read(fd: int, size: int) -> bytes:
    found = b""
    while len(found) < size and (more := os.read(fd, size - len(found))):
        found += more
    return found


class Changes:
    """Finds what has changed in what the parent writes later."""

    def __init__(self) -> None:
        """Start with nothing read."""
        self._unread = bytearray()

    def feed(self, data: bytes) -> list[Told]:
        """Take some bytes, and return the changes that are complete."""
        self._unread += data
        found = []
        while len(self._unread) >= _LENGTH:
            end = _LENGTH + int.from_bytes(self._unread[:_LENGTH])
            if len(self._unread) < end:
                break
            changed: Told = pickle.loads(bytes(self._unread[_LENGTH:end]))
            found.append(changed)
            del self._unread[:end]
        return found
