"""A node of several that share a database: its edges find the core wherever it is."""

import asyncio
import logging
from collections.abc import Callable
from typing import Any, Final

from imtui.server.node.config import BackendConfig
from imtui.server.node.data_dir import DataDir
from imtui.server.node.edges.children import Child
from imtui.server.node.edges.control import CORE, DRAIN, JOINED, READY
from imtui.server.node.edges.supervisor import EdgedBackend
from imtui.server.node.parts import until_either
from imtui.server.store.postgres.schema import EDGE_NUMBERS

_log: Final = logging.getLogger(__name__)


class ClusteredBackend(EdgedBackend):
    """A backend whose core stands by while that of another node serves."""

    def __init__(
        self,
        config: BackendConfig,
        edges: int,
        on_drain: Callable[[], None],
        on_stand_by: Callable[[], None] = lambda: None,
    ) -> None:
        """Prepare a node with some edges; entering the context starts it.

        Args:
            config: The configuration.
            edges: How many processes hold connections.
            on_drain: Called when an admin wants this node to end.
            on_stand_by: Called when the core of this node stands by, perhaps for long.
        """
        super().__init__(config, edges)
        self._on_drain = on_drain
        self._on_stand_by = on_stand_by
        self._found_core = ""
        """Where the core is; empty for nowhere."""
        self._has_core = asyncio.Event()
        self._first_number = 0
        self._becoming: set[asyncio.Task[int]] = set()
        """Waits until the core of this node serves."""

    @property
    def _core(self) -> str:
        return self._found_core

    def _next_number(self) -> int:
        # Long before the numbers begin anew, the core has forgotten the first edges.
        return self._first_number + super()._next_number() % EDGE_NUMBERS

    async def _start_core(self) -> None:
        # The core makes it only where it serves, and edges write their logs into it.
        DataDir(self._config.data_dir).make()
        child = self._children[0] = await self._new_child(0)
        # It may become one long after another node's was found.
        await until_either(asyncio.shield(self._becoming_core(child)), self._has_core.wait())

    async def _new_child(self, place: int) -> Child:
        core = self._found_core
        child = await super()._new_child(place)
        if place and self._found_core not in ("", core):
            # It has moved since the child was told, and only those that have started hear of that.
            child.tell(self._found_core)
        return child

    async def _start_child(self, place: int) -> int:
        child = self._children[place] = await self._new_child(place)
        if place == 0:
            return await self._becoming_core(child)
        child.on_said = self._edge_said
        # It waits for the core, as others do.
        return await child.until_ready(is_patient=True)

    def _becoming_core(self, child: Child) -> "asyncio.Task[int]":
        child.on_said = self._said
        task = asyncio.create_task(child.until_ready(is_patient=True))
        self._becoming.add(task)
        task.add_done_callback(self._became)
        return task

    def _became(self, task: "asyncio.Task[int]") -> None:
        self._becoming.discard(task)
        if not task.cancelled():
            # Whoever keeps the core going tells why it has ended.
            task.exception()

    def _said(self, what: str, value: Any) -> None:
        if what == JOINED:
            key, self._first_number = value
            self._key = bytes.fromhex(key)
        elif what in (CORE, READY):
            if what == CORE:
                self._on_stand_by()
            self._find_core(value if what == CORE else self._own_core)

    def _edge_said(self, what: str, value: Any) -> None:
        if what == DRAIN:
            _log.warning("An admin drains this node: it ends")
            self._on_drain()

    def _find_core(self, link: str) -> None:
        self._found_core = link
        if not link:
            self._has_core.clear()
            return
        self._has_core.set()
        for place, child in self._children.items():
            if place:
                child.tell(link)
