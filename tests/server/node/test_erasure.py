"""What was erased is in no file of the data folder: at rest, after a kill, after a restart."""

import asyncio
import base64
import signal
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import pytest

from imtui.protocol.usersig import sign
from imtui.sdk.rest import RestClient
from imtui.server.store.sqlite.backup import back_up
from imtui.server.store.sqlite.connecting import size_of_log
from tests.server.callbacks.callback_receiver import callback_receiver
from tests.server.served import Served
from tests.server.store.sqlite.migration.old_databases import make
from tests.server.wire import Wire, lift_quotas, wire

_LOOK_EVERY: Final = 0.1


def secret(number: int) -> str:
    """Return a text of its own, of a length from a few bytes to more than a page."""
    return f"secret-{number:04}-" + "x" * (number * number % 5500 if number % 5 == 0 else 30)


def names_in(folder: Path) -> set[str]:
    """Return what of the secrets is in the files of a folder."""
    found = set()
    for file in folder.iterdir():
        if file.is_file():
            parts = file.read_bytes().split(b"secret-")[1:]
            found |= {part[:4].decode("ascii", "replace") for part in parts}
    return found


async def until_gone(folder: Path) -> None:
    """Wait until no file has a secret; the limit of the test's time is what ends it otherwise."""
    while True:
        if not names_in(folder):
            return
        await asyncio.sleep(_LOOK_EVERY)


async def erase_all(served: Served, alice: Wire, bob: Wire, texts: int) -> None:
    """Make secrets of all kinds, and let them be erased, replaced, hidden or cleared."""
    key = served.app_key
    user_sig = sign("administrator", key.sdk_app_id, key.secret_key)
    rest = RestClient(served.address.rest, key.sdk_app_id, "administrator", user_sig)
    for number in range(texts):
        more: dict[str, Any] = {"text": secret(number), "cloudCustomData": secret(number)}
        if number % 3 == 0:
            more = {"elemType": 2, "data": base64.b64encode(secret(number).encode()).decode()}
        sent = {"userID": "bob", "msgID": f"secret-{number:04}-id", **more}
        await alice.notify("sendMessage", **sent)
        if number % 2:
            # Between others, so that rows move from page to page.
            kept = {"userID": "carol", "msgID": f"kept{number}", "text": "kept" * 30}
            await alice.notify("sendMessage", **kept)
    # After all the others.
    again = await alice.call("sendMessage", **sent)
    assert again["result"]["message"]["seq"] > texts
    for number in range(5):
        recalled = {"userID": "carol", "msgID": f"recalled-{number}", "text": secret(number)}
        assert await alice.code("sendMessage", **recalled) == 0
        assert await alice.code("revokeMessage", userID="carol", msgID=recalled["msgID"]) == 0
        for info in ({"selfSignature": secret(number)[:400]}, {"selfSignature": "none"}):
            assert await alice.code("setSelfInfo", **info) == 0
        for status in (secret(number)[:40], ""):
            assert await alice.code("setSelfStatus", customStatus=status) == 0
    for one, peer in ((alice, "bob"), (bob, "alice")):
        hidden = {"userID": peer, "seqList": list(range(texts - 99, texts - 49))}
        assert await one.code("deleteMessages", **hidden) == 0
    body = [{"MsgType": "TIMTextElem", "MsgContent": {"Text": secret(1)}}]
    for sender, receiver in (("dan", "erin"), ("erin", "dan")):
        message = {"From_Account": sender, "To_Account": receiver, "MsgRandom": 1, "MsgBody": body}
        await rest.call("openim/sendmsg", message)
        profile = [{"Tag": "Tag_Profile_IM_SelfSignature", "Value": secret(2)[:400]}]
        await rest.call("profile/portrait_set", {"From_Account": sender, "ProfileItem": profile})
    gone = [{"UserID": user} for user in ("dan", "erin")]
    await rest.call("im_open_login_svc/account_delete", {"DeleteItem": gone})
    for one, peer in ((alice, "bob"), (bob, "alice")):
        assert await one.code("deleteConversation", conversationID=f"c2c_{peer}") == 0


def make_old(path: Path) -> None:
    """Make a database of version 4 with secrets that both have deleted, or one has recalled."""
    make(path, 4)
    columns = "low, high, seq, version, sender, msg_id, timestamp, elem_type, text, data"
    columns += ", cloud_custom_data, revoked, deleted_low, deleted_high"
    with closing(sqlite3.connect(path)) as old, old:
        for number in range(200):
            row = ("alice", "bob", number + 1, number + 1, "alice", f"old{number}", 1000 + number)
            contents = (1, secret(number), b"", secret(number), 0, 1, 1)
            places = ", ".join("?" * len(row + contents))
            old.execute(f"INSERT INTO messages ({columns}) VALUES ({places})", row + contents)
        old.execute("PRAGMA secure_delete = OFF")
        old.execute(
            "UPDATE messages SET text = '', cloud_custom_data = '', revoked = 1 WHERE seq % 2"
        )


@pytest.mark.parametrize(
    ("end", "texts"), [("rest", 200), ("kill", 1000), ("kill while erasing", 200), ("stop", 200)]
)
async def test_nothing_erased_is_left_in_any_file_of_a_migrated_folder(
    tmp_path: Path, end: str, texts: int
) -> None:
    data = tmp_path / "data"
    data.mkdir(mode=0o700)
    make_old(data / "imtui.db")
    assert len(names_in(data)) > 100
    async with callback_receiver() as receiver:
        receiver.status_of = lambda body: 503
        options = ("--webhook", receiver.url)
        served = await Served.start(data, *options)
        await lift_quotas(served)
        async with wire(served) as alice, wire(served) as bob:
            for user in ("carol", "dan", "erin"):
                await bob.login(user)
            await alice.login("alice")
            await bob.login("bob")
            await erase_all(served, alice, bob, texts)
            if end != "kill while erasing":
                await until_gone(data)
        if end == "rest":
            back_up(data / "imtui.db", tmp_path / "copy")
            assert b"secret-" not in (tmp_path / "copy").read_bytes()
        await served.kill(signal.SIGTERM if end == "stop" else signal.SIGKILL)
        if end in ("kill", "stop"):
            assert names_in(data) == set()
        served = await Served.start(data, *options)
        await until_gone(data)
        await served.kill(signal.SIGKILL)
        assert names_in(data) == set()
        # What waits is sent, without contents that are gone.
        receiver.status_of = None
        before = len(receiver.received)
        served = await Served.start(data, *options)
        await receiver.wait_for(before + 1)
        await served.kill(signal.SIGTERM)
        assert "secret-" not in str([one.body for one in receiver.accepted])
    assert b"kept" * 30 in (data / "imtui.db").read_bytes()
    assert size_of_log(data / "imtui.db") == 0
