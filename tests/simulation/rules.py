"""What has to hold at each step: why sessions may end, and what outlives a core."""

from collections import Counter
from typing import TYPE_CHECKING, Final

from msgspec import structs

from imtui.protocol.limits import HEARTBEAT_TIMEOUT, RETURN_WITHIN
from imtui.protocol.status import UserStatus, UserStatusType
from imtui.server.core.accounts.changes import (
    CloseReason,
    DeviceChanged,
    SessionClosed,
    SessionOpened,
)
from imtui.server.core.accounts.device import DeviceState
from imtui.server.core.change import Change
from imtui.server.core.presence.changes import StatusChanged
from imtui.server.edge.gateway import LOGIN_TIMEOUT
from imtui.server.link.ports import HTTPAnswer, HTTPRequest
from tests.simulation.virtual_time import Process, World

if TYPE_CHECKING:
    from tests.simulation.client import Link
    from tests.simulation.core_process import CoreProcess
    from tests.simulation.edge_process import EdgeProcess

_NOTICED_WITHIN: Final = 10.0
"""How long it may take until the core hears of a loss, beside the time to come back, in seconds."""
_TOLD_WITHIN: Final = 2.0
_CALM: Final = 12.0
"""After so many seconds without a fault all has to be right, in seconds."""


class Rules:
    """Watches what the core and the edges do."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.happened: Counter[str] = Counter()
        """How often what happened."""
        self.links: dict[int, Link] = {}
        """The connections of clients, by session ID."""
        self.statuses: dict[str, UserStatus] = {}
        """The durable statuses, as own devices see them."""
        self.devices: dict[tuple[str, str], DeviceState] = {}
        """The durable states of devices, by user and instance ID."""
        self.cleared_by: set[str] = set()
        """The users who may have cleared their text."""
        self.kicked: dict[str, float] = {}
        """The users whom an admin has tried to kick, and when."""
        self.may_refuse = False
        """Whether the store may fail, so that something cannot be done."""
        self.is_policy_strict = False
        """Whether logins kick other devices of the account."""
        self.resumed_at = 0.0
        """When the core was last let go on after a stop."""
        self._core: CoreProcess | None = None
        """The newest one."""
        self._committed_epoch = 0
        self._epochs: dict[Process, int] = {}
        self._heard: dict[int, int] = {}
        """The greatest epoch that each edge has heard of."""
        self._texts: dict[str, str] = {}
        self._device_states: dict[tuple[str, str], DeviceState] = {}

    # Called by the core

    def restored(self, core: "CoreProcess") -> None:
        """Check what a new core begins with."""
        self._core = core
        self._epochs[core.process] = core.epoch
        self.happened["core began"] += 1
        self._texts.clear()
        self._device_states = dict(self.devices)
        live = {user for (user, _), state in self.devices.items() if state is DeviceState.LIVE}
        for account in core.accounts:
            self._texts[account.user_id] = account.status.custom_status
            known = self.statuses.get(account.user_id)
            if known is None:
                continue
            shown = account.own_status
            if account.user_id not in live:
                known = structs.replace(known, changed_by=None)
                shown = structs.replace(shown, changed_by=None)
            if structs.replace(known, revision=0) != structs.replace(shown, revision=0):
                self.world.blame(f"a takeover turns {known} into {shown}")
            devices = {(account.user_id, one): d.state for one, d in account.devices.items()}
            for key, state in devices.items():
                if self.devices.get(key) is not state:
                    self.world.blame(f"a takeover turns {key} to {state}")

    def committed_by(self, epoch: int, changes: list[Change]) -> None:
        """Note what a core has made durable, of several that may follow each other."""
        if epoch < self._committed_epoch:
            self.world.blame(f"core {epoch} commits after core {self._committed_epoch}")
        self._committed_epoch = epoch
        self.committed(changes)

    def committed(self, changes: list[Change]) -> None:
        """Note what is durable now."""
        for change in changes:
            if isinstance(change, StatusChanged):
                self.statuses[change.own.user_id] = change.own
            elif isinstance(change, DeviceChanged):
                device = change.device
                self.devices[device.user_id, device.instance_id] = device.state

    def changed(self, core: "CoreProcess", changes: list[Change]) -> None:
        """Check changes, before their commit."""
        if core is not self._core:
            # Another has taken over, so they will never be durable.
            return
        for change in changes:
            match change:
                case SessionClosed():
                    self._closed(core, change)
                case SessionOpened():
                    self._opened(change)
                case StatusChanged():
                    self._status_changed(change)
                case DeviceChanged(device=device):
                    self._device_states[device.user_id, device.instance_id] = device.state

    def _opened(self, change: SessionOpened) -> None:
        link = self.links[change.session_id]
        key = change.user_id, change.device.instance_id
        self.happened["session resumed" if link.is_resuming else "session opened"] += 1
        left = (DeviceState.KICKED, DeviceState.LOGGED_OUT)
        if link.is_resuming and self._device_states.get(key) in left:
            self.world.blame(f"{link.client.name} resumes what was ended")

    def _closed(self, core: "CoreProcess", change: SessionClosed) -> None:
        link = self.links.get(change.session_id)
        who = f"session {change.session_id} of {change.user_id}"
        self.happened[f"session {change.reason}"] += 1
        match change.reason:
            case CloseReason.LOST if link is None:
                if self.world.now < core.started_at + RETURN_WITHIN:
                    self.world.blame(f"{who} is lost too early after a takeover")
            case CloseReason.LOST if link is not None:
                problem = self._why_not_lost(core, link)
                if problem:
                    self.world.blame(f"{link.client.name} is lost, but {problem}")
            case CloseReason.SILENT if link is None or not link.is_silenced:
                self.world.blame(f"{who} is silent, but no edge says so")
            case CloseReason.LOGGED_OUT if link is None or not link.has_logged_out:
                self.world.blame(f"{who} is logged out, and nobody did that")
            case CloseReason.KICKED:
                if not self.is_policy_strict and change.user_id not in self.kicked:
                    self.world.blame(f"{who} is kicked, and nobody did that")
            case CloseReason.TAKEN_OVER if link is not None:
                link.is_taken_over = True

    def _why_not_lost(self, core: "CoreProcess", link: "Link") -> str:
        """Return why a device must not be lost now; empty if it may."""
        now, mine, theirs = self.world.now, link.end, link.end.other
        if mine.ended_at is not None and mine.ended_at <= (theirs.ended_at or now):
            return ""
        if theirs.ended_at is not None and now >= theirs.ended_at + RETURN_WITHIN:
            return ""
        if not link.is_logged_in and now >= link.dialed_at + LOGIN_TIMEOUT:
            # Its edge may have closed it, as the core has not answered in time.
            return ""
        heard_at = max(link.edge.heard_at(core.process), core.started_at)
        if now >= heard_at + RETURN_WITHIN or now < self.resumed_at + 1.0:
            return ""
        return (
            f"the client ended at {mine.ended_at}, the edge at {theirs.ended_at}, which was"
            f" heard at {heard_at}"
        )

    def _status_changed(self, change: StatusChanged) -> None:
        user_id, text = change.own.user_id, change.own.custom_status
        before, self._texts[user_id] = self._texts.get(user_id, ""), text
        is_online = change.own.status_type is UserStatusType.ONLINE
        if is_online and before and not text and user_id not in self.cleared_by:
            self.world.blame(f"the text of {user_id} was cleared")

    def core_ended(self, core: "CoreProcess") -> None:
        """Check what a core was asked in its life."""
        asked = core.metrics.ws.by_method
        # One may stand behind a login that is not answered yet: answers keep their order.
        if asked["heartbeat"] > asked["login"]:
            self.world.blame("a heartbeat has reached the core")

    def core_resumed(self) -> None:
        """Note that a core goes on after a stop."""
        self.resumed_at = self.world.now

    # Called by edges

    def edge_heard(self, edge: "EdgeProcess") -> None:
        """Check from which core an edge hears something."""
        epoch = self._epochs[self.world.delivering.other.process]
        if epoch < self._heard.get(edge.number, 0):
            self.world.blame(f"edge {edge.number} hears of core {epoch} after a newer one")
        self._heard[edge.number] = epoch

    def silenced(self, session_id: int) -> None:
        """Check that a client that an edge closes has been silent for long enough."""
        link = self.links[session_id]
        link.is_silenced = True
        silence = self.world.now - link.end.other.last_arrival
        if silence < HEARTBEAT_TIMEOUT:
            self.world.blame(f"{link.client.name} was silent for {silence} s only")

    def rest_answered(self, request: HTTPRequest, answer: HTTPAnswer) -> None:
        """Check the answer to an admin."""
        is_done = b'"ErrorCode":0' in answer.content or b"70107" in answer.content
        is_done |= self.may_refuse and b"70500" in answer.content
        if not is_done and answer.status != 503:
            self.world.blame(f"{request.path}: {answer.content.decode()}")

    # Called after each step

    def check(self, core: "CoreProcess | None", disturbed_until: float) -> None:
        """Check that nobody stays logged in who is gone, and nobody is gone who is connected."""
        if core is None or core.process.is_stopped:
            return
        now, sessions = self.world.now, core.accounts.sessions
        since = max(core.started_at, self.resumed_at)
        late = RETURN_WITHIN + _NOTICED_WITHIN
        for session_id, session in sessions.items():
            link = self.links.get(session_id)
            if link is None:
                if now > since + late:
                    self.world.blame(f"{session.user_id} never came back, and is not lost")
                continue
            ends = [end.ended_at for end in (link.end, link.end.other) if end.ended_at is not None]
            heard_at = link.edge.heard_at(core.process)
            if ends and now > max(min(ends), heard_at, since) + late:
                self.world.blame(f"{link.client.name} is gone, and not lost")
        if now < disturbed_until + _CALM:
            return
        for link in self.links.values():
            knows = link.end.other.ended_at is None and link.end.is_reading()
            believes = link.is_logged_in and link.is_open and knows
            if not believes or link.session_id in sessions:
                link.unknown_since = None
            elif link.unknown_since is None:
                # It may be told of a kick just now.
                link.unknown_since = now
            elif now > link.unknown_since + _TOLD_WITHIN:
                self.world.blame(f"{link.client.name} is not logged in, and does not know it")
