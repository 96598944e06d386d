"""The cache on disk survives kills, damage and a full disk."""

import gc
import logging
import sqlite3
import stat
from pathlib import Path

import pytest

from imtui.protocol.chat import Message, MessageStatus
from imtui.sdk import ConversationInfo
from imtui.sdk.messages.cache import MessageCache
from imtui.sdk.messages.known import Known
from imtui.sdk.messages.update import Update

ME = "alice"


def message(seq: int, text: str = "", version: int = 0) -> Message:
    return Message(f"m{seq}", "bob", ME, seq * 10, seq, version or seq, text=text or f"text {seq}")


def known(user_id: str, order_key: int = 0) -> Known:
    return Known(ConversationInfo(f"c2c_{user_id}", user_id, order_key=order_key), 7, 3, 7)


def seqs(cache: MessageCache, high: int, count: int = 20) -> tuple[list[int], int]:
    page, low = cache.page("bob", high, count)
    return [each.seq for each in page], low


def keep(cache: MessageCache, *seqs: int) -> None:
    page = [message(seq) for seq in seqs]
    cache.keep_page("bob", page, min(seqs), max(seqs))


def test_stored_messages_survive_a_kill(tmp_path: Path) -> None:
    path = tmp_path / "alice.cache"
    killed = MessageCache(path, ME)
    update = Update(messages=[message(1)], held=[("bob", 1, 1)], known={"bob": known("bob")})
    killed.keep(update, listed=True)
    cache = MessageCache(path, ME)
    assert cache.known == [known("bob")]
    assert cache.listed
    assert cache.get("bob", 1) == message(1)
    assert seqs(cache, 1) == ([1], 1)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    cache.close()
    killed.close()


def test_a_page_ends_at_the_first_missing_message() -> None:
    cache = MessageCache(None, ME)
    keep(cache, 1, 2, 3)
    keep(cache, 6, 7)
    assert seqs(cache, 7) == ([7, 6], 6)
    assert seqs(cache, 5) == ([], 6)
    keep(cache, 4, 5)
    assert seqs(cache, 7) == ([7, 6, 5, 4, 3, 2, 1], 1)
    assert seqs(cache, 7, 3) == ([7, 6, 5], 5)


def test_deleted_messages_are_left_out_and_leave_no_gap() -> None:
    cache = MessageCache(None, ME)
    keep(cache, 1, 2, 3)
    gone = Message("m2", "bob", ME, seq=2, version=9, status=MessageStatus.HAS_DELETED)
    cache.keep(Update(messages=[gone]), listed=False)
    assert seqs(cache, 3) == ([3, 1], 1)


def test_only_a_newer_version_replaces_a_stored_message() -> None:
    cache = MessageCache(None, ME)
    cache.keep(Update(messages=[message(1, "new", 5)]), listed=False)
    cache.keep(Update(messages=[message(1, "old", 4)]), listed=False)
    kept = cache.get("bob", 1)
    assert kept is not None
    assert kept.text == "new"


def test_recalled_contents_are_erased_from_the_file(tmp_path: Path) -> None:
    path = tmp_path / "cache"
    cache = MessageCache(path, ME)
    cache.keep(Update(messages=[message(1, "my secret word")]), listed=False)
    gone = Message("m1", "bob", ME, seq=1, version=2, status=MessageStatus.LOCAL_REVOKED)
    cache.keep(Update(messages=[gone]), listed=False)
    cache.close()
    assert b"secret" not in path.read_bytes()


