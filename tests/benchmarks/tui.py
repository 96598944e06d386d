"""The cost of the app with many friends, in a real terminal, compared with bare Textual apps.

Live: 10,000 friends, with 1,000 status changes per second generated in the app's event loop. The
partner is a bare app with two lines and a cursor. Both get five keys per second during the whole
measurement, because a bare app without input costs too little to compare with. See ``keys`` for
how the echo of a key is recognized. The friend list delays sorting while the user moves the
cursor, so CPU time is also measured without keys. CPU time has two limits: 15 % of a core, and
2.5 times that of the bare app with the same feed, which drops the changes; the feeding itself is
not work of either app.

Settled: from the answer of ``get_friend_list`` with 1,000 friends to the last byte of the final
screen. The partner is a bare list of 1,000 lines that is filled after its first frame.

Log: memory when the event pane is full.

Rest: output to the terminal and CPU time while nothing happens.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from time import monotonic
from typing import Final

from imtui.protocol.status import UserStatusType
from tests.benchmarks import feed
from tests.benchmarks.figures import Figure
from tests.benchmarks.keys import type_for
from tests.benchmarks.program import Program
from tests.benchmarks.suites import Scale, Suite

_APP: Final = "tests.benchmarks.crowd_app"
_CURSOR: Final = "tests.benchmarks.bare.cursor"
_FED: Final = "tests.benchmarks.bare.fed"
_LINES: Final = "tests.benchmarks.bare.lines"
_BESIDE: Final = {
    _CURSOR: f"two lines with a cursor, at rest ({_CURSOR})",
    _FED: f"the same, fed the same changes, which it drops ({_FED})",
    _LINES: f"a list of as many lines ({_LINES})",
}


@dataclass(frozen=True)
class _Size:
    friends: int = 10_000
    settled_friends: int = 1_000
    window: float = 10.0
    """The duration of the measurement of the live app, in seconds."""
    warm_up: float = 3.0
    runs: int = 5
    log_runs: int = 3
    quiet: float = 3.0
    """The time without output after which a screen has settled; the slowest timer takes 1 s."""


_ROWS_IN_SIGHT: Final = 30
_QUICK: Final = _Size(20, 20, window=0.6, warm_up=0.1, runs=1, log_runs=1, quiet=0.3)


@dataclass
class _Windows:
    """The measured values of one program, one per run."""

    cpu: list[float] = field(default_factory=list)
    """The CPU time with keys, in milliseconds per second."""
    idle_cpu: list[float] = field(default_factory=list)
    """The CPU time without keys, in milliseconds per second."""
    p50: list[float] = field(default_factory=list)
    p95: list[float] = field(default_factory=list)
    rss: list[float] = field(default_factory=list)
    peak: list[float] = field(default_factory=list)
    written: list[float] = field(default_factory=list)
    fed: list[float] = field(default_factory=list)

    def measure(self, program: Program, size: _Size) -> None:
        """Measure a program that shows its screen, with keys and then without, and add a run."""
        program.read_until(monotonic() + size.warm_up)
        program.reports()
        began, used, written = monotonic(), program.cpu(), len(program.output)
        took = type_for(program, size.window)
        seconds = monotonic() - began
        self.cpu.append((program.cpu() - used) * 1000 / seconds)
        self.written.append((len(program.output) - written) / 1000 / seconds)
        self.p50.append(median(took) * 1000)
        self.p95.append(quantiles(took, n=20, method="inclusive")[-1] * 1000)
        rss, peak = program.memory()
        self.rss.append(rss)
        self.peak.append(peak)
        self.fed.append(_rate(program))
        program.read_until(monotonic() + size.warm_up)
        began, used = monotonic(), program.cpu()
        program.read_until(began + size.window)
        self.idle_cpu.append((program.cpu() - used) * 1000 / (monotonic() - began))


def _rate(program: Program) -> float:
    """Return the number of changes per second that the program was fed, from its reports."""
    told = [report for report in program.reports() if report.what == feed.FED]
    if len(told) < 2:
        return 0.0
    return (told[-1].value - told[0].value) / (told[-1].at - told[0].at)


def measure(scale: Scale) -> Iterator[Figure]:
    """Measure all cases, one after the other."""
    size = _QUICK if scale.quick else _Size()
    with TemporaryDirectory() as folder:
        home = Path(folder)
        yield from _live(home, size)
        yield from _settled(home, size)
        yield from _log(home, size)
        yield from _rest(home, size, scale.rest)


def _live(home: Path, size: _Size) -> Iterator[Figure]:
    ours, bare, fed = _Windows(), _Windows(), _Windows()
    for _ in range(size.runs):
        with Program(home, _APP, home, size.friends, "live") as program:
            program.wait_for("connected")
            ours.measure(program, size)
        for module, windows in ((_CURSOR, bare), (_FED, fed)):
            with Program(home, module, size.friends) as program:
                program.wait_for("line 1")
                windows.measure(program, size)
    live = f"{size.friends:,} friends live, typing"
    yield _figure(f"CPU, {live}", "ms/s", ours.cpu, bare.cpu, _CURSOR, value_max=150)
    yield _figure(f"key to echo p95, {live}", "ms", ours.p95, bare.p95, _CURSOR, ratio_max=3)
    yield _figure(f"key to echo p50, {live}", "ms", ours.p50, bare.p50, _CURSOR)
    yield _figure(f"memory, {live}", "MB", ours.rss, bare.rss, _CURSOR, ratio_max=1.6)
    yield _figure(f"peak memory, {live}", "MB", ours.peak, bare.peak, _CURSOR, ratio_max=1.6)
    yield _figure(f"CPU beside feeding, {live}", "ms/s", ours.cpu, fed.cpu, _FED, ratio_max=2.5)
    yield _figure("CPU beside feeding, no keys", "ms/s", ours.idle_cpu, fed.idle_cpu, _FED)
    yield _figure(f"written, {live}", "kB/s", ours.written, bare.written, _CURSOR)
    yield _figure("changes that were fed", "1/s", ours.fed, fed.fed, _FED)


def _settled(home: Path, size: _Size) -> Iterator[Figure]:
    ours, bare = [], []
    friends = size.settled_friends
    for _ in range(size.runs):
        with Program(home, _APP, home, friends) as program:
            ours.append(_after_the_data(program, size))
            shown = "\n".join(program.screen())
            if missing := [one for one in _first_in_list(friends) if one not in shown]:
                raise RuntimeError(f"the settled screen lacks {missing}:\n{shown}")
        with Program(home, _LINES, friends) as program:
            bare.append(_after_the_data(program, size))
    name = f"{friends:,} friends settled"
    yield _figure(name, "ms", ours, bare, _LINES, value_max=1000)


def _after_the_data(program: Program, size: _Size) -> float:
    """Return the time from the arrival of the data to the last byte, in milliseconds."""
    program.wait_for("friend0")
    settled = program.settle(size.quiet)
    first = next(report.at for report in program.reports() if report.what == "data")
    return (settled - first) * 1000


def _first_in_list(friends: int) -> list[str]:
    statuses = sorted(feed.crowd(friends).values(), key=lambda status: status.user_id)
    online = [one for one in statuses if one.status_type is UserStatusType.ONLINE]
    return [one.user_id for one in online[:_ROWS_IN_SIGHT]]


def _log(home: Path, size: _Size) -> Iterator[Figure]:
    ours, bare = [], []
    for _ in range(size.log_runs):
        with Program(home, _APP, home, size.friends, "log") as program:
            program.wait_until_told(feed.ENDED)
            program.settle(size.quiet)
            ours.append(program.memory()[0])
        with Program(home, _CURSOR) as program:
            program.wait_for("line 1")
            program.settle(size.quiet)
            bare.append(program.memory()[0])
    yield _figure("memory, event pane full", "MB", ours, bare, _CURSOR, ratio_max=1.5)


def _rest(home: Path, size: _Size, seconds: float) -> Iterator[Figure]:
    with (
        Program(home, _APP, home, size.settled_friends) as ours,
        Program(home, _CURSOR) as bare,
    ):
        programs = (ours, bare)
        ours.wait_for("connected")
        for program in programs:
            program.settle(size.quiet)
        written = [len(program.output) for program in programs]
        used = [program.cpu() for program in programs]
        ours.read_until(monotonic() + seconds)
        # The output of the bare app has waited in its terminal meanwhile.
        bare.read_until(monotonic() + 0.1)
        lots = [len(one.output) - before for one, before in zip(programs, written, strict=True)]
        cpu = [
            (one.cpu() - before) * 1000 / seconds
            for one, before in zip(programs, used, strict=True)
        ]
    name = f"{size.settled_friends:,} friends at rest for {seconds:g} s"
    yield _figure(f"written, {name}", "bytes", lots[:1], lots[1:], _CURSOR, value_max=0)
    yield _figure(f"CPU, {name}", "ms/s", cpu[:1], cpu[1:], _CURSOR)


def _figure(
    name: str,
    unit: str,
    ours: Sequence[float],
    bare: Sequence[float],
    partner: str,
    ratio_max: float | None = None,
    value_max: float | None = None,
) -> Figure:
    return Figure("tui", name, unit, ours, bare, _BESIDE[partner], ratio_max, value_max)


SUITE: Final = Suite(
    measure,
    (
        "the SDK and the wire: changes are made in the app's own process, at the cost that the fed "
        "bare app shows, and handed to its listener without being decoded",
        "what the terminal itself does with what is written, and slow links",
        "other sizes than 120x40, other systems than Linux, scrolled lists",
    ),
)
