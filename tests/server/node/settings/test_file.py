"""The settings file: what is wrong in it is told with its line, all of it at once."""

import os
from pathlib import Path

import pytest

from imtui.server.core.console import SECRETS, Console
from imtui.server.node.settings.file import FILE_MAX_BYTES, SettingsError, SettingsSource
from imtui.server.node.settings.settings import NodeSettings


def settings(path: Path, **options: object) -> NodeSettings:
    """Return the settings of a file, under those of options."""
    return SettingsSource(options, path, must_exist=True).read()


def problems(path: Path) -> list[str]:
    """Return what is wrong with a file, without its folder."""
    with pytest.raises(SettingsError) as refused:
        settings(path)
    assert not any("\n" in problem for problem in refused.value.problems)
    return [problem.replace(f"{path.parent}/", "") for problem in refused.value.problems]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "imtui.toml"


def test_an_option_wins_over_the_file_and_the_file_over_the_default(file: Path) -> None:
    file.write_text('port = 1\nrest_port = 2\nhost = ["a", "b"]\n')
    found = settings(file, rest_port=3, host=("c",))
    assert (found.port, found.rest_port, found.host) == (1, 3, ("c",))
    assert found.disk_reserve == NodeSettings().disk_reserve


def test_a_file_is_found_from_where_the_settings_are(file: Path) -> None:
    file.write_text("tls_cert = 'cert.pem'\ntls_key = '/etc/key.pem'\n")
    files = settings(file).certificate_files
    assert files == (file.parent / "cert.pem", Path("/etc/key.pem"))


@pytest.mark.parametrize("name", ["tls_cert", "tls_key"])
def test_a_certificate_and_its_key_need_each_other(file: Path, name: str) -> None:
    file.write_text("")
    assert settings(file).certificate_files is None
    file.write_text(f"port = 1\n{name} = 'a'\n")
    told = "tls_cert and tls_key need each other: set both, or none."
    assert problems(file) == [f"imtui.toml:2: {told}"]
    with pytest.raises(SettingsError) as refused:
        SettingsSource({name: Path("a")}, file.parent / "none", must_exist=False).read()
    assert refused.value.problems == (told,)


def test_a_file_need_not_exist_unless_it_was_named(file: Path) -> None:
    assert SettingsSource({}, file, must_exist=False).read() == NodeSettings()
    assert problems(file) == ["There is no file imtui.toml."]


def test_all_that_is_wrong_is_told_in_the_order_of_the_file(file: Path) -> None:
    file.write_text(
        '# a node\nmax_per_addres = 5\nport = "7788"\n\nhost = []\n[tls]\ncert = 1\n'
        "retention = 1\n[more]\n"
    )
    assert problems(file) == [
        "imtui.toml:2: max_per_addres is no setting; is it max_per_address?",
        "imtui.toml:3: port must be a port: 0 to 65535, not '7788'.",
        "imtui.toml:5: host must not be empty.",
        "imtui.toml:6: tls is no setting; is it tls_key?",
        "imtui.toml:9: more is no setting.",
    ]
    with pytest.raises(SettingsError, match="There are 4 more problems"):
        settings(file)


def test_each_of_many_problems_is_told(file: Path) -> None:
    file.write_text("".join(f"key{number} = 1\n" for number in range(100)))
    assert len(problems(file)) == 100


@pytest.mark.parametrize("key", [*Console.__struct_fields__, "webhook", "retention_days"])
def test_a_setting_of_the_app_is_told_where_it_belongs(file: Path, key: str) -> None:
    file.write_text(f"\n{key} = 1\n")
    value = "" if key in SECRETS else "=…"
    told = f"imtui.toml:2: {key} belongs to the app: imtui console set {key}{value}"
    assert problems(file) == [told]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"port = ", "imtui.toml:1: Invalid value at the end."),
        (b"port = 1\nport = 2\n", "imtui.toml:2: Cannot overwrite a value"),
        (b"port = 1\nhost = '\xff'\n", "imtui.toml:2: This is not UTF-8."),
        (b"\x00", "imtui.toml:1: Invalid statement"),
        (b"a = " + b"[" * 5000, "imtui.toml: A number in it is too long, or it is nested"),
        (b"port = " + b"1" * 5000, "imtui.toml: A number in it is too long, or it is nested"),
        (
            b"#" * (FILE_MAX_BYTES + 1),
            f"imtui.toml cannot be read: it has more than {FILE_MAX_BYTES}",
        ),
    ],
)
def test_what_is_no_settings_file_is_told_in_one_line(
    file: Path, content: bytes, told: str
) -> None:
    file.write_bytes(content)
    (problem,) = problems(file)
    assert problem.startswith(told)


def test_what_is_no_file_is_told_and_never_waited_for(file: Path) -> None:
    file.mkdir()
    assert problems(file) == ["imtui.toml cannot be read: it is a folder."]
    file.rmdir()
    os.mkfifo(file)
    assert problems(file) == ["imtui.toml cannot be read: it is no regular file."]
    file.unlink()
    file.symlink_to(file)
    assert problems(file)[0].startswith("imtui.toml cannot be read: ")
    assert "cannot be read" in problems(file.parent / "a\0b")[0]


@pytest.mark.parametrize("mode", [0o600, 0o400, 0o640, 0o644])
def test_a_file_with_a_password_is_for_its_owner_only(tmp_path: Path, mode: int) -> None:
    file = tmp_path / "imtui.toml"
    file.write_text('port = 1\ndatabase = "postgresql://imtui:secret@db.example.org/imtui"\n')
    file.chmod(mode)
    source = SettingsSource({}, file, must_exist=True)
    if not mode & 0o077:
        assert source.read().database.startswith("postgresql://imtui:secret@")
        return
    with pytest.raises(SettingsError) as refusal:
        source.read()
    assert str(refusal.value).startswith(f"{file}:2: database has a password")
    assert "secret" not in str(refusal.value)
