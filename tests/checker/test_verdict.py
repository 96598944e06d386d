"""The rules of the verdict: each finds its kind of error."""

from collections.abc import Callable
from dataclasses import replace

import msgspec
import pytest

from tests.checker.processes.lines import Seen, View
from tests.checker.record import Record
from tests.checker.verdict import Dump, wrongs

ONE = Seen("m1", "bob", "alice", 1, 10, 2, "t1")
TWO = Seen("m2", "bob", "alice", 2, 20, 2, "t2")
MINE = View("bob", [TWO, ONE], unread=2, last=TWO, is_listed=True)
THEIRS = View("alice", [TWO, ONE], last=TWO, is_listed=True)


def record() -> Record:
    """Return a record in which bob sent two texts and alice's device received them."""
    kept = Record()
    for seen in (ONE, TWO):
        kept.say("bob1", "bob", "alice", seen.text, seen.msg_id).is_acknowledged = True
        kept.see("bob1", seen)
        kept.told["alice1", 1].append(seen)
    return kept


def found(kept: Record, mine: View = MINE, theirs: View = THEIRS) -> str:
    """Return the errors in the views of alice and bob."""
    dumps = [
        Dump("alice1", "alice", 1, [mine], mine.unread),
        Dump("bob1", "bob", 1, [theirs], 0),
    ]
    return "; ".join(wrongs(kept, dumps))


def test_what_is_right_is_not_found_wrong() -> None:
    assert found(record()) == ""


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"messages": [TWO], "unread": 1}, "lost"),
        ({"messages": [TWO], "unread": 1}, "nothing at the places [1]"),
        ({"messages": [TWO, ONE, ONE]}, "there twice"),
        ({"messages": [ONE, TWO]}, "out of order"),
        ({"unread": 1}, "1 unread instead of 2"),
        ({"last": ONE}, "the last message"),
        ({"is_pinned": True}, "pinned is True"),
        ({"peer_read_seq": 1}, "thinks bob read up to 1"),
        ({"messages": [TWO, msgspec.structs.replace(ONE, text="else")]}, "nobody said"),
        ({"messages": [TWO, msgspec.structs.replace(ONE, status=6, text="")]}, "nobody recalled"),
    ],
)
def test_a_wrong_view_is_found(changes: dict[str, object], words: str) -> None:
    assert words in found(record(), msgspec.structs.replace(MINE, **changes))


@pytest.mark.parametrize(
    ("happened", "words"),
    [
        (lambda kept: kept.told["alice1", 1].append(TWO), "told twice"),
        (lambda kept: kept.told["alice1", 1].reverse(), "told out of order"),
        (lambda kept: kept.told["alice1", 1].pop(), "never told"),
        (lambda kept: kept.recalls.add(ONE.name), "was recalled"),
        (lambda kept: kept.deletions.add(("alice", ONE.name)), "was deleted"),
        (lambda kept: kept.reads.update({("alice", "bob"): 2}), "read up to 0, not to 2"),
        (lambda kept: kept.sent["bob1", 1].extend([ONE, ONE]), "told twice as sent"),
    ],
)
def test_what_contradicts_the_record_is_found(
    happened: Callable[[Record], object], words: str
) -> None:
    kept = record()
    happened(kept)
    assert words in found(kept)


def test_devices_of_an_account_that_differ_are_found() -> None:
    dump = Dump("alice1", "alice", 1, [MINE], 2)
    other = replace(dump, device="alice2", views=[msgspec.structs.replace(MINE, read_seq=1)])
    theirs = Dump("bob1", "bob", 1, [THEIRS], 0)
    assert "alice1 and alice2 differ" in "; ".join(wrongs(record(), [dump, other, theirs]))
