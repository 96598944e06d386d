"""The console on the fake backend, in a real terminal.

``python -m tests.tui.console.terminal_console``; its arguments may be ``busy``, ``many``, ``evil``,
``fault`` or ``ascii``.
"""

import sys
import time
from random import Random

from imtui.tui.console.app import ConsoleLaunch
from imtui.tui.console.entry import run
from tests.tui.console.fake import Body, FakeBackend, crowd, street
from tests.tui.terminal_app import EVIL


class _Busy(FakeBackend):
    _random = Random(7)

    async def call(self, command: str, body: Body) -> Body:
        self.totals["Requests"] += 1
        if command == "imtui_console/stats":
            for what, most in (("Changes", 40), ("Deliveries", 900), ("Messages", 12)):
                self.totals[what] += self._random.randrange(most)
            self.errors[self._random.choice(("7008", "72001", "70107"))] += 2
            who = self._random.choice(self.accounts)
            who["Status"] = self._random.choice(("ONLINE", "OFFLINE", "UNLOGINED"))
            self.tell(who["UserID"], who["Status"].lower(), "on laptop (Linux)")
        return await super().call(command, body)


def main(*how: str) -> int:
    """Run the console."""
    fake = street()
    if "many" in how:
        fake.accounts = crowd(100_000)
    if "evil" in how:
        fake.accounts[0] |= {"UserID": EVIL, "CustomStatus": EVIL}
        fake.tell(EVIL, EVIL, EVIL)
        fake.settings["edition"] = EVIL
    fake.now = lambda: time.time_ns() // 1_000_000
    if "fault" in how:
        fake.refused["imtui_console/stats"] = RuntimeError("a fault\nof two lines")
    if "busy" in how:
        busy = _Busy(*fake.accounts, now=fake.now)
        fake = busy
    return run(ConsoleLaunch(fake.connect, "/srv/im", ascii="ascii" in how))


if __name__ == "__main__":
    raise SystemExit(main(*sys.argv[1:]))
