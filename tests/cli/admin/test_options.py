"""The options that select the backend of an admin command."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from imtui.cli import main as cli
from imtui.protocol.usersig import sign
from tests.cli.conftest import Served
from tests.cli.processes import Home
from tests.cli.rest_service import APP_ID, RestService, rest_service


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[RestService]:
    with rest_service(monkeypatch) as running:
        running.commands["im_open_login_svc/kick"] = lambda _: {}
        yield running


def test_calls_carry_app_admin_and_user_sig(service: RestService, tmp_path: Path) -> None:
    file = tmp_path / "admin.sig"
    file.write_text("from-the-file\n")

    assert service.run("kick", "bob") == 0
    assert service.run("kick", "bob", "--admin", "root", "--usersig-file", file) == 0

    first, second = service.queries
    assert first["sdkappid"] == str(APP_ID)
    assert (first["identifier"], first["usersig"]) == ("administrator", "the-admins-sig")
    assert (second["identifier"], second["usersig"]) == ("root", "from-the-file")


def test_the_next_of_several_services_takes_over(service: RestService) -> None:
    several = f"http://127.0.0.1:1,{service.url}"
    assert cli.main(["kick", "bob", "--rest", several, "--app-id", "5"]) == 0
    assert len(service.queries) == 1


def test_options_of_the_app_may_precede_the_command(service: RestService) -> None:
    assert cli.main(["--app-id", "5", "kick", "bob", "--rest", service.url]) == 0
    assert service.queries[0]["sdkappid"] == "5"


@pytest.mark.parametrize(
    "options",
    [
        ["--rest", "http://127.0.0.1:1"],
        ["--rest", "127.0.0.1:1", "--app-id", "1"],
        ["--rest", "http://127.0.0.1:1", "--app-id", "1", "--data", "x"],
        ["--app-id", "1"],
        ["--admin", "root"],
        ["--usersig-file", "x"],
        ["--insecure", "--data", "x"],
    ],
)
def test_wrong_usage(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], options: list[str]
) -> None:
    monkeypatch.setenv("IMTUI_USERSIG", "sig")

    assert cli.main(["kick", "bob", *options]) == 2
    assert "imtui" in capsys.readouterr().err


def test_missing_user_sig(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("IMTUI_USERSIG", raising=False)
    options = ["--rest", "http://127.0.0.1:1", "--app-id", "1"]

    assert cli.main(["kick", "bob", *options]) == 2
    [line] = capsys.readouterr().err.splitlines()
    assert "--usersig-file" in line
    assert "IMTUI_USERSIG" in line


def test_plain_http_to_another_machine_needs_insecure(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("IMTUI_USERSIG", "sig")

    assert cli.main(["kick", "bob", "--rest", "http://192.0.2.1", "--app-id", "1"]) == 1
    [line] = capsys.readouterr().err.splitlines()
    assert line.startswith("imtui: 6017 · ")
    assert "--insecure" in line


def test_connection_refused(service: RestService, capsys: pytest.CaptureFixture[str]) -> None:
    service.url = "http://127.0.0.1:1"

    assert service.run("kick", "bob") == 1
    [line] = capsys.readouterr().err.splitlines()
    assert line.startswith("imtui: 9511 · ")
    assert line.endswith("; is it running, and is the address right?")
    assert "the-admins-sig" not in line


@pytest.mark.parametrize("verb", [["kick", "bob"], ["account", "list"], ["friend", "list", "bob"]])
def test_no_backend(home: Home, verb: list[str]) -> None:
    done = home.run(*verb, "--data", home.path / "none")
    assert (done.returncode, done.stdout) == (1, "")
    assert f"No backend runs on {home.path / 'none'}" in done.stderr

    done = home.run(*verb)
    assert (done.returncode, done.stdout) == (1, "")
    assert "--data" in done.stderr
    assert not home.local_data.exists()


def test_a_backend_by_its_folder_and_by_its_address(served: Served) -> None:
    options = ["--rest", served.rest, "--app-id", served.app_id]

    by_folder = served.home.run("console", "show", "--data", served.data)
    by_address = served.home.run(
        "console", "show", *options, IMTUI_USERSIG=served.user_sig("administrator")
    )
    assert by_folder.returncode == by_address.returncode == 0, by_address.stderr
    assert by_folder.stdout == by_address.stdout

    other_port = served.ws.replace("ws:", "http:")
    wrong = served.home.run(
        *("kick", "bob", "--rest", other_port, "--app-id", served.app_id),
        IMTUI_USERSIG=served.user_sig("administrator"),
    )
    assert (wrong.returncode, wrong.stdout) == (1, "")
    assert wrong.stderr == ("imtui: That is not the REST port of a backend (7789 by default).\n")

    someone = served.home.run("console", "show", *options, IMTUI_USERSIG=served.user_sig("bob"))
    assert someone.returncode == 1
    assert someone.stderr.startswith("imtui: 70013 · ")

    expired = sign("administrator", served.app_id, "x", 1, now=0)
    assert served.home.run("console", "show", *options, IMTUI_USERSIG=expired).returncode == 1
