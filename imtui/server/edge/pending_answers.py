"""The answers of one connection, in the order of its requests; pure."""

from collections import deque
from typing import Final

from msgspec import UnsetType, structs

from imtui.protocol.jsonrpc import Request
from imtui.protocol.messages import Method

_LOGIN_CHANGES: Final = frozenset((Method.LOGIN.value, Method.LOGOUT.value))


class PendingAnswers:
    """The requests that went to the core, and the edge's own answers that wait behind them."""

    __slots__ = ("_answered", "_asked", "_login_number", "_own", "_unsent_number", "waiting")

    def __init__(self) -> None:
        """Start with nothing to wait for."""
        self._asked = 0
        """How many requests that need an answer went to the core."""
        self._answered = 0
        """How many of them the core has answered."""
        self._login_number = 0
        """The number of the last login or logout."""
        self._unsent_number = 0
        """The number of the last login or logout without an ID, whose answer is not sent."""
        self._own: deque[tuple[int, bytes]] = deque()
        """Answers that the core did not make, each with how many of the core's precede it."""
        self.waiting = 0
        """How many answers are not sent yet."""

    @property
    def is_login_pending(self) -> bool:
        """Tell whether a login or logout is under way, on whose answer later requests depend."""
        return self._answered < self._login_number

    def ask(self, request: Request) -> Request:
        """Count a request that goes to the core, and return it as the core gets it."""
        is_notification = isinstance(request.id, UnsetType)
        if request.method in _LOGIN_CHANGES:
            self._asked += 1
            self.waiting += 1
            self._login_number = self._asked
            if is_notification:
                # The next request waits for the core's answer, which is not sent.
                self._unsent_number = self._asked
                request = structs.replace(request, id=None)
        elif not is_notification:
            self._asked += 1
            self.waiting += 1
        return request

    def add_own(self, answer: bytes) -> bool:
        """Take an answer of the edge; tell whether it is kept, behind earlier ones of the core."""
        if self._asked == self._answered:
            return False
        self._own.append((self._asked, answer))
        self.waiting += 1
        return True

    def take(self, answer: bytes) -> list[bytes]:
        """Take the core's answer to its earliest request, and return what is to be sent now."""
        self._answered += 1
        answers = [] if self._answered == self._unsent_number else [answer]
        self.waiting -= 1
        while self._own and self._own[0][0] <= self._answered:
            answers.append(self._own.popleft()[1])
            self.waiting -= 1
        return answers

    def clear(self) -> None:
        """Drop the answers that are kept."""
        self._own.clear()
