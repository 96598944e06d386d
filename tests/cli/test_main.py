"""The command as a whole: usage, exit status, imports and unexpected errors."""

import logging
import os
import stat
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from imtui.cli import main as cli
from imtui.cli.verbs.backend import usersig
from imtui.protocol.errors import ErrorCode, IMError
from imtui.protocol.usersig import sign
from tests.cli.processes import Home

HEAVY = ("textual", "rich", "websockets", "httpx", "starlette", "uvicorn", "sqlite3")


@pytest.mark.parametrize(
    "arguments",
    [["--help"], ["--version"], ["status", "--help"], ["serve", "--help"], ["status", "x"]],
)
def test_start_imports_no_heavy_module(arguments: Sequence[str]) -> None:
    program = (
        "import sys; from imtui.cli.main import main; main(sys.argv[1:]); "
        f"print([name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)"
    )

    done = subprocess.run(
        [sys.executable, "-c", program, *arguments], capture_output=True, text=True, check=True
    )

    assert done.stderr.splitlines()[-1] == "[]"


def test_help_lists_the_commands(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["--help"]) == 0

    shown = capsys.readouterr().out
    for verb in (
        "serve",
        "usersig",
        "console",
        "account",
        "friend",
        "kick",
        "login",
        "status",
        "watch",
    ):
        assert f"\n    {verb} " in shown
    assert "--embedded" not in shown


@pytest.mark.parametrize(
    "arguments",
    [
        ["nonsense"],
        ["--user", "not a user"],
        ["--user", "x" * 33],
        ["--device", "x" * 65],
        ["--device", "a\x1bb"],
        ["--app-id", "0", "--server", "ws://127.0.0.1:1"],
        ["--server", "ws://127.0.0.1:1"],
        ["--server", "ws://127.0.0.1:1", "--app-id", "1", "--user", "alice"],
        ["--server", "ws://127.0.0.1:1", "--app-id", "1", "--user", "alice", "--local"],
        ["--app-id", "1"],
        ["--insecure"],
        ["--serv", "ws://127.0.0.1:1"],
        ["usersig"],
        ["usersig", "alice"],
        ["usersig", "alice", "--data", "x", "--expire", "0"],
        ["console", "set"],
        ["console", "set", "edition"],
        ["console", "set", "=x"],
        ["status", "set"],
        ["status", "set", "x", "--for", "soon"],
        ["status", "set", "x", "--until", "25:00"],
        ["status", "set", "x", "--until", "17:00", "--for", "1h"],
        ["status", "get"],
        ["status", "get", "no/body"],
        ["watch", "no/body"],
        ["watch", "--plain", "--json"],
        ["login"],
        ["login", "--server", "ws://127.0.0.1:1", "--app-id", "1"],
    ],
)
def test_wrong_usage(home: Home, arguments: Sequence[str]) -> None:
    done = home.run(*arguments)

    assert done.returncode == 2
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    assert "imtui" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "command", "rest"),
    [
        (["status", "set", "y", "z"], "status set", "z (put a text of several words in quotes)"),
        (["send", "bob", "hi", "there", "you"], "send", "there you (put a text of"),
        (["send", "bob", "hi", "--json", "there"], "send", "there (put a text of"),
        (["send", "--", "bob", "hi", "there"], "send", "there (put a text of"),
        (["send", "bob", "hi", "--nonsense"], "send", "--nonsense\n"),
        (["status", "clear", "x"], "status clear", "x\n"),
        (["status", "--nonsense"], "status", "--nonsense\n"),
        (["history", "bob", "carol"], "history", "carol\n"),
        (["account", "list", "x"], "account list", "x\n"),
        (["--user", "ann", "send", "bob", "hi", "there"], "send", "there (put a text of"),
        (["--ascii", "--nonsense"], "", "--nonsense\n"),
    ],
)
def test_what_a_command_does_not_take_is_refused_with_its_usage(
    capsys: pytest.CaptureFixture[str], arguments: list[str], command: str, rest: str
) -> None:
    assert cli.main(arguments) == 2

    shown = capsys.readouterr().err
    program = f"imtui {command}".rstrip()
    assert shown.startswith(f"usage: {program} [")
    last = shown.splitlines(keepends=True)[-1]
    assert last.startswith(f"{program}: error: unrecognized arguments: {rest}")


