"""What a run needs of a backend, be it one process or many nodes."""

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Protocol

from tests.checker.processes.proxy import Connect, Proxy


class Backend(Protocol):
    """The processes of a backend."""

    data: Path
    """A data folder with the app's key, and with an address while it runs."""

    @property
    def links(self) -> Sequence[Proxy]:
        """Return what stands between its edges and cores."""
        ...

    @property
    def url(self) -> str:
        """Return where clients find it; several addresses are separated by commas."""
        ...

    @property
    def connects(self) -> Sequence[Connect]:
        """Return what connects to each of its addresses."""
        ...

    async def start(self) -> None:
        """Start it, and wait until all of it is ready."""
        ...

    async def kill(self) -> None:
        """Kill all its processes."""
        ...

    async def remove(self) -> None:
        """Kill all its processes, and remove what is not in the folder of the run."""
        ...

    async def what_lasts(self, marks: Collection[str]) -> list[str]:
        """Return a line for each mark that it still stores; takes its time."""
        ...


def web_socket_url(ports: Sequence[int]) -> str:
    """Return the address of a backend with some ports on this machine."""
    return ",".join(f"ws://127.0.0.1:{port}" for port in ports)
