"""``imtui key``."""

import json
from collections.abc import Iterator

import pytest

from imtui.cli import main as cli
from imtui.server.node.data_dir import DataDir
from tests.cli.conftest import Served
from tests.cli.rest_service import Refusal, RestService, rest_service

DAY = 24 * 3600
KEYS = {
    "KeyItem": [
        {"KeyID": 2, "Since": 1_700_000_000_000, "Until": None},
        {"KeyID": 1, "Since": 0, "Until": 1_700_600_000_000},
    ]
}


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[RestService]:
    with rest_service(monkeypatch) as running:
        running.commands["imtui_key/rotate"] = lambda body: KEYS
        running.commands["imtui_key/list"] = lambda body: KEYS
        yield running


def test_a_rotation_changes_the_key_of_new_user_sigs_and_of_the_commands_here(
    served: Served,
) -> None:
    run, data = served.home.run, ("--data", served.data)
    key, old = DataDir(served.data).app_key(), served.user_sig("administrator")
    remote = ("--rest", served.rest, "--app-id", served.app_id)

    rotated = run("key", "rotate", "--grace", "7d", *data)
    assert (rotated.returncode, rotated.stderr) == (0, "")
    assert len(rotated.stdout.splitlines()) == 3
    assert DataDir(served.data).app_key() != key
    new = served.user_sig("administrator")
    for sig in (old, new):
        assert run("console", "show", *remote, IMTUI_USERSIG=sig).returncode == 0

    assert run("key", "rotate", "--grace", "0", *data).returncode == 0
    for sig in (old, new):
        refused = run("console", "show", *remote, IMTUI_USERSIG=sig)
        assert refused.returncode == 1
        assert refused.stderr.startswith("imtui: 70009 · ")
        assert refused.stderr.endswith("Get a new one for the admin.\n")
    listed = run("key", "list", "--json", *data)
    (item,) = (json.loads(line) for line in listed.stdout.splitlines())
    assert (item["keyID"], item["until"]) == (3, None)
    assert item["since"] > 0


@pytest.mark.parametrize("action", ["rotate", "list"])
def test_keys_are_a_table(
    service: RestService, capsys: pytest.CaptureFixture[str], action: str
) -> None:
    assert service.run("key", action) == 0
    head, newest, earlier = capsys.readouterr().out.splitlines()
    assert head.split() == ["KEY", "SINCE", "UNTIL"]
    assert newest.startswith("2    ")
    assert newest.count("2023") == 1
    assert earlier.startswith("1    ")
    assert earlier.count("2023") == 1


@pytest.mark.parametrize(
    ("given", "seconds"),
    [
        ((), 7 * DAY),
        (("--grace", "0"), 0),
        (("--grace", "12h"), DAY // 2),
        (("--grace", "366d"), 366 * DAY),
    ],
)
def test_graces(service: RestService, given: tuple[str, ...], seconds: int) -> None:
    assert service.run("key", "rotate", *given) == 0
    assert service.bodies("imtui_key/rotate") == [{"Grace": seconds}]


@pytest.mark.parametrize("grace", ["", "soon", "7", "-1d", "-1", "0d", "3660d", "367d", "7 d", "∞"])
def test_what_is_no_grace_is_wrong_usage(
    service: RestService, capsys: pytest.CaptureFixture[str], grace: str
) -> None:
    assert service.run("key", "rotate", f"--grace={grace}") == 2
    assert "is not a grace such as 7d or 12h, at most 366d, or 0" in capsys.readouterr().err
    assert service.calls == []


def test_a_refusal_is_one_line(service: RestService, capsys: pytest.CaptureFixture[str]) -> None:
    def refuse(body: object) -> dict[str, object]:
        raise Refusal(70402, "There are 10 keys.\nWait.")

    service.commands["imtui_key/rotate"] = refuse
    assert service.run("key", "rotate") == 1
    assert capsys.readouterr() == ("", "imtui: 70402 · There are 10 keys. Wait.\n")


def test_an_action_is_needed(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["key"]) == 2
