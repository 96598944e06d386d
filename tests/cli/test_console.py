"""``imtui console`` against a running backend."""

import json

import pytest

from tests.cli.conftest import Served
from tests.cli.processes import Home


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
