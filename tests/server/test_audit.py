"""The audit log: everything is counted, little is written, and nothing is lost by a restart."""

import stat
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from imtui.server import audit
from imtui.server.audit import AuditEntry, AuditFile, AuditLog, Folding, Kind, latest_entries
from tests.server.virtual_loop import VirtualLoop, virtual_loop

ADDRESS = "192.0.2.7"
SMALL = st.integers(0, 150).map(str)


@pytest.fixture
def loop() -> Iterator[VirtualLoop]:
    with virtual_loop() as loop:
        yield loop


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "audit.jsonl"


def lines(path: Path) -> list[AuditEntry]:
    return [msgspec.json.decode(line, type=AuditEntry) for line in path.read_bytes().splitlines()]


def entry(number: int) -> AuditEntry:
    return AuditEntry(number, Kind.FAILED, ADDRESS, f"u{number}", "login", 70009)


@given(st.lists(st.lists(st.tuples(st.sampled_from(Kind), SMALL), max_size=300), max_size=4))
def test_whatever_happens_all_of_it_is_counted_in_few_lines(
    windows: list[list[tuple[Kind, str]]],
) -> None:
    folding = Folding()
    for window in windows:
        entries = [AuditEntry(5, kind, ADDRESS, who, "login", 1) for kind, who in window]
        at_once = [one for one in entries if folding.add(one)]
        later = folding.take(60)
        assert len(at_once) <= 100
        assert len(later) <= 100 + len(Kind)
        assert len(set(at_once)) == len(at_once)
        written = Counter[Kind]()
        for one in (*at_once, *later):
            written[one.kind] += one.count
        assert written == Counter(kind for kind, _ in window)


def test_a_repetition_is_a_line_at_first_and_one_each_minute(loop: VirtualLoop, path: Path) -> None:
    log = AuditLog(path, lambda: int(loop.time() * 1000))
    shown: list[AuditEntry] = []
    log.on_entry = shown.append
    for _ in range(500):
        log(Kind.FAILED, ADDRESS, "alice", "login", 70009)
    assert [one.count for one in lines(path)] == [1]
    loop.advance(61)
    assert [one.count for one in lines(path)] == [1, 499]
    loop.advance(300)
    log(Kind.FAILED, ADDRESS, "alice", "login", 70009)
    log(Kind.FAILED, ADDRESS, "alice", "login", 70009)
    log.close()
    assert [one.count for one in lines(path)] == [1, 499, 1, 1]
    assert shown == lines(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_nobody_hides_the_acts_of_admins_behind_failures(loop: VirtualLoop, path: Path) -> None:
    log = AuditLog(path, lambda: 0)
    for number in range(500):
        log(Kind.FAILED, ADDRESS, f"u{number}", "login", 70009)
    log(Kind.ADMIN, ADDRESS, "administrator", "im_open_login_svc/kick", 0)
    assert lines(path)[-1].what == "im_open_login_svc/kick"
    log.close()


def test_a_full_file_is_replaced_and_five_are_kept(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit, "FILE_MAX_BYTES", 1000)
    file = AuditFile(path)
    for number in range(100):
        file.append([entry(number)])
    names = sorted(one.name for one in path.parent.iterdir())
    assert names == ["audit.jsonl", *(f"audit.jsonl.{number}" for number in range(1, 6))]
    assert all(one.stat().st_size <= 1000 for one in path.parent.iterdir())
    kept = [one for name in [*names[:0:-1], names[0]] for one in lines(path.with_name(name))]
    assert kept == [entry(number) for number in range(100 - len(kept), 100)]
    assert AuditFile(path).latest() == kept[-len(AuditFile(path).latest()) :]


@given(torn=st.integers(1, 100))
def test_what_was_torn_by_a_kill_spoils_no_other_line(
    torn: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("audit") / "audit.jsonl"
    AuditFile(path).append([entry(1), entry(2)])
    path.write_bytes(path.read_bytes()[:-torn])
    AuditFile(path).append([entry(3)])
    latest = AuditFile(path).latest()
    assert latest[0] == entry(1)
    assert latest[-1] == entry(3)


def test_a_log_that_cannot_be_written_is_said_so_and_harms_nobody(
    loop: VirtualLoop, path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path.mkdir()
    log = AuditLog(path, lambda: 0)
    shown: list[AuditEntry] = []
    log.on_entry = shown.append
    log(Kind.FAILED, ADDRESS, "alice", "login", 70009)
    log.close()
    assert len(shown) == 1
    assert "cannot be written" in caplog.text
    assert latest_entries([path]) == []


def test_the_files_of_several_processes_are_read_as_one(path: Path) -> None:
    others = [path.with_name(f"audit-{number}.jsonl") for number in (1, 2)]
    for number in range(30):
        AuditFile([path, *others][number % 3]).append([entry(number)])
    every = [entry(number) for number in range(30)]
    assert latest_entries([path, *others]) == every
    others[0].unlink()
    assert latest_entries([path, *others]) == [one for one in every if one.time % 3 != 1]


def test_of_several_files_too_only_the_latest_are_kept(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit, "KEPT", 7)
    other = path.with_name("audit-1.jsonl")
    AuditFile(path).append([entry(number) for number in range(0, 40, 2)])
    AuditFile(other).append([entry(number) for number in range(1, 40, 2)])
    assert latest_entries([path, other]) == [entry(number) for number in range(33, 40)]


def test_a_file_that_cannot_be_read_hides_no_other(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    other = path.with_name("audit-1.jsonl")
    other.mkdir()
    AuditFile(path).append([entry(1)])
    assert latest_entries([other, path]) == [entry(1)]
    assert "cannot be read" in caplog.text


def test_what_watches_the_file_finds_one_from_the_start(loop: VirtualLoop, path: Path) -> None:
    AuditLog(path, lambda: 0).open()
    assert path.read_bytes() == b""
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    AuditFile(path).append([entry(1)])
    AuditLog(path, lambda: 0).open()
    assert lines(path) == [entry(1)]
