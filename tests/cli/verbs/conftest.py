"""Clients beside the command that is tested, logged in to the served backend."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from imtui.sdk import IMClient, Platform
from tests.cli.conftest import Served


@asynccontextmanager
async def client_of(
    served: Served, user_id: str, name: str = "desk", platform: Platform = Platform.LINUX
) -> AsyncIterator[IMClient]:
    async with IMClient(served.ws, served.app_id, device_name=name, platform=platform) as client:
        await client.login(user_id, served.user_sig(user_id))
        yield client


@pytest.fixture
async def alice(served: Served) -> AsyncIterator[IMClient]:
    async with client_of(served, "alice") as client:
        yield client


@pytest.fixture
async def bob(served: Served) -> AsyncIterator[IMClient]:
    async with client_of(served, "bob") as client:
        yield client
