"""``imtui console`` against a running backend."""

import json
import tomllib

import pytest

from imtui.cli.verbs.backend.console import SETTINGS
from imtui.server.node.data_dir import Address, DataDir
from imtui.tui.console.switches import SWITCHES
from tests.cli.conftest import Served
from tests.cli.processes import Home, command, make_app_key
from tests.terminal.pty_terminal import terminal


def test_show_and_set(served: Served) -> None:
    shown = served.home.run("console", "show", "--data", served.data)
    assert shown.returncode == 0, shown.stderr
    assert "user_status=on\n" in shown.stdout

    changed = served.home.run(
        "console", "set", "user_status=off", "edition=standard", "--data", served.data, "--json"
    )
    assert changed.returncode == 0, changed.stderr
    settings = json.loads(changed.stdout)
    assert (settings["user_status"], settings["edition"]) == ("off", "standard")
    assert settings["friend_status"] == "on"

    after = served.home.run("console", "show", "--data", served.data, "--json")
    assert json.loads(after.stdout) == settings


def test_what_is_shown_can_be_applied_and_changes_nothing(served: Served) -> None:
    def run(*arguments: object, text: str | None = None) -> str:
        done = served.home.run("console", *arguments, "--data", served.data, stdin=text)
        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout

    secret = "nobody may see this"
    set_ = run(
        "set",
        "webhook_token",
        "user_status=off",
        "webhook_commands=State.StateChange",
        "heartbeat_timeout=77.5",
        "webhook_url=http://localhost:1/a?b=%20",
        text=f"{secret}\n",
    )
    document = run("show", "--toml")
    before = run("show")
    assert tomllib.loads(document)["webhook_commands"] == ["State.StateChange"]
    assert run("apply", "-", text=document) == "Nothing changed\n"
    assert run("show") == before == set_
    assert secret not in document + before
    (served.home.path / "app.toml").write_text('user_status = "on"\nmessages_rate = 7\n')
    changed = run("apply", served.home.path / "app.toml")
    assert changed == "user_status=on\nmessages_rate=7\n"
    assert json.loads(run("apply", "-", "--json", text="messages_rate = 8")) == {"messages_rate": 8}


def test_what_cannot_be_applied_is_told_with_line_and_key_and_changes_nothing(
    served: Served,
) -> None:
    before = served.home.run("console", "show", "--data", served.data).stdout
    text = 'user_status = "off"\n\nnonsense = 1\nheartbeat_timeout = "x"\n[edition]\n'
    text += '"\\u001b[2J" = 1\n'
    done = served.home.run("console", "apply", "-", "--data", served.data, stdin=text)
    assert (done.returncode, done.stdout) == (1, "")
    lines = done.stderr.splitlines()
    assert [line.split(": ")[1] for line in lines[:3]] == [
        f"standard input:{number}" for number in (3, 4, 5)
    ]
    assert ["nonsense" in lines[0], "heartbeat_timeout" in lines[1], "edition" in lines[2]] == [
        True
    ] * 3
    assert lines[3:] == ["imtui: Nothing was changed."]
    assert "\x1b" not in done.stderr
    assert served.home.run("console", "show", "--data", served.data).stdout == before


@pytest.mark.parametrize("content", ["user_status = ", b"\xff", "a" * 70_000, None])
def test_what_is_no_file_of_settings_is_told_in_lines(
    home: Home, content: str | bytes | None
) -> None:
    file = home.path / "app.toml"
    if content is not None:
        file.write_bytes(content.encode() if isinstance(content, str) else content)
    done = home.run("console", "apply", file, "--data", home.path / "none")
    assert (done.returncode, done.stdout) == (1, "")
    assert str(file) in done.stderr.splitlines()[0]


@pytest.mark.parametrize("option", [[], ["--secret-file"]])
def test_a_secret_is_read_from_where_nobody_sees_it(served: Served, option: list[str]) -> None:
    file = served.home.path / "token"
    file.write_text("nobody may see this\n")
    done = served.home.run(
        *("console", "set", "webhook_token", "--data", served.data),
        *([*option, file] if option else []),
        stdin="" if option else file.read_text(),
    )
    assert done.returncode == 0, done.stderr
    assert "webhook_token=(set)\n" in done.stdout
    cleared = served.home.run("console", "set", "webhook_token=", "--data", served.data)
    assert "webhook_token=\n" in cleared.stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ["webhook_token=nobody may see this"],
        ["user_status=off", "--secret-file", "x"],
        ["webhook_token", "webhook_token"],
    ],
)
def test_a_secret_is_no_argument(home: Home, arguments: list[str]) -> None:
    done = home.run("console", "set", *arguments, "--data", home.path / "none")
    assert done.returncode == 2
    assert "webhook_token" in done.stderr
    assert "nobody may see" not in done.stderr


@pytest.mark.parametrize("setting", ["nonsense=on", "user_status=maybe"])
def test_refused_setting_is_one_line(served: Served, setting: str) -> None:
    done = served.home.run("console", "set", setting, "--data", served.data)

    assert (done.returncode, done.stdout) == (1, "")
    [line] = done.stderr.splitlines()
    assert line.startswith("imtui: 70402 · ")


