"""The record of a run: the operations tried, and what the devices reported."""

import itertools
from collections import Counter, defaultdict
from dataclasses import dataclass, field

from imtui.protocol.errors import ErrorCode
from tests.checker.processes.lines import Line, Seen, digest

Name = tuple[str, str]
"""The sender of a message, and its ``msg_id``."""

Place = tuple[str, str]
"""A conversation: the account that sees it, and its peer."""


@dataclass
class Said:
    """A message that a device was asked to send."""

    device: str
    sender: str
    receiver: str
    text: str
    """The digest of the text."""
    mark: str
    """A part of the text that no other text has."""
    msg_id: str = ""
    """Empty if the device died before it reported the ID."""
    is_acknowledged: bool = False
    """Whether the device reported it as queued or as accepted by the backend."""
    queued: int | None = None
    """Its position among the messages that its device reported as queued."""

    @property
    def name(self) -> Name:
        """Return the name of the message."""
        return self.sender, self.msg_id


@dataclass
class Pin:
    """An attempt to pin or unpin a conversation."""

    is_pinned: bool
    began: int
    ended: int | None = None
    """When it was acknowledged; None if unknown."""


@dataclass
class Record:
    """All facts about a run, collected while it goes on."""

    said: dict[str, Said] = field(default_factory=dict)
    """Messages by the digest of their text, which is unique."""
    seqs: dict[Name, Seen] = field(default_factory=dict)
    """Each message with a seq, as first seen."""
    recalls_tried: set[Name] = field(default_factory=set)
    recalls: set[Name] = field(default_factory=set)
    """Acknowledged recalls."""
    deletions_tried: Counter[tuple[str, Name]] = field(default_factory=Counter)
    """The number of attempts by account, without those that found nothing to delete."""
    deletions: set[tuple[str, Name]] = field(default_factory=set)
    """Acknowledged deletions, by account."""
    reads: dict[Place, int] = field(default_factory=lambda: defaultdict(int))
    """The greatest seq of an acknowledged read, by conversation."""
    pins: dict[Place, list[Pin]] = field(default_factory=lambda: defaultdict(list))
    told: dict[tuple[str, int], list[Seen]] = field(default_factory=lambda: defaultdict(list))
    """Messages reported as received, by device and life."""
    sent: dict[tuple[str, int], list[Seen]] = field(default_factory=lambda: defaultdict(list))
    """Messages reported as sent, by device and life."""
    taken_over: int = 0
    """The number of logins ended by a late earlier attempt of the same device."""
    wrong: list[str] = field(default_factory=list)
    """Errors found during the run."""
    _clock: "itertools.count[int]" = field(default_factory=itertools.count)

    def now(self) -> int:
        """Return a number that grows with each call."""
        return next(self._clock)

    def say(
        self, device: str, sender: str, receiver: str, text: str, mark: str, msg_id: str = ""
    ) -> Said:
        """Record that a device was asked to send a message."""
        said = Said(device, sender, receiver, digest(text), mark, msg_id)
        self.said[said.text] = said
        return said

    def erased(self) -> list[str]:
        """Return the marks of messages that were recalled, or deleted by both."""
        return [
            said.mark
            for said in self.said.values()
            if said.name in self.recalls
            or {(said.sender, said.name), (said.receiver, said.name)} <= self.deletions
        ]

    def top(self, one: str, other: str) -> int:
        """Return the greatest seq seen in a conversation."""
        return max((seen.seq for seen in self.between(one, other)), default=0)

    def between(self, one: str, other: str) -> list[Seen]:
        """Return the messages of a conversation that were seen with a seq."""
        both = {one, other}
        return [seen for seen in self.seqs.values() if {seen.sender, seen.receiver} == both]

    def see(self, where: str, seen: Seen) -> None:
        """Record a message that a device has seen; its seq must never change."""
        if not seen.seq:
            return
        first = self.seqs.setdefault(seen.name, seen)
        if (first.seq, first.receiver, first.timestamp) != (
            seen.seq,
            seen.receiver,
            seen.timestamp,
        ):
            self.wrong.append(f"{where}: a message moved: {first} became {seen}")
        said = self.said.get(seen.text)
        if said is None:
            if seen.text:
                self.wrong.append(f"{where}: nobody said {seen}")
        elif said.msg_id not in ("", seen.msg_id):
            self.wrong.append(f"{where}: {said} is there under another name: {seen}")
        else:
            said.msg_id = seen.msg_id

    def page(self, where: str, page: list[Seen]) -> None:
        """Record pages of history; they must be newest first, without duplicates."""
        for newer, older in itertools.pairwise(page):
            if newer.seq <= older.seq:
                self.wrong.append(f"{where}: history is out of order: {newer} before {older}")
        for seen in page:
            self.see(where, seen)

    def take(self, device: str, life: int, line: Line) -> None:
        """Record a line of a device."""
        for seen in line.seen:
            self.see(f"{device}.{life} {line.event}", seen)
        if line.event == "told":
            self.told[device, life] += line.seen
        elif line.event == "sent":
            self.sent[device, life] += line.seen
        elif line.event == "failed":
            self.wrong.append(f"{device}.{life}: a queued message was refused: {line}")
        elif line.event == "ended":
            self.taken_over += 1
            if line.code != ErrorCode.ERR_LOGIN_KICKED_OFF_BY_OTHER:
                self.wrong.append(f"{device}.{life}: the login ended: {line}")
