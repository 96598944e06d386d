"""The attacked backend: ``imtui serve`` in its own process and an empty data folder."""

import resource
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tests.benchmarks.server.hosts import OurHost, imtui
from tests.benchmarks.server.processes import children_of

_MIB: Final = 1024 * 1024
_UNLIMITED: Final = "0"
_LIMITS: Final = ("cpu_share", "messages_rate", "message_bytes_rate", "requests_rate")
"""The console settings that limit what an account may do; a backend may lack some."""


@dataclass(frozen=True)
class Attacked:
    """A running backend, and what it takes of the machine."""

    host: OurHost
    log: Path

    def memory(self) -> float:
        """Return the resident memory of all its processes, in MiB."""
        pids = (self.host.pid, *children_of(self.host.pid))
        pages = [int(Path(f"/proc/{pid}/statm").read_text().split()[1]) for pid in pids]
        return sum(pages) * resource.getpagesize() / _MIB

    def log_kib(self) -> float:
        """Return the size of its logs, in KiB: what it prints, and those in its data folder."""
        logs = (self.log, *self.host.folder.glob("*.jsonl*"))
        return sum(file.stat().st_size for file in logs) / 1024

    def disk(self) -> float:
        """Return the size of its data folder, in MiB."""
        return sum(file.stat().st_size for file in self.host.folder.iterdir()) / _MIB

    def set_console(self, settings: dict[str, str]) -> None:
        """Change console settings."""
        self.host.administer([("imtui_console/set", {"Settings": settings})])

    @contextmanager
    def unlimited(self) -> Iterator[None]:
        """Lift the limits of accounts while the context lasts, so that it can be filled."""
        before = {name: value for name, value in self._console().items() if name in _LIMITS}
        if before:
            self.set_console(dict.fromkeys(before, _UNLIMITED))
        yield
        if before:
            self.set_console(before)

    def lacking(self) -> list[str]:
        """Return the limits that it does not have."""
        console = self._console()
        return [name for name in _LIMITS if name not in console]

    def _console(self) -> dict[str, str]:
        settings: dict[str, Any] = self.host.ask("imtui_console/get", {})["Settings"]
        return {name: str(value) for name, value in settings.items()}


@contextmanager
def attacked(
    folder: Path, options: Sequence[str] = (), open_files: int | None = None
) -> Iterator[Attacked]:
    """Run a backend for as long as the context lasts.

    Args:
        folder: For its data and its log.
        options: Options of ``imtui serve``.
        open_files: The hard limit of its open files; None for that of this process.
    """
    with imtui(folder, *options, open_files=open_files) as host:
        yield Attacked(host, folder / "log")
