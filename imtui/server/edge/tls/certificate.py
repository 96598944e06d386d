"""The certificate of a server, with its key."""

import re
import ssl
import stat
import sys
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final, NamedTuple, NoReturn

from imtui.files import read_small
from imtui.server.edge.tls.transport import Payer, Speaker, TLSTransport
from imtui.server.edge.tls.validity import valid_until

_FILE_MAX_BYTES: Final = 256 * 1024
_CERTIFICATE: Final = re.compile(
    r"-----BEGIN CERTIFICATE-----\s.*?-----END CERTIFICATE-----", re.DOTALL
)
_KEY: Final = "PRIVATE KEY-----"
_MISMATCHES: Final = ("KEY_VALUES_MISMATCH", "NO_CERTIFICATE_ASSIGNED")
"""OpenSSL's names for the key of another certificate; the second if it is of another kind, too."""


class CertificateError(Exception):
    """A certificate or key cannot be used; one line that says what to do."""


class CertificateFiles(NamedTuple):
    """The files of a certificate, in PEM."""

    certificate: Path
    """The certificate of the server, and then those of the CAs between it and the root."""
    key: Path


@dataclass(frozen=True)
class Certificate:
    """A certificate with its key."""

    context: ssl.SSLContext
    pem: str
    """The certificate of the server alone."""
    expires: datetime


class TLS:
    """Encrypts connections with a certificate, which may be replaced."""

    def __init__(self, certificate: Certificate) -> None:
        """Start with a certificate."""
        self.certificate = certificate
        """That of new connections; others keep the one that they had at first."""

    def over(self, protocol: Speaker, payer: Payer | None = None) -> TLSTransport:
        """Return what speaks TLS for a protocol.

        Args:
            protocol: The protocol, which is not connected yet.
            payer: Pays for handshakes and decryption.
        """
        return TLSTransport(protocol, self.certificate.context, payer)


def load_certificate(files: CertificateFiles) -> Certificate:
    """Return a certificate with its key; reads files.

    Raises:
        CertificateError: A file cannot be read, is not what it should be, or all users can read
            the key; or the key is not the certificate's.
    """
    found = _CERTIFICATE.search(_read(files.certificate, "certificate"))
    if found is None:
        raise CertificateError(f"There is no certificate in {files.certificate} (it must be PEM).")
    if _KEY not in _read(files.key, "key"):
        raise CertificateError(f"There is no private key in {files.key} (it must be PEM).")
    _check_privacy(files.key)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.options |= ssl.OP_NO_RENEGOTIATION
    try:
        context.load_cert_chain(*files, password=_refuse)
        expires = valid_until(ssl.PEM_cert_to_DER_cert(found[0]))
    except _EncryptedError as error:
        raise CertificateError(
            f"The key {files.key} has a passphrase. Remove it with: openssl pkey -in FILE -out FILE"
        ) from error
    except ssl.SSLError as error:
        if error.reason in _MISMATCHES:
            raise CertificateError(
                f"The key {files.key} is not that of the certificate {files.certificate}."
            ) from error
        raise CertificateError(
            f"The certificate {files.certificate} and the key {files.key} cannot be used: "
            f"{(error.reason or 'damaged').lower().replace('_', ' ')}."
        ) from error
    except (OSError, ValueError) as error:
        raise CertificateError(
            f"The certificate {files.certificate} cannot be used: it is damaged."
        ) from error
    return Certificate(context, found[0], expires)


class _EncryptedError(Exception):
    """A key has a passphrase, which OpenSSL would ask for at the terminal."""


def _refuse() -> NoReturn:
    raise _EncryptedError


def _read(file: Path, name: str) -> str:
    try:
        return read_small(file, _FILE_MAX_BYTES).decode(errors="replace")
    except OSError as error:
        raise CertificateError(
            f"The {name} {file} cannot be read: {error.strerror or error}."
        ) from error


def _check_privacy(key: Path) -> None:
    """Check that not everybody can read a key; a group may, as a service may need it."""
    if sys.platform != "win32" and key.stat().st_mode & stat.S_IRWXO:
        import shlex

        raise CertificateError(
            f"Everybody can read the key {key}. Forbid it with: chmod o-rwx {shlex.quote(str(key))}"
        )
