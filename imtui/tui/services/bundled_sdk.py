"""The bundled SDK as the session uses it; imported after the first paint, as it is heavy."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from imtui.sdk import Backoff, IMClient, IMError, is_transient
from imtui.tui.model.launch import Identity
from imtui.tui.model.model import Model
from imtui.tui.services.follower import Follower
from imtui.tui.services.listener import Listener
from imtui.tui.services.sdk import Client, Retry


class BundledSdk:
    """Makes clients of the bundled SDK."""

    @asynccontextmanager
    async def client(
        self, account: Identity, model: Model, follower: Follower
    ) -> AsyncIterator[Client]:
        """Give a client of the account that tells the model and the session, and close it."""
        async with IMClient(
            account.url,
            account.sdk_app_id,
            device_name=account.device_name,
            instance_id=account.instance_id,
            insecure=account.insecure,
            storage_dir=account.state_dir / "messages",
        ) as client:
            client.add_im_sdk_listener(Listener(model, follower))
            yield client

    def retry(self) -> Retry:
        """Return the rule for first logins that fail."""
        return _Retry()


class _Retry(Backoff):
    def is_transient(self, error: IMError) -> bool:
        return is_transient(error)
