"""Kicks hold, and the checker tells if one does not."""

from pathlib import Path

from imtui.server.node.backend import Backend
from imtui.server.node.config import BackendConfig
from tests.checker.kicks import Kicks


async def test_a_kick_holds_and_a_user_sig_that_is_let_in_is_told(tmp_path: Path) -> None:
    config = BackendConfig(tmp_path / "data")
    async with Backend(config) as backend:
        kicks = Kicks(config.data_dir)
        await kicks.start(backend.address.ws, backend.app_key)
        assert await kicks.kick()
        await kicks.check()
        assert kicks.wrong == []
        kicks.revoked.append(kicks.user_sig)
        await kicks.check()
        assert kicks.wrong == ["a UserSig that was kicked gave 0"]
        await kicks.stop()
