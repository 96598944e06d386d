"""Queued messages are on disk, are sent in order, and are lost only if they are discarded."""

import asyncio
import gc
import logging
import sqlite3
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from imtui.protocol.chat import Message, MessageStatus
from imtui.sdk import ErrorCode, IMError
from imtui.sdk.messages.outbox import WAITING_MAX, Outbox
from tests.sdk.virtual_time import in_virtual_time

SENDING = MessageStatus.SENDING
SEND_FAIL = MessageStatus.SEND_FAIL


def message(number: int, to: str = "bob") -> Message:
    return Message(f"m{number}", "alice", to, text=f"text {number}", status=SENDING)


def ids(outbox: Outbox, user_id: str | None = None) -> list[str]:
    return [each.msg_id for each in outbox.messages(user_id)]


def code_of(call: Callable[[], object]) -> int:
    with pytest.raises(IMError) as error:
        call()
    return int(error.value.code)


class Wire:
    """Accepts the messages, or refuses them as the test says."""

    def __init__(self, outbox: Outbox) -> None:
        self.outbox = outbox
        self.sent: list[str] = []
        self.tried: list[str] = []
        self.failed: list[tuple[str, int]] = []
        self.refusals: dict[str, list[IMError]] = {}
        self.more = asyncio.Event()

    async def send(self, message: Message) -> Message:
        self.tried.append(message.msg_id)
        self.more.set()
        await asyncio.sleep(0)
        if refusals := self.refusals.get(message.msg_id):
            raise refusals.pop(0)
        self.outbox.acknowledged(message.msg_id)
        self.sent.append(message.msg_id)
        self.more.set()
        return message

    def on_failed(self, message: Message, error: IMError) -> None:
        self.failed.append((message.msg_id, int(error.code)))
        self.more.set()

    async def until(self, done: Callable[[], bool]) -> None:
        sending = asyncio.create_task(self.outbox.send(self.send, self.on_failed))
        try:
            while not done():
                self.more.clear()
                await self.more.wait()
        finally:
            sending.cancel()
            await asyncio.wait({sending})


def test_queued_messages_survive_a_kill(tmp_path: Path) -> None:
    path = tmp_path / "outbox"
    killed = Outbox(path)
    for number in range(3):
        killed.add(message(number, "bob" if number else "ann"))
    killed.set_draft("bob", "dear bob")
    outbox = Outbox(path)
    assert outbox.messages() == [message(0, "ann"), message(1), message(2)]
    assert ids(outbox, "bob") == ["m1", "m2"]
    assert outbox.drafts == {"bob": "dear bob"}
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    outbox.set_draft("bob", "")
    assert outbox.drafts == {}
    outbox.close()
    killed.close()


def test_every_commit_waits_for_the_disk(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path / "outbox")
    assert outbox._db is not None
    assert outbox._db.execute("PRAGMA synchronous").fetchone() == (2,)
    assert outbox._db.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    outbox.close()


def test_a_full_disk_is_6019_and_nothing_is_queued(tmp_path: Path) -> None:
    path = tmp_path / "outbox"
    outbox = Outbox(path)
    outbox.add(message(1))
    assert outbox._db is not None
    outbox._db.execute("PRAGMA max_page_count = 1")
    big = Message("big", "alice", "bob", text="x" * 12_000, status=SENDING)
    assert code_of(lambda: outbox.add(big)) == ErrorCode.ERR_DATABASE_OPERATE_FAILED
    assert ids(outbox) == ["m1"]
    outbox.close()
    again = Outbox(path)
    assert ids(again) == ["m1"]
    again.close()


def test_a_folder_that_cannot_be_written_is_6019(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path / "missing" / "outbox")
    assert code_of(lambda: outbox.add(message(1))) == ErrorCode.ERR_DATABASE_OPERATE_FAILED
    assert outbox.messages() == []
    outbox.close()


