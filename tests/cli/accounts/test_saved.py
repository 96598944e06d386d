"""The accounts that ``imtui login`` saves."""

import stat
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import cast

import pytest

from imtui.cli.accounts.saved import SavedAccount, SavedAccounts
from imtui.cli.errors import CommandError

ALICE = SavedAccount("wss://im.example", 1, "alice")
BOB = SavedAccount("wss://im.example", 1, "bob")


class KeyringError(Exception):
    """The error of the fake keyring."""


class FakeKeyring:
    """A keyring in memory, which may be broken."""

    errors = SimpleNamespace(KeyringError=KeyringError)

    def __init__(self, *, broken: bool = False) -> None:
        self.kept: dict[tuple[str, str], str] = {}
        self.broken = broken

    def set_password(self, service: str, name: str, password: str) -> None:
        self._check()
        self.kept[service, name] = password

    def get_password(self, service: str, name: str) -> str | None:
        self._check()
        return self.kept.get((service, name))

    def delete_password(self, service: str, name: str) -> None:
        self._check()
        del self.kept[service, name]

    def _check(self) -> None:
        if self.broken:
            raise KeyringError


def accounts(tmp_path: Path, keyring: FakeKeyring | None = None) -> SavedAccounts:
    return SavedAccounts(tmp_path / "d" / "accounts.json", cast("ModuleType | None", keyring))


def test_accounts_are_saved_in_a_private_file(tmp_path: Path) -> None:
    assert not accounts(tmp_path).save(ALICE, "the UserSig")

    saved = accounts(tmp_path).find()
    assert saved is not None
    assert (saved.url, saved.sdk_app_id, saved.user_id) == ("wss://im.example", 1, "alice")
    assert accounts(tmp_path).user_sig(saved) == "the UserSig"
    assert stat.S_IMODE((tmp_path / "d" / "accounts.json").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "d").stat().st_mode) == 0o700


def test_user_sigs_are_saved_in_the_keyring(tmp_path: Path) -> None:
    keyring = FakeKeyring()

    assert accounts(tmp_path, keyring).save(ALICE, "the UserSig")

    saved = accounts(tmp_path, keyring).find()
    assert saved is not None
    assert accounts(tmp_path, keyring).user_sig(saved) == "the UserSig"
    assert "the UserSig" not in (tmp_path / "d" / "accounts.json").read_text()

    accounts(tmp_path, keyring).remove(saved)
    assert keyring.kept == {}


def test_a_broken_keyring_is_not_used(tmp_path: Path) -> None:
    broken = FakeKeyring(broken=True)

    assert not accounts(tmp_path, broken).save(ALICE, "the UserSig")

    saved = accounts(tmp_path, broken).find()
    assert saved is not None
    assert accounts(tmp_path, broken).user_sig(saved) == "the UserSig"


def test_a_user_sig_missing_from_the_keyring_is_an_error(tmp_path: Path) -> None:
    keyring = FakeKeyring()
    accounts(tmp_path, keyring).save(ALICE, "the UserSig")
    keyring.kept.clear()

    with pytest.raises(CommandError, match="imtui login"):
        accounts(tmp_path, keyring).user_sig(accounts(tmp_path, keyring).list_accounts()[0])


def test_the_newest_is_the_default_and_removing_it_restores_the_previous_one(
    tmp_path: Path,
) -> None:
    saved = accounts(tmp_path)
    saved.save(ALICE, "1")
    saved.save(BOB, "2")
    saved.save(ALICE, "3")

    assert [account.user_id for account in saved.list_accounts()] == ["alice", "bob"]
    assert saved.find("bob") == SavedAccount("wss://im.example", 1, "bob", user_sig="2")
    assert saved.find("carol") is None

    saved.remove(saved.list_accounts()[0])
    assert [account.user_id for account in saved.list_accounts()] == ["bob"]


def test_an_account_with_more_addresses_is_the_same(tmp_path: Path) -> None:
    keyring = FakeKeyring()
    saved = accounts(tmp_path, keyring)
    saved.save(ALICE, "1")
    saved.save(SavedAccount("wss://im.example,wss://b.example", 1, "alice"), "2")

    [account] = saved.list_accounts()
    assert account.url == "wss://im.example,wss://b.example"
    assert saved.user_sig(account) == "2"
    assert list(keyring.kept.values()) == ["2"]

    saved.save(SavedAccount("wss://b.example,wss://im.example", 1, "alice"), "3")
    assert len(saved.list_accounts()) == 2


def test_a_damaged_file_is_an_error_with_a_hint(tmp_path: Path) -> None:
    file = tmp_path / "d" / "accounts.json"
    file.parent.mkdir()
    file.write_bytes(b'[{"url": \xff')

    with pytest.raises(CommandError, match="imtui login"):
        accounts(tmp_path).find()


def test_repr_has_no_user_sig() -> None:
    assert "secret" not in repr(SavedAccount("wss://x", 1, "alice", user_sig="secret"))
