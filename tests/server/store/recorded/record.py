"""Makes a recording anew: ``python -m tests.server.store.recorded.record NAME TREE LAST_TREE``.

``TREE`` is a checkout of the commit that makes the database (the table in ``__init__``), and
``LAST_TREE`` is one of ff55a53, which answers. Make both with ``git worktree add --detach``. The
same commits make the same files, byte for byte.
"""

import argparse
import asyncio
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.server.store.recorded import recording
from tests.server.store.recorded.asking import ask_everything
from tests.server.store.recorded.make_by_admin import DELETED, NOBODY, make_by_admin
from tests.server.store.recorded.make_friendships import make_friendships
from tests.server.store.recorded.make_messages import make_messages
from tests.server.store.recorded.make_presence import make_presence
from tests.server.store.recorded.old_backend import SDK_APP_ID, SECRET_KEY, OldBackend
from tests.server.store.recorded.random_walk import WALKERS, walk

_BEGIN = 1_700_000_000_000
_ASKED_AFTER = 3600.25
"""In seconds after the last thing happened."""

_SETTINGS = {
    "schema1": {"login_policy": "single"},
    "schema2": {"user_status": "off"},
    "schema3": {"edition": "standard", "friend_status": "off"},
    "schema4": {"login_policy": "platform"},
}


async def _make_history(name: str, backend: OldBackend) -> tuple[list[str], dict[str, list[str]]]:
    """Give a backend a history; return ``others`` and ``revoked_user_sigs`` of the recording."""
    if name == "schema4_walk":
        await walk(backend)
        return [*WALKERS, NOBODY], {}
    parts = [make_presence, make_messages, make_friendships]
    for make_part in parts[: int(name[-1])]:
        await make_part(backend)
    others, revoked = [NOBODY], {}
    if name == "schema4":
        others += DELETED
        revoked["jon"] = await make_by_admin(backend)
    await backend.admin("imtui_console/set", Settings=_SETTINGS[name])
    return others, revoked


async def _record(name: str, tree: Path, last_tree: Path, folder: Path) -> None:
    async with OldBackend(tree, folder / "old", _BEGIN) as old:
        others, revoked = await _make_history(name, old)
    dump = recording.dump_of(folder / "old" / "imtui.db")
    unix_ms = old.unix_ms + round(_ASKED_AFTER * 1000)
    unanswered = recording.Recording(SDK_APP_ID, SECRET_KEY, unix_ms, others, revoked, {})
    recording.restore(dump, folder / "last", unanswered)
    async with OldBackend(last_tree, folder / "last", unix_ms) as last:
        answers = await ask_everything(last.running, others)
    recorded = recording.Recording(SDK_APP_ID, SECRET_KEY, unix_ms, others, revoked, answers)
    recording.write(name, dump, recorded)


def main(arguments: Sequence[str] | None = None) -> None:
    """Make a recording."""
    parser = argparse.ArgumentParser(description="Make a recording anew.")
    parser.add_argument("name", choices=recording.NAMES)
    parser.add_argument("tree", type=Path)
    parser.add_argument("last_tree", type=Path)
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(_record(options.name, options.tree, options.last_tree, Path(folder)))


if __name__ == "__main__":
    main()
