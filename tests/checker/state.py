"""What operations and faults of a run share."""

import asyncio
import random
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from tests.checker.processes.proxy import Proxy
from tests.checker.processes.running import Device
from tests.checker.record import Record
from tests.checker.report import Report

DEVICES: Final = {"alice": 2, "bob": 2, "carol": 1}
"""The number of devices, by account."""

HEALED_WITHIN: Final = 60.0

Faults = dict[str, tuple[int, Callable[[], Coroutine[Any, Any, None]]]]
"""Kinds of faults, each with its weight and what carries it out."""


@dataclass
class State:
    """The state of a run."""

    folder: Path
    rng: random.Random
    report: Report
    record: Record = field(default_factory=Record)
    devices: list[Device] = field(default_factory=list)
    proxies: list[Proxy] = field(default_factory=list)
    """Those of the devices, in the same order."""
    operations: set[asyncio.Task[None]] = field(default_factory=set)
    faults: set[asyncio.Task[None]] = field(default_factory=set)

    def choose(self, kinds: dict[str, tuple[int, Any]]) -> str:
        """Return one of some kinds by their weights."""
        weights = [weight for weight, _ in kinds.values()]
        return self.rng.choices(list(kinds), weights)[0]


def start(tasks: set[asyncio.Task[None]], work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
    """Start a task that ``first`` removes once it is done."""
    task = asyncio.create_task(work)
    tasks.add(task)
    return task


async def first(*sets: set[asyncio.Task[None]]) -> None:
    """Wait until one of the tasks is done, and raise its error if it failed."""
    everything = set().union(*sets)
    done, _ = await asyncio.wait(
        everything, timeout=HEALED_WITHIN, return_when=asyncio.FIRST_COMPLETED
    )
    if not done:
        raise TimeoutError(f"nothing was done within {HEALED_WITHIN:.0f} s")
    for tasks in sets:
        tasks -= done
    for task in done:
        task.result()
