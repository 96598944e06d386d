"""Which sockets are served in a turn: members at once, strangers a few at a time; needs epoll."""

import contextlib
import math
import selectors
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from select import (  # type: ignore[attr-defined, unused-ignore]  # Linux has them.
    EPOLLERR,
    EPOLLHUP,
    EPOLLIN,
    EPOLLOUT,
    EPOLLRDHUP,
    epoll,
)
from typing import Any, Final

TURN: Final = 0.0003
"""While turns of the event loop take longer, in seconds, fewer strangers are served in each."""
STRANGERS_MAX: Final = 16
"""The most strangers that are served in one turn, unless more members are."""
_MEMBERS_MAX: Final = 256
"""The most members that are looked at in one turn."""
_WAITING_MAX: Final = 1024
"""How many strangers are asked for at once."""
_GONE: Final = EPOLLRDHUP | EPOLLHUP | EPOLLERR
"""The events of a socket whose other end sends nothing more."""

Ready = tuple[selectors.SelectorKey, int]


class FairSelector(selectors.BaseSelector):
    """A selector that returns the members that are ready, and some of the strangers by turns.

    At least as many strangers as members are served, so neither can starve the other. A member
    whose other end is gone becomes a stranger: many may go at once.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Start without sockets.

        Args:
            clock: Returns the time in seconds; only differences count.
        """
        self._clock = clock
        self._keys: dict[int, selectors.SelectorKey] = {}
        self._is_stranger: dict[int, bool] = {}
        """The sockets with a rank; others are served as members."""
        self._members = epoll()
        self._strangers = epoll()
        self._knock = self._strangers.fileno()
        """Among the members; it is ready whenever a stranger is."""
        self._members.register(self._knock, EPOLLIN)
        self._waiting: deque[tuple[int, int]] = deque()
        """The strangers that were ready and were not served yet, with their events."""
        self._few = STRANGERS_MAX
        self.turn_began = clock()
        """When this turn began."""
        self.members = 0
        """How many members are served in this turn."""
        self.is_busy = False
        """Whether anybody is served in this turn."""
        self.has_queue = False
        """Whether requests that were read wait for their turns; set by those who give them."""

    def set_rank(self, fd: int, *, is_stranger: bool) -> None:
        """Serve a socket as a stranger, or as a member, until ``forget``.

        Args:
            fd: Its file descriptor, which need not be registered yet.
            is_stranger: Whether it is a stranger.
        """
        if self._is_stranger.get(fd) is is_stranger:
            return
        key = self._keys.get(fd)
        if key is not None:
            self._epoll_of(fd).unregister(fd)
        self._is_stranger[fd] = is_stranger
        if key is not None:
            self._epoll_of(fd).register(fd, self._mask(fd, key.events))

    def forget(self, fd: int) -> None:
        """Forget the rank of a socket, which must not be registered any more, or is closed next."""
        if self._is_stranger.get(fd):
            self.set_rank(fd, is_stranger=False)
        self._is_stranger.pop(fd, None)

    def register(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        """Register a file object, as selectors do."""
        fd = _fd_of(fileobj)
        if fd in self._keys:
            raise KeyError(f"{fileobj!r} is registered already")
        self._epoll_of(fd).register(fd, self._mask(fd, events))
        key = self._keys[fd] = selectors.SelectorKey(fileobj, fd, events, data)
        return key

    def unregister(self, fileobj: Any) -> selectors.SelectorKey:
        """Unregister a file object, as selectors do."""
        fd = _fd_of(fileobj)
        key = self._keys.pop(fd)
        # It may have been closed before.
        with contextlib.suppress(OSError):
            self._epoll_of(fd).unregister(fd)
        return key

    def modify(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        """Change the events of a file object, or its data, as selectors do."""
        fd = _fd_of(fileobj)
        if events != self._keys[fd].events:
            self._epoll_of(fd).modify(fd, self._mask(fd, events))
        key = self._keys[fd] = selectors.SelectorKey(fileobj, fd, events, data)
        return key

    def get_key(self, fileobj: Any) -> selectors.SelectorKey:
        """Return the key of a registered file object; KeyError if it is not registered."""
        return self._keys[_fd_of(fileobj)]

    def get_map(self) -> Mapping[Any, selectors.SelectorKey]:
        """Return the keys by file object, or by descriptor."""
        return _KeyMap(self._keys)

    def close(self) -> None:
        """Release the selector; the sockets stay open."""
        self._strangers.close()
        self._members.close()
        self._keys.clear()

    def select(self, timeout: float | None = None) -> list[Ready]:
        """Wait until a socket is ready, and return whom to serve in this turn."""
        turn = self._clock() - self.turn_began
        if turn > TURN:
            self._few = max(1, self._few // 2)
        elif self._few < STRANGERS_MAX:
            self._few += 1
        found = self._members.poll(0 if self._waiting else _rounded(timeout), _MEMBERS_MAX)
        self.turn_began = self._clock()
        ready: list[Ready] = []
        for fd, mask in found:
            if fd == self._knock:
                if not self._waiting:
                    self._waiting.extend(self._strangers.poll(0, _WAITING_MAX))
            elif mask & _GONE and self._is_stranger.get(fd) is False:
                self.set_rank(fd, is_stranger=True)
            else:
                self._add(ready, fd, mask)
        self.members = len(ready)
        if self._waiting:
            most = self.members + max(self._few, self.members)
            while self._waiting and len(ready) < most:
                fd, mask = self._waiting.popleft()
                # Its descriptor may be that of another socket by now.
                if self._is_stranger.get(fd):
                    self._add(ready, fd, mask)
        self.is_busy = bool(ready)
        return ready

    def _add(self, ready: list[Ready], fd: int, mask: int) -> None:
        # A stranger that waited may be gone by now, or want less. If its descriptor is another
        # stranger's now, that one reads in vain, which asyncio allows for.
        key = self._keys.get(fd)
        if key is None:
            return
        events = 0
        if mask & ~EPOLLIN:
            events |= selectors.EVENT_WRITE
        if mask & ~EPOLLOUT:
            events |= selectors.EVENT_READ
        if events & key.events:
            ready.append((key, events & key.events))

    def _epoll_of(self, fd: int) -> epoll:
        return self._strangers if self._is_stranger.get(fd) else self._members

    def _mask(self, fd: int, events: int) -> int:
        mask = EPOLLRDHUP if self._is_stranger.get(fd) is False else 0
        if events & selectors.EVENT_READ:
            mask |= EPOLLIN
        if events & selectors.EVENT_WRITE:
            mask |= EPOLLOUT
        return mask


class _KeyMap(Mapping[Any, selectors.SelectorKey]):
    """The keys of a selector by file object."""

    def __init__(self, keys: dict[int, selectors.SelectorKey]) -> None:
        self._keys = keys

    def __getitem__(self, fileobj: Any) -> selectors.SelectorKey:
        return self._keys[_fd_of(fileobj)]

    def __len__(self) -> int:
        return len(self._keys)

    def __iter__(self) -> Iterator[Any]:
        return (key.fileobj for key in self._keys.values())


def _fd_of(fileobj: Any) -> int:
    fd: int = fileobj if isinstance(fileobj, int) else fileobj.fileno()
    return fd


def _rounded(timeout: float | None) -> float:
    """Return a timeout for epoll, which counts milliseconds, and waits without end if negative."""
    if timeout is None:
        return -1
    return math.ceil(timeout * 1000) / 1000 if timeout > 0 else 0
