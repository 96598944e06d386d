"""The accounts that ``imtui login`` saves: a private file, and UserSigs in the keyring."""

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
    """A saved account of another backend."""

    url: str
    """One address, or several with commas."""
    sdk_app_id: int
    user_id: str
    insecure: bool = False
    ca_file: str | None = None
    """The certificates to trust in place of the system's."""
    user_sig: str | None = None
    """The UserSig, or None if it is in the keyring."""

    @property
    def key(self) -> str:
        """Return the unique name of the account, which stays if its backend has more addresses."""
        from imtui.sdk.link.address import first_url

        return f"{self.user_id}@{self.sdk_app_id}@{first_url(self.url)}"

    def __repr__(self) -> str:
        """Omit the UserSig, so that it never reaches a log."""
        return f"SavedAccount({self.key})"


class SavedAccounts:
    """The accounts saved on this machine, the default first."""

    def __init__(self, file: Path, keyring: ModuleType | None = None) -> None:
        """Use ``file``, and ``keyring`` for the UserSigs if it is available."""
        self.file = file
        self._keyring = keyring

    def list_accounts(self) -> list[SavedAccount]:
        """Return all accounts, the default first.

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
        """Return the newest account, or the newest of ``user_id``; None if there is none."""
        matching = (
            account
            for account in self.list_accounts()
            if user_id is None or account.user_id == user_id
        )
        return next(matching, None)

    def user_sig(self, account: SavedAccount) -> str:
        """Return an account's UserSig.

        Raises:
            CommandError: The keyring does not return it.
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
        """Save an account and make it the default.

        Returns:
            Whether the UserSig is in the keyring; otherwise it is in the file.

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
        """Remove an account and its UserSig.

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
    """Return the saved accounts of the system user."""
    from imtui.cli import paths

    try:
        import keyring
    except ImportError:
        return SavedAccounts(paths.accounts_file())
    return SavedAccounts(paths.accounts_file(), keyring)
