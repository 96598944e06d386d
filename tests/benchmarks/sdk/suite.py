"""The cost of receiving a change in a client: our SDK compared with slixmpp.

Two hundred friends of one account change at once, repeatedly. The measured CPU time is that of the
process of the account's app, which only counts the changes that its listener gets. Our server sends
simultaneous changes in lists, Prosody one at a time.
"""

import sys
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack
from functools import partial
from pathlib import Path
from subprocess import Popen
from typing import Final

import msgspec

from imtui.protocol.usersig import sign
from tests.benchmarks.figures import Figure
from tests.benchmarks.peers.needs import SLIXMPP, is_here
from tests.benchmarks.sdk.received import Received
from tests.benchmarks.server.cores import LOAD, on_cores
from tests.benchmarks.server.cost import Cost, Meter, in_turn
from tests.benchmarks.server.crowd import Crowd, new_tag
from tests.benchmarks.server.hosts import PROSODY, Host, OurHost
from tests.benchmarks.server.processes import said_by, started
from tests.benchmarks.server.setting import FULL, OURS, QUICK, Setting, folder_for
from tests.benchmarks.suites import Scale, Suite

_NAME: Final = "sdk"
_USER: Final = "app"
_DESCRIPTION: Final = "slixmpp receiving the same from Prosody"
_STORMS: Final = 20
_RATIO_MAX: Final = 0.1


class _App:
    """The process of a client, and its friends, connected to a server."""

    def __init__(self, host: Host, stack: ExitStack, friends: list[str], quiet: float) -> None:
        self._host = host
        self._friends = len(friends)
        folder = stack.enter_context(folder_for(_NAME))
        self._process = stack.enter_context(_app(host, folder, len(friends)))
        self._received = self._hear()
        self._crowd = stack.enter_context(Crowd(host.address))
        self._lines = self._crowd.arrive([host.wire.arrival(friend) for friend in friends])
        self._crowd.settle(quiet)

    def run(self, storms: int) -> tuple[Cost, float]:
        """Return the client's cost per change, and the number of changes per listener call."""
        self._change()
        before = self._received
        meter = Meter(self._process.pid)
        for _ in range(storms):
            self._change()
        cost = meter.stop()
        changes = self._received.changes - before.changes
        return cost.per(changes), changes / (self._received.calls - before.calls)

    def _change(self) -> None:
        change = self._host.wire.change(new_tag())
        for line in self._lines:
            line.say(change)
        self._received = self._hear()
        self._crowd.glance()

    def _hear(self) -> Received:
        return msgspec.json.decode(said_by(self._process), type=Received)


def _app(host: Host, folder: Path, batch: int) -> AbstractContextManager["Popen[bytes]"]:
    module = "tests.benchmarks.sdk."
    if isinstance(host, OurHost):
        user_sig = sign(_USER, host.key.sdk_app_id, host.key.secret_key)
        arguments = (f"{module}imclient_app", host.url, host.key.sdk_app_id, _USER, batch)
    else:
        user_sig = ""
        arguments = (f"{module}slixmpp_app", *host.address, _USER, batch)
    return started(
        *(sys.executable, "-m", *arguments), log=folder / "log", cores=(LOAD,), says=f"{user_sig}\n"
    )


def measure(scale: Scale) -> Iterator[Figure]:
    """Measure both clients in turn, or ours alone if the other is not here."""
    size, storms = (QUICK, 1) if scale.quick else (FULL, _STORMS)
    wants = scale.peers and not scale.quick
    has_peer = wants and is_here("slixmpp with Prosody", (*PROSODY.needs, SLIXMPP))
    peers = (PROSODY,) if has_peer else ()
    with on_cores(LOAD):
        results = _run(Setting(size, peers), storms)
    ours = results[OURS]
    theirs = results.get(PROSODY.name, ())
    yield Figure(
        _NAME,
        f"{size.mesh} friends change at once: client's CPU",
        "us/change",
        [cost.cpu * 1e6 for cost, _ in ours],
        [cost.cpu * 1e6 for cost, _ in theirs],
        _DESCRIPTION if theirs else "",
        _RATIO_MAX if theirs else None,
    )
    yield Figure(
        _NAME,
        f"{size.mesh} friends change at once: told in one call of a listener",
        "changes",
        [changes for _, changes in ours],
        [changes for _, changes in theirs],
        _DESCRIPTION if theirs else "",
    )


def _run(setting: Setting, storms: int) -> dict[str, Sequence[tuple[Cost, float]]]:
    size = setting.size
    friends = [f"m{number}" for number in range(size.mesh)]
    ours = {_USER: friends} | {friend: [] for friend in friends}
    theirs = {_USER: friends} | {friend: [_USER] for friend in friends}
    with ExitStack() as stack:
        hosts = stack.enter_context(setting.hosts(ours, theirs, [PROSODY]))
        apps = {name: _App(host, stack, friends, size.quiet) for name, host in hosts.items()}
        return in_turn(size.runs, {name: partial(app.run, storms) for name, app in apps.items()})


SUITE: Final = Suite(
    measure,
    (
        "connecting and logging in",
        "friends that change one at a time, where nothing is told in lists",
        "TLS, other machines and their network",
    ),
)
