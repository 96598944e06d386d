"""A short run of each part of the backend's fuzz, with a fixed seed; and what counts as a fault."""

import asyncio
import logging
from collections.abc import Callable
from typing import Any

import pytest
from msgspec import structs

from imtui.protocol.messages import Method, UserIDList
from imtui.server.core.context import Context
from imtui.server.core.methods import METHODS
from tests.fuzz.backend import frames, links, requests, rest
from tests.fuzz.backend.parts import PARTS, fuzz
from tests.server.edge.websocket.test_websocket import HANDSHAKE

_ASKED = [requests.Step(0, Method.GET_BLACK_LIST, {}, 0.0)]


@pytest.mark.timeout(300)
@pytest.mark.parametrize("name", PARTS)
def test_whatever_is_sent_the_backend_answers_or_closes(name: str) -> None:
    part = PARTS[name]
    assert fuzz(part, part.short, first_seed=1) >= part.short


def _fail(context: Context, params: Any) -> UserIDList:
    raise ValueError


def _answer_otherwise(context: Context, params: Any) -> UserIDList:
    return UserIDList([1])  # type: ignore[list-item]


def _log(context: Context, params: Any) -> UserIDList:
    logging.getLogger("imtui").error("something is wrong")
    return UserIDList([])


@pytest.mark.parametrize(
    ("function", "fault"),
    [
        (_fail, "getBlackList failed"),
        (_answer_otherwise, "getBlackList was answered with another result"),
        (_log, "logged: something is wrong"),
    ],
)
def test_a_faulty_method_is_found(
    function: Callable[..., Any], fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    endpoint = structs.replace(METHODS[Method.GET_BLACK_LIST], function=function)
    monkeypatch.setitem(METHODS, Method.GET_BLACK_LIST.value, endpoint)
    with asyncio.Runner() as runner, pytest.raises(Exception) as found:
        requests.check(_ASKED, runner)
    assert fault in _texts(found.value)


def test_a_request_without_an_answer_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("imtui.server.node.core_host.CoreHost.request", lambda *_, **__: None)
    with asyncio.Runner() as runner, pytest.raises(Exception) as found:
        requests.check(_ASKED, runner)
    assert "getBlackList was not answered" in _texts(found.value)


def test_a_failing_command_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise ValueError

    monkeypatch.setattr("imtui.server.commands.rest.Rest._call", fail)
    with asyncio.Runner() as runner, pytest.raises(Exception) as found:
        rest.check([rest.Step("/v4/imtui_console/get", {}, 0.0)], runner)
    assert "failed" in _texts(found.value)


def test_a_connection_that_is_left_behind_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("imtui.server.edge.connection.Connection.closed", lambda _: None)
    stream = frames.Stream(HANDSHAKE, (), frozenset())
    with asyncio.Runner() as runner, pytest.raises(Exception) as found:
        frames.check([stream], runner)
    assert "2 connections instead of one are left" in _texts(found.value)


def test_a_link_that_is_left_behind_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("imtui.server.link.remote_edges.RemoteEdges._ended", lambda *_: None)
    stream = links.Stream(True, True, (), frozenset())
    with asyncio.Runner() as runner, pytest.raises(Exception) as found:
        links.check([stream], runner)
    assert "connections are left" in _texts(found.value)


def _texts(error: BaseException) -> str:
    """Return the texts of an error, of those in its group, and of those it was raised from."""
    inner = error.exceptions if isinstance(error, BaseExceptionGroup) else ()
    causes = [one for one in (error.__cause__, error.__context__) if one is not None]
    return " ".join([str(error), *map(_texts, (*inner, *causes))])
