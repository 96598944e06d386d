"""``imtui friend add`` and ``imtui friend delete``."""

import asyncio
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from imtui.sdk import FriendInfo, IMClient, IMSDKListener
from tests.cli.conftest import Served
from tests.cli.processes import TIMEOUT
from tests.cli.rest_service import Body, Refusal, RestService, rest_service, results

ADD = "sns/friend_add"
IMPORT = "sns/friend_import"
DELETE = "sns/friend_delete"
UPDATE = "sns/friend_update"

FAILING = {"asked": 30539, "ghost": 30003}


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[RestService]:
    def add(body: Body) -> Body:
        if body["From_Account"] == "unknown":
            raise Refusal(30003, "There is no such account.")
        return results("To_Account", body, "AddFriendItem", FAILING)

    with rest_service(monkeypatch) as running:
        running.commands = {
            ADD: add,
            IMPORT: add,
            UPDATE: lambda body: results("To_Account", body, "UpdateItem", {"full": 30006}),
            DELETE: lambda body: results("To_Account", body, "To_Account", FAILING),
        }
        yield running


def test_add_both_ways(service: RestService, capsys: pytest.CaptureFixture[str]) -> None:
    assert service.run("friend", "add", "alice", "bob", "carol", "bob") == 0

    source = {"AddSource": "AddSource_Type_Console"}
    assert service.calls == [
        (
            ADD,
            {
                "From_Account": "alice",
                "AddFriendItem": [
                    {"To_Account": "bob", **source},
                    {"To_Account": "carol", **source},
                ],
                "AddType": "Add_Type_Both",
                "ForceAddFlags": 1,
            },
        )
    ]
    assert capsys.readouterr() == ("2 friends added\n", "")


def test_add_one_way_and_ask(service: RestService, capsys: pytest.CaptureFixture[str]) -> None:
    options = ["--one-way", "--ask", "--remark", "Bobby", "--group", "Work"]

    assert service.run("friend", "add", "alice", "bob", "asked", *options) == 0

    [body] = service.bodies(ADD)
    assert (body["AddType"], body["ForceAddFlags"]) == ("Add_Type_Single", 0)
    assert body["AddFriendItem"][0] == {
        "To_Account": "bob",
        "AddSource": "AddSource_Type_Console",
        "Remark": "Bobby",
        "GroupName": "Work",
    }
    assert capsys.readouterr() == ("1 friend added\n1 friend asked\n", "")


def test_add_reports_failures(service: RestService, capsys: pytest.CaptureFixture[str]) -> None:
    assert service.run("friend", "add", "alice", "ghost", "bob", "asked", "--json") == 1

    out, err = capsys.readouterr()
    assert [json.loads(line) for line in out.splitlines()] == [
        {"userID": "alice", "friendUserID": "ghost", "resultCode": 30003, "resultInfo": "why"},
        {"userID": "alice", "friendUserID": "bob", "resultCode": 0, "resultInfo": ""},
        {"userID": "alice", "friendUserID": "asked", "resultCode": 30539, "resultInfo": "why"},
    ]
    assert err == "imtui: ghost was not added: 30003 · why\n"


def test_add_for_an_unknown_user(service: RestService, capsys: pytest.CaptureFixture[str]) -> None:
    assert service.run("friend", "add", "unknown", "bob") == 1
    assert capsys.readouterr() == ("", "imtui: 30003 · There is no such account.\n")


@pytest.mark.parametrize(
    ("options", "code"), [(["--remark", "é" * 49], 9002), (["--group", "x" * 31], 9005)]
)
def test_too_long_remark_or_group(
    service: RestService, capsys: pytest.CaptureFixture[str], options: list[str], code: int
) -> None:
    assert service.run("friend", "add", "alice", "bob", *options) == 1
    [line] = capsys.readouterr().err.splitlines()
    assert line.startswith(f"imtui: {code} · ")
    assert service.calls == []


def remark(friend: str, value: str) -> Body:
    """Return the update of a remark on a friend."""
    return {"To_Account": friend, "SnsItem": [{"Tag": "Tag_SNS_IM_Remark", "Value": value}]}


