"""Which TLS certificates are trusted, in whatever connection is made."""

import os
import ssl
import stat
from os import PathLike
from pathlib import Path
from typing import Final

CA_FILE_VARIABLE: Final = "SSL_CERT_FILE"
"""Names a file with the certificates to trust in place of the system's, as for OpenSSL."""

_NOT_YET_VALID: Final = 9
_EXPIRED: Final = 10
_WRONG_HOST: Final = (62, 64)
"""OpenSSL's verification errors for a host name and an IP address."""


class TrustError(Exception):
    """The file with the trusted certificates cannot be used; one line says why."""


def trusted(ca_file: str | PathLike[str] | None = None) -> ssl.SSLContext:
    """Return the TLS settings of a client that trusts the certificates of a file, or the system's.

    Args:
        ca_file: The certificates of CAs, in PEM; if None, the file that ``SSL_CERT_FILE`` names.

    Raises:
        TrustError: The file cannot be used.
    """
    file = ca_file or os.environ.get(CA_FILE_VARIABLE)
    if file:
        try:
            # A pipe would be waited for.
            if not stat.S_ISREG(Path(file).stat().st_mode):
                raise TrustError(f"The trusted certificates cannot be read: {file} is no file.")
            return ssl.create_default_context(cafile=file)
        except ssl.SSLError:
            raise TrustError(f"There is no certificate in PEM in {file}.") from None
        except OSError as error:
            raise TrustError(
                f"The trusted certificates in {file} cannot be read: {error.strerror or error}."
            ) from error
    # Imported when it is needed, as most connections are to this machine.
    import truststore

    return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def certificate_problem(error: BaseException | None) -> str | None:
    """Return why a server's certificate was refused, if that is why a connection failed.

    Returns:
        The rest of a sentence that begins with "The certificate", with what to do behind a
        semicolon, and its full stop; or None.
    """
    while error is not None and not isinstance(error, ssl.SSLCertVerificationError):
        error = error.__cause__ or error.__context__
    if error is None:
        return None
    # Those that OpenSSL did not make may lack both.
    code = getattr(error, "verify_code", 0)
    if code == _EXPIRED:
        return "has expired; whoever runs the server has to renew it."
    if code == _NOT_YET_VALID:
        return "is not valid yet; is the clock of this machine right?"
    if code in _WRONG_HOST:
        return "is that of another host; is the address right?"
    reason = (getattr(error, "verify_message", "") or "unknown").strip().rstrip(".")
    return (
        f"is not trusted ({reason}); if it is right, name the file of its CA with --ca-file, or in "
        f"{CA_FILE_VARIABLE}."
    )
