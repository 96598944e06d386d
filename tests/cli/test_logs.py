"""The log of the app: private, bounded, without secrets, shared by processes."""

import asyncio
import logging
import re
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from imtui.cli import paths
from imtui.cli.accounts.selection import RemoteAccount
from imtui.cli.errors import CommandError
from imtui.cli.logs import FILE_MAX_BYTES, RECORD_MAX_CHARS, LogFile, log_to_file
from imtui.cli.verbs.app import AccountJoiner
from imtui.files import FileLock
from imtui.protocol.usersig import sign
from imtui.tui.model.launch import JoinError
from tests.cli.processes import TIMEOUT, Home

SIG = sign("alice", 1400000000, "key", now=1_700_000_000)

_log = logging.getLogger("imtui.tests")


@pytest.fixture(autouse=True)
def levels() -> Iterator[None]:
    """Restore the levels of the loggers."""
    before = {name: logging.getLogger(name).level for name in ("imtui", "websockets", "asyncio")}
    yield
    for name, level in before.items():
        logging.getLogger(name).setLevel(level)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "log" / "imtui.log"


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_record_is_one_line_with_time_process_and_logger(file: Path) -> None:
    with log_to_file(file):
        _log.info("first %s", "line\nand more\x1b[0m")
        _log.debug("not logged")
        logging.getLogger("websockets.client").warning("a warning")
        logging.getLogger("websockets.client").info("not logged")

    first, second = file.read_text().splitlines()
    assert re.fullmatch(
        r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}[+-]\d\d:\d\d INFO \d+ imtui\.tests: "
        "first line and more\ufffd\\[0m",
        first,
    )
    assert second.endswith(" websockets.client: a warning")