def test_import_adds_both_ways_in_one_call(
    service: RestService, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = tmp_path / "friends.csv"
    file.write_text("User,Friend,Remark\nalice,bob,Bobby\nalice, carol\ncarol,alice,Al\n")

    assert service.run("friend", "add", "--from", file) == 0

    source = {"AddSource": "AddSource_Type_Import"}
    both = {"AddType": "Add_Type_Both", "ForceAddFlags": 1}
    bob, carol = {"To_Account": "bob", **source, "Remark": "Bobby"}, {"To_Account": "carol"}
    alice = {"To_Account": "alice", **source, "Remark": "Al"}
    assert service.calls == [
        (ADD, {"From_Account": "alice", "AddFriendItem": [bob, carol | source], **both}),
        (UPDATE, {"From_Account": "alice", "UpdateItem": [remark("bob", "Bobby")]}),
        (ADD, {"From_Account": "carol", "AddFriendItem": [alice], **both}),
        (UPDATE, {"From_Account": "carol", "UpdateItem": [remark("alice", "Al")]}),
    ]
    assert capsys.readouterr() == ("2 friends added\n", "")


def test_a_pair_is_counted_once(
    service: RestService, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = tmp_path / "friends.csv"
    file.write_text("alice,ghost\nghost,alice\n")

    assert service.run("friend", "add", "--from", file) == 1
    assert capsys.readouterr().out == "1 friend added\n"


def test_a_refused_remark_is_a_failure(
    service: RestService, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = tmp_path / "friends.csv"
    file.write_text("alice,full,F\nalice,ghost,G\nalice,bob,B\n")

    assert service.run("friend", "add", "--from", file) == 1

    assert service.bodies(UPDATE)[0]["UpdateItem"] == [remark("full", "F"), remark("bob", "B")]
    out, err = capsys.readouterr()
    assert out == "1 friend added\n"
    assert [line.split(":")[1] for line in err.splitlines()] == [
        " alice's friend full was not added",
        " alice's friend ghost was not added",
    ]


def test_an_error_reports_the_progress(
    service: RestService, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    def refuse(body: Body) -> Body:
        if body["From_Account"] == "carol":
            raise Refusal(60010)
        return results("To_Account", body, "AddFriendItem", {})

    service.commands[ADD] = refuse
    file = tmp_path / "friends.csv"
    file.write_text("alice,bob\ncarol,bob\n")

    assert service.run("friend", "add", "--from", file) == 1
    assert capsys.readouterr() == (
        "1 friend added\n",
        "imtui: 1 of 2 were done. Run it again: nothing is doubled.\nimtui: 60010 · no\n",
    )


def test_import_one_way_in_batches(service: RestService, tmp_path: Path) -> None:
    file = tmp_path / "friends.csv"
    file.write_text("".join(f"alice,user{number}\n" for number in range(101)))

    assert service.run("friend", "add", "--one-way", "--from", file) == 0

    bodies = service.bodies(IMPORT)
    assert {body["From_Account"] for body in bodies} == {"alice"}
    assert service.bodies(ADD) == []
    assert [len(body["AddFriendItem"]) for body in bodies] == [100, 1]


def test_import_continues_after_an_unknown_user(
    service: RestService, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = tmp_path / "friends.csv"
    file.write_text("unknown,bob\nalice,bob\nalice,ghost\n")

    assert service.run("friend", "add", "--one-way", "--from", file) == 1

    out, err = capsys.readouterr()
    assert out == "1 friend added\n"
    assert err.splitlines() == [
        "imtui: unknown's friend bob was not added: 30003 · There is no such account.",
        "imtui: alice's friend ghost was not added: 30003 · why",
    ]


@pytest.mark.parametrize(
    ("content", "line", "words"),
    [
        ("alice,bob\nalice\n", 2, "expected user,friend[,remark]."),
        ("alice,bob,x,y\n", 1, "expected user,friend[,remark]."),
        ("alice,no body\n", 1, "friend: a user ID is"),
        ("no body,alice\n", 1, "user: a user ID is"),
        ("alice,bob\n\nbob,bob\n", 3, "bob cannot be their own friend."),
        ("alice,bob," + "x" * 97, 1, "remark: at most 96 bytes"),
        ("alice;bob\n", 1, "separate the fields by commas."),
    ],
)
def test_a_malformed_line_is_reported_before_any_call(
    service: RestService,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    content: str,
    line: int,
    words: str,
) -> None:
    file = tmp_path / "friends.csv"
    file.write_text(content)

    assert service.run("friend", "add", "--from", file) == 1
    [message] = capsys.readouterr().err.splitlines()
    assert message.startswith(f"imtui: {file}, line {line}: {words}")
    assert service.calls == []


def test_delete(service: RestService, capsys: pytest.CaptureFixture[str]) -> None:
    assert service.run("friend", "delete", "alice", "bob", "carol") == 0
    assert service.run("friend", "delete", "alice", "ghost", "--one-way") == 1

    assert service.bodies(DELETE) == [
        {
            "From_Account": "alice",
            "To_Account": ["bob", "carol"],
            "DeleteType": "Delete_Type_Both",
        },
        {"From_Account": "alice", "To_Account": ["ghost"], "DeleteType": "Delete_Type_Single"},
    ]
    assert capsys.readouterr() == (
        "2 friends deleted\n",
        "imtui: ghost was not deleted: 30003 · why\n",
    )


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["add"],
        ["add", "alice"],
        ["add", "alice", "no/body"],
        ["add", "alice", "bob", "--from", "x"],
        ["add", "--from", "x", "--ask"],
        ["add", "--from", "x", "--remark", "r"],
        ["add", "--from", "x", "--group", "g"],
        ["delete", "alice"],
        ["list"],
    ],
)
def test_wrong_usage(
    service: RestService, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    assert service.run("friend", *arguments) == 2
    assert service.calls == []
    assert "imtui" in capsys.readouterr().err


async def test_with_a_backend(served: Served) -> None:
    class Added(IMSDKListener):
        def __init__(self) -> None:
            self.friends: asyncio.Queue[str] = asyncio.Queue()

        def on_friend_list_added(self, friends: list[FriendInfo]) -> None:
            for friend in friends:
                self.friends.put_nowait(friend.user_id)

    def run(*arguments: object, stdin: str = "") -> "subprocess.CompletedProcess[str]":
        return served.home.run("friend", *arguments, "--data", served.data, stdin=stdin)

    people = "bob\ncarol\ndave,Davy\n"
    served.home.run("account", "import", "--from", "-", "--data", served.data, stdin=people)
    added = Added()
    async with IMClient(served.ws, served.app_id) as client:
        client.add_im_sdk_listener(added)
        await client.login("alice", served.user_sig("alice"))

        done = run("add", "bob", "alice", "nobody", "--remark", "Al", "--group", "Work")
        assert (done.returncode, done.stdout) == (1, "1 friend added\n"), done.stderr
        assert done.stderr.startswith("imtui: nobody was not added: 30003 · ")
        done = run("add", "--from", "-", stdin="carol,alice\nbob,dave,Dave D\n")
        assert (done.returncode, done.stdout) == (0, "2 friends added\n"), done.stderr
        # A second import with another remark changes the remark only.
        done = run("add", "--from", "-", stdin="dave,bob\nbob,dave,Dave E\n")
        assert (done.returncode, done.stdout) == (0, "1 friend added\n"), done.stderr
        async with asyncio.timeout(TIMEOUT):
            assert {await added.friends.get(), await added.friends.get()} == {"bob", "carol"}

    listed = run("list", "bob")
    assert listed.returncode == 0, listed.stderr
    head, *lines = (line.split() for line in listed.stdout.splitlines())
    assert head == ["FRIEND", "NICK", "REMARK", "GROUPS"]
    assert sorted(lines) == [["alice", "Al", "Work"], ["dave", "Davy", "Dave", "E"]]

    assert run("delete", "bob", "alice", "--one-way").stdout == "1 friend deleted\n"
    mine = [json.loads(line) for line in run("list", "bob", "--json").stdout.splitlines()]
    assert [(friend["userID"], friend["friendRemark"]) for friend in mine] == [("dave", "Dave E")]
    theirs = [json.loads(line) for line in run("list", "alice", "--json").stdout.splitlines()]
    assert {friend["userID"] for friend in theirs} == {"bob", "carol"}
