"""``imtui`` without a command: start the app."""

import argparse
import logging
import os
import sys
from collections.abc import Awaitable, Callable
from functools import cache
from typing import TYPE_CHECKING

from imtui import __version__
from imtui.cli.accounts.selection import (
    LocalAccount,
    RemoteAccount,
    add_account_options,
    select_account,
)
from imtui.cli.arguments import device_name

if TYPE_CHECKING:
    from imtui.sdk.instances import Instance
    from imtui.server.node.data_dir import Address
    from imtui.tui.model.launch import Identity, JoinError

_log = logging.getLogger(__name__)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of the app."""
    add_account_options(parser, first=True)
    parser.add_argument("--device", type=device_name, metavar="NAME", help="this device's name")
    parser.add_argument("--ascii", action="store_true", help="draw with ASCII only")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Run the app until the user leaves it."""
    selected = select_account(arguments)

    from imtui.cli import paths
    from imtui.cli.logs import log_to_file
    from imtui.tui.app.entry import run as run_app
    from imtui.tui.model.launch import Launch

    joiner = AccountJoiner(selected, arguments.device)

    async def join() -> "Identity":
        # Logged here and not at the start, so that the first frame waits for no file.
        _log_start()
        return await joiner.join()

    with log_to_file(paths.app_log()):
        try:
            status = run_app(Launch(join, paths.settings_file(), arguments.ascii, paths.app_log()))
        except BaseException as error:
            # The crash log gets the details.
            _log.error("The app ended with %s", type(error).__name__)
            raise
        finally:
            joiner.release()
        _log_start()
        _log.info("The app ended with exit status %d", status)
    return status


@cache
def _log_start() -> None:
    _log.info(
        "imtui %s with Python %s on %s, TERM is %s",
        __version__,
        sys.version.split()[0],
        sys.platform,
        os.environ.get("TERM", "not set"),
    )


class AccountJoiner:
    """Finds the account, the backend and the device ID for the app."""

    def __init__(self, selected: RemoteAccount | LocalAccount, device: str | None) -> None:
        """Use the account and the device name that the arguments select."""
        self._selected = selected
        self._device = device
        self._instance: Instance | None = None

    async def join(self) -> "Identity":
        """Return the account to log in with; for a local one, start the backend if needed.

        Raises:
            JoinError: The account is unusable; the message is one line that says what to do.
        """
        from imtui.cli.errors import CommandError
        from imtui.server.node.data_dir import BackendError

        try:
            if isinstance(self._selected, LocalAccount):
                return await self._join_local(self._selected)
            return await self._join_remote(self._selected)
        except (CommandError, BackendError) as error:
            raise _cannot_join(str(error)) from error
        except OSError as error:
            from imtui.cli.paths import unusable

            raise _cannot_join(unusable(error)) from error

    def release(self) -> None:
        """Release the device ID for another app."""
        if self._instance is not None:
            self._instance.release()
            self._instance = None

    async def _join_remote(self, selected: RemoteAccount) -> "Identity":
        import asyncio

        from imtui.sdk.link.address import first_url

        # In a thread, because the keyring may ask for its password.
        user_sig = await asyncio.to_thread(selected.read_user_sig)
        return self._account(
            selected.url,
            first_url(selected.url),
            selected.sdk_app_id,
            selected.user_id,
            lambda: user_sig,
            insecure=selected.insecure,
            ca_file=selected.ca_file,
        )

    async def _join_local(self, selected: LocalAccount) -> "Identity":
        from functools import partial

        from msgspec.structs import replace

        from imtui.cli import paths
        from imtui.cli.embedded.backend import EmbeddedBackend, local_user_sig
        from imtui.demo.cast import FIRST_SUBSCRIPTIONS

        backend = EmbeddedBackend(paths.local_data())
        address = await backend.ensure_running()
        account = self._account(
            address.ws,
            "local",
            address.sdk_app_id,
            selected.user_id,
            partial(local_user_sig, backend.data_dir, selected.user_id),
        )
        others = tuple(user for user in FIRST_SUBSCRIPTIONS if user != selected.user_id)
        return replace(
            account,
            local=True,
            revive=_reviver(backend.ensure_running, address),
            first_subscriptions=others,
        )

    def _account(
        self,
        url: str,
        server: str,
        sdk_app_id: int,
        user_id: str,
        user_sig: Callable[[], str],
        *,
        insecure: bool = False,
        ca_file: str | None = None,
    ) -> "Identity":
        from imtui.cli import paths
        from imtui.cli.accounts.device_name import default_device_name
        from imtui.files import make_private_dir
        from imtui.sdk.instances import claim_instance
        from imtui.tui.model.launch import Identity

        state_dir = make_private_dir(paths.account_state(server, sdk_app_id, user_id))
        self.release()
        self._instance = claim_instance(state_dir / "devices")
        device = self._device or default_device_name(self._instance)
        _log.info(
            "%s joins app %d at %s as device %s (%s)",
            user_id,
            sdk_app_id,
            url.partition("?")[0],
            device,
            self._instance.instance_id,
        )
        return Identity(
            url=url,
            sdk_app_id=sdk_app_id,
            user_id=user_id,
            user_sig=user_sig,
            device_name=device,
            instance_id=self._instance.instance_id,
            state_dir=state_dir,
            insecure=insecure,
            ca_file=ca_file,
        )


def _reviver(
    ensure: "Callable[[Address], Awaitable[Address]]", address: "Address"
) -> Callable[[], Awaitable[None]]:
    async def revive() -> None:
        from imtui.server.node.data_dir import BackendError

        _log.info("This machine's backend is brought up again if it is gone")
        try:
            await ensure(address)
        except BackendError as error:
            raise _cannot_join(str(error)) from error

    return revive


def _cannot_join(problem: str) -> "JoinError":
    from imtui.tui.model.launch import JoinError

    _log.warning("%s", problem)
    return JoinError(problem)
