"""The checker finds what was not erased."""

from pathlib import Path

import pytest

from tests.checker import erasures
from tests.checker.record import Record


def test_what_lasts_in_any_file_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(erasures, "_GONE_WITHIN", 0.0)
    (tmp_path / "imtui.db").write_bytes(b"\0\xff<t1>\0")
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "log").write_bytes(b"<t3>")
    assert erasures.what_lasts(tmp_path, ["<t1>", "<t2>", "<t3>"]) == [
        "<t1> was erased, and is in imtui.db",
        "<t3> was erased, and is in log",
    ]


def test_what_is_recalled_or_deleted_by_both_is_erased() -> None:
    record = Record()
    for number in range(4):
        record.say("alice1", "alice", "bob", f"text {number}", f"<t{number}>", f"m{number}")
    record.recalls.add(("alice", "m1"))
    record.deletions |= {("alice", ("alice", "m2")), ("bob", ("alice", "m2"))}
    record.deletions.add(("alice", ("alice", "m3")))
    assert record.erased() == ["<t1>", "<t2>"]
