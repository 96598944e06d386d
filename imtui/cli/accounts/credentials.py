"""Credentials and a passive login for a command; a passive login leaves the status as it is."""

import argparse
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from imtui.cli.accounts.selection import LocalAccount, RemoteAccount, select_account
from imtui.cli.errors import CommandError

if TYPE_CHECKING:
    from imtui.sdk import IMClient, IMSDKListener


@dataclass(frozen=True)
class Credentials:
    """The backend to log in to, the account and its UserSig."""

    url: str
    """One address, or several with commas."""
    sdk_app_id: int
    user_id: str
    user_sig: Callable[[], str]
    insecure: bool = False
    ca_file: str | None = None
    """The certificates to trust in place of the system's."""


async def find_credentials(arguments: argparse.Namespace) -> Credentials:
    """Return the credentials of the account that the arguments select.

    Raises:
        UsageError: The arguments contradict each other.
        CommandError: The UserSig cannot be read, or the embedded backend is not running.
    """
    account = select_account(arguments)
    if isinstance(account, RemoteAccount):
        return remote_credentials(account)
    return await _local_credentials(account)


def remote_credentials(account: RemoteAccount) -> Credentials:
    """Return the credentials of an account of another backend.

    Raises:
        CommandError: The UserSig cannot be read.
    """
    user_sig = account.read_user_sig()
    return Credentials(
        account.url,
        account.sdk_app_id,
        account.user_id,
        lambda: user_sig,
        account.insecure,
        account.ca_file,
    )


@contextlib.asynccontextmanager
async def passive_client(
    credentials: Credentials, listener: "IMSDKListener | None" = None
) -> "AsyncIterator[IMClient]":
    """Log a client in passively, yield it, and close it at the end.

    Raises:
        IMError: The login failed.
    """
    from imtui.sdk import IMClient

    async with IMClient(
        credentials.url,
        credentials.sdk_app_id,
        insecure=credentials.insecure,
        ca_file=credentials.ca_file,
    ) as client:
        if listener is not None:
            client.add_im_sdk_listener(listener)
        await client.login(credentials.user_id, credentials.user_sig, passive=True)
        yield client


async def _local_credentials(account: LocalAccount) -> Credentials:
    from imtui.cli import paths
    from imtui.cli.embedded.backend import EmbeddedBackend, local_user_sig

    data_dir = paths.local_data()
    address = await EmbeddedBackend(data_dir).running_address()
    if address is None:
        raise CommandError(
            "This machine's backend is not running. Start the app: imtui. "
            "Or set up an account: imtui login"
        )
    return Credentials(
        address.ws,
        address.sdk_app_id,
        account.user_id,
        partial(local_user_sig, data_dir, account.user_id),
    )
