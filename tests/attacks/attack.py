"""What an attack is: what its process does to a backend, how large it is, and what has to hold."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass

from tests.attacks.attackers.aim import Aim, Scale, Tally
from tests.attacks.backend import Attacked
from tests.attacks.report import Report, Row


def nothing(backend: Attacked, aim: Aim) -> None:
    """Prepare nothing."""


def no_rows(report: Report) -> Iterable[Row]:
    """Return no further rows."""
    return ()


@dataclass(frozen=True)
class Attack:
    """An attack."""

    name: str
    what: str
    run: Callable[[Aim, Tally], Awaitable[None]]
    """Attacks until it is cancelled; in a process of its own."""
    full: Scale
    short: Scale
    prepare: Callable[[Attacked, Aim], None] = nothing
    """Prepares the backend, before its clients are measured at rest."""
    open_files: int | None = None
    """The hard limit of open files of the backend; None for that of this process."""
    hook_seconds: float | None = None
    """How long the app's own server takes for a callback before an event; None without one."""
    rows: Callable[[Report], Iterable[Row]] = no_rows
    """What else has to hold, beside what holds in every attack."""
    heartbeat_p99: float = 200.0
    """The goal for another client's heartbeat, in milliseconds."""
