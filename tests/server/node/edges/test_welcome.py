"""An edge that is started again knows what was changed since the core's start."""

import os
import signal
from functools import partial
from pathlib import Path

import pytest

from imtui.protocol.app_key import AppKey
from imtui.protocol.errors import ErrorCode, IMError
from imtui.protocol.usersig import sign
from imtui.sdk.rest import RestClient
from imtui.server.node.config import BackendConfig
from imtui.server.node.data_dir import DataDir
from imtui.server.node.edges.supervisor import EdgedBackend
from tests.checker.rest import until_answered
from tests.server.children import EDGE, children_of
from tests.server.node.edges.edged_server import until

ADMIN = "administrator"


def _is_another(data: Path, gone: list[int]) -> bool:
    return children_of(data)[EDGE] not in ([], gone)


async def code(backend: EdgedBackend, key: AppKey, identifier: str = ADMIN) -> int:
    """Return the error code of a query that an admin signs; 0 for success."""
    user_sig = sign(identifier, key.sdk_app_id, key.secret_key)
    client = RestClient(backend.address.rest, key.sdk_app_id, identifier, user_sig)
    try:
        await until_answered(partial(client.call, "imtui_admin/list", {}))
    except IMError as error:
        return int(error.code)
    return 0


async def call(backend: EdgedBackend, key: AppKey, command: str, body: dict[str, object]) -> None:
    user_sig = sign(ADMIN, key.sdk_app_id, key.secret_key)
    await RestClient(backend.address.rest, key.sdk_app_id, ADMIN, user_sig).call(command, body)


@pytest.mark.parametrize("kills", [0, 1])
async def test_keys_and_admins_are_those_of_now(tmp_path: Path, kills: int) -> None:
    data = tmp_path / "data"
    async with EdgedBackend(BackendConfig(data), 1) as backend:
        leaked = DataDir(data).app_key()
        for name in ("anna", "ben"):
            await call(backend, leaked, "imtui_admin/add", {"UserID": name, "Role": "full"})
        await call(backend, leaked, "imtui_admin/remove", {"UserID": "ben"})
        await call(backend, leaked, "imtui_key/rotate", {"Grace": 0})
        key = DataDir(data).app_key()
        for _ in range(kills):
            gone = children_of(data)[EDGE]
            os.kill(gone[0], signal.SIGKILL)
            await until(partial(_is_another, data, gone))
        assert await code(backend, key) == 0
        assert await code(backend, key, "anna") == 0
        assert await code(backend, key, "ben") == ErrorCode.ERR_SVR_COMM_ID_NOT_ADMIN
        assert await code(backend, leaked) == ErrorCode.ERR_SVR_ACCOUNT_USERSIG_MISMATCH_PUBLICKEY
