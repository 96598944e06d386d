"""What the admins of an app do during a run."""

import asyncio
from pathlib import Path

from imtui.server.node.data_dir import DataDir
from imtui.server.store.sqlite.backup import back_up
from imtui.server.store.sqlite.checking import check_database
from imtui.server.store.store import StoreError
from tests.checker.kicks import Kicks
from tests.checker.retention import Retention
from tests.checker.rotations import Rotations
from tests.checker.state import Faults, State


class AppFaults:
    """Rotations of the key, backups, and imports of messages that are not kept."""

    def __init__(self, state: State, data: Path) -> None:
        """Prepare what is done with the backend of this data folder."""
        self._state = state
        self._data = DataDir(data)
        self._log = state.report.log
        self.rotations = Rotations(data)
        self.retention = Retention(data)
        self.kicks = Kicks(data)
        self.shared_kinds: Faults = {
            "import old messages": (2, self._import_old),
            "kick": (2, self._kick),
        }
        """What does not need the data folder of the core, and needs ``kicks`` to be started."""
        self.kinds: Faults = {
            "rotate key": (2, self._rotate_key),
            "back up": (2, self._back_up),
            "import old messages": (2, self._import_old),
        }

    @property
    def wrong(self) -> list[str]:
        """Return what was found wrong."""
        return [*self.rotations.wrong, *self.retention.wrong, *self.kicks.wrong]

    async def _rotate_key(self) -> None:
        rotated = await self.rotations.rotate()
        self._log("rotate key", "acknowledged" if rotated else "not acknowledged")

    async def _import_old(self) -> None:
        cleared = await self.retention.import_old()
        self._log("import old messages", "acknowledged" if cleared else "not acknowledged")

    async def _kick(self) -> None:
        kicked = await self.kicks.kick()
        self._log("kick", "acknowledged" if kicked else "not acknowledged")

    async def _back_up(self) -> None:
        copy = self._state.folder / f"backup-{self._state.report.faults['back up']}.db"
        self._log("back up", copy.name)
        try:
            await asyncio.to_thread(back_up, self._data.database, copy)
            findings = await asyncio.to_thread(check_database, copy)
        except StoreError as error:
            findings = [str(error)]
        self._state.record.wrong += [f"{copy.name}: {finding}" for finding in findings]
