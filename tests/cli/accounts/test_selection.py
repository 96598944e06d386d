"""Selecting the account of a command."""

import argparse
from pathlib import Path

import pytest

from imtui.cli import paths
from imtui.cli.accounts.saved import SavedAccount, SavedAccounts
from imtui.cli.accounts.selection import (
    LocalAccount,
    RemoteAccount,
    as_user_id,
    select_account,
    system_user,
)
from imtui.cli.errors import CommandError, UsageError
from imtui.cli.main import build_parser

SERVER = ["--server", "wss://im.example", "--app-id", "7", "--user", "alice"]


@pytest.fixture(autouse=True)
def nobody_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paths, "accounts_file", lambda: tmp_path / "accounts.json")
    monkeypatch.delenv("IMTUI_USERSIG", raising=False)
    monkeypatch.setenv("LOGNAME", "me")


def parse(*arguments: str) -> argparse.Namespace:
    return build_parser().parse_args(arguments)


def keep(user_id: str) -> None:
    saved = SavedAccount("wss://kept.example", 9, user_id)
    SavedAccounts(paths.accounts_file()).save(saved, f"sig of {user_id}")


def test_local_account_if_none_is_saved() -> None:
    assert select_account(parse()) == LocalAccount("me")
    assert select_account(parse("--user", "bob")) == LocalAccount("bob")


def test_user_sig_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "sig").write_text("the UserSig\n")

    account = select_account(parse(*SERVER, "--usersig-file", str(tmp_path / "sig")))

    assert isinstance(account, RemoteAccount)
    assert (account.url, account.sdk_app_id, account.user_id) == ("wss://im.example", 7, "alice")
    assert account.read_user_sig() == "the UserSig"
    assert not account.insecure


def test_user_sig_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IMTUI_USERSIG", " the UserSig ")

    account = select_account(parse(*SERVER))

    assert isinstance(account, RemoteAccount)
    assert account.read_user_sig() == "the UserSig"


@pytest.mark.parametrize("content", ["", "  \n"])
def test_empty_user_sig_file(tmp_path: Path, content: str) -> None:
    (tmp_path / "sig").write_text(content)

    with pytest.raises(UsageError, match="UserSig is missing"):
        select_account(parse(*SERVER, "--usersig-file", str(tmp_path / "sig")))


def test_unreadable_user_sig_file(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="cannot be read"):
        select_account(parse(*SERVER, "--usersig-file", str(tmp_path / "none")))


def test_saved_account_is_the_default() -> None:
    keep("bob")
    keep("alice")

    default, other = select_account(parse()), select_account(parse("--user", "bob"))

    assert isinstance(default, RemoteAccount)
    assert (default.user_id, default.read_user_sig()) == ("alice", "sig of alice")
    assert isinstance(other, RemoteAccount)
    assert (other.user_id, other.read_user_sig()) == ("bob", "sig of bob")
    assert select_account(parse("--user", "carol")) == LocalAccount("carol")
    assert select_account(parse("--local")) == LocalAccount("me")


@pytest.mark.parametrize(
    "arguments",
    [
        ["--user", "bob", "watch"],
        ["watch", "--user", "bob"],
        ["--user", "alice", "watch", "--user", "bob"],
        ["--user", "bob", "status", "get", "x"],
        ["status", "--user", "bob", "get", "x"],
        ["status", "get", "x", "--user", "bob"],
    ],
)
def test_options_may_precede_or_follow_the_command(arguments: list[str]) -> None:
    assert select_account(parse(*arguments)) == LocalAccount("bob")


@pytest.mark.parametrize(
    ("name", "user_id"),
    [
        ("alice", "alice"),
        ("DOMAIN\\al ice.b", "DOMAIN_al_ice_b"),
        ("zoë", "zo_"),
        ("x" * 40, "x" * 32),
        ("", "me"),
    ],
)
def test_system_user_name_becomes_a_user_id(
    monkeypatch: pytest.MonkeyPatch, name: str, user_id: str
) -> None:
    assert as_user_id(name) == user_id
    monkeypatch.setattr("getpass.getuser", lambda: name)
    assert system_user() == user_id


def test_system_user_without_a_name(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown() -> str:
        raise KeyError("no such uid")

    monkeypatch.setattr("getpass.getuser", unknown)

    assert system_user() == "me"
