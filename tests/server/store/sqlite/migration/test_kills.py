"""A migration that is killed at any point loses nothing, and needs memory for a part only."""

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

from imtui.server.store.sqlite.checking import check_database
from imtui.server.store.sqlite.connecting import log_of
from tests.server.store.sql.stores import reopened
from tests.server.store.sqlite.migration.old_databases import add_messages, all_of, make, restore

# Counts all that touches files, and kills itself at one of them.
_KILLED_AT = """
import os, pathlib, shutil, signal, sys
path, at = pathlib.Path(sys.argv[1]), int(sys.argv[2])
from imtui.server.store.sqlite.store import SQLiteStore
done = 0

def step(*_):
    global done
    done += 1
    if done == at:
        os.kill(os.getpid(), signal.SIGKILL)

def counted(where, name):
    function = getattr(where, name)
    def call(*args, **kwargs):
        step()
        result = function(*args, **kwargs)
        step()
        return result
    setattr(where, name, call)

for name in ("unlink", "hardlink_to", "chmod", "replace", "touch"):
    counted(pathlib.Path, name)
for name in ("fsync", "utime"):
    counted(os, name)
store = SQLiteStore(path, step)
store.load()
store.started()
store.commit()
store.close()
print(done)
"""

_READY = """
import pathlib, sys
from imtui.server.store.sqlite.store import SQLiteStore
print("ready", flush=True)
store = SQLiteStore(pathlib.Path(sys.argv[1]))
store.load()
store.close()
"""

_MEMORY = """
import pathlib, resource, sys
from imtui.server.store.sqlite.store import SQLiteStore
def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
before = peak()
SQLiteStore(pathlib.Path(sys.argv[1])).close()
print(peak() - before)
"""


def run(program: str, *args: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", program, *map(str, args)],
        capture_output=True,
        text=True,
        check=False,
    )


def assert_whole(path: Path, before: list[object]) -> None:
    """Check that the next start has all data, and that nothing unfinished is left beside it."""
    stored = reopened(path)
    assert stored.accounts
    after = all_of(path)
    assert after[: len(before)] == before
    assert check_database(path) == []
    left = {one.name for one in path.parent.iterdir() if one.name.startswith(f"{path.name}.")}
    assert left <= {f"{path.name}.before-5"}


def test_killed_before_and_after_each_step_nothing_is_lost(tmp_path: Path) -> None:
    path = tmp_path / "db"
    # By way of version 4.
    restore(path, "schema2")
    original, before = path.read_bytes(), all_of(path)
    at = 0
    while True:
        at += 1
        folder = tmp_path / str(at)
        folder.mkdir()
        path = folder / "db"
        path.write_bytes(original)
        done = run(_KILLED_AT, path, at)
        if done.returncode == 0:
            break
        assert done.returncode == -signal.SIGKILL, done.stderr
        assert_whole(path, before)
    assert at > 20
    assert int(done.stdout) == at - 1
    assert_whole(path, before)


def test_killed_at_random_moments_nothing_is_lost(tmp_path: Path) -> None:
    make(tmp_path / "db", 4)
    add_messages(tmp_path / "db", 20_000)
    original, before = (tmp_path / "db").read_bytes(), all_of(tmp_path / "db")
    moments = random.Random(5)
    duration = 0.0
    number = killed = 0
    # The machine's speed changes, so that some end before their moment.
    while number < 9 or killed < 3:
        assert number < 40
        path = tmp_path / f"db{number}"
        path.write_bytes(original)
        process = subprocess.Popen(
            [sys.executable, "-c", _READY, str(path)], stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        with process, process.stdout as said:
            assert said.readline() == "ready\n"
            began = time.monotonic()
            try:
                process.wait(moments.uniform(0, duration) if number else None)
                duration = time.monotonic() - began
            except subprocess.TimeoutExpired:
                process.kill()
            killed += process.wait() == -signal.SIGKILL
        number += 1
        assert_whole(path, before)
        path.unlink()
        log_of(path).unlink(missing_ok=True)
    assert killed >= 3


def test_memory_is_needed_for_a_part_of_the_messages_only(tmp_path: Path) -> None:
    make(tmp_path / "db", 4)
    add_messages(tmp_path / "db", 40_000, length=2000)
    assert (tmp_path / "db").stat().st_size > 80 * 1024 * 1024
    done = run(_MEMORY, tmp_path / "db")
    # In MiB; what the page cache of two connections may have is 4.
    assert int(done.stdout) < 24
