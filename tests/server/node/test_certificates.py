"""The certificate of a running backend follows its files."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from imtui.server.edge.tls.certificate import CertificateFiles
from imtui.server.node.certificates import Certificates, load_certificates
from imtui.server.node.data_dir import BackendError
from imtui.server.node.listening import listen_on_hosts
from tests.certificates import EXPIRED, FIRST, SECOND, copy_of


def pem_of(files: CertificateFiles) -> str:
    """Return the certificate of files, as it is published."""
    return files.certificate.read_text().strip()


@pytest.fixture
def files(tmp_path: Path) -> CertificateFiles:
    return copy_of(FIRST, tmp_path)


async def looks(certificates: Certificates, count: int = 2) -> None:
    """Look at the files several times, as happens every few seconds."""
    for _ in range(count):
        await certificates.look()


async def test_new_files_are_used_once_they_are_settled(
    files: CertificateFiles, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    certificates = Certificates(files)
    published: list[str] = []
    certificates.publish = published.append
    first = certificates.tls.certificate
    await looks(certificates)
    copy_of(SECOND, tmp_path)
    await looks(certificates, 1)
    assert certificates.tls.certificate is first
    await looks(certificates, 1)
    assert certificates.tls.certificate.pem == pem_of(SECOND)
    assert published == [pem_of(SECOND)]
    assert len(caplog.messages) == 1
    await looks(certificates)
    assert len(caplog.messages) == 1


async def test_what_cannot_be_used_is_told_once_and_the_old_one_is_kept(
    files: CertificateFiles, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    certificates = Certificates(files)
    first = certificates.tls.certificate
    files.certificate.write_bytes(SECOND.certificate.read_bytes())
    await looks(certificates, 5)
    (told,) = caplog.messages
    assert "is not that of the certificate" in told
    assert "from before is used on" in told
    files.key.unlink()
    await looks(certificates, 5)
    assert len(caplog.messages) == 2
    assert certificates.tls.certificate is first
    copy_of(SECOND, tmp_path)
    await looks(certificates)
    assert certificates.tls.certificate.pem == pem_of(SECOND)


async def test_other_files_are_used_from_then_on(
    files: CertificateFiles, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    certificates = Certificates(files)
    await certificates.use(copy_of(SECOND, tmp_path, "other"))
    assert certificates.tls.certificate.pem == pem_of(SECOND)
    await certificates.use(CertificateFiles(tmp_path / "none", tmp_path / "none"))
    assert certificates.tls.certificate.pem == pem_of(SECOND)
    assert "cannot be read" in caplog.messages[-1]


async def test_a_certificate_that_cannot_be_published_is_used_all_the_same(
    files: CertificateFiles, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    certificates = Certificates(files)

    def fail(pem: str) -> None:
        raise BackendError("no room")

    certificates.publish = fail
    copy_of(SECOND, tmp_path)
    await looks(certificates)
    assert certificates.tls.certificate.pem == pem_of(SECOND)
    assert "no room" in caplog.messages[0]


@pytest.mark.parametrize(
    ("days", "told"), [(-1, "has expired"), (1, "expires soon"), (13, "expires soon"), (15, "")]
)
async def test_the_end_of_a_certificate_is_told_at_the_start_and_at_each_reload(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, days: int, told: str
) -> None:
    now = datetime(2021, 1, 1, tzinfo=UTC) - timedelta(days=days)
    files = copy_of(EXPIRED, tmp_path)
    certificates = Certificates(files, lambda: now)
    await certificates.use(files)
    assert len(caplog.messages) == (2 if told else 0)
    assert all(told in message for message in caplog.messages)


async def test_who_listens_to_others_without_tls_is_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (local,), (remote,) = (listen_on_hosts([host], 0, "") for host in ("127.0.0.1", "0.0.0.0"))
    with local, remote:
        assert await load_certificates(None, [local]) is None
        assert caplog.messages == []
        assert await load_certificates(None, [local, remote]) is None
        assert "0.0.0.0 without TLS" in caplog.messages[0]
        assert "--tls-cert" in caplog.messages[0]
        await load_certificates(copy_of(FIRST, tmp_path), [remote])
        assert len(caplog.messages) == 1
    with pytest.raises(BackendError, match="cannot be read"):
        await load_certificates(CertificateFiles(tmp_path / "a", tmp_path / "b"), [])
