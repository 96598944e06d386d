"""What the checker was told in the course of a run, and what it tried."""

import itertools
from collections import Counter, defaultdict
from dataclasses import dataclass, field

from imtui.protocol.errors import ErrorCode
from tests.checker.lines import Line, Seen, digest

Name = tuple[str, str]
"""The sender of a message, and its ``msg_id``."""

Place = tuple[str, str]
"""An account, and with whom a conversation of its is."""


@dataclass
class Said:
    """A message that somebody was to send."""

    device: str
    sender: str
    receiver: str
    text: str
    """Its digest."""
    msg_id: str = ""
    """Empty if the device died before it told."""
    is_acknowledged: bool = False
    """Whether the device told that it is queued, or that the backend has taken it."""
    queued: int | None = None
    """Its place among what its device told to be queued."""

    @property
    def name(self) -> Name:
        """Return what names it."""
        return self.sender, self.msg_id


@dataclass
class Pin:
    """That a conversation was to be pinned or not."""

    is_pinned: bool
    began: int
    ended: int | None = None
    """When it was acknowledged; None if that is not known."""


@dataclass
class Record:
    """All that is known of a run, as it goes on."""

    said: dict[str, Said] = field(default_factory=dict)
    """By the digest of its text, of which there are no two."""
    seqs: dict[Name, Seen] = field(default_factory=dict)
    """The first sight of each message that has a seq."""
    recalls_tried: set[Name] = field(default_factory=set)
    recalls: set[Name] = field(default_factory=set)
    """Those that were acknowledged."""
    deletions_tried: Counter[tuple[str, Name]] = field(default_factory=Counter)
    """How often, by account; attempts that found nothing to delete are not counted."""
    deletions: set[tuple[str, Name]] = field(default_factory=set)
    """Those that were acknowledged, by account."""
    reads: dict[Place, int] = field(default_factory=lambda: defaultdict(int))
    """The greatest place up to which was read, of what was acknowledged."""
    pins: dict[Place, list[Pin]] = field(default_factory=lambda: defaultdict(list))
    told: dict[tuple[str, int], list[Seen]] = field(default_factory=lambda: defaultdict(list))
    """What was told as received, by device and life."""
    sent: dict[tuple[str, int], list[Seen]] = field(default_factory=lambda: defaultdict(list))
    """What was told as sent, by device and life."""
    taken_over: int = 0
    """How many logins were ended by an earlier attempt of the same device that came late."""
    wrong: list[str] = field(default_factory=list)
    """What was seen to be wrong on the way."""
    _clock: "itertools.count[int]" = field(default_factory=itertools.count)

    def now(self) -> int:
        """Return a number that is greater each time."""
        return next(self._clock)

    def say(self, device: str, sender: str, receiver: str, text: str, msg_id: str = "") -> Said:
        """Take note that a device is to send something."""
        said = Said(device, sender, receiver, digest(text), msg_id)
        self.said[said.text] = said
        return said

    def top(self, one: str, other: str) -> int:
        """Return the greatest seq that was seen of a conversation."""
        return max((seen.seq for seen in self.between(one, other)), default=0)

    def between(self, one: str, other: str) -> list[Seen]:
        """Return the messages of a conversation of which a seq was seen."""
        both = {one, other}
        return [seen for seen in self.seqs.values() if {seen.sender, seen.receiver} == both]

    def see(self, where: str, seen: Seen) -> None:
        """Take note of a message that somebody has seen; its place never changes."""
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
        """Take note of pages of history: the newest first, each once."""
        for newer, older in itertools.pairwise(page):
            if newer.seq <= older.seq:
                self.wrong.append(f"{where}: history is out of order: {newer} before {older}")
        for seen in page:
            self.see(where, seen)

    def take(self, device: str, life: int, line: Line) -> None:
        """Take note of what a device told."""
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
