"""``imtui login`` and ``imtui logout`` against a running backend."""

import stat
from pathlib import Path

import pytest

from tests.cli.conftest import Served


def accounts_file(served: Served) -> Path:
    return served.home.path / "data" / "imtui" / "accounts.json"


def test_login_saves_the_default_and_logout_removes_it(served: Served) -> None:
    done = served.home.run("login", *served.account("alice"))
    assert done.returncode == 0, done.stderr
    assert served.user_sig("alice") not in done.stdout
    assert stat.S_IMODE(accounts_file(served).stat().st_mode) == 0o600

    own = served.home.run("status")
    assert own.stdout == "alice  UNLOGINED\n"

    out = served.home.run("logout")
    assert (out.returncode, out.stdout.split()[0]) == (0, "alice")
    assert "sig" not in accounts_file(served).read_text().lower()
    assert served.home.run("status").returncode == 1
    assert served.home.run("logout").returncode == 1


def test_user_sig_from_the_environment(served: Served) -> None:
    server = ["--server", served.ws, "--app-id", served.app_id, "--user", "bob"]

    done = served.home.run("login", *server, IMTUI_USERSIG=served.user_sig("bob"))

    assert done.returncode == 0, done.stderr
    assert served.home.run("status", "--user", "bob").stdout == "bob  UNLOGINED\n"


@pytest.mark.parametrize(
    ("whose", "app_id", "code"),
    [("bob", None, 70013), ("alice", 42, 70020)],
)
def test_refused_account_is_not_saved(
    served: Served, whose: str, app_id: int | None, code: int
) -> None:
    done = served.home.run(
        "login",
        *["--server", served.ws, "--app-id", app_id or served.app_id, "--user", "alice"],
        IMTUI_USERSIG=served.user_sig(whose),
    )

    assert done.returncode == 1
    [line] = done.stderr.splitlines()
    assert line.startswith(f"imtui: {code} · ")
    assert not accounts_file(served).exists()


def test_plain_ws_to_another_machine_needs_insecure(served: Served) -> None:
    server = ["--server", "ws://192.0.2.1:1", "--app-id", 1, "--user", "alice"]

    done = served.home.run("login", *server, IMTUI_USERSIG="x")

    assert done.returncode == 1
    [line] = done.stderr.splitlines()
    assert line.startswith("imtui: 6017 · ")


def test_of_several_addresses_one_has_to_answer(served: Served) -> None:
    account = ["--app-id", served.app_id, "--user", "alice"]
    several = f"ws://127.0.0.1:1,{served.ws}"

    done = served.home.run(
        "login", "--server", several, *account, IMTUI_USERSIG=served.user_sig("alice")
    )

    assert done.returncode == 0, done.stderr
    assert served.home.run("status").stdout == "alice  UNLOGINED\n"
    assert several in served.home.run("logout").stdout


@pytest.mark.parametrize("other", ["ws://192.0.2.1:1", "http://127.0.0.1:1", "127.0.0.1:1"])
def test_each_of_several_addresses_is_checked(served: Served, other: str) -> None:
    server = ["--server", f"{served.ws},{other}", "--app-id", served.app_id, "--user", "alice"]

    done = served.home.run("login", *server, IMTUI_USERSIG=served.user_sig("alice"))

    assert done.returncode == 1
    [line] = done.stderr.splitlines()
    assert line.startswith("imtui: 6017 · ")


def test_connection_refused(served: Served) -> None:
    server = ["--server", "ws://127.0.0.1:1", "--app-id", 1, "--user", "alice"]

    done = served.home.run("login", *server, IMTUI_USERSIG="x")

    assert done.returncode == 1
    [line] = done.stderr.splitlines()
    assert line.startswith("imtui: 9511 · ")
    assert line.endswith("; is it running, and is the address right?")


def test_damaged_account_file(served: Served) -> None:
    accounts_file(served).parent.mkdir(parents=True)
    accounts_file(served).write_text("[{")

    done = served.home.run("status")

    assert done.returncode == 1
    [line] = done.stderr.splitlines()
    assert str(accounts_file(served)) in line
