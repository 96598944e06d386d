"""``imtui node``."""

import json
from collections.abc import Iterator

import pytest

from imtui.cli import main as cli
from tests.cli.conftest import Served
from tests.cli.rest_service import Refusal, RestService, rest_service

NODES = {
    "NodeItem": [
        {"Name": "", "Release": "", "HasCore": False, "Edges": 1, "Sessions": 0},
        {"Name": "a\x1b[31m", "Release": "0.1.0", "HasCore": True, "Edges": 2, "Sessions": 40},
    ]
}


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[RestService]:
    with rest_service(monkeypatch) as running:
        running.commands["imtui_node/list"] = lambda body: NODES
        running.commands["imtui_node/drain"] = lambda body: {}
        yield running


def test_nodes_are_a_table(service: RestService, capsys: pytest.CaptureFixture[str]) -> None:
    assert service.run("node", "list") == 0
    head, unknown, known = capsys.readouterr().out.splitlines()
    assert head.split() == ["NODE", "IMTUI", "CORE", "EDGES", "SESSIONS"]
    assert unknown.split() == ["?", "?", "1", "0"]
    assert known.split()[-4:] == ["0.1.0", "yes", "2", "40"]
    assert "\x1b" not in known


def test_nodes_as_json(service: RestService, capsys: pytest.CaptureFixture[str]) -> None:
    assert service.run("node", "list", "--json") == 0
    first, _ = map(json.loads, capsys.readouterr().out.splitlines())
    assert first == {"name": "", "release": "", "hasCore": False, "edges": 1, "sessions": 0}


def test_a_node_is_drained_by_its_name(
    service: RestService, capsys: pytest.CaptureFixture[str]
) -> None:
    assert service.run("node", "drain", "db-1") == 0
    assert service.bodies("imtui_node/drain") == [{"Name": "db-1"}]
    assert capsys.readouterr().out == "db-1 ends; its clients and the core go to other nodes.\n"


def test_a_refusal_is_one_line(service: RestService, capsys: pytest.CaptureFixture[str]) -> None:
    def refuse(body: object) -> dict[str, object]:
        raise Refusal(70402, "It is the only node.\nStop it.")

    service.commands["imtui_node/drain"] = refuse
    assert service.run("node", "drain", "one") == 1
    assert capsys.readouterr() == ("", "imtui: 70402 · It is the only node. Stop it.\n")


def test_the_only_node_of_a_backend_stays(served: Served) -> None:
    data = ("--data", served.data)
    listed = served.home.run("node", "list", "--json", *data)
    (node,) = map(json.loads, listed.stdout.splitlines())
    drained = served.home.run("node", "drain", node["name"], *data)
    assert drained.returncode == 1
    assert "It is the only node" in drained.stderr
    assert served.home.run("node", "list", *data).returncode == 0


def test_an_action_is_needed(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["node"]) == 2