def test_user_sig_is_not_accepted_as_an_argument(home: Home) -> None:
    assert home.run("--usersig", "x").returncode == 2


def test_sdk_error_is_one_line_with_code_and_hint(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(_: object) -> int:
        error = IMError(ErrorCode.ERR_SVR_ACCOUNT_USER_STATUS_DISABLED)
        raise BaseExceptionGroup("group", [ExceptionGroup("inner", [error])])

    monkeypatch.setattr(usersig, "run", fail)

    assert cli.main(["usersig", "alice", "--data", "x"]) == 1
    [line] = capsys.readouterr().err.splitlines()
    assert line.startswith("imtui: 72001 · ")
    assert "imtui console set user_status=on" in line


def test_remote_messages_are_printed_without_control_characters(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(_: object) -> int:
        raise IMError(1, "\x1b]52;c;x\x07\nsecond line")

    monkeypatch.setattr(usersig, "run", fail)

    assert cli.main(["usersig", "alice", "--data", "x"]) == 1
    [line] = capsys.readouterr().err.splitlines()
    assert "\x1b" not in line
    assert "\x07" not in line


def test_unexpected_error_goes_to_a_private_log(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], home: Home
) -> None:
    def fail(_: object) -> int:
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr(usersig, "run", fail)
    monkeypatch.setattr("imtui.cli.paths.crash_log", lambda: home.path / "log" / "errors.log")

    for _ in range(2):
        assert cli.main(["usersig", "alice", "--data", "x"]) == 1

    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 2
    assert str(home.path / "log" / "errors.log") in lines[0]
    log = home.path / "log" / "errors.log"
    assert log.read_text().count("ZeroDivisionError: a bug") == 2
    assert stat.S_IMODE(log.stat().st_mode) == 0o600


def test_crash_log_has_no_secrets(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], home: Home
) -> None:
    user_sig = sign("alice", 1400000000, "key")

    def fail(_: object) -> int:
        raise ZeroDivisionError(f"with {user_sig}")

    log = home.path / "errors.log"
    monkeypatch.setattr(usersig, "run", fail)
    monkeypatch.setattr("imtui.cli.paths.crash_log", lambda: log)

    cli.main(["usersig", "alice", "--data", "x"])

    assert "ZeroDivisionError: with [left out]\n" in log.read_text()
    assert user_sig not in capsys.readouterr().err


def test_crash_log_is_bounded(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], home: Home
) -> None:
    def fail(_: object) -> int:
        raise ZeroDivisionError("x" * 200_000)

    log = home.path / "errors.log"
    monkeypatch.setattr(usersig, "run", fail)
    monkeypatch.setattr("imtui.cli.paths.crash_log", lambda: log)

    for _ in range(3):
        cli.main(["usersig", "alice", "--data", "x"])

    assert log.stat().st_size <= 256 * 1024


@pytest.mark.parametrize("closed", [KeyboardInterrupt(), BrokenPipeError()])
def test_interrupt_and_closed_pipe_print_nothing(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], closed: BaseException
) -> None:
    def fail(_: object) -> int:
        raise closed

    monkeypatch.setattr(usersig, "run", fail)
    monkeypatch.setattr(os, "dup2", lambda *_: None)

    status = cli.main(["usersig", "alice", "--data", "x"])

    assert status == (130 if isinstance(closed, KeyboardInterrupt) else 0)
    assert capfd.readouterr().err == ""


NOBODY = """
import pwd
def no_entry(*_):
    raise KeyError("no such user")
pwd.getpwuid = pwd.getpwnam = no_entry
"""


