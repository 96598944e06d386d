"""Keys of the app over the REST API: who is let in, what is exported, and no secrets."""

from typing import Any

import msgspec
import pytest

from imtui.protocol.app_key import AppKey
from imtui.protocol.usersig import sign
from imtui.server.node.backend import Backend
from imtui.server.node.data_dir import DataDir
from tests.server.commands.test_rest import post
from tests.server.wire import wire

ROTATE, LIST = "v4/imtui_key/rotate", "v4/imtui_key/list"
DAY = 24 * 3600


def sig_of(key: AppKey, user_id: str) -> str:
    return sign(user_id, key.sdk_app_id, key.secret_key)


async def codes(backend: Backend, key: AppKey) -> tuple[int, int]:
    """Return the codes of a login and of a REST call with UserSigs of a key."""
    async with wire(backend) as client:
        login = await client.code(
            "login",
            sdkAppID=key.sdk_app_id,
            userID="alice",
            userSig=sig_of(key, "alice"),
            instanceID="one",
        )
    called = await post(backend, LIST, usersig=sig_of(key, "administrator"))
    return login, called["ErrorCode"]


async def test_old_and_new_user_sigs_are_let_in_until_a_rotation_without_a_grace(
    backend: Backend,
) -> None:
    old = backend.app_key
    assert (await post(backend, ROTATE, {"Grace": DAY}))["ErrorCode"] == 0
    new = backend.app_key
    assert new != old
    assert DataDir(backend.config.data_dir).app_key() == new
    assert await codes(backend, old) == await codes(backend, new) == (0, 0)
    assert (await post(backend, ROTATE, {"Grace": 0}))["ErrorCode"] == 0
    assert await codes(backend, old) == await codes(backend, new) == (70009, 70009)
    assert await codes(backend, backend.app_key) == (0, 0)


async def test_the_list_has_no_secret_and_neither_has_what_a_rotation_leaves_elsewhere(
    backend: Backend, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    secrets = [backend.app_key.secret_key]
    rotated = await post(backend, ROTATE, {"Grace": DAY})
    secrets.append(backend.app_key.secret_key)
    listed = await post(backend, LIST)
    assert listed["KeyItem"] == rotated["KeyItem"]
    newest, earlier = listed["KeyItem"]
    assert (newest["KeyID"], newest["Until"], earlier["KeyID"]) == (2, None, 1)
    assert earlier["Until"] == newest["Since"] + DAY * 1000
    log = await post(backend, "v4/imtui_console/log")
    texts = [item["Text"] for item in log["LogItem"]]
    assert "key 2 was made" in texts
    assert "imtui_key/rotate" in texts
    audit = DataDir(backend.config.data_dir).audit_log.read_text()
    shown = msgspec.json.encode((listed, rotated, log)).decode() + audit + caplog.text
    assert not any(secret in shown for secret in secrets)


@pytest.mark.parametrize(
    "body", [{}, {"Grace": -1}, {"Grace": 367 * DAY}, {"Grace": "7d"}, {"Grace": 1.5}]
)
async def test_what_is_no_grace_is_refused_and_changes_nothing(backend: Backend, body: Any) -> None:
    key = backend.app_key
    assert (await post(backend, ROTATE, body))["ErrorCode"] == 70402
    assert backend.app_key == key
    assert len((await post(backend, LIST))["KeyItem"]) == 1


async def test_an_old_user_sig_after_its_end_is_a_failed_login_for_guard_and_audit_log(
    backend: Backend,
) -> None:
    old = backend.app_key
    await post(backend, ROTATE, {"Grace": 0})
    async with wire(backend) as client:
        login = {
            "sdkAppID": old.sdk_app_id,
            "userID": "alice",
            "userSig": sig_of(old, "alice"),
        }
        refused = [await client.code("login", **login) for _ in range(11)]
    assert refused == [70009] * 10 + [70050]
    log = await post(backend, "v4/imtui_console/log", {"Event": "failed", "Code": 70009})
    assert log["LogItem"][0]["UserID"] == "alice"
