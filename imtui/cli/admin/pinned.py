"""Trust in the certificate of a backend on this machine."""

import ssl
from typing import Final

_NO_CHECK_TIME: Final = 0x200000
"""OpenSSL's X509_V_FLAG_NO_CHECK_TIME, which Python does not name."""


def only(certificate: str) -> ssl.SSLContext:
    """Return TLS settings that accept one certificate, for any host, also if it has expired.

    Args:
        certificate: The certificate in PEM, as the backend wrote it for its owner.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN | _NO_CHECK_TIME
    context.load_verify_locations(cadata=certificate)
    return context
