"""Rotations of the app's key during a run: what was acknowledged, and whether it holds."""

from functools import partial
from pathlib import Path
from typing import Final

from imtui.protocol.app_key import AppKey
from imtui.protocol.errors import ErrorCode, IMError
from imtui.server.node.data_dir import BackendError, DataDir
from tests.checker.rest import NOT_CARRIED_OUT, as_admin, until_answered

_GRACE: Final = 24 * 3600
"""Longer than a run, so that no key ends in it."""

_NOT_ROTATED: Final = NOT_CARRIED_OUT | {
    # There are as many keys as may be.
    ErrorCode.ERR_SVR_ACCOUNT_INVALID_PARAMETERS
}


class Rotations:
    """The rotations of a run."""

    def __init__(self, data: Path) -> None:
        """Start without rotations of the backend with this data folder."""
        self._data = DataDir(data)
        self._keys: list[AppKey] = []
        """Keys that have to be let in to the end of the run."""
        self.wrong: list[str] = []

    async def rotate(self) -> bool:
        """Rotate the key, and tell whether it was acknowledged: it may be killed meanwhile."""
        key = self._data.app_key()
        try:
            await as_admin(self._data, key).call("imtui_key/rotate", {"Grace": _GRACE})
        except BackendError:
            return False
        except IMError as error:
            if error.code not in _NOT_ROTATED:
                self.wrong.append(f"a rotation gave {error}")
            return False
        self._keys += [key, self._data.app_key()]
        return True

    async def check(self) -> None:
        """Check that the backend lets in UserSigs of all keys that were acknowledged."""
        for key in dict.fromkeys([*self._keys, self._data.app_key()]):
            try:
                admin = as_admin(self._data, key)
                # The core may just have moved.
                await until_answered(partial(admin.call, "imtui_key/list", {}))
            except IMError as error:
                self.wrong.append(f"a UserSig of a key that is valid gave {error}")
