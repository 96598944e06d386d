"""The backend of an account: whether it answers, its certificate and its clock."""

import argparse
import asyncio
import time
from collections.abc import Coroutine, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, TypeVar

from imtui.cli.accounts.selection import LocalAccount, RemoteAccount
from imtui.cli.doctor.check import Check, note, ok, wrong
from imtui.cli.doctor.probe import Answer, Certificate, probe
from imtui.cli.errors import CommandError, hint_for
from imtui.protocol.errors import IMError

if TYPE_CHECKING:
    from imtui.server.node.data_dir import Address

T = TypeVar("T")

TIMEOUT: Final = 2.0
"""How long a handshake or a login may take, in seconds."""

_DAY: Final = 86_400
_SOON_DAYS: Final = 14
_CLOCK_NOTE: Final = 5.0
_CLOCK_WRONG: Final = 300.0
"""From here on UserSigs are refused."""


def check_backend(account: RemoteAccount | LocalAccount) -> list[Check]:
    """Return what is found about the backend of an account.

    Nobody becomes ONLINE, and no backend is started.
    """
    if isinstance(account, LocalAccount):
        return [_run(_local())]
    return _run(_remote(account))


def _run(found: Coroutine[Any, Any, T]) -> T:
    loop = asyncio.new_event_loop()
    try:
        return loop.run_until_complete(found)
    finally:
        # asyncio.run would wait here for a name server that does not answer.
        loop.close()


async def _local() -> Check:
    from imtui.cli import paths
    from imtui.protocol.messages import PROTOCOL_VERSION
    from imtui.server.node.data_dir import BackendError, DataDir

    name = "backend"
    try:
        address = DataDir(paths.local_data()).address()
    except BackendError:
        return ok(name, "this machine's own does not run; the app starts it")
    answer = await probe(address.ws, insecure=False, seconds=TIMEOUT)
    if answer.error is not None:
        return note(
            name,
            f"this machine's own (process {address.pid}) does not answer",
            "Start the app: it starts the backend anew.",
        )
    runs = f"this machine's own runs{await _release(address)} (process {address.pid})"
    if address.protocol_version > PROTOCOL_VERSION:
        return wrong(name, f"{runs}, for a newer imtui", "Update imtui, or end that one.")
    if address.protocol_version < PROTOCOL_VERSION:
        return note(name, f"{runs}, for an older imtui; the app replaces it")
    return ok(name, runs)


async def _release(address: "Address") -> str:
    """Return which imtui runs the backend of this machine; empty if it does not say."""
    from imtui.cli import paths
    from imtui.cli.admin.answers import Nodes
    from imtui.cli.admin.calls import call
    from imtui.cli.admin.options import admin_client
    from imtui.server.node.data_dir import BackendError

    nothing = dict.fromkeys(("rest", "admin", "app_id", "usersig_file", "ca_file"))
    options = argparse.Namespace(data=paths.local_data(), insecure=False, **nothing)
    try:
        async with asyncio.timeout(TIMEOUT):
            nodes = await call(admin_client(options), "imtui_node/list", {}, Nodes)
    except (IMError, CommandError, BackendError, TimeoutError):
        return ""
    return f" imtui {nodes.nodes[0].release}" if nodes.nodes else ""


async def _remote(account: RemoteAccount) -> list[Check]:
    from imtui.sdk.link.address import split_urls

    urls = split_urls(account.url)
    answers = await asyncio.gather(
        *(
            probe(url, insecure=account.insecure, seconds=TIMEOUT, ca_file=account.ca_file)
            for url in urls
        )
    )
    checks = [await _reached(account, answers)]
    certificates = [one.certificate for one in answers if one.certificate is not None]
    if certificates:
        checks.append(min(map(check_certificate, certificates), key=_worst_first))
    differences = [one.ahead for one in answers if one.ahead is not None]
    if differences:
        checks.append(check_clock(max(differences, key=abs)))
    return checks


async def _reached(account: RemoteAccount, answers: Sequence[Answer]) -> Check:
    name = "backend"
    silent = [one for one in answers if one.error is not None]
    if len(silent) == len(answers):
        assert silent[0].error is not None
        return wrong(name, f"{silent[0].url}: {silent[0].error.message}")
    try:
        user_sig = account.read_user_sig()
        await _log_in(account, user_sig)
    except CommandError as error:
        return wrong(name, str(error))
    except IMError as error:
        return wrong(name, f"{account.user_id} cannot log in: {error.message}", hint_for(error))
    text = f"{answers[0].url} answers, and {account.user_id} can log in"
    if silent:
        return note(
            name,
            f"{len(silent)} of {len(answers)} addresses do not answer: {silent[0].url}",
            "The others are used. Tell whoever runs the backend.",
        )
    days = _days_left(user_sig)
    if days < _SOON_DAYS:
        return note(
            name, f"{text}; the UserSig expires in {days} days", "Get a new one: imtui login"
        )
    return ok(name, text)


async def _log_in(account: RemoteAccount, user_sig: str) -> None:
    from imtui.sdk import IMClient

    async with IMClient(
        account.url,
        account.sdk_app_id,
        insecure=account.insecure,
        timeout=TIMEOUT,
        ca_file=account.ca_file,
    ) as client:
        await client.login(account.user_id, user_sig, passive=True)


def _days_left(user_sig: str) -> int:
    from imtui.protocol.usersig import read

    claims = read(user_sig)
    return int((claims.time + claims.expire - time.time()) // _DAY)


def check_certificate(certificate: Certificate) -> Check:
    """Return whether a certificate is trusted, and for how long."""
    name = "certificate"
    if certificate.until is None:
        problem, _, advice = certificate.problem.partition("; ")
        return wrong(name, f"it {problem}", f"{advice[:1].upper()}{advice[1:]}")
    days = (certificate.until - datetime.now(UTC)).days
    text = f"valid until {certificate.until:%Y-%m-%d}, signed by {certificate.issuer}"
    if days < _SOON_DAYS:
        return note(name, text, "It expires soon. Tell whoever runs the backend.")
    return ok(name, text)


def check_clock(ahead: float) -> Check:
    """Return whether this machine's clock and the backend's agree.

    Args:
        ahead: How many seconds this machine's is ahead; negative if it is behind.
    """
    name = "clock"
    if abs(ahead) < _CLOCK_NOTE:
        return ok(name, "agrees with the backend's")
    side = "ahead of" if ahead > 0 else "behind"
    text = f"{abs(ahead):.0f} seconds {side} the backend's"
    advice = "Let the system set its clock: timedatectl set-ntp true"
    return (wrong if abs(ahead) >= _CLOCK_WRONG else note)(name, text, advice)


def _worst_first(check: Check) -> int:
    return ("wrong", "note", "ok").index(check.mark)