@pytest.mark.parametrize(
    "arguments",
    [
        ["status"],
        ["send", "bob", "hello"],
        ["unread"],
        ["history", "bob"],
        ["watch"],
        ["account", "list"],
        ["backup", "x"],
        ["logout"],
        ["console"],
    ],
)
@pytest.mark.parametrize("home_is", ["missing", "relative", "a file"])
def test_without_a_usable_home_it_says_what_to_set(
    home: Home, arguments: Sequence[str], home_is: str
) -> None:
    site = home.path / "site"
    site.mkdir()
    (site / "sitecustomize.py").write_text(NOBODY)
    (home.path / "file").write_text("")
    env: dict[str, str] = {name: home.env[name] for name in ("PATH", "LANG") if name in home.env}
    env["PYTHONPATH"] = str(site)
    if home_is != "missing":
        env["HOME"] = "here" if home_is == "relative" else str(home.path / "file")
    done = subprocess.run(
        [sys.executable, "-m", "imtui", *arguments],
        env=env,
        cwd=home.path,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=30,
    )

    assert done.returncode == 1
    [line] = done.stderr.splitlines()
    assert line.startswith("imtui: ")


@pytest.mark.parametrize("broken", ["imtui.cli.paths", "imtui.cli.crash", "platformdirs"])
def test_the_last_resort_needs_nothing_that_may_be_broken(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], broken: str
) -> None:
    def fail(_: object) -> int:
        for name in ("imtui.cli.paths", "imtui.cli.crash", "platformdirs"):
            monkeypatch.delitem(sys.modules, name, raising=False)
        monkeypatch.delattr("imtui.cli.paths", raising=False)
        monkeypatch.delattr("imtui.cli.crash", raising=False)
        monkeypatch.setitem(sys.modules, broken, None)
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr(usersig, "run", fail)

    assert cli.main(["usersig", "alice", "--data", "x"]) == 1

    [line] = capsys.readouterr().err.splitlines()
    assert "ZeroDivisionError" in line


def test_what_is_logged_is_printed_without_control_characters(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def warn(_: object) -> int:
        logging.getLogger("imtui.nowhere").warning("they said %s", "\x1b]52;c;x\x07\n\x9b")
        return 0

    monkeypatch.setattr(usersig, "run", warn)
    monkeypatch.setattr(logging.getLogger(), "handlers", [])

    assert cli.main(["usersig", "alice", "--data", "x"]) == 0

    [line] = capsys.readouterr().err.splitlines()
    assert line.startswith("imtui: they said ")
    assert all(char not in line for char in "\x1b\x07\x9b")


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["send", "ben", "--json", "hello"], {"peer": "ben", "text": "hello", "json": True}),
        (["send", "--json", "ben", "hello"], {"peer": "ben", "text": "hello", "json": True}),
        (["send", "ben", "--user", "ann", "hello"], {"text": "hello", "user": "ann"}),
        (["--user", "ann", "send", "ben", "hello"], {"text": "hello", "user": "ann"}),
        (["send", "ben", "--json"], {"peer": "ben", "text": "-", "json": True}),
        (["send", "ben", "--", "--json"], {"peer": "ben", "text": "--json", "json": False}),
        (["send", "--", "-x", "--json"], {"peer": "-x", "text": "--json", "json": False}),
        (["kick", "ben", "--json", "cat"], {"users": ["ben", "cat"], "json": True}),
        (["usersig", "a", "--data", "d", "--out", "o", "b"], {"users": ["a", "b"]}),
        (["account", "import", "a", "--json", "b"], {"users": ["a", "b"], "json": True}),
        (["friend", "add", "a", "--one-way", "b"], {"user": "a", "friends": ["b"]}),
        (["status", "get", "ben", "--json", "cat"], {"users": ["ben", "cat"], "json": True}),
        (["status", "--json"], {"json": True}),
        (["status", "set", "--for", "45m", "lunch"], {"text": "lunch"}),
        (["console", "set", "a=b", "--json", "c=d"], {"settings": [("a", "b"), ("c", "d")]}),
        (["console", "show", "--json"], {"action": "show", "json": True}),
        (["history", "ben", "--count", "5"], {"peer": "ben", "count": 5}),
        (["backup", "--data", "d", "f"], {"file": Path("f")}),
        (["watch", "ben", "--plain", "cat"], {"users": ["ben", "cat"], "plain": True}),
    ],
)
def test_options_may_stand_between_the_words(
    arguments: list[str], expected: dict[str, object]
) -> None:
    parsed = vars(cli.build_parser().parse_args(arguments))
    assert {name: parsed[name] for name in expected} == expected
