"""``imtui status`` against a running backend."""

import json
import time
from typing import Any

from imtui.sdk import IMClient, UserStatus, UserStatusType
from tests.cli.conftest import Served


def online(served: Served) -> IMClient:
    return IMClient(served.ws, served.app_id, device_name="desk")


async def own(client: IMClient, user_id: str) -> UserStatus:
    [status] = await client.get_user_status([user_id])
    return status


async def test_own_status_makes_nobody_online(served: Served) -> None:
    for _ in range(2):
        done = served.home.run("status", *served.account("alice"), "--json")
        assert done.returncode == 0, done.stderr
        shown = json.loads(done.stdout)
        assert (shown["userID"], shown["statusType"]) == ("alice", 3)
        assert (shown["status"], shown["customStatus"]) == ("UNLOGINED", "")


async def test_set_and_clear(served: Served) -> None:
    async with online(served) as client:
        await client.login("alice", served.user_sig("alice"))

        done = served.home.run("status", "set", "  在听音乐 🎵 ", *served.account("alice"))
        assert (done.returncode, done.stdout) == (0, "alice  ONLINE  在听音乐 🎵\n")
        assert (await own(client, "alice")).custom_status == "在听音乐 🎵"

        done = served.home.run("status", "clear", *served.account("alice"))
        assert (done.returncode, done.stdout) == (0, "alice  ONLINE\n")
        assert (await own(client, "alice")).custom_status == ""


async def test_set_with_an_end(served: Served) -> None:
    async with online(served) as client:
        await client.login("alice", served.user_sig("alice"))
        before = int(time.time() * 1000)

        done = served.home.run(
            "status", "set", "Lunch", "--for", "1h30", *served.account("alice"), "--json"
        )

        ends: Any = json.loads(done.stdout)["expiresAt"]
        assert before + 5_400_000 <= ends <= int(time.time() * 1000) + 5_400_000
        text = served.home.run("status", *served.account("alice"))
        assert text.stdout.startswith("alice  ONLINE  Lunch  (until ")

        done = served.home.run(
            "status", "set", "Lunch", "--until", "23:59", *served.account("alice")
        )
        assert done.stdout == "alice  ONLINE  Lunch  (until 23:59)\n"


async def test_setting_while_not_online_fails(served: Served) -> None:
    done = served.home.run("status", "set", "x", *served.account("alice"))

    assert done.returncode == 1
    [line] = done.stderr.splitlines()
    assert line.startswith("imtui: 7014 · ")


async def test_too_long_text(served: Served) -> None:
    async with online(served) as client:
        await client.login("alice", served.user_sig("alice"))

        done = served.home.run("status", "set", "é" * 51, *served.account("alice"))

        assert done.returncode == 1
        [line] = done.stderr.splitlines()
        assert line.startswith("imtui: 6017 · ")
        assert (await own(client, "alice")).status_type is UserStatusType.ONLINE


async def test_status_of_others(served: Served) -> None:
    async with online(served) as client:
        await client.login("bob", served.user_sig("bob"))
        await client.set_self_status("On the call")

        done = served.home.run("status", "get", "bob", "nobody", "alice", *served.account("alice"))

        assert done.returncode == 0
        assert done.stdout == "bob  ONLINE  On the call\nalice  UNLOGINED\n"
        assert done.stderr == "imtui: There is no account nobody.\n"


def test_status_of_others_while_the_switch_is_off(served: Served) -> None:
    served.home.run("console", "set", "user_status=off", "--data", served.data)

    done = served.home.run("status", "get", "bob", *served.account("alice"))

    assert done.returncode == 1
    [line] = done.stderr.splitlines()
    assert line.startswith("imtui: 72001 · ")
    assert "imtui console set user_status=on" in line


def test_without_account_or_backend_it_suggests_a_login(served: Served) -> None:
    for verb in (["status"], ["status", "get", "bob"], ["watch"]):
        done = served.home.run(*verb)

        assert (done.returncode, done.stdout) == (1, "")
        [line] = done.stderr.splitlines()
        assert "imtui login" in line
    assert not served.home.local_data.exists()


async def test_a_longer_text_can_be_shortened(served: Served) -> None:
    async with online(served) as client:
        await client.login("alice", served.user_sig("alice"))

        done = served.home.run(
            "status", "set", "é" * 51, "--shorten", *served.account("alice"), "--format", "{text}"
        )

        assert (done.returncode, done.stdout) == (0, "é" * 50 + "\n")
        assert (await own(client, "alice")).custom_status == "é" * 50


async def test_a_format_may_stand_before_or_behind_the_action(served: Served) -> None:
    await online_once(served, "bob")
    account = served.account("alice")
    options = ["--format", "{glyph} {user}", "--icons", "ascii"]
    for words in (
        ["status", *options, "get", "bob", *account],
        ["status", *account, "get", *options, "bob"],
    ):
        done = served.home.run(*words)
        assert (done.returncode, done.stdout) == (0, "[ ] bob\n"), done.stderr


async def online_once(served: Served, user: str) -> None:
    async with online(served) as client:
        await client.login(user, served.user_sig(user))
        await client.logout()


async def test_unknown_users_are_named_and_fail_only_if_all_are(served: Served) -> None:
    await online_once(served, "bob")
    account = served.account("alice")

    some = served.home.run("status", "get", "bob", "nobody", *account)
    none = served.home.run("status", "get", "nobody", "noone", *account)

    assert (some.returncode, some.stdout) == (0, "bob  UNLOGINED\n")
    assert some.stderr == "imtui: There is no account nobody.\n"
    assert (none.returncode, none.stdout) == (1, "")
    assert none.stderr.splitlines() == [
        "imtui: There is no account nobody.",
        "imtui: There is no account noone.",
    ]
