"""``imtui watch`` against a running backend."""

import asyncio
import contextlib
import json
import os
import signal
import socket
import sqlite3
from urllib.parse import urlsplit

import pytest

from imtui.protocol.usersig import sign
from imtui.sdk import IMClient
from imtui.server.node.data_dir import DataDir
from tests.cli.conftest import Served
from tests.cli.processes import Running, command, redirected
from tests.cli.verbs.conftest import client_of


async def test_stranger_is_subscribed_while_watched(
    served: Served, alice: IMClient, bob: IMClient
) -> None:
    async with served.home.start("watch", "bob", *served.account("alice")) as watch:
        assert await watch.line() == "bob  ONLINE"
        assert (await alice.get_subscriptions()).user_id_list == ["bob"]

        await bob.set_self_status("On the call")
        assert await watch.line() == "bob  ONLINE  On the call"
        await bob.logout()
        assert await watch.line() == "bob  UNLOGINED"

        status, errors = await watch.end(signal.SIGINT)

    assert (status, errors) == (0, "")
    assert (await alice.get_subscriptions()).user_id_list == []


async def test_existing_subscription_is_kept(
    served: Served, alice: IMClient, bob: IMClient
) -> None:
    await alice.subscribe_user_status(["bob"])

    async with served.home.start("watch", "bob", *served.account("alice")) as watch:
        await watch.line()
        assert (await watch.end(signal.SIGTERM))[0] == 0

    assert (await alice.get_subscriptions()).user_id_list == ["bob"]


async def test_friend_needs_no_subscription(served: Served, alice: IMClient, bob: IMClient) -> None:
    await alice.add_friend("bob")

    async with served.home.start("watch", "bob", *served.account("alice")) as watch:
        assert await watch.line() == "bob  ONLINE"
        assert (await alice.get_subscriptions()).user_id_list == []

        await bob.close()
        assert await watch.line() == "bob  OFFLINE"


async def test_everybody_as_json(served: Served, alice: IMClient, bob: IMClient) -> None:
    await alice.add_friend("bob")
    async with client_of(served, "carol") as carol:
        await alice.subscribe_user_status(["carol"])

        async with served.home.start("watch", "--json", *served.account("alice")) as watch:
            first = [await watch.json_line() for _ in range(3)]
            assert [status["userID"] for status in first] == ["alice", "bob", "carol"]
            assert {status["status"] for status in first} == {"ONLINE"}

            await carol.set_self_status("1")
            assert (await watch.json_line())["customStatus"] == "1"
            await bob.set_self_status("2")
            assert (await watch.json_line())["customStatus"] == "2"
            await alice.set_self_status("é")
            line = await watch.line()
            assert line.isascii()
            assert json.loads(line)["customStatus"] == "é"


async def test_watching_oneself_makes_nobody_online(served: Served) -> None:
    async with served.home.start("watch", "alice", *served.account("alice")) as watch:
        assert await watch.line() == "alice  UNLOGINED"
        async with client_of(served, "alice"):
            assert await watch.line() == "alice  ONLINE"
        assert await watch.line() == "alice  OFFLINE"


@pytest.mark.parametrize("befriended", [False, True])
@pytest.mark.parametrize("form", [[], ["--plain"]])
async def test_unknown_users_are_named_and_the_others_watched(
    served: Served, alice: IMClient, bob: IMClient, befriended: bool, form: list[str]
) -> None:
    if befriended:
        await alice.add_friend("bob")
    users = ["nobdy", "bob", "nobody"]
    async with served.home.start("watch", *users, *form, *served.account("alice")) as watch:
        assert await watch.error_line() == "imtui: There is no account nobdy."
        assert await watch.error_line() == "imtui: There is no account nobody."
        await bob.set_self_status("Hi")
        while "Hi" not in await watch.line():
            pass
        assert await watch.end(signal.SIGINT) == (0, "")


async def test_unknown_users_only_are_an_error_that_names_them(served: Served) -> None:
    done = served.home.run("watch", "nobdy", "nobody", *served.account("alice"))

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "imtui: There is no account nobdy. There is no account nobody.\n"


@pytest.mark.parametrize("form", [[], ["--json"], ["--plain"]])
async def test_an_expired_user_sig_is_one_line(served: Served, form: list[str]) -> None:
    key = DataDir(served.data).app_key()
    file = served.home.path / "expired.sig"
    file.write_text(sign("alice", key.sdk_app_id, key.secret_key, 1, now=1))
    account = ["--server", served.ws, "--app-id", served.app_id, "--user", "alice"]

    done = served.home.run("watch", "bob", *form, *account, "--usersig-file", file)

    assert done.returncode == 1
    [line] = done.stderr.splitlines()
    assert "imtui login" in line
    assert "Traceback" not in done.stdout


async def test_closed_pipe_ends_it_quietly(served: Served, alice: IMClient, bob: IMClient) -> None:
    reading, writing = os.pipe()
    async with served.home.start("watch", "bob", *served.account("alice"), stdout=writing) as watch:
        os.close(writing)
        with os.fdopen(reading) as reader:
            assert reader.readline() == "bob  ONLINE\n"
        await bob.set_self_status("nobody reads this")

        assert await watch.ended() == (0, "")

    assert (await alice.get_subscriptions()).user_id_list == []


