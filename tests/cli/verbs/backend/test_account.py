"""``imtui account import`` and ``imtui account delete``."""

import io
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from imtui.sdk import IMClient
from tests.cli.conftest import Served
from tests.cli.rest_service import Body, Refusal, RestService, rest_service, results

TOGETHER = "im_open_login_svc/multiaccount_import"
ALONE = "im_open_login_svc/account_import"
DELETE = "im_open_login_svc/account_delete"


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[RestService]:
    with rest_service(monkeypatch) as running:
        running.commands = {
            TOGETHER: lambda _: {"FailAccounts": []},
            ALONE: lambda _: {},
            DELETE: lambda body: results("UserID", body, "DeleteItem", {"ghost": 70107}),
        }
        yield running


class Terminal(io.StringIO):
    """A terminal as standard input."""

    def isatty(self) -> bool:
        return True


def test_import_by_name(service: RestService, capsys: pytest.CaptureFixture[str]) -> None:
    assert service.run("account", "import", "alice", "bob", "alice") == 0

    assert service.calls == [(TOGETHER, {"Accounts": ["alice", "bob"]})]
    assert capsys.readouterr() == ("2 accounts imported\n", "")


def test_import_from_a_file(
    service: RestService, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = tmp_path / "people.csv"
    file.write_text(
        '\ufeff UserID ,Nick\nalice\n\ncarol,,https://x/c.png\nbob,"Bob, the builder "\n', "utf-8"
    )

    assert service.run("account", "import", "dave", "bob", "--from", file) == 0

    assert service.calls == [
        (TOGETHER, {"Accounts": ["dave", "alice"]}),
        (
            TOGETHER,
            {
                "AccountList": [
                    {"UserID": "bob", "Nick": "Bob, the builder"},
                    {"UserID": "carol", "FaceUrl": "https://x/c.png"},
                ]
            },
        ),
    ]
    assert capsys.readouterr() == ("4 accounts imported\n", "")


def test_profiles_are_imported_singly_if_a_batch_of_them_is_refused(
    service: RestService, tmp_path: Path
) -> None:
    def only_ids(body: Body) -> Body:
        if "Accounts" not in body:
            raise Refusal(70402)
        return {}

    service.commands[TOGETHER] = only_ids
    file = tmp_path / "people.csv"
    file.write_text("bob,Bob\nalice\ncarol,Carol\n")

    assert service.run("account", "import", "--from", file) == 0
    assert service.bodies(ALONE) == [
        {"UserID": "bob", "Nick": "Bob"},
        {"UserID": "carol", "Nick": "Carol"},
    ]


def test_import_in_batches_from_standard_input(
    service: RestService, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = "".join(f"user{number}\r\n" for number in range(250))
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(lines.encode())))

    assert service.run("account", "import", "--from", "-") == 0

    assert [len(body["Accounts"]) for body in service.bodies(TOGETHER)] == [100, 100, 50]
    assert capsys.readouterr().out == "250 accounts imported\n"


def test_failed_users_are_retried_singly_for_the_reason(
    service: RestService, capsys: pytest.CaptureFixture[str]
) -> None:
    def alone(body: Body) -> Body:
        if body["UserID"] == "bob":
            raise Refusal(70402, "A parameter is invalid.")
        return {}

    service.commands[TOGETHER] = lambda _: {"FailAccounts": ["bob", "carol"]}
    service.commands[ALONE] = alone

    assert service.run("account", "import", "alice", "bob", "carol", "--json") == 1

    out, err = capsys.readouterr()
    assert [json.loads(line) for line in out.splitlines()] == [
        {"userID": "alice", "resultCode": 0, "resultInfo": ""},
        {"userID": "bob", "resultCode": 70402, "resultInfo": "A parameter is invalid."},
        {"userID": "carol", "resultCode": 0, "resultInfo": ""},
    ]
    assert err == "imtui: bob was not imported: 70402 · A parameter is invalid.\n"


def test_a_refused_batch_is_retried_singly(service: RestService) -> None:
    def refuse(_: Body) -> Body:
        raise Refusal(70402)

    service.commands[TOGETHER] = refuse

    assert service.run("account", "import", "alice", "bob") == 0
    assert service.bodies(ALONE) == [{"UserID": "alice"}, {"UserID": "bob"}]


