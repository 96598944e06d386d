"""``imtui deploy``."""

import re
import sys
from pathlib import Path

import pytest

from imtui.cli import main as cli
from tests.pages import ROOT, page_of, section

PROXIES = ("nginx", "caddy", "haproxy")
NAME = ("--name", "chat.example.org")

PROGRAMS = {
    **dict.fromkeys(PROXIES, NAME),
    "compose": (*NAME, "--source", str(ROOT)),
    "systemd": ("--program", "/usr/bin/imtui"),
    **dict.fromkeys(("prometheus", "grafana", "fail2ban"), ()),
}
each_proxy = pytest.mark.parametrize("program", PROXIES)


def printed(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[str, list[str]]:
    """Return what is printed, and the lines on standard error."""
    assert cli.main(["deploy", *map(str, arguments)]) == 0
    out, err = capsys.readouterr()
    return out, err.splitlines()


def refused(capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    """Return the only line of a refusal."""
    assert cli.main(["deploy", *map(str, arguments)]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    return err.splitlines()[-1]


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_file_is_whole_lines_without_secrets(
    program: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "a.toml"
    file.write_text("database = 'postgresql://imtui:secret@db/imtui'\n")
    file.chmod(0o600)
    # A service would not see a file below /tmp.
    named = () if program == "systemd" else ("--config", file)
    text, _ = printed(capsys, program, *PROGRAMS[program], "--data", "/srv/chat", *named)
    assert text.endswith("\n")
    assert not text.endswith("\n\n")
    assert "secret" not in text
    assert all(line.expandtabs().isprintable() for line in text.split("\n"))


def test_the_page_names_every_program(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["deploy", "--help"]) == 0
    offered = re.findall(r"^    (\w+) +a ", capsys.readouterr().out, re.MULTILINE)
    assert set(offered) == set(PROGRAMS)
    words = re.findall(r"\w+", section(page_of("server"), "Run it as a service").lower())
    assert set(PROGRAMS) <= set(words)


@each_proxy
def test_a_file_fits_the_settings_and_options_win(
    program: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "imtui.toml").write_text("host = '10.0.0.7'\nport = 1001\nrest_port = 1002\n")
    text, notices = printed(capsys, program, *NAME, "--data", tmp_path, "--rest-port", 1003)
    assert set(re.findall(r"10\.0\.0\.7:(\d+)", text)) == {"1001", "1003"}
    assert "chat.example.org" in text
    assert notices == []


@each_proxy
@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0", "::", "localhost"])
def test_a_backend_on_this_machine_is_reached_over_loopback(
    program: str, host: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text, _ = printed(capsys, program, *NAME, "--data", tmp_path, "--host", host)
    assert "127.0.0.1:7788" in text
    assert "127.0.0.1:7789" in text


@each_proxy
def test_all_nodes_are_reached(
    program: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    nodes = ("--node", "10.0.0.5", "--node", "fd00::6", "--node", "c.example", "--node", "10.0.0.5")
    text, _ = printed(capsys, program, *NAME, "--data", tmp_path, *nodes)
    for host in ("10.0.0.5", "[fd00::6]", "c.example"):
        for port in (7788, 7789):
            assert text.count(f"{host}:{port}") == 1


@each_proxy
def test_a_proxy_that_is_not_trusted_is_told(
    program: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def notices(*options: object) -> list[str]:
        text, lines = printed(capsys, program, *NAME, "--data", tmp_path, *options)
        flat = re.sub(r"\n# ", " ", text)
        assert all(line.removeprefix("imtui: ") in flat for line in lines)
        return lines

    assert notices() == []
    (line,) = notices("--node", "10.0.0.5")
    assert "trusted_proxy" in line
    assert notices("--node", "10.0.0.5", "--trusted-proxy", "10.0.0.0/8") == []
    (line,) = notices("--trusted-proxy", "10.0.0.0/8")
    assert "add 127.0.0.1 to trusted_proxy" in line
    assert notices("--trusted-proxy", "127.0.0.0/8") == []
    assert notices("--trusted-proxy", "10.0.0.7", "--host", "10.0.0.7") == []


@each_proxy
@pytest.mark.parametrize(
    "options",
    [
        ("--port", "0"),
        ("--rest-port", "0"),
        ("--host", "a;b"),
        ("--node", "a{b"),
        ("--name", "a b"),
        ("--name", "a\nb"),
        ("--name", "-a"),
        ("--listen", "443"),
        ("--listen", "0.0.0.0:0"),
        ("--listen", "0.0.0.0:443;"),
        ("--listen", "::1:443"),
        ("--inside", "x"),
        ("--certificate", "/a\nb"),
        ("--config", "/nowhere/at/all.toml"),
    ],
)
def test_what_cannot_stand_in_a_file_is_refused(
    program: str, options: tuple[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert refused(capsys, program, *NAME, "--data", tmp_path, *options)


def test_a_name_that_a_program_cannot_have_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for program, file in (("nginx", "/a$b"), ("caddy", "/a`b"), ("caddy", "/a{b}")):
        files = ("--certificate", file, "--key", file)
        line = refused(capsys, program, *NAME, "--data", tmp_path, *files)
        assert file in line
    line = refused(capsys, "nginx", *NAME, "--data", tmp_path, "--key", "/a")
    assert "need each other" in line


def test_the_settings_file_is_checked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "imtui.toml").write_text("port = x\n")
    assert f"{tmp_path}/imtui.toml:1: " in refused(capsys, "systemd", "--data", tmp_path)


def test_the_unit_runs_this_program_with_these_options(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", "/opt/imtui/bin/python3")
    monkeypatch.chdir("/srv")
    options = ("--edges", 2, "--host", "::", "--tls-cert", "a.pem", "--tls-key", "/etc/a.key")
    unit, notices = printed(capsys, "systemd", "--data", "chat", *options)
    assert (
        "ExecStart=/opt/imtui/bin/python3 -m imtui serve --data /srv/chat --host :: --edges 2 "
        "--tls-cert /srv/a.pem --tls-key /etc/a.key\n"
    ) in unit
    assert len(notices) == 2
    unit, _ = printed(capsys, "systemd", "--data", "a/../chat", "--program", "/usr/bin/imtui")
    assert "ExecStart=/usr/bin/imtui serve --data /srv/chat\n" in unit


def test_the_environment_may_have_the_database(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    options = ("systemd", "--data", "/srv/chat", "--program", "/usr/bin/imtui")
    monkeypatch.setenv("IMTUI_DATABASE", "postgresql://imtui:secret@db/imtui")
    unit, _ = printed(capsys, *options)
    assert "EnvironmentFile=/etc/imtui/environment" in unit
    assert "secret" not in unit
    monkeypatch.setenv("IMTUI_DATABASE", "secret")
    assert "IMTUI_DATABASE is neither" in refused(capsys, *options)


def test_a_program_is_needed(capsys: pytest.CaptureFixture[str]) -> None:
    assert "systemd" in refused(capsys)


@pytest.mark.parametrize(
    ("program", "option", "wrong"),
    [
        ("nginx", "--node", "10.0.0.5:7788"),
        ("nginx", "--node", ":"),
        ("nginx", "--node", "a b"),
        ("caddy", "--name", "::1"),
        ("caddy", "--name", "1.2.3.4:5"),
        ("nginx", "--listen", "[::1%a;}\n evil {]:443"),
        ("nginx", "--listen", "0.0.0.0:0"),
        ("systemd", "--user", "im tui"),
        ("systemd", "--user", "::1"),
        ("systemd", "--user", "root"),
    ],
)
def test_what_a_file_cannot_have_is_refused(
    program: str, option: str, wrong: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    name = [] if program == "systemd" or option == "--name" else ["--name", "chat.example.org"]
    assert cli.main(["deploy", program, "--data", str(tmp_path), *name, option, wrong]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert repr(wrong) in printed.err


def test_an_image_is_made_of_a_source_that_is_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    line = ["deploy", "compose", "--data", "/srv/x", "--name", "a.example", "--source"]
    assert cli.main([*line, str(tmp_path)]) == 2
    assert "pyproject.toml" in capsys.readouterr().err
    (tmp_path / "pyproject.toml").touch()
    assert cli.main([*line, str(tmp_path)]) == 0
    assert str(tmp_path) in capsys.readouterr().out
