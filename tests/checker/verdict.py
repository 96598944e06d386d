"""The rules that hold at the end of a run; each yields its violations as lines."""

import itertools
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from imtui.protocol.chat import MessageStatus
from tests.checker.processes.lines import Seen, View
from tests.checker.record import Name, Record

_THERE: Final = MessageStatus.SEND_SUCC
_RECALLED: Final = MessageStatus.LOCAL_REVOKED


@dataclass(frozen=True)
class Dump:
    """The final state of a device."""

    device: str
    user_id: str
    life: int
    views: list[View]
    total_unread: int


def wrongs(record: Record, dumps: list[Dump]) -> list[str]:
    """Return all errors, including those found during the run."""
    found = list(record.wrong)
    for dump in dumps:
        for view in dump.views:
            found += _view(record, dump, view)
        if dump.total_unread != sum(view.unread for view in dump.views):
            found.append(f"{dump.device}: {dump.total_unread} unread in all: {_brief(dump)}")
    found += _devices_agree(dumps)
    found += _accounts_agree(record, dumps)
    found += _order_of_queues(record)
    found += _told(record, dumps)
    return found


def _view(record: Record, dump: Dump, view: View) -> Iterator[str]:
    """Yield the errors in a conversation as one device sees it."""
    me, where = dump.user_id, f"{dump.device} with {view.peer}"
    by_name = {seen.name: seen for seen in view.messages}
    texts = [seen.text for seen in view.messages if seen.text]
    if len(by_name) != len(view.messages):
        yield f"{where}: a message is there twice: {_twice([s.name for s in view.messages])}"
    if len(set(texts)) != len(texts):
        yield f"{where}: a text is there twice: {_twice(texts)}"
    for newer, older in itertools.pairwise(view.messages):
        if newer.seq <= older.seq or newer.timestamp < older.timestamp:
            yield f"{where}: out of order: {newer} before {older}"
    for said in record.said.values():
        if said.is_acknowledged and {said.sender, said.receiver} == {me, view.peer}:
            if said.name in by_name:
                seen = by_name[said.name]
                if seen.status == _THERE and seen.text != said.text:
                    yield f"{where}: another text than {said}: {seen}"
            elif (me, said.name) not in record.deletions_tried:
                yield f"{where}: lost: {said}"
    for seen in view.messages:
        yield from _message(record, me, where, seen)
    top = max((seen.seq for seen in view.messages), default=0)
    top = max(top, record.top(me, view.peer))
    gone = {
        record.seqs[name].seq
        for who, name in record.deletions_tried
        if who == me and name in record.seqs and view.peer in _two(record.seqs[name])
    }
    gaps = set(range(1, top + 1)) - {seen.seq for seen in view.messages} - gone
    if gaps:
        yield f"{where}: nothing at the places {sorted(gaps)} of {top}"
    yield from _summary(record, me, where, view)


def _message(record: Record, me: str, where: str, seen: Seen) -> Iterator[str]:
    if seen.status not in (_THERE, _RECALLED):
        yield f"{where}: neither there nor recalled: {seen}"
    if seen.status == _THERE and seen.name in record.recalls:
        yield f"{where}: was recalled: {seen}"
    if seen.status == _RECALLED and seen.name not in record.recalls_tried:
        yield f"{where}: nobody recalled {seen}"
    if seen.status == _RECALLED and seen.text:
        yield f"{where}: something is left of {seen}"
    if seen.status == _THERE and seen.text not in record.said:
        yield f"{where}: nobody said {seen}"
    if (me, seen.name) in record.deletions:
        yield f"{where}: was deleted: {seen}"


def _summary(record: Record, me: str, where: str, view: View) -> Iterator[str]:
    unread = sum(
        seen.sender == view.peer and seen.seq > view.read_seq and seen.status == _THERE
        for seen in view.messages
    )
    if unread != view.unread:
        yield f"{where}: {view.unread} unread instead of {unread} after {view.read_seq}"
    if view.is_listed and view.read_seq < record.reads[me, view.peer]:
        yield f"{where}: read up to {view.read_seq}, not to {record.reads[me, view.peer]}"
    newest = view.messages[0] if view.messages else None
    if view.last != newest:
        yield f"{where}: the last message is {view.last} instead of {newest}"
    pins = record.pins[me, view.peer]
    last_began = max((pin.began for pin in pins if pin.ended is not None), default=-1)
    possible = {pin.is_pinned for pin in pins if pin.ended is None or pin.ended > last_began}
    if not any(pin.ended is not None for pin in pins):
        possible.add(False)
    if view.is_pinned not in possible:
        yield f"{where}: pinned is {view.is_pinned}: {pins}"


