"""Databases of schemas 1 to 4: a backend answers as the old one did before the migration."""

import asyncio
import copy
import functools
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from imtui.protocol.usersig import sign
from imtui.sdk.rest import RestClient
from imtui.server.instant import Instant

# The only place that knows the server: what was recorded must not depend on its modules.
from imtui.server.node.backend import Backend
from imtui.server.node.config import BackendConfig
from tests.conformance.worlds.raw_client import JSON, RawClient, Refused
from tests.server.store.recorded import rows
from tests.server.store.recorded.asking import ask_everything
from tests.server.store.recorded.asking_admin import Running
from tests.server.store.recorded.comparison import DROPPED, differences, read_changes
from tests.server.store.recorded.recording import (
    NAMES,
    Recording,
    in_memory,
    read_dump,
    read_recording,
    restore,
)

NEW_RULE_SINCE = 5
"""The schema version from which on the latest device record decides the general status."""
USER_SIG_REVOKED = 70052


def each_of(*names: str) -> pytest.MarkDecorator:
    """Run a test for some recordings; one process runs all tests of a recording, and asks once."""
    return pytest.mark.parametrize(
        "name", [pytest.param(name, marks=pytest.mark.xdist_group(name)) for name in names]
    )


class Answered(NamedTuple):
    """What the backend of this checkout makes of a recorded database."""

    answers: JSON
    schema_version: int
    revoked: dict[str, list[int]]
    """The codes of logins with UserSigs that were revoked, by user ID."""


recorded = functools.cache(read_recording)


@functools.cache
def answered(name: str) -> Answered:
    """Restore a recording, and ask a backend that serves it everything."""
    recording = recorded(name)
    with tempfile.TemporaryDirectory() as folder:
        data_dir = Path(folder) / "data"
        restore(read_dump(name), data_dir, recording)
        answers, revoked = asyncio.run(_ask(recording, data_dir, _revoked_user_sigs(name)))
        with closing(sqlite3.connect(data_dir / "imtui.db")) as database:
            version = database.execute("PRAGMA user_version").fetchone()[0]
    return Answered(answers, version, revoked)


