"""Recordings: a database as an old backend left it, and the answers that belong to it."""

import json
import lzma
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final

import msgspec

from imtui.protocol.wire_names import wire_name
from tests.conformance.worlds.raw_client import JSON

NAMES: Final = ("schema1", "schema2", "schema3", "schema4", "schema4_walk")

_DATA: Final = Path(__file__).with_name("data")


class Recording(msgspec.Struct, frozen=True, rename=wire_name):
    """What was asked of a backend that served a database, and what it answered."""

    sdk_app_id: int
    secret_key: str
    unix_ms: int
    """What the backend's wall clock showed."""
    others: list[str]
    """The user IDs that were asked about beside the accounts: deleted and unknown ones."""
    revoked_user_sigs: dict[str, list[str]]
    """UserSigs that were used in the second in which they were revoked, by user ID."""
    answers: JSON


def read_recording(name: str) -> Recording:
    """Return a recording."""
    return msgspec.json.decode(lzma.decompress(_answers(name).read_bytes()), type=Recording)


def read_dump(name: str) -> str:
    """Return the database of a recording as SQL."""
    return _dump(name).read_bytes().decode()


def write(name: str, dump: str, recording: Recording) -> None:
    """Write a recording."""
    _DATA.mkdir(exist_ok=True)
    _dump(name).write_bytes(dump.encode())
    _answers(name).write_bytes(lzma.compress(msgspec.json.encode(recording)))


def dump_of(path: Path) -> str:
    """Return a database as SQL, with its schema version."""
    with closing(sqlite3.connect(path)) as database:
        version = database.execute("PRAGMA user_version").fetchone()[0]
        lines = [*database.iterdump(), f"PRAGMA user_version = {version};"]
    return "\n".join(lines) + "\n"


def restore(dump: str, data_dir: Path, recording: Recording) -> None:
    """Make the data folder of a backend: its database and its app's key."""
    data_dir.mkdir(mode=0o700)
    with closing(sqlite3.connect(data_dir / "imtui.db")) as database:
        database.executescript(dump)
    key = {"sdkAppID": recording.sdk_app_id, "secretKey": recording.secret_key}
    (data_dir / "app_key.json").write_text(json.dumps(key))


def in_memory(dump: str) -> sqlite3.Connection:
    """Return a database that only exists in memory."""
    database = sqlite3.connect(":memory:")
    database.row_factory = sqlite3.Row
    database.executescript(dump)
    return database


def _dump(name: str) -> Path:
    return _DATA / f"{name}.sql"


def _answers(name: str) -> Path:
    return _DATA / f"{name}.json.xz"
