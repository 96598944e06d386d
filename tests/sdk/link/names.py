"""A resolver of host names that a test defines."""

import asyncio
import socket
from typing import Any

import pytest

from tests.sdk.virtual_time import VirtualTimeLoop


class Names:
    """A resolver: names with their IPs, and how long each takes."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, **names: tuple[float, list[str]]) -> None:
        self._names = names
        self.asked: list[tuple[str, int]] = []
        for variable in ("http_proxy", "https_proxy", "all_proxy", "ws_proxy", "wss_proxy"):
            monkeypatch.delenv(variable, raising=False)
            monkeypatch.delenv(variable.upper(), raising=False)
        monkeypatch.setattr(VirtualTimeLoop, "getaddrinfo", self._getaddrinfo, raising=False)

    async def _getaddrinfo(self, host: str, port: int, **options: Any) -> list[Any]:
        self.asked.append((host, port))
        delay, ips = self._names[host]
        await asyncio.sleep(delay)
        if not ips:
            raise socket.gaierror
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, port)) for ip in ips]
