"""Certificates that only tests use, of localhost and 127.0.0.1, valid for a hundred years."""

import ssl
from pathlib import Path
from typing import Final

from imtui.server.edge.tls.certificate import TLS, CertificateFiles, load_certificate

_FOLDER: Final = Path(__file__).parent / "pem"
FIRST: Final = CertificateFiles(_FOLDER / "first.pem", _FOLDER / "first.key")
SECOND: Final = CertificateFiles(_FOLDER / "second.pem", _FOLDER / "second.key")
EXPIRED: Final = CertificateFiles(_FOLDER / "expired.pem", _FOLDER / "first.key")
"""Expired at the beginning of 2021."""
FIELD: Final = CertificateFiles(_FOLDER / "field.pem", _FOLDER / "first.key")
"""Of console.tim.qq.com, the field's host, to which some clients are bound."""
ENCRYPTED: Final = CertificateFiles(_FOLDER / "first.pem", _FOLDER / "encrypted.key")


def copy_of(files: CertificateFiles, folder: Path, name: str = "tls") -> CertificateFiles:
    """Return copies of files, with modes as they should be; earlier ones are replaced."""
    copies = CertificateFiles(folder / f"{name}.pem", folder / f"{name}.key")
    for original, copy in zip(files, copies, strict=True):
        made = copy.with_suffix(".new")
        made.write_bytes(original.read_bytes())
        made.chmod(0o600)
        made.replace(copy)
    return copies


def tls_with(files: CertificateFiles, folder: Path) -> TLS:
    """Return what a server uses, given a folder for the files."""
    return TLS(load_certificate(copy_of(files, folder)))


def trust_in(files: CertificateFiles) -> ssl.SSLContext:
    """Return the settings of a client that trusts a certificate."""
    return ssl.create_default_context(cafile=files.certificate)
