"""Finding the account, the backend and the device ID for the app."""

import contextlib
import os
import signal
from collections.abc import AsyncIterator, Callable

import pytest

from imtui.cli import paths
from imtui.cli.accounts.selection import LocalAccount, RemoteAccount
from imtui.cli.embedded.backend import EmbeddedBackend
from imtui.cli.errors import CommandError
from imtui.cli.verbs.app import AccountJoiner
from imtui.sdk import IMClient
from imtui.server.node.data_dir import BackendError, DataDir
from imtui.tui.model.launch import Identity, JoinError
from tests.cli.processes import Home, wait_until_free
from tests.protocol.verifying import verify


@pytest.fixture
async def at_home(home: Home, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Home]:
    for key, value in home.env.items():
        monkeypatch.setenv(key, value)
    yield home
    with contextlib.suppress(BackendError, ProcessLookupError):
        os.kill(DataDir(home.local_data).address().pid, signal.SIGTERM)
        await wait_until_free(home.local_data)


def sig_of(account: Identity) -> str:
    assert not isinstance(account.user_sig, str)
    return account.user_sig()


async def test_local_account_on_the_first_start(at_home: Home) -> None:
    joiner = AccountJoiner(LocalAccount("alice"), None)

    account = await joiner.join()

    key = DataDir(at_home.local_data).app_key()
    assert (account.user_id, account.local, account.insecure) == ("alice", True, False)
    assert verify(sig_of(account), "alice", key.sdk_app_id, key.secret_key).expire == 600
    assert account.first_subscriptions == ("carol", "zoe")
    assert (account.state_dir.stat().st_mode & 0o777) == 0o700
    async with IMClient(
        account.url,
        account.sdk_app_id,
        instance_id=account.instance_id,
        device_name=account.device_name,
    ) as client:
        await client.login(account.user_id, account.user_sig)
    joiner.release()


async def test_each_terminal_is_a_device_and_each_user_an_account(
    at_home: Home,
) -> None:
    joins = [AccountJoiner(LocalAccount(user), None) for user in ("alice", "alice", "carol")]

    first, second, other = [await joiner.join() for joiner in joins]

    assert first.state_dir == second.state_dir != other.state_dir
    assert len({first.instance_id, second.instance_id, other.instance_id}) == 3
    assert second.device_name == f"{first.device_name} 2"
    assert other.first_subscriptions == ("zoe",)
    for joiner in joins:
        joiner.release()


async def test_joining_again_keeps_the_device(at_home: Home) -> None:
    joiner = AccountJoiner(LocalAccount("alice"), "my desk")

    first, second = await joiner.join(), await joiner.join()

    assert first.instance_id == second.instance_id
    assert first.device_name == "my desk"
    joiner.release()


async def test_revive_restarts_the_backend(at_home: Home) -> None:
    joiner = AccountJoiner(LocalAccount("alice"), None)
    account = await joiner.join()
    assert account.revive is not None
    await account.revive()
    before = DataDir(at_home.local_data).address()
    os.kill(before.pid, signal.SIGKILL)
    await wait_until_free(at_home.local_data)

    await account.revive()

    after = await EmbeddedBackend(at_home.local_data).running_address()
    assert after is not None
    assert (after.ws, after.pid != before.pid) == (account.url, True)
    joiner.release()


async def test_embedded_backend_that_cannot_start(at_home: Home) -> None:
    at_home.local_data.mkdir(parents=True)
    (at_home.local_data / "app_key.json").write_text("no key")

    with pytest.raises(JoinError, match=r"app_key\.json is damaged") as failed:
        await AccountJoiner(LocalAccount("alice"), None).join()

    assert "\n" not in str(failed.value)


def remote(read_user_sig: Callable[[], str]) -> RemoteAccount:
    return RemoteAccount("wss://im.example", 7, "alice", True, read_user_sig)


async def test_remote_account(at_home: Home) -> None:
    joiner = AccountJoiner(remote(lambda: "the UserSig"), None)

    account = await joiner.join()

    assert (account.url, account.sdk_app_id, account.user_id) == ("wss://im.example", 7, "alice")
    assert sig_of(account) == "the UserSig"
    assert (account.local, account.insecure, account.revive) == (False, True, None)
    assert account.first_subscriptions == ()
    assert account.state_dir != paths.account_state("local", 7, "alice")
    assert not at_home.local_data.exists()
    joiner.release()


async def test_an_account_with_more_addresses_keeps_its_state(at_home: Home) -> None:
    joined = []
    for url in ("wss://im.example", "wss://im.example,wss://b.example"):
        joiner = AccountJoiner(RemoteAccount(url, 7, "alice", False, lambda: "x"), None)
        joined.append(await joiner.join())
        joiner.release()

    one, several = joined
    assert several.url == "wss://im.example,wss://b.example"
    assert (one.state_dir, one.instance_id) == (several.state_dir, several.instance_id)


async def test_failing_keyring(at_home: Home) -> None:
    def fail() -> str:
        raise CommandError("The keyring does not give it.")

    with pytest.raises(JoinError, match="keyring"):
        await AccountJoiner(remote(fail), None).join()


async def test_impossible_state_folder(at_home: Home) -> None:
    (at_home.path / "data").write_text("a file in the way")

    with pytest.raises(JoinError, match="cannot be used") as failed:
        await AccountJoiner(remote(lambda: "x"), None).join()

    assert "\n" not in str(failed.value)


def test_without_a_terminal_it_reports_one_line(home: Home) -> None:
    done = home.run()

    assert done.returncode == 1
    [line] = done.stderr.splitlines()
    assert "needs a terminal" in line
    assert not home.local_data.exists()


def test_user_ids_that_differ_in_case_have_different_folders() -> None:
    one, other = (paths.account_state("local", 1, user) for user in ("Bob", "bob"))

    assert one.name.lower() != other.name.lower()


async def test_impossible_home(at_home: Home) -> None:
    (at_home.path / "data").write_text("a file in the way")

    for selected in (LocalAccount("alice"), remote(lambda: "x")):
        with pytest.raises(JoinError, match="Set HOME") as failed:
            await AccountJoiner(selected, None).join()
        assert "\n" not in str(failed.value)
