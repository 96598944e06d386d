"""The bundled SDK; imported after the first paint, because the import is slow."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from imtui.sdk import Backoff, IMClient, IMError, is_transient
from imtui.tui.model.launch import Identity
from imtui.tui.services.client import ChatClient
from imtui.tui.services.listener import Listener
from imtui.tui.services.sdk import Retry
from imtui.tui.services.services import Services


class BundledSdk:
    """Create clients of the bundled SDK."""

    @asynccontextmanager
    async def client(self, identity: Identity, services: Services) -> AsyncIterator[ChatClient]:
        """Open a client whose events go to the services, and close it at the end."""
        async with IMClient(
            identity.url,
            identity.sdk_app_id,
            device_name=identity.device_name,
            instance_id=identity.instance_id,
            insecure=identity.insecure,
            ca_file=identity.ca_file,
            storage_dir=identity.state_dir / "messages",
        ) as client:
            client.add_im_sdk_listener(Listener(services))
            yield client

    def retry(self) -> Retry:
        """Return the retry policy for failed first logins."""
        return _Retry()


class _Retry(Backoff):
    def is_transient(self, error: IMError) -> bool:
        return is_transient(error)
