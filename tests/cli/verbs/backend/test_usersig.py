"""``imtui usersig``."""

import pytest

from imtui.server.node.data_dir import DataDir
from tests.cli.processes import Home, make_app_key
from tests.protocol.verifying import verify


def test_user_sig_is_valid_for_the_app(home: Home) -> None:
    data = DataDir(home.path / "d")
    key = make_app_key(data)

    done = home.run("usersig", "bob", "--data", data.path, "--expire", 60)

    assert done.returncode == 0
    claims = verify(done.stdout.strip(), "bob", key.sdk_app_id, key.secret_key)
    assert claims.expire == 60
    assert key.secret_key not in done.stdout


@pytest.mark.parametrize("user", ["", "a b", "x" * 33, "é"])
def test_invalid_user_id(home: Home, user: str) -> None:
    assert home.run("usersig", user, "--data", home.path).returncode == 2


def test_several_are_written_to_private_files(home: Home) -> None:
    data, out = DataDir(home.path / "d"), home.path / "sigs"
    key = make_app_key(data)

    refused = home.run("usersig", "bob", "alice", "--data", data.path)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "--out" in refused.stderr

    out.mkdir()
    (out / "bob.sig").write_text("old")
    done = home.run("usersig", "bob", "alice", "bob", "--data", data.path, "--out", out)

    assert done.returncode == 0, done.stderr
    files = [out / "bob.sig", out / "alice.sig"]
    assert done.stdout.splitlines() == [str(file) for file in files]
    assert sorted(out.iterdir()) == sorted(files)
    for file in files:
        verify(file.read_text().strip(), file.stem, key.sdk_app_id, key.secret_key)
        assert file.stat().st_mode & 0o777 == 0o600


def test_unwritable_folder(home: Home) -> None:
    data = DataDir(home.path / "d")
    make_app_key(data)
    (home.path / "file").touch()

    done = home.run("usersig", "bob", "--data", data.path, "--out", home.path / "file")

    assert (done.returncode, done.stdout) == (1, "")
    [line] = done.stderr.splitlines()
    assert "bob.sig cannot be written" in line


def test_folder_without_a_key(home: Home) -> None:
    done = home.run("usersig", "bob", "--data", home.path / "none")

    assert done.returncode == 1
    [line] = done.stderr.splitlines()
    assert "imtui serve" in line
