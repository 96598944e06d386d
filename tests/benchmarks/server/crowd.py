"""Many raw connections in one thread, at the lowest possible cost.

The sent bytes are prepared in advance. The received bytes are not parsed, but searched for a tag
that each expected push contains.
"""

import itertools
import resource
import select
import socket
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from ssl import SSLContext, SSLWantReadError
from time import perf_counter
from typing import Final, NamedTuple, Self

WITHIN: Final = 120.0
"""The time limit until all clients are connected, or have received a change, in seconds."""

_GLANCE: Final = 0.001
_READ: Final = 256 * 1024
_TAG_SIZE: Final = 10
# Each push ends with one of these bytes, and no tag contains them, so a read that ends with one
# does not split a tag.
_ENDS: Final = b"}>"

_SECURED_HOST: Final = "localhost"
_NO_TAG: Final = "\0"
_FILES_BESIDE: Final = 500
"""The number of open files to reserve for other uses than connections."""

_tags: Final = map(f"T{{:0{_TAG_SIZE - 1}}}".format, itertools.count())


def new_tag() -> str:
    """Return a new text that occurs nowhere else."""
    return next(_tags)


def raise_limit() -> None:
    """Raise the limit on open files to its maximum, for this process and its children."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def room() -> int:
    """Return how many connections a process can have."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    return hard - _FILES_BESIDE


class Step(NamedTuple):
    """Bytes that a client sends to log in, and the end of the expected answer."""

    says: bytes
    until: bytes


class Line:
    """One connection."""

    __slots__ = ("said_at", "sock", "steps", "tail", "unread")

    def __init__(self, sock: socket.socket, steps: Sequence[Step]) -> None:
        """Create a connection from a socket and its login steps."""
        self.sock = sock
        self.steps = deque(steps)
        self.unread = b""
        """The part of the current answer read so far, during the login."""
        self.tail = b""
        """The end of the last read, if it may be the beginning of a tag."""
        self.said_at = 0.0
        """The time of the last send."""

    def say(self, data: bytes) -> None:
        """Send data without waiting.

        Raises:
            RuntimeError: The send buffer is full, as the server has not read for a long time.
        """
        self.said_at = perf_counter()
        if self.sock.send(data) != len(data):
            raise RuntimeError("a server does not read what it is sent")


