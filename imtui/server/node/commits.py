"""Batches of changes: answers and deliveries wait for the commit of their batch."""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final

from msgspec import Struct, structs

from imtui.protocol.errors import ErrorCode, IMError
from imtui.protocol.jsonrpc import RequestID, encode_answer
from imtui.server.core.change import Change
from imtui.server.core.delivery import Delivery, LoginDelivery, PushDelivery
from imtui.server.metrics import Metrics
from imtui.server.node.upkeep import Upkeep
from imtui.server.store.store import FinalError, Store, StoreError

_log: Final = logging.getLogger(__name__)

_RETRY_AFTER: Final = 1.0
_LOG_EVERY: Final = 60.0
"""The seconds after which a commit that still fails is logged again."""
_PATIENCE: Final = 0.02
"""How long those who are patient wait at most for a commit, in seconds, if there is more to do."""
_HASTE: Final = 0.01
"""The same for all others: few commits leave more time for what there is to do."""
_LATER: Final = 1.0
"""How long what nobody waits for waits for another batch, in seconds."""


class Answer(Struct, frozen=True, gc=False):
    """The answer to a request of a session."""

    session_id: int
    request_id: RequestID
    data: bytes
    """A JSON-RPC message."""


Output = Answer | Delivery
"""Anything that the core sends to an edge."""