def _devices_agree(dumps: list[Dump]) -> Iterator[str]:
    """Yield the differences between devices of one account."""
    by_user: dict[str, list[Dump]] = defaultdict(list)
    for dump in dumps:
        by_user[dump.user_id].append(dump)
    for one, *others in by_user.values():
        for other in others:
            for here, there in zip(one.views, other.views, strict=True):
                if here != there:
                    yield f"{one.device} and {other.device} differ: {_difference(here, there)}"


def _accounts_agree(record: Record, dumps: list[Dump]) -> Iterator[str]:
    """Yield the differences between the two sides of a conversation."""
    views = {(dump.user_id, view.peer): view for dump in dumps for view in dump.views}
    for (user_id, peer), mine in views.items():
        theirs = views[peer, user_id]
        there = {seen.name: seen for seen in theirs.messages}
        for seen in mine.messages:
            if seen.name in there and there[seen.name] != seen:
                yield f"{user_id} has {seen}, {peer} has {there[seen.name]}"
        if mine.is_listed and theirs.is_listed and mine.peer_read_seq != theirs.read_seq:
            yield f"{user_id} thinks {peer} read up to {mine.peer_read_seq}: {theirs.read_seq}"


def _order_of_queues(record: Record) -> Iterator[str]:
    """Yield messages of a device that were not sent in the order of its queue."""
    queues: dict[tuple[str, str], list[tuple[int, Name]]] = defaultdict(list)
    for said in record.said.values():
        if said.queued is not None:
            queues[said.device, said.receiver].append((said.queued, said.name))
    for (device, _), queue in queues.items():
        seqs = [record.seqs[name] for _, name in sorted(queue) if name in record.seqs]
        for one, following in itertools.pairwise(seqs):
            if one.seq >= following.seq:
                yield f"{device}: queued before, sent after: {one}, {following}"


def _told(record: Record, dumps: list[Dump]) -> Iterator[str]:
    """Yield messages that a device reported twice, out of order, or not at all."""
    for (device, life), sent in record.sent.items():
        if twice := _twice([seen.name for seen in sent]):
            yield f"{device}.{life}: told twice as sent: {twice}"
    for dump in dumps:
        for life in range(1, dump.life + 1):
            for view in dump.views:
                told = [
                    seen
                    for seen in record.told[dump.device, life]
                    if _two(seen) == {dump.user_id, view.peer}
                ]
                yield from _told_in(record, dump, life, view, told)


def _told_in(record: Record, dump: Dump, life: int, view: View, told: list[Seen]) -> Iterator[str]:
    where = f"{dump.device}.{life} with {view.peer}"
    if twice := _twice([seen.name for seen in told]):
        yield f"{where}: told twice: {twice}"
    for one, following in itertools.pairwise(told):
        if one.seq >= following.seq:
            yield f"{where}: told out of order: {one}, {following}"
    # The last reports before a device died may be lost; after that, all are complete.
    low = 1 if life == 1 else min((seen.seq for seen in told), default=0)
    is_last = life == dump.life
    high = (
        view.messages[0].seq if is_last and view.messages else max((s.seq for s in told), default=0)
    )
    if not low:
        return
    places = {seen.seq for seen in told}
    add_local_message = {said.name for said in record.said.values() if said.device == dump.device}
    for seen in view.messages:
        is_due = low <= seen.seq <= high and seen.seq not in places
        if is_due and seen.status == _THERE and seen.name not in add_local_message:
            yield f"{where}: never told: {seen}"


def _two(seen: Seen) -> set[str]:
    return {seen.sender, seen.receiver}


def _twice(names: list[Name] | list[str]) -> list[Name | str]:
    counted: dict[Name | str, int] = defaultdict(int)
    for name in names:
        counted[name] += 1
    return [name for name, count in counted.items() if count > 1]


def _brief(dump: Dump) -> list[tuple[str, int]]:
    return [(view.peer, view.unread) for view in dump.views]


def _difference(here: View, there: View) -> str:
    only_here = [seen for seen in here.messages if seen not in there.messages][:3]
    only_there = [seen for seen in there.messages if seen not in here.messages][:3]
    summaries = [
        (view.unread, view.read_seq, view.peer_read_seq, view.is_pinned, view.last)
        for view in (here, there)
    ]
    return f"with {here.peer}: {only_here} against {only_there}; {summaries}"
