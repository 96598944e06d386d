"""Compares the answers of a backend with recorded ones, but for what is allowed to differ.

- The fields in ``DROPPED`` are new, or numbers that compare within one start only.
- The general status of accounts whose device records the two rules judge differently is left out:
  the statuses of all accounts are compared with ``rows.general_statuses`` instead.
- Console settings that came later are left out.
- The sentences of the REST API are worded anew now and then: whether there is one is compared, and
  the code beside it.
- What changed in a conversation is compared as a whole, not page by page. Of a deleted message
  only its place counts, and not even that at or below ``clearedSeq``. An answer that begins in the
  middle may tell of more deletions than the recorded one, if it has the new fields.
"""

from collections.abc import Collection, Iterator
from typing import Any, Final, NamedTuple

from tests.conformance.worlds.raw_client import JSON

DROPPED: Final = frozenset(
    {
        *("ownVersion", "clearedSeq", "nextVersion", "nextOwnVersion", "nextBeforeSeq", "revision"),
        *("StandardSequence", "CustomSequence", "CurrentSequence", "CurruentSequence"),
    }
)

DELETED: Final = 4
"""The status of a message that the one who asks has deleted."""

_CONTENTS: Final = frozenset({"text", "data", "cloudCustomData", "msgBody"})
_SENTENCES: Final = frozenset({"ErrorInfo", "ErrorDisplay", "ResultInfo"})
_NEW: Final = frozenset({"clearedSeq", "nextVersion", "nextOwnVersion"})
_OF_CHANGES: Final = ("changes", "changesSinceMiddle")


class Changes(NamedTuple):
    """What changed in a conversation, as one of the two is told."""

    there: list[JSON]
    """The messages that are there, the earliest change first."""
    deleted: frozenset[int]
    """The places of the deleted ones."""
    cleared_seq: int
    """All up to this place are gone."""
    is_new: bool
    """Whether the answer has any of the new fields."""


def read_changes(pages: list[JSON]) -> Changes:
    """Return what the pages of an answer say together."""
    messages = [one for page in pages for one in page["messageList"]]
    deleted = [one for one in messages if one.get("status") == DELETED]
    assert not any(_CONTENTS & one.keys() for one in deleted), "a deleted message has contents"
    return Changes(
        [_without(one) for one in messages if one.get("status") != DELETED],
        frozenset(one["seq"] for one in deleted),
        max(page.get("clearedSeq", 0) for page in pages),
        any(_NEW & page.keys() for page in pages),
    )


def differences(recorded: JSON, answered: JSON, disputed: Collection[str] = ()) -> list[str]:
    """Return what differs, one line each.

    Args:
        recorded: The recorded answers.
        answered: The answers of the backend that is tested.
        disputed: The accounts whose general status may differ.
    """
    known: JSON = recorded["settings"]["Settings"]
    settings = {name: answered["settings"]["Settings"].get(name) for name in known}
    answered = {**answered, "settings": {**answered["settings"], "Settings": settings}}
    return [
        *_differ("", _without(recorded, disputed), _without(answered, disputed)),
        *_all_changes_differ(recorded, answered),
    ]


def _without(value: Any, disputed: Collection[str] = ()) -> Any:
    """Return a value without what is not compared, or compared elsewhere."""
    if isinstance(value, list):
        return [_without(one, disputed) for one in value]
    if not isinstance(value, dict):
        return value
    dropped = {*DROPPED, *_OF_CHANGES, *_disputed_fields(value, disputed)}
    return {
        name: bool(one) if name in _SENTENCES else _without(one, disputed)
        for name, one in value.items()
        if name not in dropped
    }


def _disputed_fields(value: JSON, disputed: Collection[str]) -> tuple[str, ...]:
    if "statusType" in value and value["userID"] in disputed:
        return ("statusType", "since")
    if "CustomStatus" in value and value.get("UserID") in disputed:
        return ("Status", "Since")
    if "State" in value and value["To_Account"] in disputed:
        return ("Status", "State", "Detail")
    return ()


def _differ(path: str, one: Any, other: Any) -> Iterator[str]:
    if isinstance(one, dict) and isinstance(other, dict):
        for name in [*one, *(other.keys() - one.keys())]:
            yield from _differ(f"{path}/{name}", one.get(name, "absent"), other.get(name, "absent"))
    elif isinstance(one, list) and isinstance(other, list):
        if len(one) != len(other):
            yield f"{path}: {len(one)} items were recorded, {len(other)} are answered"
        pairs = enumerate(zip(one, other, strict=False))
        first = next((number for number, pair in pairs if pair[0] != pair[1]), None)
        if first is not None:
            yield from _differ(f"{path}[{first}]", one[first], other[first])
    elif one != other:
        yield f"{path}: {one!r:.200} was recorded, {other!r:.200} is answered"


def _all_changes_differ(recorded: JSON, answered: JSON) -> Iterator[str]:
    for viewer, theirs in recorded["byUser"].items():
        for peer, messages in theirs["with"].items():
            answers = answered["byUser"].get(viewer, {}).get("with", {}).get(peer, {})
            for name in messages.keys() & set(_OF_CHANGES):
                path = f"/byUser/{viewer}/with/{peer}/{name}"
                if name not in answers:
                    yield f"{path}: absent"
                    continue
                before, after = read_changes(messages[name]), read_changes(answers[name])
                is_whole = name == "changes"
                yield from _changes_differ(path, before, after, is_whole=is_whole)


def _changes_differ(
    path: str, recorded: Changes, answered: Changes, *, is_whole: bool
) -> Iterator[str]:
    yield from _differ(f"{path}/there", recorded.there, answered.there)
    floor = answered.cleared_seq
    hidden = [one["seq"] for one in recorded.there if one["seq"] <= floor]
    if hidden:
        yield f"{path}: clearedSeq {floor} covers {hidden}, which are there"
    before = {seq for seq in recorded.deleted if seq > floor}
    after = {seq for seq in answered.deleted if seq > floor}
    if before - after:
        yield f"{path}: nothing says that {sorted(before - after)} are deleted"
    if after - before and (is_whole or not answered.is_new):
        yield f"{path}: {sorted(after - before)} were not deleted"