class Crowd:
    """Connections to one server."""

    def __init__(
        self,
        address: tuple[str, int],
        trust: SSLContext | None = None,
        others: Sequence[tuple[str, int]] = (),
    ) -> None:
        """Create a crowd without connections.

        Args:
            address: The server.
            trust: The settings for TLS; None without it.
            others: Its other addresses; connections go to all by turns.
        """
        self._addresses = itertools.cycle((address, *others))
        self._trust = trust
        self._epoll = select.epoll()
        self._buffer = bytearray(_READ)
        self._by_fd: dict[int, Line] = {}
        self.ended = 0
        """The number of connections that the server has closed."""

    def __enter__(self) -> Self:
        """Return the crowd."""
        return self

    def __exit__(self, *failure: object) -> None:
        """Close all connections."""
        self.leave()
        self._epoll.close()

    @property
    def lines(self) -> list[Line]:
        """Return the open connections, in the order in which they were opened."""
        return list(self._by_fd.values())

    def arrive(
        self, arrivals: Iterable[Sequence[Step]], *, at_once: int = 50, read_buffer: int = 0
    ) -> list[Line]:
        """Connect clients, ``at_once`` at a time, and wait until all have done their steps.

        Args:
            arrivals: The login steps of each client.
            at_once: How many clients log in at the same time.
            read_buffer: The size of each socket's receive buffer; 0 for the default.

        Raises:
            RuntimeError: Not all were answered in time, or the server closed a connection.
        """
        waiting = iter(arrivals)
        ended = self.ended
        lines: list[Line] = []
        coming = 0
        deadline = perf_counter() + WITHIN
        while True:
            for steps in itertools.islice(waiting, at_once - coming):
                lines.append(self._connect(steps, read_buffer))
                coming += 1
            if not coming:
                return lines
            for line, size in self._reads(deadline, each_poll=True):
                if line.steps and self._goes_on(line, size):
                    coming -= not line.steps
            if perf_counter() >= deadline or self.ended > ended:
                raise RuntimeError(f"{coming} clients were not let in; {self.ended} were ended")

    def gather(self, tag: str, count: int) -> None:
        """Wait until a tag was read ``count`` times in total.

        Raises:
            RuntimeError: The tag was not read often enough in time.
        """
        marker, got = tag.encode(), 0
        for line, size in self._reads(perf_counter() + WITHIN):
            got += self._count(line, size, marker)
            if got >= count:
                return
        raise RuntimeError(f"{got} of {count} were told; {self.ended} connections have ended")

    def count(self, tag: str, quiet: float) -> int:
        """Count how often a tag is read until nothing arrives for ``quiet`` seconds."""
        marker, got = tag.encode(), 0
        while True:
            before = got, perf_counter()
            is_quiet = True
            for line, size in self._reads(before[1] + quiet):
                got += self._count(line, size, marker)
                is_quiet = False
            if is_quiet:
                return got

    def settle(self, quiet: float) -> None:
        """Read and drop all data until nothing arrives for ``quiet`` seconds."""
        self.count(_NO_TAG, quiet)

    def read(self, quiet: float) -> bytes:
        """Return all data that arrives until nothing arrives for ``quiet`` seconds."""
        data = bytearray()
        while True:
            before = len(data)
            for _, size in self._reads(perf_counter() + quiet):
                data += self._buffer[:size]
            if len(data) == before:
                return bytes(data)

    def glance(self, tag: str = _NO_TAG) -> int:
        """Read the data that is available now, and count a tag in it."""
        marker = tag.encode()
        reads = self._reads(perf_counter() + _GLANCE, each_poll=True)
        return sum(self._count(line, size, marker) for line, size in reads)

    def heard(self, what: bytes, within: float) -> Iterator[tuple[Line, float]]:
        """Yield each connection that reads ``what`` for the first time, and the time of it."""
        heard: set[Line] = set()
        for line, size in self._reads(perf_counter() + within):
            if line not in heard and what in self._buffer[:size]:
                heard.add(line)
                yield line, perf_counter()

    def leave(self) -> None:
        """Close all connections."""
        for line in self._by_fd.values():
            line.sock.close()
        self._by_fd.clear()

    def _connect(self, steps: Sequence[Step], read_buffer: int) -> Line:
        sock = socket.socket()
        if read_buffer:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, read_buffer)
        sock.setblocking(False)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.connect_ex(next(self._addresses))
        line = Line(sock, steps)
        self._by_fd[sock.fileno()] = line
        self._epoll.register(sock, select.EPOLLOUT)
        return line

    def _goes_on(self, line: Line, size: int) -> bool:
        """Process a read during the login, and tell whether it completes the current step."""
        line.unread += self._buffer[:size]
        if line.steps[0].until not in line.unread:
            return False
        line.unread = b""
        line.steps.popleft()
        if line.steps:
            line.say(line.steps[0].says)
        return True

    def _reads(self, deadline: float, *, each_poll: bool = False) -> Iterator[tuple[Line, int]]:
        """Yield each connection that reads and the number of bytes in the buffer, until a deadline.

        With ``each_poll``, stop already after one poll.
        """
        poll, by_fd, buffer = self._epoll.poll, self._by_fd, self._buffer
        while (left := deadline - perf_counter()) > 0:
            for fd, event in poll(left):
                line = by_fd[fd]
                if event == select.EPOLLOUT:
                    self._connected(line)
                    continue
                while True:
                    try:
                        size = line.sock.recv_into(buffer)
                    except (BlockingIOError, SSLWantReadError):
                        break
                    except OSError:
                        size = 0
                    if not size:
                        self._end(fd)
                        break
                    yield line, size
                    if self._trust is None:
                        break
            if each_poll:
                return

    def _connected(self, line: Line) -> None:
        self._epoll.modify(line.sock, select.EPOLLIN)
        if self._trust is not None:
            line.sock.setblocking(True)
            line.sock = self._trust.wrap_socket(line.sock, server_hostname=_SECURED_HOST)
            line.sock.setblocking(False)
        line.say(line.steps[0].says)

    def _end(self, fd: int) -> None:
        # The kernel removes a closed socket from the poll.
        self._by_fd.pop(fd).sock.close()
        self.ended += 1

    def _count(self, line: Line, size: int, marker: bytes) -> int:
        buffer = self._buffer
        if not line.tail:
            if buffer[size - 1] not in _ENDS:
                line.tail = bytes(buffer[max(0, size - _TAG_SIZE + 1) : size])
            return buffer.count(marker, 0, size)
        data = line.tail + buffer[:size]
        line.tail = b"" if data[-1] in _ENDS else data[1 - _TAG_SIZE :]
        return data.count(marker)
