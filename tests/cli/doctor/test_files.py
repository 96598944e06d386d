"""The checks of settings, folders and keyring."""

import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

from imtui.cli.accounts.saved import SavedAccount, SavedAccounts
from imtui.cli.doctor.check import Check, Mark
from imtui.cli.doctor.files import check_folders, check_keyring, check_settings
from tests.server.disks import mounted, remount


def test_the_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    file = tmp_path / "settings.toml"
    check, _ = check_settings(file)
    assert (check.mark, check.text) == (Mark.OK, "the defaults: there is no file yet")

    file.write_text('[alerts]\ndesktop = "native"\n')
    check, settings = check_settings(file)
    assert (check.mark, check.text) == (Mark.OK, "~/settings.toml")
    assert settings.alerts.desktop == "native"

    file.write_text("order = 7\nescape_ms = true\n")
    check, _ = check_settings(file)
    assert check.mark is Mark.WRONG
    assert "order" in check.text
    assert check.advice == "Correct ~/settings.toml (1 more)."


def folders(root: Path) -> Check:
    return check_folders(root / "config", root / "data", root / "logs")


def test_folders_that_can_be_written_or_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    check = folders(tmp_path)
    assert (check.mark, check.text) == (Mark.OK, "can be written; data is in ~/data")
    assert list(tmp_path.iterdir()) == []

    (tmp_path / "data").mkdir(0o700)
    assert folders(tmp_path).mark is Mark.OK


def test_a_folder_on_a_disk_that_is_read_only(tmp_path: Path) -> None:
    with mounted(tmp_path / "disk") as disk:
        (disk / "data").mkdir(0o700)
        assert folders(disk).mark is Mark.OK
        remount(disk, "ro")
        check = folders(disk)

    assert (check.mark, check.text) == (Mark.WRONG, f"{disk} cannot be written")
    assert "HOME" in check.advice


def test_a_file_in_place_of_a_folder(tmp_path: Path) -> None:
    (tmp_path / "data").touch()
    check = folders(tmp_path)
    assert (check.mark, check.text) == (
        Mark.WRONG,
        f"{tmp_path / 'data'} cannot be used: Not a directory",
    )


def test_a_folder_that_others_can_write(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data").chmod(0o770)
    check = folders(tmp_path)
    assert check.mark is Mark.WRONG
    assert check.advice.startswith("Forbid it with: chmod go-w")


def test_accounts_that_others_can_read(tmp_path: Path) -> None:
    accounts = tmp_path / "data/accounts.json"
    accounts.parent.mkdir(0o700)
    accounts.write_text("[]")
    accounts.chmod(0o644)
    check = folders(tmp_path)
    assert check.mark is Mark.WRONG
    assert check.advice == f"Forbid it with: chmod 600 {accounts}"

    accounts.chmod(0o600)
    assert folders(tmp_path).mark is Mark.OK


@pytest.fixture
def accounts(tmp_path: Path) -> Path:
    """Return the file of one account whose UserSig is in the keyring."""
    file = tmp_path / "accounts.json"
    keyring = ModuleType("keyring")
    keyring.__dict__.update(set_password=lambda *_: None)
    SavedAccounts(file, keyring).save(SavedAccount("wss://h", 1, "alice"), "a UserSig")
    return file


def use_keyring(monkeypatch: pytest.MonkeyPatch, *, runs: bool | None) -> None:
    """Make the library say that a keyring runs, or that none does; None if it is missing."""
    if runs is None:
        monkeypatch.setitem(sys.modules, "keyring", None)
        return

    class Nothing:
        name = "fail"

    used = SimpleNamespace(name="Secret Service") if runs else Nothing()
    backends = ModuleType("keyring.backends")
    backends.__dict__["fail"] = SimpleNamespace(Keyring=Nothing)
    library = ModuleType("keyring")
    library.__dict__.update(get_keyring=lambda: used, backends=backends)
    monkeypatch.setitem(sys.modules, "keyring", library)
    monkeypatch.setitem(sys.modules, "keyring.backends", backends)


@pytest.mark.parametrize(
    ("runs", "mark", "text"),
    [
        (True, Mark.OK, "Secret Service"),
        (False, Mark.NOTE, "none runs"),
        (None, Mark.OK, "not installed"),
    ],
)
def test_the_keyring(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, runs: bool | None, mark: Mark, text: str
) -> None:
    use_keyring(monkeypatch, runs=runs)
    check = check_keyring(tmp_path / "no file")
    assert check.mark is mark
    assert check.text.startswith(text)


@pytest.mark.parametrize(
    ("runs", "mark"), [(True, Mark.OK), (False, Mark.WRONG), (None, Mark.WRONG)]
)
def test_a_keyring_that_has_a_user_sig(
    accounts: Path, monkeypatch: pytest.MonkeyPatch, runs: bool | None, mark: Mark
) -> None:
    use_keyring(monkeypatch, runs=runs)
    check = check_keyring(accounts)
    assert check.mark is mark
    assert ("alice" in check.text) == (mark is Mark.WRONG)


def test_no_check_writes(tmp_path: Path, accounts: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    check_settings(tmp_path / "settings.toml")
    folders(tmp_path)
    check_keyring(accounts)
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before
