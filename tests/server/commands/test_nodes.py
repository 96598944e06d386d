"""Nodes over the REST API of a backend in one process."""

import socket

from imtui import __version__
from imtui.server.node.backend import Backend
from imtui.server.node.data_dir import DataDir
from tests.server.commands.test_rest import post
from tests.server.wire import wire

LIST, DRAIN = "v4/imtui_node/list", "v4/imtui_node/drain"


async def test_the_one_node_is_listed_with_its_sessions(backend: Backend) -> None:
    async with wire(backend) as client:
        await client.login("alice")
        listed = await post(backend, LIST)
    assert listed["NodeItem"] == [
        {
            "Name": socket.gethostname(),
            "Release": __version__,
            "HasCore": True,
            "Edges": 0,
            "Sessions": 1,
        }
    ]


async def test_the_only_node_is_not_drained_and_the_audit_log_has_that(backend: Backend) -> None:
    refused = await post(backend, DRAIN, {"Name": socket.gethostname()})
    assert refused["ErrorCode"] == 70402
    assert "only node" in refused["ErrorInfo"]
    for body in ({}, {"Name": 1}, {"Name": "x" * 65}, {"Name": "nobody"}):
        assert (await post(backend, DRAIN, body))["ErrorCode"] == 70402
    assert "imtui_node/drain" in DataDir(backend.config.data_dir).audit_log.read_text()
