"""``imtui serve`` with a settings file, and with SIGHUP."""

import asyncio
import contextlib
import os
import signal
import time
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from imtui.server.edge.tls.certificate import CertificateFiles
from tests.certificates import EXPIRED, FIRST, SECOND, copy_of
from tests.cli.processes import TIMEOUT, Home, Running

FREE_PORTS = "port = 0\nrest_port = 0\n"


def written(file: Path, text: str) -> Path:
    """Return a file with this text; its folder is made."""
    file.parent.mkdir(exist_ok=True, mode=0o700)
    file.write_text(text)
    return file


async def until(running: Running, text: str) -> list[str]:
    """Return the lines of the log up to one with this text."""
    lines = [await running.error_line()]
    while text not in lines[-1]:
        assert lines[-1], lines
        lines.append(await running.error_line())
    return lines


@pytest.mark.parametrize("is_named", [True, False])
async def test_the_settings_are_read_from_a_file(home: Home, is_named: bool) -> None:
    text = f"{FREE_PORTS}host = ['127.0.0.2', '127.0.0.1']\n"
    file = written(home.path / ("a.toml" if is_named else "d/imtui.toml"), text)
    named = ["--config", file] if is_named else []
    async with home.start("serve", "--data", home.path / "d", *named) as running:
        ready = await running.json_line()
        for url in (ready["ws"], ready["rest"]):
            assert urlsplit(url).hostname == "127.0.0.2"
            for host in ("127.0.0.1", "127.0.0.2"):
                _, writer = await asyncio.open_connection(host, urlsplit(url).port)
                writer.close()
        assert (await running.end())[0] == 0


async def test_an_option_wins_over_the_file(home: Home) -> None:
    file = written(home.path / "a.toml", f"{FREE_PORTS}host = '127.0.0.2'\n")
    options = ("--config", file, "--host", "127.0.0.3", "--host", "127.0.0.1")
    async with home.start("serve", "--data", home.path / "d", *options) as running:
        assert urlsplit((await running.json_line())["ws"]).hostname == "127.0.0.3"


@pytest.mark.parametrize("action", [[], ["--check-config"]])
def test_wrong_settings_are_told_before_anything_is_opened(home: Home, action: list[str]) -> None:
    file = written(home.path / "a.toml", "port = 1\nhosts = 1\ndisk_reserve = -1\n")

    failed = home.run("serve", "--data", home.path / "d", "--config", file, *action)

    assert (failed.returncode, failed.stdout) == (2, "")
    lines = failed.stderr.splitlines()
    assert lines[0].startswith(f"imtui: {file}:2: hosts is no setting; is it host?")
    if action:
        assert lines[1].startswith(f"imtui: {file}:3: disk_reserve must be a whole number of MiB")
    else:
        assert lines[0].endswith("There is 1 more problem: --check-config lists them.")
    assert not (home.path / "d").exists()


def test_settings_that_are_right_are_told_and_nothing_is_opened(home: Home) -> None:
    file = written(home.path / "a.toml", FREE_PORTS)
    for named in ([], ["--config", file]):
        checked = home.run("serve", "--data", home.path / "d", "--check-config", *named)
        assert (checked.returncode, checked.stderr) == (0, "")
        assert "right" in checked.stdout
        assert ("There is no file" in checked.stdout) == (not named)
    missing = home.run("serve", "--data", home.path / "d", "--config", home.path / "none")
    assert missing.returncode == 2
    assert missing.stderr == f"imtui: There is no file {home.path / 'none'}.\n"
    assert not (home.path / "d").exists()


async def test_sighup_takes_what_can_change_and_tells_what_cannot(home: Home) -> None:
    file = written(home.path / "a.toml", FREE_PORTS)
    options = ("--config", file, "--max-connections", "5")
    async with home.start("serve", "--data", home.path / "d", *options) as running:
        await running.json_line()
        file.write_text("port = 0\nrest_port = 1\nmax_connections = 6\nmax_per_address = 7\n")
        running.process.send_signal(signal.SIGHUP)
        lines = await until(running, "A restart is needed to change rest_port")
        assert "max_per_address is 7 now, not 1000" in lines[-2]
        assert "max_connections" not in lines[-2]
        file.write_text("port = \n")
        running.process.send_signal(signal.SIGHUP)
        assert f"{file}:1: " in (await until(running, "The settings stay as they were"))[-2]
        assert (await running.end())[0] == 0


async def test_a_backend_with_tls_is_reached_with_its_certificate(home: Home) -> None:
    files = copy_of(FIRST, home.path)
    file = written(home.path / "d/imtui.toml", f"{FREE_PORTS}tls_cert = '../tls.pem'\n")
    data = home.path / "d"
    options = ("--data", data, "--tls-key", files.key)
    async with home.start("serve", *options) as running:
        ready = await running.json_line()
        assert ready["ws"].startswith("wss://127.0.0.1:")
        assert ready["rest"].startswith("https://127.0.0.1:")
        sig = home.path / "alice.sig"
        sig.write_text(
            (await asyncio.to_thread(home.run, "usersig", "alice", "--data", data)).stdout
        )
        account = ("--server", ready["ws"], "--app-id", ready["sdkAppID"], "--user", "alice")

        async def works(files: CertificateFiles) -> bool:
            # Commands with the data folder know the certificate, whatever it is.
            shown = await asyncio.to_thread(home.run, "console", "show", "--data", data)
            assert shown.returncode == 0, shown.stderr
            status = await asyncio.to_thread(
                partial(home.run, SSL_CERT_FILE=str(files.certificate)),
                *("status", *account, "--usersig-file", sig),
            )
            return status.returncode == 0

        assert await works(FIRST)
        assert not await works(SECOND)
        copy_of(EXPIRED, home.path)
        running.process.send_signal(signal.SIGHUP)
        await until(running, "has expired")
        assert not await works(EXPIRED)
        copy_of(SECOND, home.path)
        # The files are looked at, also without a signal.
        await until(running, "New connections get the certificate")
        assert await works(SECOND)
        file.write_text(FREE_PORTS)
        running.process.send_signal(signal.SIGHUP)
        await until(running, "The settings stay as they were")
        assert (await running.end())[0] == 0