def test_an_error_reports_the_progress(
    service: RestService, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(body: Body) -> Body:
        if "user100" in body["Accounts"]:
            raise Refusal(70398, "There are too many accounts.")
        return {}

    service.commands[TOGETHER] = full
    users = [f"user{number}" for number in range(150)]

    assert service.run("account", "import", *users) == 1
    assert capsys.readouterr() == (
        "100 accounts imported\n",
        "imtui: 100 of 150 were done. Run it again: nothing is doubled.\n"
        "imtui: 70398 · There are too many accounts.\n",
    )


@pytest.mark.parametrize(
    ("content", "line", "words"),
    [
        (b"alice\n\nno body\n", 3, "userID: a user ID is"),
        (b"alice\n,Nick\n", 2, "userID: a user ID is"),
        (b"alice,a,b,c\n", 1, "expected userID[,nick[,picture]]."),
        (b"alice\nbob,a\x1bb\n", 2, "nick: control"),
        (b"id,nick\nbob\nalice\nbob,Bob\n", 4, "bob is in line 2 already."),
        (b"userID;nick\nalice;Al\n", 1, "separate the fields by commas."),
        (b"alice,," + b"x" * 501, 1, "picture: at most 500 bytes"),
        (b"alice\nbob\nb\xfcb\n", 3, "UTF-8"),
        (b'alice\nbob,"B\n', 2, "that opens here is not closed"),
        (b"\xff\xfea\x00", 1, "UTF-8"),
    ],
)
def test_a_malformed_line_is_reported_before_any_call(
    service: RestService,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    content: bytes,
    line: int,
    words: str,
) -> None:
    file = tmp_path / "people.csv"
    file.write_bytes(content)

    assert service.run("account", "import", "--from", file) == 1

    [message] = capsys.readouterr().err.splitlines()
    assert message.startswith(f"imtui: {file}, line {line}: ")
    assert words in message
    assert service.calls == []


def test_unusable_files(
    service: RestService, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    empty, large = tmp_path / "empty", tmp_path / "large"
    empty.write_bytes(b"\n \n")
    with large.open("wb") as file:
        file.truncate(16 * 1024 * 1024 + 1)

    for name in (empty, large, tmp_path / "none", tmp_path):
        assert service.run("account", "import", "--from", name) == 1
        [line] = capsys.readouterr().err.splitlines()
        assert str(name) in line
    assert service.calls == []


def test_delete_with_yes(service: RestService, capsys: pytest.CaptureFixture[str]) -> None:
    assert service.run("account", "delete", "alice", "ghost", "--yes") == 1

    assert service.calls == [(DELETE, {"DeleteItem": [{"UserID": "alice"}, {"UserID": "ghost"}]})]
    assert capsys.readouterr() == (
        "1 account deleted\n",
        "imtui: ghost was not deleted: 70107 · why\n",
    )


@pytest.mark.parametrize(
    ("users", "typed", "status"),
    [
        (["alice"], "alice\n", 0),
        (["alice"], "Alice\n", 1),
        (["alice"], "y\n", 1),
        (["alice"], "", 1),
        (["alice", "bob"], "2\n", 0),
        (["alice", "bob"], "alice\n", 1),
    ],
)
def test_delete_says_what_it_does_and_asks_on_a_terminal(
    service: RestService,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    users: list[str],
    typed: str,
    status: int,
) -> None:
    monkeypatch.setattr(sys, "stdin", Terminal(typed))

    assert service.run("account", "delete", *users) == status

    out, err = capsys.readouterr()
    assert ", ".join(users) in err
    assert "Messages stay with the other users" in err
    assert ("Nothing was deleted." in err) is bool(status)
    assert len(service.calls) == (not status)
    assert out.endswith("deleted\n") is not bool(status)


class Interrupted(Terminal):
    """A terminal at which the user presses Ctrl-C."""

    def readline(self, size: int | None = -1, /) -> str:  # type: ignore[override]
        raise KeyboardInterrupt


def test_ctrl_c_at_the_question_deletes_nothing(
    service: RestService, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", Interrupted())

    assert service.run("account", "delete", "alice") == 130

    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines()[-1] == "imtui: Nothing was deleted."
    assert service.calls == []


def test_delete_from_a_file(service: RestService, tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text("userID,nick\nbob,Bob\nalice\n")

    assert service.run("account", "delete", "alice", "--from", file, "--yes") == 0
    assert service.bodies(DELETE) == [{"DeleteItem": [{"UserID": "alice"}, {"UserID": "bob"}]}]


def test_delete_without_a_terminal_needs_yes(
    service: RestService, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("y\n"))

    assert service.run("account", "delete", "alice") == 2
    [line] = capsys.readouterr().err.splitlines()
    assert "--yes" in line
    assert service.calls == []


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["import"],
        ["import", "no/body"],
        ["delete"],
        ["delete", "--from", "-"],
        ["delete", "no/body", "--yes"],
        ["list", "--limit", "0"],
    ],
)
def test_wrong_usage(
    service: RestService, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    assert service.run("account", *arguments) == 2
    assert service.calls == []
    assert "imtui" in capsys.readouterr().err


async def test_with_a_backend(served: Served) -> None:
    imported = served.home.run(
        *("account", "import", "bob", "--from", "-", "--data", served.data),
        stdin="alice,Alice A\ncarol\n",
    )
    assert (imported.returncode, imported.stdout) == (0, "3 accounts imported\n"), imported.stderr

    async with IMClient(served.ws, served.app_id, device_name="desk") as client:
        await client.login("alice", served.user_sig("alice"))
        await client.set_self_status("On the call")

        shown = served.home.run("account", "list", "--data", served.data)
        assert shown.returncode == 0, shown.stderr
        head, alice, *others = shown.stdout.splitlines()
        assert head.split() == ["USER", "NICK", "STATUS", "TEXT", "DEVICES"]
        assert alice.startswith("alice  Alice A  ONLINE     On the call  desk (")
        assert [line.split() for line in others] == [["bob", "UNLOGINED"], ["carol", "UNLOGINED"]]

    some = served.home.run(
        *("account", "list", "--prefix", "a", "--limit", "1", "--json", "--data", served.data)
    )
    [line] = some.stdout.splitlines()
    assert (json.loads(line)["userID"], json.loads(line)["nickName"]) == ("alice", "Alice A")

    deleted = served.home.run(
        "account", "delete", "bob", "nobody", "alice", "--yes", "--data", served.data
    )
    assert (deleted.returncode, deleted.stdout) == (1, "2 accounts deleted\n")
    assert deleted.stderr == ("imtui: nobody was not deleted: 70107 · There is no such account.\n")
    left = served.home.run("account", "list", "--json", "--data", served.data)
    assert [json.loads(line)["userID"] for line in left.stdout.splitlines()] == ["carol"]