def test_a_damaged_file_is_moved_aside_and_logged(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "outbox"
    path.write_bytes(b"what was written with care" * 200)
    with caplog.at_level(logging.ERROR):
        outbox = Outbox(path)
    assert "damaged" in caplog.text
    assert (tmp_path / "outbox.damaged").read_bytes().startswith(b"what was written")
    outbox.add(message(1))
    outbox.close()
    again = Outbox(path)
    assert ids(again) == ["m1"]
    again.close()


def test_a_file_that_is_in_use_elsewhere_is_not_damaged(tmp_path: Path) -> None:
    path = tmp_path / "outbox"
    Outbox(path).close()
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    outbox = Outbox(path)
    with pytest.raises(IMError):
        outbox.add(message(1))
    other.close()
    outbox.close()
    assert [file.name for file in tmp_path.iterdir() if "damaged" in file.name] == []


def test_the_queue_is_bounded() -> None:
    outbox = Outbox(None)
    for number in range(WAITING_MAX):
        outbox.add(message(number))
    with pytest.raises(IMError, match="1,000 messages wait") as error:
        outbox.add(message(WAITING_MAX))
    assert error.value.code == ErrorCode.ERR_SDK_INVALID_OPERATION


@in_virtual_time
async def test_messages_are_sent_in_order_one_after_the_other() -> None:
    outbox = Outbox(None)
    wire = Wire(outbox)
    for number in range(3):
        outbox.add(message(number))
    await wire.until(lambda: len(wire.sent) == 3)
    assert wire.sent == ["m0", "m1", "m2"]
    assert outbox.messages() == []


@in_virtual_time
async def test_a_transient_failure_is_retried_before_later_messages() -> None:
    outbox = Outbox(None)
    wire = Wire(outbox)
    outbox.add(message(1))
    outbox.add(message(2))
    wire.refusals["m1"] = [IMError(code) for code in (70500, 7008, 9520, 6001, 9508)]
    await wire.until(lambda: len(wire.sent) == 2)
    assert wire.tried == ["m1"] * 6 + ["m2"]
    assert wire.failed == []


@in_virtual_time
async def test_the_pause_that_the_backend_asks_for_is_kept() -> None:
    outbox = Outbox(None)
    wire = Wire(outbox)
    outbox.add(message(1))
    wire.refusals["m1"] = [IMError(7008, "", {"retryAfterMs": 3000})]
    before = asyncio.get_running_loop().time()
    await wire.until(lambda: bool(wire.sent))
    assert asyncio.get_running_loop().time() - before >= 3


@in_virtual_time
async def test_a_refused_message_stays_and_later_ones_are_sent(tmp_path: Path) -> None:
    path = tmp_path / "outbox"
    outbox = Outbox(path)
    wire = Wire(outbox)
    outbox.add(message(1, "nobody"))
    outbox.add(message(2))
    wire.refusals["m1"] = [IMError(20003)]
    await wire.until(lambda: bool(wire.sent))
    assert (wire.failed, wire.sent) == ([("m1", 20003)], ["m2"])
    outbox.close()
    outbox = Outbox(path)
    assert [(m.msg_id, m.status) for m in outbox.messages()] == [("m1", SEND_FAIL)]
    wire = Wire(outbox)
    assert outbox.resend("m1").status is SENDING
    await wire.until(lambda: bool(wire.sent))
    assert outbox.messages() == []
    outbox.close()


def test_a_discarded_message_is_gone_for_good(tmp_path: Path) -> None:
    path = tmp_path / "outbox"
    outbox = Outbox(path)
    outbox.add(message(1))
    outbox.discard("m1")
    assert code_of(lambda: outbox.discard("m1")) == ErrorCode.ERR_INVALID_PARAMETERS
    assert code_of(lambda: outbox.resend("m1")) == ErrorCode.ERR_INVALID_PARAMETERS
    outbox.close()
    again = Outbox(path)
    assert again.messages() == []
    again.close()


@in_virtual_time
async def test_a_message_being_sent_cannot_be_discarded() -> None:
    outbox = Outbox(None)
    wire = Wire(outbox)
    outbox.add(message(1))
    wire.refusals["m1"] = []
    await wire.until(lambda: bool(wire.tried))
    sending = asyncio.create_task(outbox.send(wire.send, wire.on_failed))
    outbox.add(message(2))
    await asyncio.sleep(0)
    assert code_of(lambda: outbox.discard(ids(outbox)[0])) == ErrorCode.ERR_SDK_INVALID_OPERATION
    sending.cancel()
    await asyncio.wait({sending})
    outbox.discard(ids(outbox)[0])


def test_an_outbox_takes_over_another_behind_its_own_messages(tmp_path: Path) -> None:
    other = Outbox(tmp_path / "other")
    for number in (3, 1, 2):
        other.add(message(number))
    other._messages["m2"] = refused = message(2)
    other._refused(refused, IMError(20007), lambda *_: None)
    other.close()
    outbox = Outbox(tmp_path / "own")
    outbox.add(message(0))
    outbox.add(message(1))
    for _ in range(2):
        outbox.take_over(tmp_path / "other")
    outbox.take_over(tmp_path / "missing")
    for each in (outbox, Outbox(tmp_path / "own")):
        assert ids(each) == ["m0", "m1", "m3", "m2"]
        assert each.messages()[-1].status is SEND_FAIL
        each.close()
    assert Outbox(tmp_path / "other").messages() == []


def test_what_has_no_room_stays_in_the_other_outbox(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Outbox(tmp_path / "other")
    for number in range(4):
        other.add(message(number))
    other.close()
    monkeypatch.setattr("imtui.sdk.messages.outbox.WAITING_MAX", 3)
    outbox = Outbox(tmp_path / "own")
    outbox.take_over(tmp_path / "other")
    assert ids(outbox) == ["m0", "m1", "m2"]
    assert ids(Outbox(tmp_path / "other")) == ["m3"]
    outbox.close()


def test_an_outbox_that_cannot_be_written_takes_nothing_over(tmp_path: Path) -> None:
    other = Outbox(tmp_path / "other")
    other.add(message(1))
    other.close()
    (tmp_path / "folder").mkdir()
    Outbox(tmp_path / "folder").take_over(tmp_path / "other")
    assert ids(Outbox(tmp_path / "other")) == ["m1"]


def test_an_outbox_that_is_forgotten_closes_its_database() -> None:
    database = Outbox(None)._db
    assert database is not None
    gc.collect()
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        database.execute("SELECT 1")
