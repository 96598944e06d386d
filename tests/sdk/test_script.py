"""The SDK alone, in a script such as a user would write."""

import asyncio
import sys
from pathlib import Path

from imtui.protocol.usersig import sign
from imtui.server.node.backend import Backend
from imtui.server.node.config import BackendConfig

SCRIPT = """
import asyncio, sys
from imtui.sdk import IMClient, IMSDKListener

class Printer(IMSDKListener):
    def on_user_status_changed(self, statuses):
        print(*(f"{s.user_id} {s.status_type.name} {s.custom_status!r}" for s in statuses))

async def main(url, app, user_sig):
    async with IMClient(url, sdk_app_id=int(app)) as client:
        client.add_im_sdk_listener(Printer())
        await client.login("alice", user_sig)
        await client.set_self_status("Listening to music")
        print("done", (await client.get_user_status(["alice"]))[0].custom_status)

asyncio.run(main(*sys.argv[1:]))
"""


async def test_a_short_script_logs_in_and_sets_a_status(tmp_path: Path) -> None:
    async with Backend(BackendConfig(tmp_path / "data")) as backend:
        app, secret = backend.app_key.sdk_app_id, backend.app_key.secret_key
        script = await asyncio.create_subprocess_exec(
            *(sys.executable, "-W", "error", "-X", "dev", "-c", SCRIPT),
            *(backend.address.ws, str(app), sign("alice", app, secret)),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, err = await script.communicate()
    assert script.returncode == 0, err.decode()
    assert err == b""
    lines = out.decode().splitlines()
    assert "alice ONLINE ''" in lines
    assert "done Listening to music" in lines
