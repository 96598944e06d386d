"""The settings' file: read again when it changes, and written one value at a time."""

import errno
import os
import stat
from contextlib import suppress
from pathlib import Path
from typing import Final

from imtui.files import write_private
from imtui.protocol.safe_text import safe_text
from imtui.tui.settings.reading import KeyParsers, parse
from imtui.tui.settings.schema import Settings
from imtui.tui.settings.table import Value

_SIZE_MAX: Final = 256 * 1024


class SettingsError(ValueError):
    """A setting cannot be kept; the message is one line that says what to do."""


class SettingsFile:
    """The settings that hold, and the file that they stand in."""

    settings: Settings
    problems: tuple[str, ...]
    """What is wrong with the file, a line for each."""

    def __init__(self, path: Path, key_parsers: KeyParsers) -> None:
        """Read the file; the defaults hold for what is wrong, and for all if there is none."""
        self._path = path
        self._key_parsers = key_parsers
        self.settings = Settings()
        self.problems = ()
        self._stamp: tuple[int, ...] = ()
        self.reload()

    def reload(self) -> bool:
        """Read the file if it changed; return whether the settings or the problems did.

        Of a file that cannot be read at present, because somebody is in the middle of saving it,
        the settings hold that it had before.
        """
        # Taken before the reading, so that what is written meanwhile is read the next time.
        stamp = self._look()
        if stamp == self._stamp:
            return False
        self._stamp = stamp
        before = self.settings, self.problems
        try:
            parsed = parse(self._read(), self._path.name, self._key_parsers)
        except SettingsError as error:
            self.problems = (str(error),)
        else:
            self.problems = parsed.problems
            if parsed.is_toml:
                self.settings = parsed.settings
        return (self.settings, self.problems) != before

    def set(self, key: str, value: Value) -> None:
        """Write one setting, such as ``theme`` or ``alerts.bell``; the file stays as it is else.

        A link to a file stays one, and the file keeps its mode.

        Raises:
            SettingsError: The value is wrong, or the file cannot be read, understood or written;
                it is then as it was.
        """
        from imtui.tui.settings.edit import with_value

        path = tuple(key.split("."))
        self._check(path, value)
        text = self._read()
        name = self._path.name
        now = parse(text, name, self._key_parsers)
        if not now.is_toml:
            raise SettingsError(f"{now.problems[0]} Correct it, then try again.")
        try:
            changed = with_value(text, path, value)
        except (ValueError, RecursionError) as error:
            words = f"{name}: {key} cannot be set in the way that it is written. Write it yourself."
            raise SettingsError(words) from error
        try:
            self._write(changed)
        except OSError as error:
            words = f"{name} cannot be written: {error.strerror or error}. Nothing was kept."
            raise SettingsError(safe_text(words)) from error
        self.reload()

    def _check(self, path: tuple[str, ...], value: Value) -> None:
        from imtui.tui.settings.edit import with_value

        problems = parse(with_value("", path, value), "", self._key_parsers).problems
        if problems:
            raise SettingsError(problems[0].partition(": ")[2])

    def _look(self) -> tuple[int, ...]:
        try:
            info = self._path.stat()
        except OSError as error:
            return (error.errno or 0,)
        # The time of change tells also that its mode changed, and it can be read now.
        return info.st_mtime_ns, info.st_ctime_ns, info.st_size, info.st_ino

    def _read(self) -> str:
        try:
            mode = self._path.stat().st_mode
            if not stat.S_ISREG(mode):
                what = "folder" if stat.S_ISDIR(mode) else "device"
                raise self._unreadable(f"It is a {what}, and must be a file")
            with self._path.open("rb") as file:
                data = file.read(_SIZE_MAX + 1)
            if len(data) > _SIZE_MAX:
                raise self._unreadable(f"It is larger than {_SIZE_MAX // 1024} KB")
            return data.decode("utf-8-sig")
        except FileNotFoundError:
            return ""
        except OSError as error:
            raise self._unreadable(f"It cannot be read: {error.strerror or error}") from error
        except UnicodeDecodeError as error:
            raise self._unreadable("It is not UTF-8") from error

    def _unreadable(self, why: str) -> SettingsError:
        return SettingsError(safe_text(f"{self._path.name}: {why}."))

    def _write(self, text: str) -> None:
        target = self._path.resolve()
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        mode = stat.S_IMODE(target.stat().st_mode) if target.exists() else None
        if mode is not None and not os.access(target, os.W_OK):
            raise PermissionError(errno.EACCES, "It is read-only")
        # Writing as text puts the carriage returns of Windows back.
        write_private(target, text.replace("\r\n", "\n") if os.linesep == "\r\n" else text)
        if mode is not None:
            # The file of dotfiles that several read stays readable to them.
            with suppress(OSError):
                target.chmod(mode)