def test_no_backend(home: Home) -> None:
    done = home.run("console", "show", "--data", home.path / "none")

    assert done.returncode == 1
    [line] = done.stderr.splitlines()
    assert f"No backend runs on {home.path / 'none'}" in line


def test_no_backend_of_this_machine(home: Home) -> None:
    done = home.run("console", "show")

    assert done.returncode == 1
    [line] = done.stderr.splitlines()
    assert "--data" in line
    assert not home.local_data.exists()


def test_options_may_precede_the_action(served: Served) -> None:
    done = served.home.run("console", "--data", served.data, "show")
    assert done.returncode == 0, done.stderr
    assert "user_status=on\n" in done.stdout


def test_the_screen_needs_a_terminal(home: Home) -> None:
    done = home.run("console")
    assert (done.returncode, done.stdout) == (1, "")
    [line] = done.stderr.splitlines()
    assert "imtui console show" in line


def test_wrong_usage_is_reported_before_the_screen_opens(home: Home) -> None:
    done = home.run("console", "--rest", "https://im.example")
    assert (done.returncode, done.stdout) == (2, "")
    [line] = done.stderr.splitlines()
    assert "--app-id" in line


def test_the_help_lists_the_settings_with_their_values(home: Home) -> None:
    shown = home.run("console", "set", "--help").stdout
    for switch in SWITCHES:
        [line] = [line for line in SETTINGS.splitlines() if line.split()[:1] == [switch.key]]
        assert ", ".join(switch.effects) in line
        assert line in shown


def left_behind(home: Home) -> DataDir:
    """Make the folder of a backend that was killed."""
    data = DataDir(home.path / "d")
    make_app_key(data)
    data.publish(Address("ws://127.0.0.1:1", "http://127.0.0.1:1", 1_400_000_000, 1))
    return data


def test_a_killed_backend_is_reported_as_not_running(home: Home) -> None:
    data = left_behind(home)
    done = home.run("console", "show", "--data", data.path)

    assert done.returncode == 1
    assert done.stderr == (
        f"imtui: No backend runs on {data.path}. Start it: imtui serve --data {data.path}\n"
    )


@pytest.mark.terminal
async def test_the_screen(served: Served) -> None:
    environment = served.home.env | {"TERM": "xterm-256color"}
    arguments = command("console", "--data", served.data)
    async with terminal(arguments, environment, (120, 40)) as screen:
        await screen.shows("connected", str(served.data), "Login policy")
        screen.send("4")
        await screen.shows("one device in all")
        screen.send("2")
        await screen.shows("Others are kicked at once")
        screen.send("y")
        await screen.shows("platform   one device on each platform")
        shown = served.home.run("console", "show", "--data", served.data)
        assert "login_policy=platform\n" in shown.stdout
        screen.send("q")
        assert await screen.ended() == 0


@pytest.mark.terminal
async def test_the_screen_waits_for_a_backend(home: Home) -> None:
    environment = home.env | {"TERM": "xterm-256color"}
    arguments = command("console", "--data", home.path / "none", "--ascii")
    async with terminal(arguments, environment, (120, 40)) as screen:
        await screen.shows("trying again in", "No backend runs on")
        screen.send("q")
        assert await screen.ended() == 0


@pytest.mark.terminal
async def test_the_screen_waits_after_the_backend_was_killed(home: Home) -> None:
    environment = home.env | {"TERM": "xterm-256color"}
    arguments = command("console", "--data", left_behind(home).path, "--ascii")
    async with terminal(arguments, environment, (120, 40)) as screen:
        await screen.shows("trying again in", "No backend runs on")
        screen.send("q")
        assert await screen.ended() == 0


async def test_the_log_is_shown_as_lines_and_as_json(served: Served) -> None:
    served.home.run("console", "set", "edition=standard", "--data", served.data)
    served.home.run("kick", "nobody", "--data", served.data)

    shown = served.home.run("console", "log", "--data", served.data)
    acts = served.home.run("console", "log", "--json", "--event", "admin", "--data", served.data)
    last = served.home.run(
        *("console", "log", "--json", "--by", "administrator", "--count", 1),
        *("--address", "127.0.0.1", "--code", 70107, "--data", served.data),
    )
    none = served.home.run("console", "log", "--address", "192.0.2.1", "--data", served.data)

    assert (shown.returncode, shown.stderr) == (0, "")
    assert " console - edition=standard\n" in shown.stdout
    assert " admin administrator imtui_console/set from 127.0.0.1\n" in shown.stdout
    told = [json.loads(line) for line in acts.stdout.splitlines()]
    assert [(one["what"], one["code"]) for one in told] == [
        ("imtui_console/set", 0),
        ("im_open_login_svc/kick", 70107),
    ]
    (only,) = map(json.loads, last.stdout.splitlines())
    assert only == told[1]
    assert (none.returncode, none.stdout) == (0, "")
