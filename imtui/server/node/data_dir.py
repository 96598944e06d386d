"""A backend's data folder: the app's key, the backend's address and the folder's lock."""

import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from imtui.files import FileLock, UnsafeFolderError, make_folder, write_private
from imtui.protocol.app_key import AppKey
from imtui.protocol.messages import PROTOCOL_VERSION
from imtui.protocol.wire_names import wire_name
from imtui.server.disk_faults import READ_ONLY, DiskFault, find_fault, words_of

_OWN_FILES: Final = ("imtui.db*", "app_key.json", "backend.json", "backend.lock", "audit*.jsonl*")
_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO


class BackendError(Exception):
    """The backend cannot start or be reached; one line that says what to do."""


class Address(msgspec.Struct, frozen=True, rename=wire_name):
    """Where a running backend listens."""

    ws: str
    """``ws://host:port``, ``wss://host:port``, or ``ws+unix:///path`` for a Unix socket."""
    rest: str
    """``http://host:port``, ``https://host:port``, or ``http+unix:///path``."""
    sdk_app_id: int
    pid: int
    protocol_version: int = PROTOCOL_VERSION
    certificate: str = ""
    """That of the backend, in PEM; empty without TLS."""


@dataclass(frozen=True)
class DataDir:
    """The files of one backend."""

    path: Path

    @property
    def database(self) -> Path:
        """Return the path of the database."""
        return self.path / "imtui.db"

    def make(self) -> None:
        """Make the folder, readable to this user only; one that exists keeps its mode.

        The backend's own files in it become readable to this user only.

        Raises:
            BackendError: The folder cannot be made or written, others can write to it, or it
                belongs to another user.
        """
        try:
            make_folder(self.path)
            for pattern in _OWN_FILES:
                for file in self.path.glob(pattern):
                    if file.stat().st_mode & _OTHERS:
                        file.chmod(0o600)
        except UnsafeFolderError as error:
            advice = error.advice or (
                "Start the backend as that user, or choose another folder with --data."
            )
            raise BackendError(f"{error.problem} {advice}") from error
        except FileExistsError as error:
            raise BackendError(
                f"The data folder {self.path} is a file. Choose another with --data."
            ) from error
        except OSError as error:
            words = words_of(error, self.path.parent, "Choose another with --data.")
            raise BackendError(f"The data folder {self.path} cannot be used: {words}") from error
        if not os.access(self.path, os.W_OK | os.X_OK):
            fault = find_fault(self.database)
            if fault is not READ_ONLY:
                fault = DiskFault("permission denied", "Choose another with --data.")
            raise BackendError(f"The data folder {self.path} is not writable: {fault}")

    def hold(self) -> FileLock:
        """Acquire and return the folder's lock: one backend serves a folder at a time.

        Raises:
            BackendError: Another backend has it.
        """
        lock = FileLock(self.path / "backend.lock")
        try:
            is_acquired = lock.acquire(blocking=False)
        except OSError as error:
            words = words_of(error, self.path, "Choose another with --data.")
            raise BackendError(f"{self.path} cannot be locked: {words}") from error
        if not is_acquired:
            raise BackendError(
                f"Another backend serves {self.path}. "
                "Stop it, or choose another folder with --data."
            )
        return lock

    def app_key(self) -> AppKey:
        """Return the app's key, as the backend exported it.

        Raises:
            BackendError: There is no key yet, or its file is damaged.
        """
        key = self.exported_key()
        if key is None:
            raise BackendError(
                f"{self.path} holds no app yet. "
                f"Start a backend there: imtui serve --data {self.path}"
            )
        return key

    def exported_key(self) -> AppKey | None:
        """Return the app's key if its file exists; the database has the key too.

        Raises:
            BackendError: The file is damaged or cannot be read.
        """
        try:
            return msgspec.json.decode(self._key_file.read_bytes(), type=AppKey)
        except FileNotFoundError:
            return None
        except OSError as error:
            words = words_of(error, self.path, "Move it away, then start the backend.")
            raise BackendError(f"{self._key_file} cannot be read: {words}") from error
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise BackendError(
                f"{self._key_file} is damaged. Delete it, and start the backend: it writes the key "
                "of its database there again."
            ) from error

    def export_key(self, key: AppKey) -> None:
        """Write the app's key for the commands on this machine.

        Raises:
            BackendError: The key cannot be written.
        """
        try:
            write_private(self._key_file, msgspec.json.encode(key).decode())
        except OSError as error:
            words = words_of(error, self.path, "Look at its folder, then try again.")
            raise BackendError(f"{self._key_file} cannot be written: {words}") from error

    def remove_unfinished_exports(self) -> None:
        """Remove what a kill during ``export_key`` left: a file with a secret that nobody reads.

        Raises:
            BackendError: It cannot be removed.
        """
        try:
            for file in self.path.glob(f".{self._key_file.name}.*"):
                file.unlink(missing_ok=True)
        except OSError as error:
            raise BackendError(f"{self.path} cannot be written: {error.strerror}.") from error

    def address(self) -> Address:
        """Return the address of the running backend.

        Raises:
            BackendError: No backend runs.
        """
        try:
            return msgspec.json.decode(self._address_file.read_bytes(), type=Address)
        except (OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
            raise BackendError(self.not_running) from error

    @property
    def not_running(self) -> str:
        """Return the message that no backend runs here, and what to do."""
        return f"No backend runs on {self.path}. Start it: imtui serve --data {self.path}"

    def publish(self, address: Address) -> None:
        """Write the address of the running backend.

        Raises:
            BackendError: The address cannot be written.
        """
        try:
            write_private(self._address_file, msgspec.json.encode(address).decode())
        except OSError as error:
            words = words_of(error, self.path, "Look at its folder, then try again.")
            raise BackendError(f"{self._address_file} cannot be written: {words}") from error

    def publish_certificate(self, pem: str) -> None:
        """Write the address of the running backend again, with another certificate.

        Raises:
            BackendError: No backend runs, or the address cannot be written.
        """
        self.publish(msgspec.structs.replace(self.address(), certificate=pem))

    def withdraw(self) -> None:
        """Remove the address, as the backend stops."""
        self._address_file.unlink(missing_ok=True)

    @property
    def audit_log(self) -> Path:
        """Return the file of the audit log."""
        return self.path / "audit.jsonl"

    def audit_log_of(self, edge: int) -> Path:
        """Return the audit log of an edge with a process of its own, numbered from 1."""
        return self.path / f"audit-{edge}.jsonl"

    def audit_logs(self) -> list[Path]:
        """Return the audit logs of all processes that the backend has had."""
        return [self.audit_log, *sorted(self.path.glob("audit-*.jsonl"))]

    @property
    def _key_file(self) -> Path:
        return self.path / "app_key.json"

    @property
    def _address_file(self) -> Path:
        return self.path / "backend.json"