async def test_closed_pipe_ends_it_even_if_nothing_changes(
    served: Served, alice: IMClient, bob: IMClient
) -> None:
    for form in ("--json", "--plain"):
        reading, writing = os.pipe()
        account = served.account("alice")
        async with served.home.start("watch", "bob", form, *account, stdout=writing) as watch:
            os.close(writing)
            with os.fdopen(reading) as reader:
                assert reader.readline()
            assert await watch.ended() == (0, "")

    assert (await alice.get_subscriptions()).user_id_list == []


async def test_it_goes_on_without_standard_output(served: Served, bob: IMClient) -> None:
    process = await asyncio.create_subprocess_exec(
        *redirected(">&-", *command("watch", "bob", "nobody", *served.account("alice"))),
        env=served.home.env,
        stderr=asyncio.subprocess.PIPE,
    )
    watch = Running(process)
    assert await watch.error_line() == "imtui: There is no account nobody."
    assert await watch.end(signal.SIGINT) == (0, "")


async def test_a_closed_socket_ends_it_as_a_pipe_does(
    served: Served, alice: IMClient, bob: IMClient
) -> None:
    reading, writing = socket.socketpair()
    account = served.account("alice")
    async with served.home.start("watch", "bob", *account, stdout=writing.fileno()) as watch:
        writing.close()
        with reading, reading.makefile() as reader:
            reading.sendall(b"what is written to it is not read\n")
            assert reader.readline() == "bob  ONLINE\n"
            # As tmux does, which goes on reading.
            reading.shutdown(socket.SHUT_WR)
            await bob.set_self_status("still read")
            assert reader.readline() == "bob  ONLINE  still read\n"
        assert await watch.ended() == (0, "")

    assert (await alice.get_subscriptions()).user_id_list == []


async def test_a_closed_pipe_ends_it_while_the_backend_does_not_answer(
    served: Served, bob: IMClient
) -> None:
    reading, writing = os.pipe()
    async with served.home.start("watch", "bob", *served.account("alice"), stdout=writing) as watch:
        os.close(writing)
        with os.fdopen(reading) as reader:
            assert reader.readline() == "bob  ONLINE\n"
            served.running.process.send_signal(signal.SIGSTOP)
        try:
            assert await watch.ended() == (0, "")
        finally:
            served.running.process.send_signal(signal.SIGCONT)


async def test_changes_in_the_users_format(served: Served, bob: IMClient) -> None:
    form = ["--format", "{glyph} {text}", "--icons", "ascii", "--escape", "tmux"]
    async with served.home.start("watch", "bob", *form, *served.account("alice")) as watch:
        assert await watch.line() == "[+] "
        await bob.set_self_status("#[fg=red]x")
        assert await watch.line() == "[+] ##[fg=red]x"


async def test_a_bar_shows_nobody_online_while_nothing_is_known(
    served: Served, bob: IMClient
) -> None:
    ports = ["--port", urlsplit(served.ws).port, "--rest-port", urlsplit(served.rest).port]
    form = ["--format", "{status} {text}"]
    await bob.set_self_status("here")
    async with served.home.start("watch", "bob", *form, *served.account("alice")) as watch:
        assert await watch.line() == "ONLINE here"
        served.running.process.kill()
        await served.running.ended()
        assert await watch.line() == "UNKNOWN "
        async with served.home.start("serve", *ports, "--data", served.data) as again:
            await again.json_line()
            shown = ""
            while shown != "ONLINE here":
                shown = await watch.line()


async def test_reconnects_by_itself(served: Served, bob: IMClient) -> None:
    ports = ["--port", urlsplit(served.ws).port, "--rest-port", urlsplit(served.rest).port]
    async with served.home.start("watch", "bob", *served.account("alice")) as watch:
        assert await watch.line() == "bob  ONLINE"

        served.running.process.kill()
        await served.running.ended()
        assert "Trying again" in await watch.error_line()
        async with served.home.start("serve", *ports, "--data", served.data) as again:
            await again.json_line()

            assert await watch.error_line() == "imtui: Connected again."
            bob.reconnect_now()
            lines = [await watch.line()]
            while lines[-1] != "bob  ONLINE":
                lines.append(await watch.line())
            assert (await watch.end(signal.SIGINT))[0] == 0


async def test_permanent_failure_of_a_reconnect_is_an_error(served: Served) -> None:
    ports = ["--port", urlsplit(served.ws).port, "--rest-port", urlsplit(served.rest).port]
    async with served.home.start("watch", *served.account("alice")) as watch:
        await watch.line()
        served.running.process.kill()
        await served.running.ended()
        # End the key of her UserSig.
        with contextlib.closing(sqlite3.connect(served.data / "imtui.db")) as database, database:
            database.execute("UPDATE app_keys SET secret_key = 'another key'")
        async with served.home.start("serve", *ports, "--data", served.data) as again:
            await again.json_line()

            status, errors = await watch.ended()

    assert status == 1
    assert "Traceback" not in errors
    assert errors.splitlines()[-1].startswith("imtui: 6206 · ")
