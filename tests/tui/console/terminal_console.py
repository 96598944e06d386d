"""The console on the fake backend, in a real terminal.

``python -m tests.tui.console.terminal_console``; its arguments may be ``busy``, ``many``, ``evil``,
``fault`` or ``ascii``.
"""

import sys
import time
from random import Random

from imtui.tui.console.app import ConsoleLaunch
from imtui.tui.console.entry import run
from tests.tui.console.fake import Body, FakeBackend, numbered_accounts, small_backend
from tests.tui.terminal_app import EVIL


class _BusyBackend(FakeBackend):
    _random = Random(7)

    async def call(self, command: str, body: Body) -> Body:
        self.totals["Requests"] += 1
        if command == "imtui_console/stats":
            for name, limit in (("Changes", 40), ("Deliveries", 900), ("Messages", 12)):
                self.totals[name] += self._random.randrange(limit)
            self.errors[self._random.choice(("7008", "72001", "70107"))] += 2
            changed = self._random.choice(self.accounts)
            changed["Status"] = self._random.choice(("ONLINE", "OFFLINE", "UNLOGINED"))
            self.add_change(changed["UserID"], changed["Status"].lower(), "on laptop (Linux)")
        return await super().call(command, body)


def main(*options: str) -> int:
    """Run the console."""
    fake = small_backend()
    if "many" in options:
        fake.accounts = numbered_accounts(100_000)
    if "evil" in options:
        fake.accounts[0] |= {"UserID": EVIL, "CustomStatus": EVIL}
        fake.add_change(EVIL, EVIL, EVIL)
        fake.settings["edition"] = EVIL
    fake.now = lambda: time.time_ns() // 1_000_000
    if "fault" in options:
        fake.refused["imtui_console/stats"] = RuntimeError("a fault\nof two lines")
    if "busy" in options:
        fake = _BusyBackend(*fake.accounts, now=fake.now)
    return run(ConsoleLaunch(fake.connect, "/srv/im", ascii="ascii" in options))


if __name__ == "__main__":
    raise SystemExit(main(*sys.argv[1:]))