class Commits:
    """Commits one batch after the other, and sends the outputs that waited for it.

    A batch has the changes of one turn of the event loop, or of a few turns while there is more to
    do: a flood needs few commits. If a commit fails, it is retried every second; until it succeeds,
    answers become 70500, pushes of messages are held back, and all other outputs are sent. If the
    store is shared, all are held back: another node may have taken over. So they are if no commit
    can succeed any more.
    """

    def __init__(
        self, store: Store, send: Callable[[Iterable[Output]], None], metrics: Metrics
    ) -> None:
        """Start with an empty batch; needs a running event loop.

        Args:
            store: Makes changes durable.
            send: Called with outputs, in order.
            metrics: Counts the commits.
        """
        self._store = store
        self._send = send
        self._metrics = metrics
        self._loop = asyncio.get_running_loop()
        self._outputs: deque[Output] = deque()
        self._answer_sizes: dict[int, int] = {}
        """The bytes of the answers among the outputs, by session."""
        self._held: list[Delivery] = []
        """What waits as the store fails: pushes of messages that are not durable yet, or all."""
        self._has_written = False
        """Whether the batch has changes."""
        self._is_stopped = False
        self._number = 1
        self._told_number = 1
        """The number for which ``on_committed`` was called last."""
        self._flush_soon: asyncio.Handle | None = None
        self._patience = 0.0
        """For how long the most impatient waits for the flush."""
        self._batch_began = 0.0
        """When the first of the batch began to wait."""
        self._retry: asyncio.TimerHandle | None = None
        self._later: asyncio.TimerHandle | None = None
        self._is_final = False
        """Whether nothing can be made durable any more, until a new start."""
        self.failure = ""
        """Why the last commit failed, so that nothing can be made durable; empty if it did not."""
        self._logged_at = 0.0
        """When that was logged."""
        self.is_busy: Callable[[], bool] = lambda: False
        """Tells whether there is more to do: clients to serve, or requests that wait."""
        self.on_final: Callable[[str], None] = lambda why: None
        """Called with why nothing can be made durable any more, until a new start."""
        self.on_committed: list[Callable[[], None]] = []
        """Called in order when all that was written so far is durable."""
        self._upkeep = Upkeep(
            store, lambda: self.is_idle and not self.is_failing, lambda: metrics.ws.seconds.count
        )

    @property
    def number(self) -> int:
        """Return the number of the batch that changes are added to."""
        return self._number

    @property
    def is_idle(self) -> bool:
        """Tell whether no output waits for a commit."""
        return self._flush_soon is None

    @property
    def is_failing(self) -> bool:
        """Tell whether the last commit failed, so that nothing can be made durable at present."""
        return self._retry is not None

    @property
    def holds_all(self) -> bool:
        """Tell whether nothing may leave the core, as what is not durable now may never be.

        Another node may take over before a commit, or only a new start goes on.
        """
        return self.is_failing and (self._store.is_shared or self._is_final)

    def add(
        self, changes: list[Change], outputs: Sequence[Output], *, is_patient: bool = False
    ) -> None:
        """Add changes to the batch, and the outputs that wait for its commit.

        Args:
            changes: The changes.
            outputs: The outputs; only the first one may be an answer.
            is_patient: Whether the commit may wait a little for more changes.
        """
        if changes:
            self._store.write(changes)
            self._has_written = True
        self._outputs += outputs
        if outputs and isinstance(first := outputs[0], Answer):
            earlier = self._answer_sizes.get(first.session_id, 0)
            self._answer_sizes[first.session_id] = earlier + len(first.data)
        self._schedule_flush(_PATIENCE if is_patient else _HASTE)

    def uncommitted_size(self, session_id: int) -> int:
        """Return how many bytes of answers to a session wait for the commit."""
        return self._answer_sizes.get(session_id, 0)

    def commit_later(self) -> None:
        """Commit what the store was given, with the next batch or a little later."""
        self._has_written = True
        if self._later is None and not self._is_stopped:
            self._later = self._loop.call_later(_LATER, self._flush_late)

    async def durable(self) -> None:
        """Return once all changes that were added so far are durable.

        Raises:
            IMError: 70500 if the commit failed; the changes are kept, and retried.
        """
        if self._flush_soon is not None or not self._store.is_current:
            self._schedule_flush(0.0)
            # Callbacks of the loop run in order: the flush is done when this task continues.
            await asyncio.sleep(0)
        if self.is_failing:
            raise IMError(ErrorCode.ERR_SVR_ACCOUNT_INTERNAL_ERROR)

    def stop(self) -> None:
        """Commit the last batch, and send nothing more."""
        self._is_stopped = True
        earlier_retry = self._retry
        self._commit()
        self._tell_committed()
        self._upkeep.stop()
        handles = (self._flush_soon, earlier_retry, self._retry, self._later)
        for handle in handles:
            if handle is not None:
                handle.cancel()

    def _schedule_flush(self, patience: float) -> None:
        if self._flush_soon is not None:
            self._patience = min(self._patience, patience)
            return
        self._patience = patience
        self._batch_began = self._loop.time()
        self._flush_soon = self._loop.call_soon(self._flush_unless_more)

    def _flush_unless_more(self) -> None:
        """Flush, unless all can wait a little and the event loop has more to do."""
        if self._loop.time() < self._batch_began + self._patience and self.is_busy():
            self._flush_soon = self._loop.call_soon(self._flush_unless_more)
        else:
            self._flush()

    def _flush(self) -> None:
        self._flush_soon = None
        # While the store fails, only the retry tries to commit.
        if self._retry is None:
            self._commit()
        else:
            if self.holds_all:
                self._refuse()
            self._hold_back()
        outputs, self._outputs = self._outputs, deque()
        self._answer_sizes.clear()
        self._send(_taken(outputs))
        self._tell_committed()

    def _flush_late(self) -> None:
        self._later = None
        if self._flush_soon is None:
            self._flush()

    def _commit(self) -> None:
        self._retry = None
        began = self._loop.time()
        try:
            self._store.commit()
            if not self._store.is_current:
                # It has taken so long that another node may have taken over meanwhile.
                self._store.commit()
        except StoreError as error:
            self._log_failure(str(error))
            self._metrics.commit_failures += 1
            self._is_final = isinstance(error, FinalError)
            self._retry = self._loop.call_later(_RETRY_AFTER, self._try_again)
            self._refuse()
            self._hold_back()
            if self._is_final:
                self.on_final(str(error))
            return
        self._is_final = False
        self.failure = ""
        if self._has_written:
            self._has_written = False
            if self._later is not None:
                self._later.cancel()
                self._later = None
            self._number += 1
            self._metrics.commits.observe(self._loop.time() - began)
            self._upkeep.committed()
        if self._held:
            self._outputs.extendleft(reversed(self._held))
            self._held = []

    def _log_failure(self, problem: str) -> None:
        """Log why a commit failed: the same not more than once a minute."""
        now = self._loop.time()
        if problem != self.failure or now >= self._logged_at + _LOG_EVERY:
            self.failure, self._logged_at = problem, now
            _log.error("%s", problem)

    def _try_again(self) -> None:
        self._commit()
        if self._outputs and self._flush_soon is None:
            self._flush()
        self._tell_committed()

    def _tell_committed(self) -> None:
        """Call ``on_committed`` after a commit, when those who waited for it have their answers."""
        if self._told_number != self._number:
            self._told_number = self._number
            for committed in self.on_committed:
                committed()

    def _refuse(self) -> None:
        """Replace all answers with an error."""
        self._outputs = deque(
            self._refused(output) if isinstance(output, Answer) else output
            for output in self._outputs
        )

    def _hold_back(self) -> None:
        """Move what has to wait for the store from the outputs to the held ones."""
        outputs: deque[Output] = deque()
        holds_all = self.holds_all
        for output in self._outputs:
            is_chat = isinstance(output, PushDelivery) and output.is_chat
            if not isinstance(output, Answer) and (is_chat or holds_all):
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
        """Drop the held pushes for a session whose user changed."""
        self._held = [
            structs.replace(
                push, session_ids=tuple(one for one in push.session_ids if one != session_id)
            )
            for push in self._held
            if isinstance(push, PushDelivery)
        ]


def _taken(outputs: deque[Output]) -> Iterator[Output]:
    """Remove and yield all outputs, so that none is kept longer than it takes to send it."""
    while outputs:
        yield outputs.popleft()
