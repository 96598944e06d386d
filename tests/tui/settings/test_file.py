"""The settings file: read, reloaded when it changes, written one value at a time."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from imtui.tui.settings.file import SettingsError, SettingsFile
from imtui.tui.settings.schema import AlertSettings, Order, Settings
from tests.tui.settings.test_reading import KEY_PARSERS, WHOLE, read


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "settings.toml"


def replace(path: Path, text: str) -> None:
    """Save a file as editors do."""
    new = path.with_suffix(".new")
    new.write_text(text)
    new.replace(path)


def test_a_missing_file_is_no_problem(path: Path) -> None:
    file = SettingsFile(path / "deep" / "settings.toml", KEY_PARSERS)
    assert file.settings == Settings()
    assert not file.problems
    assert not file.reload()


def test_a_changed_file_is_reloaded(path: Path) -> None:
    file = SettingsFile(path, KEY_PARSERS)
    replace(path, WHOLE)
    assert file.reload()
    assert file.settings.theme == "nord"
    assert not file.reload()
    replace(path, WHOLE + "# No other change\n")
    assert not file.reload()
    replace(path, WHOLE.replace('"nord"', "1"))
    assert file.reload()
    assert file.settings.theme == ""
    assert file.problems == ("settings.toml:4: theme must be a text in quotes.",)
    path.unlink()
    assert file.reload()
    assert file.settings == Settings()
    assert not file.problems


@pytest.mark.parametrize("half", [b'theme = "gru', b'theme = "\xff"', b"#" * 300_000])
def test_a_partly_saved_file_changes_no_settings(path: Path, half: bytes) -> None:
    path.write_text(WHOLE)
    file = SettingsFile(path, KEY_PARSERS)
    before = file.settings
    path.write_bytes(half)
    assert file.reload()
    assert file.settings == before
    assert len(file.problems) == 1
    replace(path, WHOLE)
    assert file.reload()
    assert file.settings == before
    assert not file.problems


def test_an_unchanged_file_is_not_read(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path.write_text(WHOLE)
    file = SettingsFile(path, KEY_PARSERS)
    monkeypatch.setattr(Path, "open", None)
    assert not file.reload()


def test_an_unreadable_file_is_one_problem(path: Path, tmp_path: Path) -> None:
    def problems(path: Path) -> tuple[str, ...]:
        file = SettingsFile(path, KEY_PARSERS)
        assert file.settings == Settings()
        with pytest.raises(SettingsError):
            file.set_value("theme", "nord")
        return file.problems

    path.write_bytes(b"\xff")
    assert problems(path) == ("settings.toml: It is not UTF-8.",)
    path.write_text("#" * 262_145)
    assert problems(path) == ("settings.toml: It is larger than 256 KB.",)
    assert problems(path / "x.toml") == ("x.toml: It cannot be read: Not a directory.",)
    assert problems(tmp_path) == (f"{tmp_path.name}: It is a folder, and must be a file.",)
    path.unlink()
    path.symlink_to(path)
    assert problems(path)[0].startswith("settings.toml: It cannot be read: Too many levels")
    path.unlink()
    os.mkfifo(path)
    assert problems(path) == ("settings.toml: It is a device, and must be a file.",)


def test_a_byte_order_mark_is_ignored(path: Path) -> None:
    path.write_bytes(b'\xef\xbb\xbftheme = "nord"\r\n')
    assert SettingsFile(path, KEY_PARSERS).settings == Settings(theme="nord")


@pytest.mark.parametrize(
    ("key", "value", "before", "after"),
    [
        ("theme", "gruvbox", 'theme = "nord"     # dark', 'theme = "gruvbox"     # dark'),
        ("restore_status", True, "restore_status = false", "restore_status = true"),
        ("alerts.bell", True, "bell = false", "bell = true"),
        ("away.idle_minutes", 5, "idle_minutes = 10", "idle_minutes = 5"),
        ("keys.clear", "x,f3", '"ctrl+l,+"\n', '"ctrl+l,+"\nclear = "x,f3"\n'),
        ("presets", ["Tea"], '["Listening to music", " On the call "]', '["Tea"]'),
    ],
)
def test_only_one_setting_is_changed(
    path: Path, key: str, value: str | bool | int | list[str], before: str, after: str
) -> None:
    path.write_text(WHOLE)
    file = SettingsFile(path, KEY_PARSERS)
    file.set_value(key, value)
    assert path.read_text() == WHOLE.replace(before, after)
    assert file.settings == read(path.read_text()).settings != read(WHOLE).settings
    assert file.problems == ()
    assert not file.reload()


def test_the_file_and_its_folders_are_created(path: Path) -> None:
    path = path.parent / "a" / "b" / "settings.toml"
    file = SettingsFile(path, KEY_PARSERS)
    file.set_value("theme", "nord")
    file.set_value("alerts.bell", False)
    file.set_value("order", "change")
    assert path.read_text() == 'theme = "nord"\norder = "change"\n\n[alerts]\nbell = false\n'
    assert file.settings == Settings(
        theme="nord", order=Order.CHANGE, alerts=AlertSettings(bell=False)
    )
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


@pytest.mark.parametrize("is_there", [True, False])
def test_a_symbolic_link_stays_a_link(path: Path, tmp_path: Path, is_there: bool) -> None:
    (tmp_path / "dotfiles").mkdir()
    real = tmp_path / "dotfiles" / "imtui.toml"
    if is_there:
        real.write_text("# mine\n")
        real.chmod(0o644)
    path.symlink_to(Path("dotfiles") / "imtui.toml")
    SettingsFile(path, KEY_PARSERS).set_value("theme", "nord")
    assert path.is_symlink()
    assert real.read_text() == ("# mine\n" if is_there else "") + 'theme = "nord"\n'
    assert stat.S_IMODE(real.stat().st_mode) == (0o644 if is_there else 0o600)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["dotfiles", "settings.toml"]


def test_a_concurrent_change_is_kept(path: Path) -> None:
    one, other = SettingsFile(path, KEY_PARSERS), SettingsFile(path, KEY_PARSERS)
    one.set_value("theme", "nord")
    other.set_value("order", "name")
    assert other.settings == Settings(theme="nord", order=Order.NAME)
    assert one.reload()
    assert one.settings == other.settings


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("theme", 1, "theme must be a text in quotes."),
        ("order", "size", "order must be “presence”, “name”, “change” or “message”."),
        ("away.text", "x" * 101, "at most 100 bytes"),
        ("keys.status", "ctrl+c", "keys.status cannot have “ctrl+c”: it copies."),
        ("colour", "red", "colour is no setting."),
    ],
)
def test_a_wrong_value_is_not_written(path: Path, key: str, value: str | int, words: str) -> None:
    with pytest.raises(SettingsError, match=words.replace("+", r"\+")):
        SettingsFile(path, KEY_PARSERS).set_value(key, value)
    assert not path.exists()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("theme = ", "settings.toml:1: Invalid value at the end. Correct it, then try again."),
        ("alerts = 1", "settings.toml: alerts.bell cannot be set"),
        ("[[alerts]]", "settings.toml: alerts.bell cannot be set"),
        (f"{'a.' * 1500}a = 1", "settings.toml: alerts.bell cannot be set"),
    ],
)
def test_a_file_with_an_error_is_not_overwritten(path: Path, text: str, words: str) -> None:
    path.write_text(text)
    with pytest.raises(SettingsError, match=words):
        SettingsFile(path, KEY_PARSERS).set_value("alerts.bell", True)
    assert path.read_text() == text


def test_a_failed_write_leaves_the_file_unchanged(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    path.write_text(WHOLE)
    file = SettingsFile(path, KEY_PARSERS)
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(SettingsError) as caught:
            file.set_value("theme", "gruvbox")
        words = "settings.toml cannot be written: No space left on device. Nothing was kept."
        assert str(caught.value) == words
        patch.setattr(os, "access", lambda *_: False)
        with pytest.raises(SettingsError, match="It is read-only"):
            file.set_value("theme", "gruvbox")
    assert path.read_text() == WHOLE
    assert [each.name for each in path.parent.iterdir()] == ["settings.toml"]
    assert file.settings.theme == "nord"


def imported(path: Path, then: str) -> set[str]:
    """Return the modules that a new process imports to read a file and run ``then``."""
    program = (
        "import sys; from pathlib import Path; from imtui.tui.settings.file import SettingsFile; "
        f"file = SettingsFile(Path({str(path)!r}), {{}}); {then}; print(*sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-c", program], capture_output=True, text=True, check=True
    )
    return set(done.stdout.split())


def test_reading_settings_imports_little(path: Path) -> None:
    edit, key_lines = "imtui.tui.settings.edit", "imtui.toml.key_lines"
    absent = {"tomllib", "difflib", "textual", "tomlkit", edit, key_lines}
    assert not absent & imported(path, "pass")
    path.write_text("restore_status = true\n")
    assert absent & imported(path, "assert not file.problems") == {"tomllib"}


def test_only_writing_settings_imports_tomlkit(path: Path) -> None:
    path.write_text("theme = 1\nzzz = 1\n")
    assert "tomlkit" not in imported(path, "assert len(file.problems) == 2")
    modules = imported(path, "file.set_value('theme', 'nord')")
    assert "tomlkit" in modules
    app = {name for name in modules if name.startswith("imtui.tui.")}
    assert all(f"{name}.".startswith("imtui.tui.settings.") for name in app)
