"""The operations of a run: what its devices are asked to do."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Final

from imtui.protocol.errors import ErrorCode
from tests.checker.processes.lines import Line
from tests.checker.processes.running import Device, Died
from tests.checker.record import Pin, Said
from tests.checker.state import DEVICES, State, first, start

_UNDER_WAY_MAX: Final = 4
_SOON: Final = 0.5
_NOT_CARRIED_OUT: Final = frozenset(
    {
        ErrorCode.ERR_SDK_NET_DISCONNECT,
        ErrorCode.ERR_SDK_NET_WAIT_ACK_TIMEOUT,
        ErrorCode.ERR_SDK_NOT_LOGGED_IN,
        ErrorCode.ERR_SVR_ACCOUNT_INTERNAL_ERROR,
    }
)
"""Errors after which the operation may or may not have been carried out."""


class Operations:
    """Random operations on random devices."""

    def __init__(self, state: State) -> None:
        """Start without operations."""
        self._state = state
        self._numbers = 0
        self._queued = 0
        self._kinds: dict[str, tuple[int, Callable[[Device], Awaitable[None]]]] = {
            "queue": (8, self.queue),
            "send": (8, self.send),
            "recall": (2, self._recall),
            "delete": (2, self._delete),
            "read": (3, self._read),
            "history": (3, self._history),
            "pin": (1, self._pin),
        }

    async def operate(self) -> None:
        """Start an operation on a device that is free."""
        while not (free := [each for each in self._state.devices if self._is_free(each)]):
            await first(self._state.operations, self._state.faults)
        device = self._state.rng.choice(free)
        kind = self._state.choose(self._kinds)
        self._state.report.operations[kind] += 1
        start(self._state.operations, self._carry_out(device, self._kinds[kind][1]))

    async def once(self, device: Device, do: Callable[[Device], Awaitable[None]]) -> None:
        """Start an operation right before a kill, and give it a moment to be acknowledged."""
        self._state.report.operations[do.__name__] += 1
        task = start(self._state.operations, self._carry_out(device, do))
        await asyncio.wait({task}, timeout=_SOON)

    async def _carry_out(self, device: Device, do: Callable[[Device], Awaitable[None]]) -> None:
        device.under_way += 1
        try:
            with suppress(Died):
                await do(device)
        finally:
            device.under_way -= 1

    def _is_free(self, device: Device) -> bool:
        return device.is_up and device.under_way < _UNDER_WAY_MAX

    async def queue(self, device: Device) -> None:
        """Queue a message."""
        said, text = self._say(device, "")
        line = await device.ask("queue", peer=said.receiver, text=text)
        if self._is_acknowledged(device, "queue", line):
            self._queued += 1
            said.queued = self._queued
            said.msg_id = line.seen[0].msg_id
            said.is_acknowledged = True

    async def send(self, device: Device) -> None:
        """Send a message, also if the device dies meanwhile."""
        self._numbers += 1
        said, text = self._say(device, f"{device.name}-{self._numbers}")
        wish = {"peer": said.receiver, "text": text, "msg_id": said.msg_id, "insists": True}
        try:
            line = await device.ask("send", **wish)
        except Died:
            if self._state.rng.random() < 0.5:
                raise
            await device.until_up()
            line = await device.ask("send", **wish)
        if self._is_acknowledged(device, "send", line):
            self._state.record.see(f"{device.name}.{device.life} answer", line.seen[0])
            said.is_acknowledged = True

    async def _recall(self, device: Device) -> None:
        peer = self._peer(device)
        own = [s for s in self._state.record.between(device.user_id, peer) if s.receiver == peer]
        if not own:
            return
        seen = self._state.rng.choice(own[-20:])
        self._state.record.recalls_tried.add(seen.name)
        line = await device.ask(
            "recall", peer=peer, msg_id=seen.msg_id, seq=seen.seq, insists=self._insists()
        )
        again = ErrorCode.ERR_SVR_MSG_REVOKED_ALREADY
        late = ErrorCode.ERR_SVR_MSG_REVOKE_TIME_LIMIT
        if self._is_acknowledged(device, "recall", line, again, late) and line.code != late:
            self._state.record.recalls.add(seen.name)

    async def _delete(self, device: Device) -> None:
        peer = self._peer(device)
        there = self._state.record.between(device.user_id, peer)
        if not there:
            return
        seen = self._state.rng.choice(there)
        whose = device.user_id, seen.name
        self._state.record.deletions_tried[whose] += 1
        line = await device.ask("delete", peer=peer, seq=seen.seq, insists=self._insists())
        if line.code == ErrorCode.ERR_SVR_MSG_REVOKE_NOT_FOUND:
            # The message is not on this device: deleted before, or not fetched yet.
            self._state.record.deletions_tried -= Counter([whose])
        elif self._is_acknowledged(device, "delete", line):
            self._state.record.deletions.add(whose)

    async def _read(self, device: Device) -> None:
        peer = self._peer(device)
        top = self._state.record.top(device.user_id, peer)
        seq = self._state.rng.choice((0, self._state.rng.randint(0, top)))
        line = await device.ask("read", peer=peer, seq=seq, insists=self._insists())
        if self._is_acknowledged(device, "read", line):
            reads = self._state.record.reads
            reads[device.user_id, peer] = max(reads[device.user_id, peer], seq or top)

    async def _pin(self, device: Device) -> None:
        peer = self._peer(device)
        pin = Pin(self._state.rng.random() < 0.5, self._state.record.now())
        self._state.record.pins[device.user_id, peer].append(pin)
        line = await device.ask("pin", peer=peer, is_pinned=pin.is_pinned, insists=self._insists())
        if self._is_acknowledged(device, "pin", line):
            pin.ended = self._state.record.now()

    async def _history(self, device: Device) -> None:
        wish = {"count": self._state.rng.randint(1, 30), "pages": self._state.rng.randint(1, 6)}
        line = await device.ask("history", peer=self._peer(device), **wish)
        if self._is_acknowledged(device, "history", line):
            self._state.record.page(f"{device.name}.{device.life} history", line.seen)

    def _say(self, device: Device, msg_id: str) -> tuple[Said, str]:
        self._numbers += 1
        text = mark = f"<t{self._numbers}>"
        if self._state.rng.random() < 0.1:
            # Long enough to be cut in the middle of a frame.
            text += " " + "ä" * self._state.rng.randint(100, 5000)
        peer = self._peer(device)
        return self._state.record.say(device.name, device.user_id, peer, text, mark, msg_id), text

    def _insists(self) -> bool:
        return self._state.rng.random() < 0.7

    def _peer(self, device: Device) -> str:
        return self._state.rng.choice([user for user in DEVICES if user != device.user_id])

    def _is_acknowledged(self, device: Device, kind: str, line: Line, *also: ErrorCode) -> bool:
        if line.code == 0 or line.code in also:
            self._state.report.acknowledged[kind] += 1
            return True
        if line.code not in _NOT_CARRIED_OUT:
            self._state.record.wrong.append(f"{device.name}.{device.life}: {kind} gave {line}")
        return False
