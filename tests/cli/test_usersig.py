"""``imtui usersig``."""

import pytest

from imtui.protocol.usersig import verify
from imtui.server.data_dir import DataDir
from tests.cli.processes import Home


def test_user_sig_is_good_for_the_app(home: Home) -> None:
    data = DataDir(home.path / "d")
    data.make()
    key = data.make_app_key()

    done = home.run("usersig", "bob", "--data", data.path, "--expire", 60)

    assert done.returncode == 0
    claims = verify(done.stdout.strip(), "bob", key.sdk_app_id, key.secret_key)
    assert claims.expire == 60
    assert key.secret_key not in done.stdout


@pytest.mark.parametrize("user", ["", "a b", "x" * 33, "é"])
def test_no_user_id(home: Home, user: str) -> None:
    assert home.run("usersig", user, "--data", home.path).returncode == 2


def test_folder_without_an_app(home: Home) -> None:
    done = home.run("usersig", "bob", "--data", home.path / "none")

    assert done.returncode == 1
    [line] = done.stderr.splitlines()
    assert "imtui serve" in line
