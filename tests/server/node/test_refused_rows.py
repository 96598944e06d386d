"""What a database has no place for: bounded where it comes in, and never in the way of others."""

import asyncio
from pathlib import Path

import pytest

from imtui.protocol.errors import ErrorCode
from imtui.protocol.proof import SigID
from imtui.protocol.usersig import sign
from imtui.server.core.accounts.changes import UserSigUsed
from imtui.server.node.backend import Backend
from imtui.server.node.config import BackendConfig
from imtui.server.node.data_dir import BackendError
from tests.over_edges import new_backend
from tests.server.commands.test_rest import post
from tests.server.wire import wire

WITHIN = 20.0


@pytest.mark.parametrize("edges", [0, 2])
async def test_a_user_sig_for_ever_is_let_in_and_revoked_like_others(
    tmp_path: Path, edges: int
) -> None:
    config = BackendConfig(tmp_path / "data")
    async with new_backend(config, edges) as backend:
        key = backend.app_key
        user_sig = sign("alice", key.sdk_app_id, key.secret_key, 10**30)
        async with wire(backend) as alice, wire(backend) as bob:
            await alice.login("alice", userSig=user_sig)
            await bob.login("bob")
            assert await alice.code("setSelfStatus", customStatus="for ever") == 0
            assert await bob.code("setSelfStatus", customStatus="too") == 0
            kicked = await post(backend, "v4/im_open_login_svc/kick", {"UserID": "alice"})
            assert kicked["ErrorCode"] == 0
    async with new_backend(config, edges) as backend, wire(backend) as alice:
        params = {"sdkAppID": key.sdk_app_id, "userID": "alice", "userSig": user_sig}
        code = await alice.code("login", **params, instanceID="alice-device")
        assert code == ErrorCode.ERR_SVR_ACCOUNT_INVALID_USERSIG


async def test_a_row_that_is_refused_ends_the_backend_and_what_was_acknowledged_stays(
    tmp_path: Path,
) -> None:
    config = BackendConfig(tmp_path / "data")
    with pytest.raises(BackendError, match=r"refuses a row \(OverflowError\)") as refusal:
        async with Backend(config) as backend, wire(backend) as alice, wire(backend) as bob:
            await alice.login("alice")
            await bob.login("bob")
            assert await alice.code("sendMessage", userID="bob", msgID="m1", text="kept") == 0
            backend.core.store.write([UserSigUsed(1, "device", SigID(bytes(16), 2**70))])
            code = await bob.code("sendMessage", userID="alice", msgID="m2", text="not kept")
            assert code == ErrorCode.ERR_SVR_ACCOUNT_INTERNAL_ERROR
            async with asyncio.timeout(WITHIN):
                await backend.wait_failed()
    assert str(2**70) not in str(refusal.value)
    async with Backend(config) as backend, wire(backend) as alice:
        await alice.login("alice")
        answer = await alice.call("getC2CHistoryMessageList", userID="bob", count=5)
        assert [message["msgID"] for message in answer["result"]["messageList"]] == ["m1"]
