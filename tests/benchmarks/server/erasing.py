"""How others are affected while very many messages are erased."""

import contextlib
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from imtui.protocol.chat import Message
from imtui.server.core.accounts.changes import AccountRegistered
from imtui.server.core.archive import StoredMessage
from imtui.server.core.messages.changes import ConversationCreated, MessageSent
from imtui.server.core.messages.conversation import Conversation, Member
from imtui.server.store.sqlite.connecting import connect_to_read
from imtui.server.store.sqlite.store import SQLiteStore
from tests.benchmarks.app_key import app_key_in
from tests.benchmarks.figures import Figure
from tests.benchmarks.server.bystander import bystander
from tests.benchmarks.server.hosts import imtui
from tests.benchmarks.server.setting import OURS, Setting, figure, folder_for, percentile_of

_ONE: Final = "one"
_OTHER: Final = "other"
_TEXT: Final = "About as long as what people write to each other in a chat."
_LEFT: Final = "SELECT coalesce(sum(last_seq - seq + 1), 0) FROM to_erase"
_AT_ONCE: Final = 5000
_LOOK_EVERY: Final = 0.2
_RATIO_MAX: Final = 3.0


def measure(setting: Setting) -> Iterator[Figure]:
    """Measure another's heartbeat while all messages of a long conversation are erased.

    What is not erased in time is not waited for.
    """
    size = setting.size
    with ExitStack() as stack:
        folder = stack.enter_context(folder_for(OURS))
        app_key_in(folder / "data")
        database = folder / "data" / "imtui.db"
        _fill(database, size.erased)
        host = stack.enter_context(imtui(folder))
        other = stack.enter_context(bystander(host, folder))
        _until_erased(database, size.erasing_watched)
        other.ask()
        time.sleep(size.erasing_calm)
        calm = other.ask()
        began = time.perf_counter()
        host.administer(
            ("recentcontact/delete", _deletion(*pair)) for pair in ((_ONE, _OTHER), (_OTHER, _ONE))
        )
        left = _until_erased(database, size.erasing_watched)
        rate = (size.erased - left) / (time.perf_counter() - began)
        during = other.ask()
    name = f"{size.erased} messages are erased"
    yield figure(f"{name}: of these", "1/s", {OURS: [rate]}, float)
    for percent in (50, 99):
        yield figure(
            f"{name}: another's heartbeat, p{percent}",
            "ms",
            {OURS: [during], "calm": [calm]},
            percentile_of(percent),
            "calm",
            partner="imtui while nothing else happens",
            ratio_max=_RATIO_MAX,
        )


def _deletion(user: str, peer: str) -> dict[str, object]:
    return {"From_Account": user, "Type": 1, "To_Account": peer, "ClearRamble": 1}


def _until_erased(database: Path, longest: float) -> int:
    """Wait until all is erased, so many seconds at most, and return how much is left."""
    ends = time.perf_counter() + longest
    with contextlib.closing(connect_to_read(database)) as reader:
        while left := reader.execute(_LEFT).fetchone()[0]:
            if time.perf_counter() >= ends:
                break
            time.sleep(_LOOK_EVERY)
    return int(left)


def _fill(path: Path, count: int) -> None:
    """Write a conversation of two accounts into a new database."""
    store = SQLiteStore(path)
    store.load()
    keys = {user: key for key, user in enumerate((_ONE, _OTHER), 1)}
    members = [Member(1, key, user) for user, key in keys.items()]
    store.write([AccountRegistered(key, user, 0) for user, key in keys.items()])
    store.write([ConversationCreated(Conversation(1, members=members))])
    now = int(time.time() * 1000)
    for seq in range(1, count + 1):
        stored = StoredMessage(1, seq, seq, keys[_ONE], f"{_ONE}-{seq}", now, text=_TEXT)
        message = Message(stored.msg_id, _ONE, _OTHER, now, seq, seq, text=_TEXT)
        members = [Member(1, keys[_ONE], _ONE, uncounted=seq)]
        conversation = Conversation(1, last_seq=seq, version=seq, counted=seq, members=members)
        conversation.last_timestamp, conversation.listed_seq = now, seq
        store.write([MessageSent(message, stored, conversation, 0)])
        if seq % _AT_ONCE == 0:
            store.commit()
    store.commit()
    store.close()
