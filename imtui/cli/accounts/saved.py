"""The accounts that ``imtui login`` keeps, in a private file; their UserSigs in the keyring."""

import contextlib
from pathlib import Path
from types import ModuleType
from typing import Final

import msgspec

from imtui.cli.errors import CommandError
from imtui.files import make_private_dir, write_private

_ACCOUNTS_MAX: Final = 100
_KEYRING_SERVICE: Final = "imtui"


class SavedAccount(msgspec.Struct, frozen=True, rename="camel"):
    """An account of another backend."""

    url: str
    sdk_app_id: int
    user_id: str
    insecure: bool = False
    user_sig: str | None = None
    """The UserSig; None while the keyring has it."""

    @property
    def key(self) -> str:
        """Return what names the account among all others."""
        return f"{self.user_id}@{self.sdk_app_id}@{self.url}"

    def __repr__(self) -> str:
        """Leave the UserSig out, so that no log can show it."""
        return f"SavedAccount({self.key})"


class SavedAccounts:
    """The accounts saved on this machine, the default one first."""

    def __init__(self, file: Path, keyring: ModuleType | None = None) -> None:
        """Name the file, and the keyring if there is a usable one."""
        self.file = file
        self._keyring = keyring

    def list_accounts(self) -> list[SavedAccount]:
        """Return all accounts, the default one first.

        Raises:
            CommandError: The file is damaged or cannot be read.
        """
        try:
            return msgspec.json.decode(self.file.read_bytes(), type=list[SavedAccount])
        except FileNotFoundError:
            return []
        except OSError as error:
            raise CommandError(f"{self.file} cannot be read: {error.strerror}.") from error
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise CommandError(f"{self.file} is damaged. Delete it and run: imtui login") from error

    def find(self, user_id: str | None = None) -> SavedAccount | None:
        """Return the default account, or the newest one of that user; None if there is none."""
        matching = (
            account
            for account in self.list_accounts()
            if user_id is None or account.user_id == user_id
        )
        return next(matching, None)

    def user_sig(self, account: SavedAccount) -> str:
        """Return an account's UserSig.

        Raises:
            CommandError: The keyring does not give it.
        """
        if account.user_sig is not None:
            return account.user_sig
        saved: str | None = None
        if self._keyring is not None:
            with contextlib.suppress(self._keyring.errors.KeyringError):
                saved = self._keyring.get_password(_KEYRING_SERVICE, account.key)
        if saved is None:
            raise CommandError(
                f"The keyring does not give the UserSig of {account.user_id}. Run: imtui login"
            )
        return saved

    def save(self, account: SavedAccount, user_sig: str) -> bool:
        """Keep an account and make it the default.

        Returns:
            Whether the keyring has the UserSig; else the file has it.

        Raises:
            CommandError: The file cannot be written.
        """
        others = [saved for saved in self.list_accounts() if saved.key != account.key]
        in_keyring = self._save_to_keyring(account, user_sig)
        account = msgspec.structs.replace(account, user_sig=None if in_keyring else user_sig)
        for dropped in others[_ACCOUNTS_MAX - 1 :]:
            self._remove_from_keyring(dropped)
        self._write([account, *others[: _ACCOUNTS_MAX - 1]])
        return in_keyring

    def remove(self, account: SavedAccount) -> None:
        """Forget an account and its UserSig.

        Raises:
            CommandError: The file cannot be written.
        """
        self._remove_from_keyring(account)
        self._write([saved for saved in self.list_accounts() if saved.key != account.key])

    def _write(self, accounts: list[SavedAccount]) -> None:
        try:
            make_private_dir(self.file.parent)
            write_private(self.file, msgspec.json.encode(accounts).decode())
        except OSError as error:
            raise CommandError(
                f"{self.file} cannot be written: {error.strerror or error}."
            ) from error

    def _save_to_keyring(self, account: SavedAccount, user_sig: str) -> bool:
        if self._keyring is None:
            return False
        try:
            self._keyring.set_password(_KEYRING_SERVICE, account.key, user_sig)
        except self._keyring.errors.KeyringError:
            return False
        return True

    def _remove_from_keyring(self, account: SavedAccount) -> None:
        if self._keyring is not None and account.user_sig is None:
            with contextlib.suppress(self._keyring.errors.KeyringError):
                self._keyring.delete_password(_KEYRING_SERVICE, account.key)


def saved_accounts() -> SavedAccounts:
    """Return the accounts of this user."""
    from imtui.cli import paths

    try:
        import keyring
    except ImportError:
        return SavedAccounts(paths.accounts_file())
    return SavedAccounts(paths.accounts_file(), keyring)