@pytest.mark.parametrize(
    "rubbish", [b"no database at all" * 300, b"SQLite format 3\0" + b"\1" * 5000]
)
def test_a_damaged_file_is_replaced(
    tmp_path: Path, rubbish: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "cache"
    path.write_bytes(rubbish)
    with caplog.at_level(logging.WARNING):
        cache = MessageCache(path, ME)
    assert len(caplog.records) == 1
    assert cache.known == []
    keep(cache, 1)
    cache.close()
    again = MessageCache(path, ME)
    assert seqs(again, 1) == ([1], 1)
    again.close()


def test_unreadable_rows_count_as_damage(tmp_path: Path) -> None:
    path = tmp_path / "cache"
    MessageCache(path, ME).close()
    with sqlite3.connect(path) as db:
        db.execute("INSERT INTO conversation VALUES ('bob', x'00')")
    db.close()
    cache = MessageCache(path, ME)
    assert cache.known == []
    cache.close()


def test_damage_found_later_is_survived_and_removed(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "cache"
    cache = MessageCache(path, ME)
    keep(cache, 1, 2)
    cache._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    path.write_bytes(b"\7" * path.stat().st_size)
    cache._db.execute("PRAGMA cache_size = 0")
    with caplog.at_level(logging.WARNING):
        for seq in range(3, 40):
            keep(cache, seq)
    assert len(caplog.records) == 1
    assert seqs(cache, 39)[0][0] == 39
    cache.close()
    again = MessageCache(path, ME)
    assert again.known == []
    again.close()


def test_on_a_full_disk_the_cache_goes_on_in_memory(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "cache"
    cache = MessageCache(path, ME)
    keep(cache, 1)
    cache._db.execute("PRAGMA max_page_count = 1")
    with caplog.at_level(logging.WARNING):
        for seq in range(2, 40):
            cache.keep_page("bob", [message(seq, "x" * 4000)], seq, seq)
    assert len(caplog.records) == 1
    assert "full" in caplog.text
    assert seqs(cache, 39)[0][0] == 39
    cache.close()
    again = MessageCache(path, ME)
    assert seqs(again, 1) == ([1], 1)
    again.close()


def test_without_a_writable_folder_the_cache_is_in_memory(tmp_path: Path) -> None:
    cache = MessageCache(tmp_path / "missing" / "cache", ME)
    keep(cache, 1)
    assert seqs(cache, 1) == ([1], 1)
    cache.close()


def test_opening_keeps_only_the_newest_messages_and_conversations(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("imtui.sdk.messages.cache._MESSAGES_KEPT", 3)
    monkeypatch.setattr("imtui.sdk.messages.cache._CONVERSATIONS_KEPT", 2)
    path = tmp_path / "cache"
    cache = MessageCache(path, ME)
    keep(cache, *range(1, 9))
    users = {f"u{n}": known(f"u{n}", order_key=n) for n in range(4)}
    cache.keep(Update(known=users), listed=True)
    cache.close()
    again = MessageCache(path, ME)
    assert seqs(again, 8) == ([8, 7, 6], 6)
    assert [each.info.user_id for each in again.known] == ["u3", "u2"]
    assert not again.listed
    again.close()


def test_the_newest_up_to_a_time_is_found() -> None:
    cache = MessageCache(None, ME)
    keep(cache, 1, 2, 3)
    assert [cache.until("bob", time) for time in (5, 10, 29, 30, 99)] == [0, 1, 2, 3, 3]


def test_a_closed_cache_stores_nothing_and_leaves_the_file_alone(tmp_path: Path) -> None:
    path = tmp_path / "cache"
    cache = MessageCache(path, ME)
    keep(cache, 1)
    cache.close()
    keep(cache, 2)
    assert seqs(cache, 1) == ([], 2)
    again = MessageCache(path, ME)
    assert seqs(again, 1) == ([1], 1)
    assert again.get("bob", 2) is None
    again.close()


def test_a_lock_is_no_damage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("imtui.sdk.messages.database._BUSY_TIMEOUT", 0.01)
    path = tmp_path / "cache"
    cache = MessageCache(path, ME)
    keep(cache, 1)
    cache.close()
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("PRAGMA locking_mode = EXCLUSIVE")
    other.execute("BEGIN EXCLUSIVE")
    without = MessageCache(path, ME)
    assert without.get("bob", 1) is None
    without.close()
    other.close()
    again = MessageCache(path, ME)
    assert seqs(again, 1) == ([1], 1)
    again.close()


def test_search_ignores_case_and_returns_the_newest_first() -> None:
    cache = MessageCache(None, ME)
    page = [message(1, "The Needle"), message(2, "hay"), message(3, "a needle, the second")]
    cache.keep_page("bob", page, 1, 3)
    assert [each.seq for each in cache.search(["needle"], None, 10)] == [3, 1]
    assert [each.seq for each in cache.search(["NEEDLE", "second"], "bob", 10)] == [3]
    assert cache.search(["needle"], "carol", 10) == []
    assert len(cache.search(["needle"], None, 1)) == 1


def test_a_cache_that_is_forgotten_closes_its_database() -> None:
    database = MessageCache(None, ME)._db
    gc.collect()
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        database.execute("SELECT 1")
