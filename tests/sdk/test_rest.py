"""The REST client, against a server whose answers the test defines."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from imtui.sdk import IMError
from imtui.sdk.rest import RestClient


class Answering:
    """An HTTP server that gives one answer and keeps the requests."""

    def __init__(self, answer: bytes) -> None:
        self.answer = answer
        self.requests: list[str] = []
        self.bodies: list[Any] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        length = next(
            int(line.split(":")[1])
            for line in head.splitlines()
            if line.lower().startswith("content-length")
        )
        self.requests.append(head.splitlines()[0])
        self.bodies.append(json.loads(await reader.readexactly(length)))
        writer.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + self.answer)
        await writer.drain()
        writer.close()


@asynccontextmanager
async def answering(answer: Any) -> AsyncIterator[tuple[str, Answering]]:
    content = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
    fake = Answering(content)
    async with await asyncio.start_server(fake.serve, "127.0.0.1", 0) as server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", fake


def client_at(*urls: str) -> RestClient:
    return RestClient(urls, 1400000000, "administrator", "secret-sig")


async def test_a_command_is_posted_with_its_query_and_returns_the_whole_answer() -> None:
    answer = {"ActionStatus": "OK", "ErrorInfo": "", "ErrorCode": 0, "Settings": {"a": "b"}}
    async with answering(answer) as (url, fake):
        assert await client_at(url).call("imtui_console/get", {"x": 1}) == answer
        method, target, _ = fake.requests[0].split()
        path, query = target.split("?")
        assert (method, path) == ("POST", "/v4/imtui_console/get")
        fields = dict(part.split("=") for part in query.split("&"))
        assert fields.pop("random").isdigit()
        assert fields == {
            "sdkappid": "1400000000",
            "identifier": "administrator",
            "usersig": "secret-sig",
            "contenttype": "json",
        }
        assert fake.bodies == [{"x": 1}]


async def test_a_unix_socket_works_too(tmp_path: Path) -> None:
    fake = Answering(b'{"ActionStatus": "OK"}')
    path = tmp_path / "rest.sock"
    async with await asyncio.start_unix_server(fake.serve, path):
        answer = await client_at(f"http+unix://{path}").call("a/b", {})
    assert answer == {"ActionStatus": "OK"}


async def test_a_refusal_has_its_code() -> None:
    async with answering({"ActionStatus": "FAIL", "ErrorCode": 60010, "ErrorInfo": "no"}) as (
        url,
        _,
    ):
        with pytest.raises(IMError) as error:
            await client_at(url).call("a/b", {})
    assert (error.value.code, error.value.message) == (60010, "no")


@pytest.mark.parametrize("answer", [b"", b"<html>", b"[]", b"{}", b"x" * 2_000_000, b'{"a": 1}'])
async def test_a_malformed_answer_is_6001(answer: bytes) -> None:
    async with answering(answer) as (url, _):
        with pytest.raises(IMError) as error:
            await client_at(url).call("a/b", {})
    assert error.value.code == 6001


async def test_no_server_is_9511_and_a_broken_one_9508() -> None:
    async with answering({}) as (url, _):
        pass
    with pytest.raises(IMError) as error:
        await client_at(url).call("a/b", {})
    assert error.value.code == 9511

    def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    serve: Callable[..., None] = hang_up
    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(IMError) as error:
            await client_at(f"http://127.0.0.1:{port}").call("a/b", {})
    assert error.value.code == 9508


async def test_the_next_address_is_used_only_if_a_connection_is_refused() -> None:
    calls: list[str] = []

    def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        calls.append("broken")
        writer.close()

    async with answering({"ActionStatus": "OK"}) as (dead, _):
        pass
    async with (
        answering({"ActionStatus": "OK"}) as (good, fake),
        await asyncio.start_server(hang_up, "127.0.0.1", 0) as server,
    ):
        broken = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        assert await client_at(dead, good).call("a/b", {}) == {"ActionStatus": "OK"}
        several = RestClient(f"{dead},{good}", 1400000000, "administrator", "secret-sig")
        assert await several.call("a/b", {}) == {"ActionStatus": "OK"}
        assert len(fake.requests) == 2
        for urls, code in (((dead, broken, good), 9508), ((dead, dead), 9511)):
            with pytest.raises(IMError) as error:
                await client_at(*urls).call("a/b", {})
            assert error.value.code == code
        # It may have been carried out there.
        assert (calls, len(fake.requests)) == (["broken"], 2)


async def test_a_body_that_cannot_be_encoded_is_6017() -> None:
    with pytest.raises(IMError) as error:
        await client_at("http://127.0.0.1:1").call("a/b", {"x": object()})
    assert error.value.code == 6017


async def test_the_user_sig_is_in_no_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with answering({"ActionStatus": "OK"}) as (url, _):
        await client_at(url).call("a/b", {})
    assert "secret-sig" not in caplog.text