def test_debug_level_from_the_environment(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IMTUI_LOG", "debug")
    with log_to_file(file):
        _log.debug("logged")
    assert file.read_text().endswith("imtui.tests: logged\n")


def test_log_files_are_private(file: Path) -> None:
    with log_to_file(file):
        for _ in range(100):
            _log.info("x" * RECORD_MAX_CHARS)

    assert mode(file.parent) == 0o700
    assert {path.name: mode(path) for path in file.parent.iterdir()} == {
        "imtui.log": 0o600,
        "imtui.log.1": 0o600,
        "imtui.log.lock": 0o600,
    }


def test_a_traceback_is_indented_without_secrets(file: Path) -> None:
    with log_to_file(file):
        try:
            raise ValueError(f"refused: {SIG}\n2026-01-01T00:00:00 INFO 1 imtui: forged")
        except ValueError:
            _log.exception("It failed with %r", {"userSig": SIG})

    first, *trace = file.read_text().splitlines()
    assert first.endswith("imtui.tests: It failed with {'userSig': [left out]}")
    assert trace[0] == "    Traceback (most recent call last):"
    assert "    ValueError: refused: [left out]" in trace
    assert all(line.startswith("    ") for line in trace)


def test_log_files_are_bounded(file: Path) -> None:
    old = file.with_name("imtui.log.1")
    with log_to_file(file):
        for number in range(3000):
            _log.info("%d %s", number, "x" * 600)
            assert file.stat().st_size <= FILE_MAX_BYTES

    assert file.read_text().splitlines()[-1].split()[4] == "2999"
    assert 0 < old.stat().st_size <= FILE_MAX_BYTES
    assert len(list(file.parent.iterdir())) == 3


def test_a_long_record_is_cut_in_the_middle(file: Path) -> None:
    with log_to_file(file):
        _log.info("begin %s end", "x" * 1_000_000)

    text = file.read_text()
    assert len(text) < RECORD_MAX_CHARS + 100
    assert "begin xxx" in text
    assert text.endswith("xxx end\n")


def test_the_log_stays_bounded_while_another_process_holds_the_lock(file: Path) -> None:
    with log_to_file(file):
        with FileLock(file.with_name("imtui.log.lock")):
            for _ in range(3000):
                _log.info("x" * 600)
            assert FILE_MAX_BYTES - 64 * 1024 < file.stat().st_size <= FILE_MAX_BYTES
            assert not file.with_name("imtui.log.1").exists()
        _log.info("goes on")

    assert file.read_text().endswith("goes on\n")
    assert file.stat().st_size < 1000


def test_an_impossible_folder_is_ignored(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "log").write_text("a file in the way")

    with log_to_file(tmp_path / "log" / "imtui.log"):
        _log.error("nobody hears this")
        logging.getLogger("asyncio").error("nor this")

    assert capfd.readouterr() == ("", "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_is_ignored(file: Path, capfd: pytest.CaptureFixture[str]) -> None:
    file.parent.mkdir()
    file.symlink_to("/dev/full")

    with log_to_file(file):
        _log.error("no room for this")

    assert capfd.readouterr() == ("", "")


def test_a_deleted_folder_is_ignored(file: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with log_to_file(file):
        file.parent.rmdir()
        _log.error("nowhere to go")

    assert capfd.readouterr() == ("", "")
    assert not file.exists()


def test_a_malformed_record_is_dropped(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "imtui.log"
    handler = LogFile(file)

    handler.handle(logging.LogRecord("x", logging.INFO, "x.py", 1, "%d", ("no number",), None))

    assert capfd.readouterr() == ("", "")
    assert not file.exists()


def test_nothing_is_logged_after_the_context(file: Path) -> None:
    with log_to_file(file):
        pass
    _log.info("too late")
    assert not file.exists()


_WRITER = """
import logging, pathlib, sys
from imtui.cli.logs import log_to_file
log = logging.getLogger("imtui.tests")
with log_to_file(pathlib.Path(sys.argv[1])):
    print("ready", flush=True)
    sys.stdin.readline()
    for number in range(2000):
        log.info("%s %d %s", sys.argv[2], number, "x" * 90)
"""


async def test_two_processes_share_the_log_without_losing_lines(file: Path) -> None:
    async def start(name: str) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", _WRITER, str(file), name),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )

    writers = [await start("a"), await start("b")]
    async with asyncio.timeout(TIMEOUT):
        for writer in writers:
            assert writer.stdout is not None
            await writer.stdout.readline()
        await asyncio.gather(*(writer.communicate(b"go\n") for writer in writers))

    both = [file.with_name("imtui.log.1"), file]
    lines = [line for path in both for line in path.read_text().splitlines()]
    assert all(re.search(r" imtui\.tests: [ab] \d+ x{90}$", line) for line in lines)
    for name in ("a", "b"):
        numbers = [line.split()[5] for line in lines if line.split()[4] == name]
        assert sorted(map(int, numbers)) == list(range(2000))
    assert all(path.stat().st_size <= FILE_MAX_BYTES for path in both)


def test_the_app_logs_its_start_and_its_end(home: Home) -> None:
    done = home.run(TERM="vt220\x1b[0m")

    assert done.returncode == 1
    file = home.path / "state" / "imtui" / "log" / "imtui.log"
    first, last = file.read_text().splitlines()
    assert "INFO" in first and " imtui.cli.verbs.app: imtui " in first
    assert first.endswith("TERM is vt220\ufffd[0m")
    assert last.endswith("imtui.cli.verbs.app: The app ended with exit status 1")
    assert mode(file) == 0o600
    assert mode(file.parent) == 0o700


def test_the_app_starts_without_a_log(home: Home) -> None:
    (home.path / "state").write_text("a file in the way")

    done = home.run()

    assert done.returncode == 1
    [line] = done.stderr.splitlines()
    assert "needs a terminal" in line


async def test_the_app_logs_the_account_without_its_user_sig(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    for key, value in home.env.items():
        monkeypatch.setenv(key, value)
    url = f"wss://alice:pass@im.example/?usersig={SIG}"
    joiner = AccountJoiner(RemoteAccount(url, 7, "alice", False, lambda: SIG), "my desk")

    def fail() -> str:
        raise CommandError(f"The keyring does not take {SIG}.")

    with log_to_file(paths.app_log()):
        account = await joiner.join()
        joiner.release()
        with pytest.raises(JoinError):
            await AccountJoiner(RemoteAccount(url, 7, "alice", False, fail), None).join()

    joined, failed = paths.app_log().read_text().splitlines()
    assert joined.endswith(
        "alice joins app 7 at wss://[left out]@im.example/ as device my desk "
        f"({account.instance_id})"
    )
    assert failed.endswith("imtui.cli.verbs.app: The keyring does not take [left out].")
