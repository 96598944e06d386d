"""Keeps the certificate of a running backend up to date."""

import asyncio
import logging
import socket
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Final

from imtui.server.edge.tls.certificate import (
    TLS,
    Certificate,
    CertificateError,
    CertificateFiles,
    load_certificate,
)
from imtui.server.node.data_dir import BackendError
from imtui.server.node.listening import remote_hosts

LOOK_EVERY: Final = 2.0
"""How often the files are looked at, in seconds; a change counts when two looks agree."""
_WARN_BEFORE: Final = timedelta(days=14)

_WITHOUT_TLS: Final = (
    "Listening on %s without TLS: others can read and change what is sent. Use --tls-cert and "
    "--tls-key, or listen on this machine only, behind a proxy with TLS"
)

_log: Final = logging.getLogger(__name__)

Stamps = tuple[tuple[int, ...], ...]
"""What tells one content of the files from another without reading them."""


class Certificates:
    """The certificate of a backend, and the files that it comes from."""

    def __init__(
        self,
        files: CertificateFiles,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """Load the certificate.

        Args:
            files: Its files.
            now: Returns the time.

        Raises:
            CertificateError: It cannot be used.
        """
        self._files = files
        self._now = now
        self._used = self._seen = _stamps(files)
        self.tls = TLS(load_certificate(files))
        self.publish: Callable[[str], None] = lambda pem: None
        """Called in a thread with a new certificate, before anybody gets it."""
        self._log_expiry(self.tls.certificate)

    async def run(self) -> None:
        """Load the certificate whenever its files have changed; never return."""
        while True:
            await asyncio.sleep(LOOK_EVERY)
            await self.look()

    async def look(self) -> None:
        """Look at the files, and load them if they have changed and are the same as before."""
        stamps = await asyncio.to_thread(_stamps, self._files)
        # Whoever writes them may not be done yet.
        is_settled, self._seen = stamps == self._seen, stamps
        if is_settled and stamps != self._used:
            await self.use(self._files)

    async def use(self, files: CertificateFiles) -> None:
        """Load the certificate of these files; what cannot be used is told, and changes nothing."""
        self._files = files
        stamps = await asyncio.to_thread(_stamps, files)
        # Also if it cannot be used, which is told only once.
        self._used = self._seen = stamps
        try:
            certificate = await asyncio.to_thread(load_certificate, files)
        except CertificateError as error:
            _log.error("%s The certificate from before is used on", error)
            return
        if certificate.pem != self.tls.certificate.pem:
            try:
                await asyncio.to_thread(self.publish, certificate.pem)
            except BackendError as error:
                _log.error("Commands with --data will not trust the certificate: %s", error)
            _log.warning("New connections get the certificate that expires %s", certificate.expires)
        self.tls.certificate = certificate
        self._log_expiry(certificate)

    def _log_expiry(self, certificate: Certificate) -> None:
        file, expires, now = self._files.certificate, certificate.expires, self._now()
        if expires <= now:
            _log.error("The certificate %s has expired (%s): clients refuse it", file, expires)
        elif expires <= now + _WARN_BEFORE:
            _log.warning("The certificate %s expires soon (%s): renew it", file, expires)


async def load_certificates(
    files: CertificateFiles | None, socks: Iterable[socket.socket]
) -> Certificates | None:
    """Return the certificate for listening sockets.

    Args:
        files: Its files; None to serve without TLS, which is told if others could listen.
        socks: The sockets.

    Raises:
        BackendError: It cannot be used.
    """
    if files is None:
        if remote := remote_hosts(socks):
            _log.warning(_WITHOUT_TLS, ", ".join(remote))
        return None
    try:
        return await asyncio.to_thread(Certificates, files)
    except CertificateError as error:
        raise BackendError(str(error)) from error


def _stamps(files: CertificateFiles) -> Stamps:
    found: list[tuple[int, ...]] = []
    for file in files:
        try:
            status = file.stat()
        except (OSError, ValueError):
            found.append(())
        else:
            found.append((status.st_mtime_ns, status.st_ino, status.st_size, status.st_mode))
    return tuple(found)
