"""The requests to an edge's HTTP port that wait for the core."""

import asyncio
from collections.abc import Callable
from typing import Final

from imtui.server.link.ops import RESTOp, rest_op
from imtui.server.link.ports import COME_BACK, HTTPAnswer, HTTPRequest

_ENDED_WITHIN: Final = 0.5
"""How long requests may take when their edge ends, in seconds: less than the port waits for."""


class WaitingRest:
    """Passes requests on, and gives each its answer."""

    def __init__(self, send: Callable[[RESTOp], None]) -> None:
        """Start without requests; ``send`` passes one on. Needs a running event loop."""
        self._send = send
        self._loop = asyncio.get_running_loop()
        self._answers: dict[int, asyncio.Future[HTTPAnswer]] = {}
        self._number = 0
        self._is_ending = False

    async def ask(self, request: HTTPRequest) -> HTTPAnswer:
        """Return the core's answer; 503 if the core, or this edge, ends meanwhile."""
        if self._is_ending:
            return COME_BACK
        self._number += 1
        number = self._number
        answer = self._answers[number] = self._loop.create_future()
        try:
            self._send(rest_op(number, request))
            answered: HTTPAnswer = await answer
            return answered
        finally:
            del self._answers[number]

    def answered(self, number: int, answer: HTTPAnswer) -> None:
        """Take an answer of the core; it may come too late."""
        waiting = self._answers.get(number)
        if waiting is not None and not waiting.done():
            waiting.set_result(answer)

    def let_go(self) -> None:
        """Let all clients come back that wait: the core has forgotten them."""
        for waiting in self._answers.values():
            if not waiting.done():
                waiting.set_result(COME_BACK)

    async def end(self) -> None:
        """Let those that wait have their answers, but not for long; all others come back."""
        self._is_ending = True
        if self._answers:
            await asyncio.wait(list(self._answers.values()), timeout=_ENDED_WITHIN)
        self.let_go()
