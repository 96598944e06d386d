"""``imtui send``, ``imtui history`` and ``imtui unread`` against a running backend."""

import json

from imtui.protocol.limits import MESSAGE_MAX_BYTES
from imtui.sdk import IMClient
from tests.cli.conftest import Served


async def registered(served: Served, *users: str) -> None:
    for user in users:
        async with IMClient(served.ws, served.app_id) as client:
            await client.login(user, served.user_sig(user), passive=True)


async def test_a_sent_message_is_in_both_histories_and_unread_for_the_peer(
    served: Served,
) -> None:
    await registered(served, "alice", "bob")
    done = served.home.run("send", "bob", "hello there", *served.account("alice"))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    done = served.home.run("send", "bob", "-", *served.account("alice"), stdin="two\nlines 🎵\n")
    assert done.returncode == 0, done.stderr

    for user in ("alice", "bob"):
        peer = "bob" if user == "alice" else "alice"
        shown = served.home.run("history", peer, *served.account(user))
        texts = [line.split("  ", 1)[-1].strip() for line in shown.stdout.splitlines()]
        assert texts == ["alice  hello there", "alice  two", "lines 🎵"]
        shown = served.home.run("history", peer, "--json", "--count", "1", *served.account(user))
        message = json.loads(shown.stdout)
        assert (message["text"], message["seq"]) == ("two\nlines 🎵", 2)

    shown = served.home.run("unread", *served.account("bob"))
    assert shown.stdout == "alice  2  two\n"
    shown = served.home.run("unread", "--json", *served.account("bob"))
    unread = json.loads(shown.stdout)
    assert (unread["userID"], unread["unreadCount"]) == ("alice", 2)
    assert unread["lastMessage"]["seq"] == 2
    assert served.home.run("unread", *served.account("alice")).stdout == ""


async def test_a_message_sent_without_standard_output_is_sent(served: Served) -> None:
    await registered(served, "alice", "bob")
    account = served.account("alice")
    for form in ([], ["--json"]):
        done = served.home.run_redirected(">&-", "send", "bob", "hello", *form, *account)
        assert (done.returncode, done.stderr) == (0, "")

    assert len(served.home.run("history", "bob", *account).stdout.splitlines()) == 2


async def test_a_refused_message_is_reported_in_one_line(served: Served) -> None:
    await registered(served, "alice", "bob")
    account = served.account("alice")
    for arguments, stdin, words in [
        (("nobody-there", "hello"), None, "20003"),
        (("alice", "hello"), None, "6032"),
        (("bob", ""), None, "nothing to send"),
        (("bob",), None, "nothing to send"),
        (("bob",), " \n", "nothing to send"),
        (("bob", "x" * (MESSAGE_MAX_BYTES + 1)), None, "8001"),
        (("bob", "-"), b"\xff\xfe", "not UTF-8"),
    ]:
        done = served.home.run("send", *arguments, *account, stdin=stdin)
        assert done.returncode == 1
        assert words in done.stderr
        assert len(done.stderr.splitlines()) == 1
    assert served.home.run("history", "bob", *account).stdout == ""


async def test_too_much_standard_input_is_refused_without_a_wrong_size(served: Served) -> None:
    await registered(served, "alice", "bob")
    account = served.account("alice")
    longest = b"x" * MESSAGE_MAX_BYTES
    for end in (b"x", b"x\n", b"xx\n", b"\n\n\n", b"\xff", b"x" * MESSAGE_MAX_BYTES):
        done = served.home.run("send", "bob", *account, stdin=longest + end)
        assert done.returncode == 1
        assert done.stderr == (
            f"imtui: 8001 · A message has at most {MESSAGE_MAX_BYTES} bytes; "
            "standard input has more.\n"
        )
    assert served.home.run("history", "bob", *account).stdout == ""

    for end in (b"\n", b"\r\n"):
        assert served.home.run("send", "bob", *account, stdin=longest + end).returncode == 0


async def test_control_characters_in_messages_are_not_printed(served: Served) -> None:
    await registered(served, "alice", "bob")
    served.home.run("send", "bob", "\x1b]0;x\x07 \u202eabc", *served.account("alice"))
    shown = served.home.run("history", "alice", *served.account("bob"))
    assert "\x1b" not in shown.stdout
    assert "\u202e" not in shown.stdout


async def test_the_history_with_nobody_says_who_is_unknown(served: Served) -> None:
    await registered(served, "alice", "bob")

    known = served.home.run("history", "bob", *served.account("alice"))
    unknown = served.home.run("history", "nobody", *served.account("alice"))

    assert (known.returncode, known.stdout, known.stderr) == (0, "", "")
    assert (unknown.returncode, unknown.stdout) == (1, "")
    assert unknown.stderr == "imtui: There is no account nobody.\n"