@pytest.mark.parametrize("action", [[], ["--check-config"]])
def test_a_certificate_that_cannot_be_used_is_told(home: Home, action: list[str]) -> None:
    first, second = copy_of(FIRST, home.path), copy_of(SECOND, home.path, "second")
    data = ("--data", home.path / "d", "--port", 0, "--rest-port", 0)
    alone = home.run("serve", *data, "--tls-cert", first.certificate, *action)
    assert (alone.returncode, alone.stdout) == (2, "")
    assert alone.stderr == "imtui: tls_cert and tls_key need each other: set both, or none.\n"
    both = ("--tls-cert", first.certificate, "--tls-key", second.key)
    failed = home.run("serve", *data, *both, *action)
    assert (failed.returncode, failed.stdout) == (2 if action else 1, "")
    assert failed.stderr.count("\n") == 1
    assert "is not that of the certificate" in failed.stderr
    text = f"\ntls_cert = '{first.certificate}'\ntls_key = '{second.key}'\n"
    file = written(home.path / "a.toml", text)
    failed = home.run("serve", *data, "--config", file, *action)
    assert failed.stderr.count("\n") == 1
    place = f"{file}:2: tls_cert, tls_key: " if action else ""
    assert failed.stderr.startswith(f"imtui: {place}The key ")


async def test_a_file_of_trusted_certificates_is_an_option_and_saved(home: Home) -> None:
    files, data = copy_of(FIRST, home.path), home.path / "d"
    tls = ("--tls-cert", files.certificate, "--tls-key", files.key)
    trust = ("--ca-file", files.certificate)
    ports = ("--port", 0, "--rest-port", 0)
    async with home.start("serve", "--data", data, *ports, *tls, *trust) as running:
        ready = await running.json_line()

        async def told(*arguments: object) -> tuple[int, str]:
            done = await asyncio.to_thread(home.run, *arguments)
            return done.returncode, done.stdout + done.stderr

        for user in ("alice", "administrator"):
            made = await told("usersig", user, "--data", data)
            (home.path / f"{user}.sig").write_text(made[1])
        app = ("--app-id", ready["sdkAppID"])
        account = ("--server", ready["ws"], *app, "--user", "alice")
        signed = (*account, "--usersig-file", home.path / "alice.sig")
        admin = ("--rest", ready["rest"], *app, "--usersig-file", home.path / "administrator.sig")

        assert (await told("status", *signed))[0] == 1
        status, said = await told("console", "show", *admin)
        assert status == 1
        assert "--ca-file" in said
        assert (await told("console", "show", *admin, *trust))[0] == 0
        assert (await told("login", *signed, *trust))[0] == 0
        assert await told("status") == (0, "alice  UNLOGINED\n")


@pytest.mark.parametrize("action", [[], ["--check-config"]])
def test_trusted_certificates_that_cannot_be_used_are_told(home: Home, action: list[str]) -> None:
    data = ("--data", home.path / "d", "--port", 0, "--rest-port", 0)
    failed = home.run("serve", *data, "--ca-file", home.path / "none.pem", *action)
    assert (failed.returncode, failed.stdout) == (2, "")
    [line] = failed.stderr.splitlines()
    assert "none.pem cannot be read: No such file" in line


async def test_sighup_never_ends_a_server(home: Home) -> None:
    async with home.start(
        "serve", "--port", 0, "--rest-port", 0, "--data", home.path / "d"
    ) as running:
        pid = running.process.pid
        # Nothing tells earlier than the system that the command has begun.
        await asyncio.to_thread(wait_until_handled, pid)
        for _ in range(50):
            os.kill(pid, signal.SIGHUP)
        await running.json_line()
        os.kill(pid, signal.SIGHUP)
        os.kill(pid, signal.SIGHUP)
        ending = asyncio.create_task(running.end())
        while not ending.done():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGHUP)
            await asyncio.sleep(0.001)
        assert ending.result()[0] == 0


async def test_sighup_never_ends_the_embedded_backend(home: Home) -> None:
    data = home.path / "d"
    sockets = home.path / "s"
    sockets.mkdir(mode=0o700)
    async with home.start(
        "serve", "--embedded", "--data", data, "--socket-dir", sockets
    ) as running:
        await running.json_line()
        for _ in range(2):
            running.process.send_signal(signal.SIGHUP)
        _, writer = await asyncio.open_unix_connection(sockets / "ws.sock")
        writer.close()
        assert (await running.end())[0] == 0


def wait_until_handled(pid: int) -> None:
    """Wait until SIGHUP does not end a process."""
    status = Path(f"/proc/{pid}/status")
    deadline = time.monotonic() + TIMEOUT
    while status.exists() and time.monotonic() < deadline:
        fields = dict(line.split(":", 1) for line in status.read_text().splitlines())
        if any(int(fields[mask], 16) >> (signal.SIGHUP - 1) & 1 for mask in ("SigIgn", "SigCgt")):
            return
        time.sleep(0.001)