async def _ask(
    recording: Recording, data_dir: Path, revoked: dict[str, list[str]]
) -> tuple[JSON, dict[str, list[int]]]:
    def clock() -> Instant:
        return Instant(time.monotonic(), recording.unix_ms)

    key = recording.sdk_app_id, recording.secret_key
    async with Backend(BackendConfig(data_dir, clock=clock)) as backend:
        user_sig = sign("administrator", *key, now=recording.unix_ms // 1000)
        rest = RestClient(backend.address.rest, key[0], "administrator", user_sig)
        # When the answers were recorded, blocking did not hide the status.
        await rest.call("imtui_console/set", {"Settings": {"block_hides_status": "off"}})
    async with Backend(BackendConfig(data_dir, clock=clock)) as backend:
        address = backend.address
        running = Running(address.ws, address.rest, *key, recording.unix_ms)
        codes = {
            user_id: [await _login_code(running, user_id, user_sig) for user_sig in user_sigs]
            for user_id, user_sigs in revoked.items()
        }
        return await ask_everything(running, recording.others), codes


async def _login_code(running: Running, user_id: str, user_sig: str) -> int:
    client = await RawClient.connect(running.ws)
    params = {"sdkAppID": running.sdk_app_id, "userSig": user_sig, "passive": True}
    try:
        await client.call("login", userID=user_id, **params)
    except Refused as error:
        return error.code
    finally:
        await client.close()
    return 0


def _revoked_user_sigs(name: str) -> dict[str, list[str]]:
    """Return UserSigs made just before those of accounts were revoked, and used ones."""
    recording = recorded(name)
    key = recording.sdk_app_id, recording.secret_key
    with closing(in_memory(read_dump(name))) as database:
        seconds = rows.revocations(database)
    return {
        user_id: [
            sign(user_id, *key, now=second - 1),
            *recording.revoked_user_sigs.get(user_id, []),
        ]
        for user_id, second in seconds.items()
    }


def statuses(name: str, *, latest_decides: bool) -> dict[str, rows.Status]:
    """Return the general statuses that the device records of a recording make."""
    with closing(in_memory(read_dump(name))) as database:
        started_at = recorded(name).unix_ms
        return rows.general_statuses(database, started_at, latest_decides=latest_decides)


def disputed(name: str) -> set[str]:
    """Return the accounts whose general status the two rules decide differently."""
    before, since = (statuses(name, latest_decides=latest) for latest in (False, True))
    return {user_id for user_id in before if before[user_id] != since[user_id]}


def told_statuses(answers: JSON) -> Iterator[tuple[str, int, int]]:
    """Return all general statuses that some answers tell: of whom, which, and since when."""
    names = {"OFFLINE": rows.OFFLINE, "UNLOGINED": rows.UNLOGINED}
    for page in answers["accounts"]:
        for item in page["AccountItem"]:
            yield item["UserID"], names[item["Status"]], item["Since"]
    for theirs in answers["byUser"].values():
        friends = [info for page in theirs["friends"] for info in page["friendInfoList"]]
        for status in (
            theirs["login"]["selfStatus"],
            *theirs["status"].get("userStatusList", []),
            *(info["userStatus"] for info in friends if info["userStatus"]),
        ):
            yield status["userID"], status["statusType"], status["since"]


@each_of(*NAMES)
def test_a_dump_was_not_migrated(name: str) -> None:
    with closing(in_memory(read_dump(name))) as database:
        version = database.execute("PRAGMA user_version").fetchone()[0]
    assert f"schema{version}" == name.removesuffix("_walk")


@each_of(*NAMES)
def test_every_answer_is_as_it_was_recorded(name: str) -> None:
    found = differences(recorded(name).answers, answered(name).answers, disputed(name))
    assert not found, "\n".join(found[:40])


@each_of(*NAMES)
def test_general_statuses_follow_the_device_records(name: str) -> None:
    answers, version, _ = answered(name)
    expected = statuses(name, latest_decides=version >= NEW_RULE_SINCE)
    told = list(told_statuses(answers))
    assert {user_id for user_id, _, _ in told} == set(expected)
    assert [one for one in told if expected[one[0]] != one[1:]] == []
    # A lost device can be reached by a push, though only for some days.
    reachable = disputed(name) | {
        user_id for user_id, status in expected.items() if status.status_type == rows.OFFLINE
    }
    for answer in (answers["online"], answers["platforms"], answers["devices"]):
        for item in answer["QueryResult"]:
            words = ("Offline", "PushOnline") if item["To_Account"] in reachable else ("Offline",)
            assert item["State"] == item["Status"]
            assert item["Status"] in words


@each_of(*NAMES[1:])
@pytest.mark.parametrize("of_whom", ["recorded", "answered"])
def test_conversations_follow_the_rows(name: str, of_whom: str) -> None:
    answers = recorded(name).answers if of_whom == "recorded" else answered(name).answers
    with closing(in_memory(read_dump(name))) as database:
        assert list(answers["byUser"]) == [one["user_id"] for one in rows.accounts(database)]
        for viewer, theirs in answers["byUser"].items():
            seen = rows.conversations(database, viewer)
            listed = [one for page in theirs["conversations"] for one in page["conversationList"]]
            expected = [one.conversation for one in seen.values() if one.is_listed]
            assert _bare(listed) == expected, viewer
            unread = sum(one.conversation.get("unreadCount", 0) for one in seen.values())
            counted = answers["byAdmin"][viewer]["unread"][0]["AllC2CUnreadMsgNum"]
            assert counted == unread, viewer
            floors = {one["conversationID"]: one.get("clearedSeq", 0) for one in listed}
            for peer, messages in theirs["with"].items():
                _check_messages(messages, seen.get(peer), floors.get(f"c2c_{peer}", 0))
                if peer in seen and peer in answers["byUser"]:
                    _check_roamed(answers["byAdmin"][viewer]["with"][peer], viewer, seen[peer])


def _check_messages(messages: JSON, seen: rows.Seen | None, listed_floor: int) -> None:
    history = [one for page in messages["history"] for one in page["messageList"]]
    assert _bare(history) == (seen.history if seen else [])
    changes = read_changes(messages["changes"])
    assert changes.there == (seen.changes if seen else [])
    deleted = seen.deleted if seen else frozenset()
    floor = changes.cleared_seq
    assert listed_floor in (0, floor)
    assert {seq for seq in changes.deleted if seq > floor} == {
        seq for seq in deleted if seq > floor
    }
    assert all(one["seq"] > floor for one in history)


def _check_roamed(roamed: JSON, viewer: str, seen: rows.Seen) -> None:
    """Check the history that an admin gets: by time, in pages of which the next one is older."""
    told = [
        (one["From_Account"], one["MsgTimeStamp"], one["MsgFlagBits"], one["IsPeerRead"])
        for page in reversed(roamed["pages"])
        for one in page["MsgList"]
    ]
    own, theirs = (seen.conversation.get(name, 0) for name in ("readSeq", "peerReadSeq"))
    expected = [
        (
            one["sender"],
            one["timestamp"] // 1000,
            8 if one.get("status") == rows.REVOKED else 0,
            int(one["seq"] <= (own if one["receiver"] == viewer else theirs)),
        )
        for one in sorted(seen.history, key=lambda one: (one["timestamp"], one["seq"]))
    ]
    assert told == expected


def _bare(answer: list[JSON]) -> list[JSON]:
    return [{name: one for name, one in item.items() if name not in DROPPED} for item in answer]


@each_of(*NAMES)
def test_revoked_user_sigs_stay_revoked(name: str) -> None:
    codes = answered(name).revoked
    assert set(codes) == set(_revoked_user_sigs(name))
    assert all(code == USER_SIG_REVOKED for theirs in codes.values() for code in theirs)


def test_every_difference_is_found() -> None:
    def spoiled(*path: Any) -> JSON:
        answers = copy.deepcopy(recorded("schema4").answers)
        *steps, last = path
        place: Any = answers
        for step in steps:
            place = place[step]
        del place[last]
        return answers

    ann = "byUser", "ann"
    for path in (
        (*ann, "conversations", 0, "conversationList", 0, "unreadCount"),
        (*ann, "with", "ben", "history", 0, "messageList", 1),
        (*ann, "with", "ben", "changes", 1, "messageList", 0),
        (*ann, "with", "cleo", "changesSinceMiddle", 0, "messageList", 0),
        (*ann, "with", "gone"),
        (*ann, "status", "userStatusList", 0, "statusType"),
        ("byAdmin", "kim", "friends", 0, "UserDataItem", 0, "ValueItem", 0),
        ("byAdmin", "kim", "with", "jon", "pages", 2),
        ("settings", "Settings", "edition"),
    ):
        assert differences(recorded("schema4").answers, spoiled(*path), {"gus"}), path


def test_a_floor_in_place_of_deleted_messages_is_no_difference() -> None:
    """What the migration may do: the tombstones of a deleted beginning become ``clearedSeq``."""
    answers = copy.deepcopy(recorded("schema4").answers)
    floors = 0
    for theirs in answers["byUser"].values():
        for messages in theirs["with"].values():
            changes = read_changes(messages["changes"])
            there = [one["seq"] for one in changes.there]
            floor = min(there, default=max(changes.deleted, default=0) + 1) - 1
            floors += bool(floor)
            for page in [*messages["changes"], *messages.get("changesSinceMiddle", [])]:
                page["clearedSeq"], page["nextVersion"] = floor, 0
                page["messageList"] = [one for one in page["messageList"] if one["seq"] > floor]
    assert floors > 10
    assert differences(recorded("schema4").answers, answers) == []
    for theirs in answers["byUser"].values():
        for messages in theirs["with"].values():
            messages["changes"][0]["clearedSeq"] += 1
    assert differences(recorded("schema4").answers, answers)
