"""Old messages during a run, which the app does not keep."""

from itertools import cycle
from pathlib import Path
from typing import Any, Final

from imtui.protocol.errors import IMError
from imtui.server.node.data_dir import BackendError, DataDir
from tests.checker.rest import NOT_CARRIED_OUT, as_admin

_USERS: Final = ("old1", "old2")
_WRITTEN_AT: Final = 1_600_000_000
_AT_ONCE: Final = 20


class Retention:
    """Imports old messages, and lets the app clear them."""

    def __init__(self, data: Path) -> None:
        """Start without messages in the backend with this data folder."""
        self._data = DataDir(data)
        # Each change of the setting begins another round.
        self._days = cycle((1, 2))
        self.marks: list[str] = []
        """What must be in no file in the end."""
        self.wrong: list[str] = []

    async def import_old(self) -> bool:
        """Import some messages and let them be cleared; tell whether all of it was acknowledged."""
        sender, receiver = _USERS
        for user in _USERS:
            if not await self._call("im_open_login_svc/account_import", {"UserID": user}):
                return False
        for _ in range(_AT_ONCE):
            number = len(self.marks) + 1
            self.marks.append(f"<old{number}>")
            message = {
                "SyncFromOldSystem": 2,
                "From_Account": sender,
                "To_Account": receiver,
                "MsgRandom": number,
                "MsgTimeStamp": _WRITTEN_AT + number,
                "MsgBody": [{"MsgType": "TIMTextElem", "MsgContent": {"Text": self.marks[-1]}}],
            }
            if not await self._call("openim/importmsg", message):
                return False
        return await self.clear()

    async def clear(self) -> bool:
        """Let the app clear its old messages, and tell whether that was acknowledged."""
        return await self._call(
            "imtui_console/set", {"Settings": {"retention_days": next(self._days)}}
        )

    async def _call(self, command: str, body: dict[str, Any]) -> bool:
        try:
            await as_admin(self._data, self._data.app_key()).call(command, body)
        except BackendError:
            return False
        except IMError as error:
            if error.code not in NOT_CARRIED_OUT:
                self.wrong.append(f"{command} gave {error}")
            return False
        return True
