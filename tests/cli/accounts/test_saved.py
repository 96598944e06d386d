"""The accounts that ``imtui login`` keeps."""

import stat
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import cast

import pytest

from imtui.cli.accounts.saved import AccountBook, KeptAccount
from imtui.cli.errors import CommandError

ALICE = KeptAccount("wss://im.example", 1, "alice")
BOB = KeptAccount("wss://im.example", 1, "bob")


class KeyringError(Exception):
    """As the keyring's."""


class FakeKeyring:
    """A keyring in memory; it may be broken."""

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


def book(tmp_path: Path, keyring: FakeKeyring | None = None) -> AccountBook:
    return AccountBook(tmp_path / "d" / "accounts.json", cast("ModuleType | None", keyring))


def test_keeps_in_a_private_file(tmp_path: Path) -> None:
    assert not book(tmp_path).keep(ALICE, "the UserSig")

    kept = book(tmp_path).find()
    assert kept is not None
    assert (kept.url, kept.sdk_app_id, kept.user_id) == ("wss://im.example", 1, "alice")
    assert book(tmp_path).user_sig(kept) == "the UserSig"
    assert stat.S_IMODE((tmp_path / "d" / "accounts.json").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "d").stat().st_mode) == 0o700


def test_keeps_the_user_sig_in_the_keyring(tmp_path: Path) -> None:
    keyring = FakeKeyring()

    assert book(tmp_path, keyring).keep(ALICE, "the UserSig")

    kept = book(tmp_path, keyring).find()
    assert kept is not None
    assert book(tmp_path, keyring).user_sig(kept) == "the UserSig"
    assert "the UserSig" not in (tmp_path / "d" / "accounts.json").read_text()

    book(tmp_path, keyring).forget(kept)
    assert keyring.kept == {}


def test_broken_keyring_is_as_good_as_none(tmp_path: Path) -> None:
    broken = FakeKeyring(broken=True)

    assert not book(tmp_path, broken).keep(ALICE, "the UserSig")

    kept = book(tmp_path, broken).find()
    assert kept is not None
    assert book(tmp_path, broken).user_sig(kept) == "the UserSig"


def test_keyring_that_has_lost_it(tmp_path: Path) -> None:
    keyring = FakeKeyring()
    book(tmp_path, keyring).keep(ALICE, "the UserSig")
    keyring.kept.clear()

    with pytest.raises(CommandError, match="imtui login"):
        book(tmp_path, keyring).user_sig(book(tmp_path, keyring).accounts()[0])


def test_newest_is_the_default_and_forgetting_it_brings_back_the_one_before(
    tmp_path: Path,
) -> None:
    kept = book(tmp_path)
    kept.keep(ALICE, "1")
    kept.keep(BOB, "2")
    kept.keep(ALICE, "3")

    assert [account.user_id for account in kept.accounts()] == ["alice", "bob"]
    assert kept.find("bob") == KeptAccount("wss://im.example", 1, "bob", user_sig="2")
    assert kept.find("carol") is None

    kept.forget(kept.accounts()[0])
    assert [account.user_id for account in kept.accounts()] == ["bob"]


def test_damaged_file_is_an_error_that_says_what_to_do(tmp_path: Path) -> None:
    file = tmp_path / "d" / "accounts.json"
    file.parent.mkdir()
    file.write_bytes(b'[{"url": \xff')

    with pytest.raises(CommandError, match="imtui login"):
        book(tmp_path).find()


def test_no_user_sig_in_its_repr() -> None:
    assert "secret" not in repr(KeptAccount("wss://x", 1, "alice", user_sig="secret"))
