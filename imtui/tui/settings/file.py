"""The settings file: reloaded when it changes, and written one value at a time."""

import errno
import os
import stat
from contextlib import suppress
from pathlib import Path
from typing import Final

from imtui.files import write_private
from imtui.protocol.safe_text import safe_text
from imtui.tui.settings.reading import NO_KEYS, DefaultKeys, KeyParsers, check_value, parse_settings
from imtui.tui.settings.schema import Settings, SettingValue

_SIZE_MAX: Final = 256 * 1024


class SettingsError(ValueError):
    """A setting cannot be written; the message is one line with advice."""


class SettingsFile:
    """A settings file and the settings that are in force."""

    settings: Settings
    problems: tuple[str, ...]
    """What is wrong with the file, a line for each problem."""

    def __init__(
        self, path: Path, key_parsers: KeyParsers, default_keys: DefaultKeys = NO_KEYS
    ) -> None:
        """Read the file; a missing or invalid setting has its default.

        Args:
            path: The file, which need not exist.
            key_parsers: The parser for keys of each command.
            default_keys: The keys that each command has without settings.
        """
        self.path = path
        self._key_parsers = key_parsers
        self._default_keys = default_keys
        self.settings = Settings()
        self.problems = ()
        self._stamp: tuple[int, ...] = ()
        self.reload()

    def reload(self) -> bool:
        """Read the file if it changed; return whether the settings or the problems changed.

        If the file cannot be read or is not TOML, perhaps because an editor is saving it, the
        settings stay as they are.
        """
        # Taken before reading, so that a write in between is noticed at the next reload.
        stamp = self._file_stamp()
        if stamp == self._stamp:
            return False
        self._stamp = stamp
        before = self.settings, self.problems
        try:
            parsed = parse_settings(
                self._read(), self.path.name, self._key_parsers, self._default_keys
            )
        except SettingsError as error:
            self.problems = (str(error),)
        else:
            self.problems = parsed.problems
            if parsed.is_toml:
                self.settings = parsed.settings
        return (self.settings, self.problems) != before

    def set_value(self, key: str, value: SettingValue) -> None:
        """Write one setting and leave the rest of the file as it is.

        A symbolic link stays a link, and the file keeps its mode.

        Args:
            key: The name of the setting, such as ``theme`` or ``alerts.bell``.
            value: Its new value.

        Raises:
            SettingsError: The value is wrong, or the file cannot be read, understood or written.
                The file is then unchanged.
        """
        # Before the file is read, because the import takes time in which an editor may save it.
        from imtui.tui.settings.edit import with_value

        path = tuple(key.split("."))
        try:
            check_value(path, value, self._key_parsers)
        except ValueError as error:
            raise SettingsError(str(error)) from error
        text = self._read()
        name = self.path.name
        parsed = parse_settings(text, name, self._key_parsers)
        if not parsed.is_toml:
            raise SettingsError(f"{parsed.problems[0]} Correct it, then try again.")
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

    def _file_stamp(self) -> tuple[int, ...]:
        try:
            info = self.path.stat()
        except OSError as error:
            return (error.errno or 0,)
        # st_ctime also changes with the mode, which can make the file readable.
        return info.st_mtime_ns, info.st_ctime_ns, info.st_size, info.st_ino

    def _read(self) -> str:
        try:
            mode = self.path.stat().st_mode
            if not stat.S_ISREG(mode):
                what = "folder" if stat.S_ISDIR(mode) else "device"
                raise self._unreadable(f"It is a {what}, and must be a file")
            with self.path.open("rb") as file:
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

    def _unreadable(self, reason: str) -> SettingsError:
        return SettingsError(safe_text(f"{self.path.name}: {reason}."))

    def _write(self, text: str) -> None:
        target = self.path.resolve()
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        mode = stat.S_IMODE(target.stat().st_mode) if target.exists() else None
        if mode is not None and not os.access(target, os.W_OK):
            raise PermissionError(errno.EACCES, "It is read-only")
        write_private(target, text)
        if mode is not None:
            # write_private() makes the file 0600, but other users may be meant to read it.
            with suppress(OSError):
                target.chmod(mode)
