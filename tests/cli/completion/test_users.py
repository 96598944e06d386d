"""The user IDs that complete a line, and the silence when there are none."""

import socket
from collections.abc import Iterator
from functools import partial

import pytest

from imtui.cli.completion import users
from imtui.cli.errors import UsageError
from tests.cli.processes import Home
from tests.cli.rest_service import APP_ID, RestService, rest_service

ACCOUNTS = "imtui_console/accounts"


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[RestService]:
    with rest_service(monkeypatch) as running:
        yield running


def kick(service: RestService, words: str) -> str:
    return f"imtui kick --rest {service.url} --app-id {APP_ID} {words}"


def test_only_user_ids_reach_the_shell(service: RestService) -> None:
    names = ["bob", "$(reboot)", "b`ls`", "b\nc", "b c", "b\x1b[2J", "bär", "", "b" * 33, "bob"]
    service.commands[ACCOUNTS] = lambda body: {
        "AccountItem": [{"UserID": name, "Status": "OFFLINE"} for name in names]
    }

    assert users.accounts(kick(service, "")) == ["bob"]


def test_the_backend_is_asked_for_one_page_with_the_prefix(service: RestService) -> None:
    service.commands[ACCOUNTS] = lambda body: {"AccountItem": [], "NextCursor": "more"}

    assert users.accounts(kick(service, "--yes al")) == []
    assert users.accounts(kick(service, "-- al")) == []
    assert service.bodies(ACCOUNTS) == [{"Prefix": "al", "Cursor": "", "MaxCnt": 500}] * 2


@pytest.mark.parametrize("line", ["imtui watch 'b", "imtui watch --app-id x "])
def test_an_unclear_line_names_no_account(line: str) -> None:
    with pytest.raises(UsageError):
        users.friends(line)


@pytest.mark.parametrize(
    ("kind", "line"),
    [
        ("friends", "imtui watch "),
        ("friends", "imtui watch --server ws://127.0.0.1:1 --app-id 1 --user a "),
        ("friends", "imtui watch 'b"),
        ("accounts", "imtui kick "),
        ("accounts", "imtui kick --data /nowhere "),
        ("saved", "imtui --user "),
    ],
)
def test_an_error_is_silent_and_changes_nothing(kind: str, line: str, home: Home) -> None:
    before = sorted(home.path.rglob("*"))

    done = home.run("completion", "users", kind, line, IMTUI_USERSIG="a UserSig")

    assert (done.stdout, done.stderr) == ("", "")
    assert sorted(home.path.rglob("*")) == before


def test_it_gives_up_in_time(home: Home) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        address = f"ws://127.0.0.1:{listening.getsockname()[1]}"
        line = f"imtui watch --server {address} --app-id 1 --user a "
        complete = partial(home.run, "completion", "users", "friends", line)

        # Nobody answers; without the time-out, the test would take longer than it may.
        done = complete(IMTUI_USERSIG="a UserSig", IMTUI_COMPLETION_TIMEOUT="0.2")

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize("seconds", ["nan", "inf", "-inf", "1e308", "99999999999", "", "x", "-1"])
def test_an_odd_time_to_wait_does_no_harm(home: Home, seconds: str) -> None:
    done = home.run("completion", "users", "saved", "imtui ", IMTUI_COMPLETION_TIMEOUT=seconds)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert not [*home.path.rglob("errors.log")]
