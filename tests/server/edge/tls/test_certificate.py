"""Certificates: what cannot be used is told in one line that says what to do."""

import contextlib
import os
import ssl
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imtui.server.edge.tls.certificate import (
    CertificateError,
    CertificateFiles,
    load_certificate,
)
from imtui.server.edge.tls.validity import valid_until
from tests.certificates import ENCRYPTED, EXPIRED, FIRST, SECOND, copy_of

Change = Callable[[CertificateFiles], object]


def mixed(certificate: CertificateFiles, key: CertificateFiles) -> CertificateFiles:
    """Return a certificate with the key of another."""
    return CertificateFiles(certificate.certificate, key.key)


@pytest.mark.parametrize("files", [FIRST, SECOND, EXPIRED])
def test_a_certificate_is_loaded_with_its_end(tmp_path: Path, files: CertificateFiles) -> None:
    certificate = load_certificate(copy_of(files, tmp_path))
    assert certificate.pem in files.certificate.read_text()
    assert certificate.context.minimum_version is ssl.TLSVersion.TLSv1_2
    if files is EXPIRED:
        assert certificate.expires == datetime(2021, 1, 1, tzinfo=UTC)
    else:
        assert certificate.expires.year > 2100


def test_one_file_may_have_both(tmp_path: Path) -> None:
    both = tmp_path / "both.pem"
    both.write_text(FIRST.key.read_text() + FIRST.certificate.read_text())
    both.chmod(0o600)
    assert load_certificate(CertificateFiles(both, both)).pem in FIRST.certificate.read_text()


@pytest.mark.parametrize(
    ("files", "change", "told"),
    [
        (mixed(FIRST, SECOND), None, "is not that of the certificate"),
        (mixed(EXPIRED, SECOND), None, "is not that of the certificate"),
        (ENCRYPTED, None, "has a passphrase"),
        (FIRST, lambda files: files.key.unlink(), "The key .* cannot be read: No such file"),
        (FIRST, lambda files: files.certificate.unlink(), "The certificate .* cannot be read"),
        (FIRST, lambda files: files.key.write_text(""), "There is no private key in"),
        (FIRST, lambda files: files.certificate.write_bytes(b"\xff"), "There is no certificate in"),
        (FIRST, lambda files: files.certificate.write_bytes(bytes(300_000)), "it has more than"),
        (FIRST, lambda files: files.key.chmod(0o604), "Everybody can read .* chmod o-rwx"),
        (
            FIRST,
            lambda files: files.certificate.write_text(
                files.certificate.read_text().replace("M", "N")
            ),
            "cannot be used",
        ),
        (
            FIRST,
            lambda files: files.key.write_text(files.key.read_text().replace("M", "N", 1)),
            "cannot be used",
        ),
    ],
)
def test_what_cannot_be_used_is_told(
    tmp_path: Path, files: CertificateFiles, change: Change | None, told: str
) -> None:
    copies = copy_of(files, tmp_path)
    if change is not None:
        change(copies)
    with pytest.raises(CertificateError, match=told) as refused:
        load_certificate(copies)
    assert "\n" not in str(refused.value)
    assert str(tmp_path) in str(refused.value)


def test_a_pipe_or_folder_is_never_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for file in (tmp_path / "pipe", tmp_path):
        with pytest.raises(CertificateError, match="cannot be read: it is"):
            load_certificate(CertificateFiles(file, file))


@given(st.binary(max_size=100) | st.integers(0, 300).map(bytes))
def test_what_is_no_certificate_has_no_end(data: bytes) -> None:
    with pytest.raises(ValueError):
        valid_until(data)


@given(data=st.data())
def test_a_damaged_certificate_has_an_end_or_none_but_is_no_fault(data: st.DataObject) -> None:
    der = bytearray(ssl.PEM_cert_to_DER_cert(FIRST.certificate.read_text()))
    at = data.draw(st.integers(0, len(der) - 1))
    der[at] = data.draw(st.integers(0, 255))
    with contextlib.suppress(ValueError):
        assert valid_until(bytes(der[: data.draw(st.integers(0, len(der)))])).tzinfo is UTC
