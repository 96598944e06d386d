"""Batches of changes: whatever acknowledges or tells a change waits for the commit of its batch."""

import asyncio
import logging
from collections.abc import Callable, Iterable
from typing import Final

from msgspec import Struct, structs

from imtui.protocol.errors import ErrorCode, IMError
from imtui.protocol.jsonrpc import RequestID, encode_answer
from imtui.server.core.change import Change
from imtui.server.core.delivery import Delivery, LoginDelivery, PushDelivery
from imtui.server.metrics import Metrics
from imtui.server.store.store import Store, StoreError

_log: Final = logging.getLogger(__name__)

_RETRY_AFTER: Final = 1.0
REST_AFTER: Final = 5.0
"""So long after the last commit the store may do what is best done at rest, in seconds."""


class Answer(Struct, frozen=True, gc=False):
    """The answer to a request of a session."""

    session_id: int
    request_id: RequestID
    data: bytes
    """A JSON-RPC message."""


Output = Answer | Delivery
"""What leaves the core for an edge."""


class Commits:
    """Commits one batch after the other, and sends what waited for it.

    A batch is what came up in one turn of the event loop. While the store fails it is tried
    again each second: answers become 70500, pushes of messages are held back, all else is sent.
    """

    def __init__(
        self, store: Store, send: Callable[[Iterable[Output]], None], metrics: Metrics
    ) -> None:
        """Start with nothing to commit; needs a running event loop.

        Args:
            store: What makes changes durable.
            send: Called with what leaves the core, in order.
            metrics: Where commits are counted.
        """
        self._store = store
        self._send = send
        self._metrics = metrics
        self._loop = asyncio.get_running_loop()
        self._outputs: list[Output] = []
        self._held: list[PushDelivery] = []
        """Pushes of messages that are not durable yet."""
        self._has_written = False
        """Whether the batch has changes."""
        self._number = 1
        self._flush_soon: asyncio.Handle | None = None
        self._retry: asyncio.TimerHandle | None = None
        self._rest: asyncio.TimerHandle | None = None
        self._last_commit = 0.0

    @property
    def number(self) -> int:
        """Return the number of the batch that changes are added to."""
        return self._number

    @property
    def is_idle(self) -> bool:
        """Tell whether nothing waits for a commit."""
        return self._flush_soon is None

    @property
    def is_failing(self) -> bool:
        """Tell whether the last commit failed, so that nothing can be made durable at present."""
        return self._retry is not None

    def add(self, changes: list[Change], outputs: Iterable[Output]) -> None:
        """Add changes to the batch, and what waits for it."""
        if changes:
            self._store.write(changes)
            self._has_written = True
        self._outputs += outputs
        if self._flush_soon is None:
            self._flush_soon = self._loop.call_soon(self._flush)

    async def durable(self) -> None:
        """Return once everything that was added so far is durable.

        Raises:
            IMError: 70500 if it could not be made so; it is kept, and tried again.
        """
        if self._flush_soon is not None:
            # What is called soon is called in turn: the flush is over when this goes on.
            await asyncio.sleep(0)
        if self.is_failing:
            raise IMError(ErrorCode.ERR_SVR_ACCOUNT_INTERNAL_ERROR)

    def stop(self) -> None:
        """Make durable what is not yet, and send nothing more."""
        earlier_retry = self._retry
        self._commit()
        for handle in (self._flush_soon, earlier_retry, self._retry, self._rest):
            if handle is not None:
                handle.cancel()

    def _flush(self) -> None:
        self._flush_soon = None
        # While the store fails nothing durable is begun, and only the retry asks it again.
        if self._retry is None:
            self._commit()
        else:
            self._hold_back()
        outputs, self._outputs = self._outputs, []
        self._send(outputs)

    def _commit(self) -> None:
        self._retry = None
        began = self._loop.time()
        try:
            self._store.commit()
        except StoreError as error:
            _log.error("%s", error)
            self._metrics.commit_failures += 1
            self._refuse()
            self._hold_back()
            self._retry = self._loop.call_later(_RETRY_AFTER, self._try_again)
            return
        if self._has_written:
            self._has_written = False
            self._number += 1
            self._last_commit = self._loop.time()
            self._metrics.commits.observe(self._last_commit - began)
            if self._rest is None:
                self._rest = self._loop.call_later(REST_AFTER, self._come_to_rest)
        if self._held:
            self._outputs[:0] = self._held
            self._held = []

    def _try_again(self) -> None:
        self._commit()
        if self._outputs and self._flush_soon is None:
            self._flush()

    def _refuse(self) -> None:
        """Say instead of all answers that nothing could be made durable."""
        self._outputs = [
            self._refused(output) if isinstance(output, Answer) else output
            for output in self._outputs
        ]

    def _hold_back(self) -> None:
        """Take pushes of messages out of what is sent while the store fails."""
        outputs: list[Output] = []
        for output in self._outputs:
            if isinstance(output, PushDelivery) and output.is_chat:
                self._held.append(output)
            else:
                if isinstance(output, LoginDelivery):
                    self._drop_held(output.session_id)
                outputs.append(output)
        self._outputs = outputs

    def _refused(self, answer: Answer) -> Answer:
        error = IMError(ErrorCode.ERR_SVR_ACCOUNT_INTERNAL_ERROR)
        self._metrics.ws.refused(error)
        return structs.replace(answer, data=encode_answer(answer.request_id, error))

    def _drop_held(self, session_id: int) -> None:
        """Drop what was held back for a session: it is another's now, or nobody's."""
        self._held = [
            structs.replace(
                push, session_ids=tuple(one for one in push.session_ids if one != session_id)
            )
            for push in self._held
        ]

    def _come_to_rest(self) -> None:
        self._rest = None
        left = self._last_commit + REST_AFTER - self._loop.time()
        if left > 0 or self.is_failing or not self.is_idle:
            self._rest = self._loop.call_later(max(left, _RETRY_AFTER), self._come_to_rest)
            return
        try:
            self._store.rest()
        except StoreError as error:
            _log.error("%s", error)
