"""``imtui account export`` writes JSON lines, whole or not at all."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import Served
from tests.cli.rest_service import Body, Refusal, RestService, rest_service

EXPORT = "imtui_account/export"


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[RestService]:
    def page(body: Body) -> Body:
        if body["UserID"] == "nobody":
            raise Refusal(70107)
        if body["UserID"] == "broken" and body["Cursor"]:
            raise Refusal(70500)
        is_last = bool(body["Cursor"])
        return {
            "Item": [{"kind": "friend", "userID": "\x1b[2J" if is_last else "bob"}],
            "NextCursor": "" if is_last else "1.friend.1",
        }

    with rest_service(monkeypatch) as running:
        running.commands = {EXPORT: page}
        yield running


def test_all_pages_are_written(service: RestService, capsys: pytest.CaptureFixture[str]) -> None:
    assert service.run("account", "export", "alice") == 0
    out, err = capsys.readouterr()
    assert [json.loads(line)["userID"] for line in out.splitlines()] == ["bob", "\x1b[2J"]
    assert "\x1b" not in out
    assert err == ""


def test_a_file_is_for_its_owner_only(service: RestService, tmp_path: Path) -> None:
    assert service.run("account", "export", "alice", "--out", tmp_path / "alice.jsonl") == 0
    (file,) = tmp_path.iterdir()
    assert file.stat().st_mode & 0o777 == 0o600
    assert len(file.read_text().splitlines()) == 2


@pytest.mark.parametrize("user", ["broken", "nobody"])
def test_of_an_export_that_fails_no_file_is_left(
    service: RestService, tmp_path: Path, capsys: pytest.CaptureFixture[str], user: str
) -> None:
    assert service.run("account", "export", user, "--out", tmp_path / "file") == 1
    assert list(tmp_path.iterdir()) == []
    [line] = capsys.readouterr().err.splitlines()
    assert user == "broken" or "There is no account nobody." in line


@pytest.mark.parametrize("name", ["there", "nowhere/file", "there/file"])
def test_a_file_that_cannot_be_written_is_told(
    service: RestService, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    (tmp_path / "there").write_text("mine")
    assert service.run("account", "export", "alice", "--out", tmp_path / name) == 1
    [line] = capsys.readouterr().err.splitlines()
    assert str(tmp_path / name) in line
    assert (tmp_path / "there").read_text() == "mine"
    assert service.calls == []


def test_an_account_of_a_running_backend_is_exported(served: Served) -> None:
    home = served.home
    home.run("account", "import", "alice", "bob", "--data", served.data)
    home.run("friend", "add", "alice", "bob", "--data", served.data)
    done = home.run("account", "export", "alice", "--data", served.data)
    assert (done.returncode, done.stderr) == (0, "")
    kinds = [json.loads(line)["kind"] for line in done.stdout.splitlines()]
    assert kinds[:2] == ["account", "profile"]
    assert {"friend", "friendOf"} <= set(kinds)
