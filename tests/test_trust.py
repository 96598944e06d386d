"""Trust in certificates: WebSockets, the REST API and callbacks trust the same ones."""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from imtui.protocol.errors import ErrorCode, IMError
from imtui.protocol.rest.callback import CallbackCommand
from imtui.sdk import IMClient
from imtui.sdk.rest import RestClient
from imtui.server.edge.tls.certificate import CertificateFiles, load_certificate
from imtui.server.instant import Instant
from imtui.server.webhook.config import WebhookConfig
from imtui.server.webhook.receiver import CallbackError, Receiver
from imtui.server.webhook.request import CallbackRequest
from imtui.trust import CA_FILE_VARIABLE, TrustError, certificate_problem, trusted
from tests.certificates import EXPIRED, FIRST, SECOND, copy_of

Attempt = Callable[[str, int], Awaitable[str]]


async def log_in(host: str, port: int) -> str:
    """Return what a login over ``wss://`` says."""
    async with IMClient(f"wss://{host}:{port}", sdk_app_id=1, timeout=5) as client:
        with pytest.raises(IMError) as refused:
            await client.login("alice", "x")
    return refused.value.message


async def call(host: str, port: int) -> str:
    """Return what a call of the REST API says."""
    client = RestClient(f"https://{host}:{port}", 1, "administrator", "x", timeout=5)
    with pytest.raises(IMError) as refused:
        await client.call("imtui_console/get", {})
    return refused.value.message


async def call_back(host: str, port: int) -> str:
    """Return what a callback says."""
    config = WebhookConfig(f"https://{host}:{port}/", timeout=5)
    receiver = Receiver(config, 1, lambda: Instant(0.0, 0), connections=1)
    try:
        with pytest.raises(CallbackError) as refused:
            await receiver.post(CallbackRequest(CallbackCommand.STATE_CHANGE, "Web", b"{}"))
    finally:
        await receiver.aclose()
    return str(refused.value)


every_client = pytest.mark.parametrize("attempt", [log_in, call, call_back])


@asynccontextmanager
async def server(files: CertificateFiles, folder: Path) -> AsyncIterator[tuple[int, asyncio.Event]]:
    """Serve TLS that hangs up; yield the port, and an event for when a client trusted it."""
    reached = asyncio.Event()

    def hang_up(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        reached.set()
        writer.transport.abort()

    context = load_certificate(copy_of(files, folder, "served")).context
    serving = await asyncio.start_server(hang_up, "0.0.0.0", 0, ssl=context)
    async with serving:
        yield serving.sockets[0].getsockname()[1], reached


@every_client
async def test_a_file_in_the_environment_is_trusted(
    attempt: Attempt, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(CA_FILE_VARIABLE, str(FIRST.certificate))
    async with server(FIRST, tmp_path) as (port, reached):
        said = await attempt("localhost", port)
        assert reached.is_set()
    assert "certificate" not in said


@every_client
@pytest.mark.parametrize("trusts", [None, SECOND])
async def test_a_stranger_is_refused_with_what_to_set(
    attempt: Attempt,
    trusts: CertificateFiles | None,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if trusts is None:
        monkeypatch.delenv(CA_FILE_VARIABLE, raising=False)
    else:
        monkeypatch.setenv(CA_FILE_VARIABLE, str(trusts.certificate))
    async with server(FIRST, tmp_path) as (port, reached):
        said = await attempt("localhost", port)
        assert not reached.is_set()
    assert "certificate is not trusted (self" in said
    assert "--ca-file" in said
    assert CA_FILE_VARIABLE in said
    assert "refused the connection" not in said


@every_client
async def test_an_expired_certificate_is_called_expired(
    attempt: Attempt, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(CA_FILE_VARIABLE, str(EXPIRED.certificate))
    async with server(EXPIRED, tmp_path) as (port, _):
        assert "certificate has expired" in await attempt("localhost", port)


@every_client
async def test_the_certificate_of_another_host_is_called_so(
    attempt: Attempt, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(CA_FILE_VARIABLE, str(FIRST.certificate))
    async with server(FIRST, tmp_path) as (port, _):
        said = await attempt("127.0.0.2", port)
    assert "certificate is that of another host" in said


@every_client
@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (None, "cannot be read: No such file or directory"),
        (b"", "There is no certificate in PEM in"),
        (b"\xff\x00rubbish", "There is no certificate in PEM in"),
    ],
)
async def test_a_file_that_cannot_be_used_is_named(
    attempt: Attempt,
    content: bytes | None,
    problem: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    file = tmp_path / "ca.pem"
    if content is not None:
        file.write_bytes(content)
    monkeypatch.setenv(CA_FILE_VARIABLE, str(file))
    async with server(FIRST, tmp_path) as (port, _):
        said = await attempt("localhost", port)
    assert problem in said
    assert str(file) in said


async def test_a_file_that_is_named_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(CA_FILE_VARIABLE, str(SECOND.certificate))
    async with server(FIRST, tmp_path) as (port, reached):
        async with IMClient(
            f"wss://localhost:{port}", sdk_app_id=1, timeout=5, ca_file=FIRST.certificate
        ) as client:
            with pytest.raises(IMError) as broken:
                await client.login("alice", "x")
        assert reached.is_set()
        assert broken.value.code == ErrorCode.ERR_SDK_NET_DISCONNECT
        reached.clear()
        rest = RestClient(
            f"https://localhost:{port}", 1, "administrator", "x", ca_file=FIRST.certificate
        )
        with pytest.raises(IMError):
            await rest.call("imtui_console/get", {})
        assert reached.is_set()


def test_a_folder_is_no_file_of_certificates(tmp_path: Path) -> None:
    with pytest.raises(TrustError, match=r"cannot be read|no certificate"):
        trusted(tmp_path)


def test_other_failures_are_not_the_certificates() -> None:
    assert certificate_problem(None) is None
    assert certificate_problem(ConnectionRefusedError()) is None


@pytest.mark.skipif(os.name == "nt", reason="there are no pipes in folders")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "ca.pem")
    with pytest.raises(TrustError, match="is no file"):
        trusted(tmp_path / "ca.pem")
