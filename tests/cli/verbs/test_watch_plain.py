"""``imtui watch --plain`` against a running backend."""

import os
import re
import signal
from urllib.parse import urlsplit

from imtui.protocol.status import Platform
from imtui.sdk import IMClient
from tests.cli.conftest import Served
from tests.cli.processes import Running
from tests.cli.verbs.conftest import client_of

_TIME = re.compile(r"\d\d:\d\d ")


async def lines(watch: Running, number: int) -> list[str]:
    return [await watch.line() for _ in range(number)]


async def change(watch: Running) -> str:
    """Return the next line without its time, which it must have."""
    line = await watch.line()
    assert _TIME.match(line), line
    return line[6:]


async def test_it_begins_with_a_summary(served: Served, alice: IMClient, bob: IMClient) -> None:
    await bob.set_self_status("On the call")
    await alice.set_self_status("Listening to music")
    async with client_of(served, "carol") as carol, client_of(served, "zoe"):
        for friend in ("bob", "carol"):
            await alice.add_friend(friend)
        await alice.subscribe_user_status(["zoe"])
        await carol.logout()

        async with served.home.start("watch", "--plain", *served.account("alice")) as watch:
            assert await lines(watch, 6) == [
                "You are alice, ONLINE: Listening to music.",
                "Your connected device is desk (Linux).",
                "1 of 2 friends is online.",
                "bob is ONLINE and says: On the call.",
                "You are also subscribed to 1 user, of whom 1 is online.",
                "zoe is ONLINE.",
            ]
            assert await watch.end(signal.SIGINT) == (0, "")


async def test_friends_log_in_set_a_text_and_leave(served: Served, alice: IMClient) -> None:
    async with client_of(served, "bob") as bob, client_of(served, "carol"):
        await alice.add_friend("bob")
        await alice.add_friend("carol")
        await bob.logout()
    async with served.home.start("watch", "--plain", *served.account("alice")) as watch:
        assert (await lines(watch, 3))[-1] == "0 of 2 friends are online."

        async with client_of(served, "bob") as bob:
            assert await change(watch) == "bob is now ONLINE."
            await bob.set_self_status("On the call")
            assert await change(watch) == "bob says: On the call."
            await bob.set_self_status("")
            assert await change(watch) == "bob cleared the text."
            await bob.logout()
            assert await change(watch) == "bob is UNLOGINED: logged out."
        async with client_of(served, "carol"):
            assert await change(watch) == "carol is now ONLINE."
        assert await change(watch) == "carol is OFFLINE: lost without logging out."


async def test_own_devices_and_their_texts(served: Served) -> None:
    async with served.home.start("watch", "--plain", *served.account("alice")) as watch:
        assert await lines(watch, 2) == ["You are alice, UNLOGINED.", "Your friend list is empty."]

        async with client_of(served, "alice", "phone", Platform.ANDROID) as phone:
            assert await change(watch) == "You are now ONLINE."
            assert await change(watch) == "Your device phone (Android) is connected."
            await phone.set_self_status("Listening to music")
            assert await change(watch) == "You set from phone (Android): Listening to music."
            await phone.set_self_status(None)
            assert await change(watch) == "You cleared the text from phone (Android)."
        assert await change(watch) == "You are OFFLINE: lost without logging out."
        assert await change(watch) == "Your device phone (Android) is gone."


async def test_friends_and_subscriptions_changed(
    served: Served, alice: IMClient, bob: IMClient
) -> None:
    async with served.home.start("watch", "--plain", *served.account("alice")) as watch:
        assert (await lines(watch, 3))[-1] == "Your friend list is empty."

        await alice.subscribe_user_status(["bob"])
        assert await change(watch) == "You are now subscribed to bob."
        await bob.set_self_status("Hi")
        assert await change(watch) == "bob is ONLINE and says: Hi."
        await alice.unsubscribe_user_status(["bob"])
        assert await change(watch) == "You are no longer subscribed to bob."
        await alice.add_friend("bob")
        assert await change(watch) == "bob is now your friend."
        assert await change(watch) == "bob is ONLINE and says: Hi."
        await alice.delete_from_friend_list(["bob"])
        assert await change(watch) == "bob is no longer your friend."


async def test_named_users_only(served: Served, alice: IMClient, bob: IMClient) -> None:
    async with client_of(served, "carol") as carol:
        await alice.add_friend("carol")
        account = served.account("alice")
        async with served.home.start("watch", "--plain", "bob", "nobody", *account) as watch:
            assert await watch.error_line() == "imtui: There is no account nobody."
            assert await lines(watch, 3) == [
                "You are alice, ONLINE.",
                "Your connected device is desk (Linux).",
                "bob is ONLINE.",
            ]

            await carol.set_self_status("not asked for")
            await alice.set_self_status("Music")
            assert await change(watch) == "You set from desk (Linux): Music."
            await bob.set_self_status("Hi")
            assert await change(watch) == "bob says: Hi."

            status, errors = await watch.end(signal.SIGTERM)
    assert (status, errors) == (0, "")
    assert (await alice.get_subscriptions()).user_id_list == []


async def test_unknown_users_only_is_an_error(served: Served) -> None:
    done = served.home.run("watch", "--plain", "nobody", *served.account("alice"))

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "imtui: There is no account nobody.\n"


async def test_console_switch_off_and_on(served: Served, alice: IMClient, bob: IMClient) -> None:
    await alice.add_friend("bob")

    def turn(switch: str) -> None:
        done = served.home.run("console", "set", f"friend_status={switch}", "--data", served.data)
        assert done.returncode == 0

    async with served.home.start("watch", "--plain", *served.account("alice")) as watch:
        assert (await lines(watch, 4))[-1] == "bob is ONLINE."

        turn("off")
        assert await change(watch) == (
            "The console was changed: edition ultimate, user status on, friends' notifications off."
        )
        assert await change(watch) == "bob is UNKNOWN: nothing can be learned at present."
        await bob.set_self_status("Hi")
        turn("on")
        assert (await change(watch)).startswith("The console was changed:")
        assert await change(watch) == "bob is ONLINE and says: Hi."


async def test_connection_lost_and_restored(served: Served) -> None:
    ports = ["--port", urlsplit(served.ws).port, "--rest-port", urlsplit(served.rest).port]
    account = served.account("alice")
    async with served.home.start("watch", "--plain", *account) as watch:
        await lines(watch, 2)

        served.running.process.kill()
        await served.running.ended()
        assert await change(watch) == "The connection is lost; trying again by itself."
        async with served.home.start("serve", *ports, "--data", served.data) as again:
            await again.json_line()
            assert await change(watch) == "Connected again."
            async with client_of(served, "alice"):
                assert await change(watch) == "You are now ONLINE."

            assert await watch.end(signal.SIGINT) == (0, "")


async def test_a_closed_pipe_ends_it_quietly(served: Served) -> None:
    reading, writing = os.pipe()
    account = served.account("alice")
    async with served.home.start("watch", "--plain", *account, stdout=writing) as watch:
        os.close(writing)
        with os.fdopen(reading) as reader:
            assert reader.readline() == "You are alice, UNLOGINED.\n"
            assert reader.readline() == "Your friend list is empty.\n"
        async with client_of(served, "alice"):
            assert await watch.ended() == (0, "")
