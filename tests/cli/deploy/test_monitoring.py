"""What Prometheus and Grafana are given: all of it is right for a running backend."""

import asyncio
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from imtui.cli.deploy.deployed import Deployed
from imtui.cli.deploy.grafana import grafana_dashboard
from imtui.cli.deploy.prometheus import JOB, prometheus_config, prometheus_rules
from imtui.protocol.errors import ErrorCode
from imtui.server.node.config import BackendConfig
from imtui.server.node.settings.settings import NodeSettings
from tests.over_edges import new_backend
from tests.server.test_metrics import Read, parse
from tests.server.wire import wire

ONE = Deployed(NodeSettings(max_connections=1000), Path("/srv"))
EDGED = Deployed(NodeSettings(edges=2), Path("/srv"))
MANY = Deployed(
    NodeSettings(database="postgresql://db/imtui", max_connections=500),
    Path("/srv"),
    nodes=("10.0.0.5", "fd00::6"),
)
each = pytest.mark.parametrize("deployed", [ONE, EDGED, MANY], ids=["one", "edges", "nodes"])


def job(deployed: Deployed, **options: Any) -> dict[str, Any]:
    read = msgspec.yaml.decode(prometheus_config(deployed, **options).text)
    found: dict[str, Any]
    (found,) = read["scrape_configs"]
    return found


def rules(deployed: Deployed) -> list[dict[str, Any]]:
    (group,) = msgspec.yaml.decode(prometheus_rules(deployed).text)["groups"]
    found: list[dict[str, Any]] = group["rules"]
    return found


def panels(deployed: Deployed) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(grafana_dashboard(deployed).text)["panels"]
    return found


def expressions(deployed: Deployed) -> Iterator[str]:
    for rule in rules(deployed):
        yield rule["expr"]
    for panel in panels(deployed):
        for target in panel["targets"]:
            yield target["expr"]


async def families(tmp_path: Path, edges: int) -> dict[str, Read]:
    """Return what a running backend tells of itself after a login."""
    async with new_backend(BackendConfig(tmp_path), edges) as backend:
        async with wire(backend) as alice:
            await alice.login("alice")
            await alice.code("getUserStatus", userIDList=["nobody"])
        async with httpx.AsyncClient(base_url=backend.address.rest) as client:
            told = parse((await client.get("/metrics")).text)
            while edges and "imtui_process_cpu_seconds_total" not in told:
                # Edges report each second.
                await asyncio.sleep(0.2)
                told = parse((await client.get("/metrics")).text)
            return told


@pytest.mark.parametrize("edges", [0, 1])
async def test_all_series_are_those_of_a_running_backend(edges: int, tmp_path: Path) -> None:
    told = await families(tmp_path, edges)
    for deployed in (EDGED, MANY) if edges else (ONE,):
        for expression in expressions(deployed):
            found = re.findall(r"\b(\w+)\{([^}]*)\}", expression)
            assert found, expression
            for name, labels in found:
                assert f'job="{JOB}"' in labels
                if name != "up":
                    check(told, name, labels)


def check(told: dict[str, Read], name: str, labels: str) -> None:
    """Check that a family has such a series, and the labels that are asked for."""
    family, _, suffix = name.partition("_seconds_")
    one = told[f"{family}_seconds" if suffix in ("bucket", "count") else name]
    for label, value in re.findall(r'(\w+)="([^"]*)"', labels):
        if label == "job":
            continue
        values = {dict(of).get(label) for _, of in one.samples}
        if label == "code":
            # A code that was never answered has no series yet.
            assert int(value) in set(ErrorCode)
        else:
            assert value in values


@each
def test_no_other_names_are_used(deployed: Deployed) -> None:
    for expression in expressions(deployed):
        bare = re.sub(r"\w+\{[^}]*\}(\[\d+m\])?", "", expression)
        known = {"max", "without", "by", "instance", "job", "rate", "increase", "resets"}
        assert set(re.findall(r"[a-z_]+", bare)) <= known | {"histogram_quantile"}


@each
def test_the_labels_of_legends_and_summaries_are_there(deployed: Deployed) -> None:
    kept = {"port", "method", "code", "status", "process", "instance"}
    texts = [rule["annotations"]["summary"] for rule in rules(deployed)]
    texts += [target["legendFormat"] for panel in panels(deployed) for target in panel["targets"]]
    for text in texts:
        assert set(re.findall(r"\{\{ ?(?:\$labels\.)?(\w+) ?\}\}", text)) <= kept
        assert text.count("{{") == len(re.findall(r"\{\{ ?(?:\$labels\.)?\w+ ?\}\}", text))


@each
def test_rules_have_names_of_their_own(deployed: Deployed) -> None:
    names = [rule["alert"] for rule in rules(deployed)]
    assert len(set(names)) == len(names)
    assert "ImtuiDown" in names
    for rule in rules(deployed):
        assert rule["labels"]["severity"] in ("warning", "critical")
        assert re.fullmatch(r"\d+[sm]", rule["for"])


def test_the_most_connections_are_those_of_all_nodes() -> None:
    for deployed, most in ((ONE, 900), (MANY, 900)):
        (full,) = (rule for rule in rules(deployed) if rule["alert"] == "ImtuiNearlyFull")
        assert full["expr"].endswith(f" > {most}")
    assert all(rule["alert"] != "ImtuiNearlyFull" for rule in rules(EDGED))


def test_each_node_is_asked() -> None:
    found = job(MANY)
    assert found["static_configs"] == [{"targets": ["10.0.0.5:7789", "[fd00::6]:7789"]}]
    assert "scheme" not in found
    found = job(ONE)
    assert found["static_configs"] == [{"targets": ["127.0.0.1:7789"]}]


def test_a_backend_with_tls_is_asked_over_https() -> None:
    secure = Deployed(NodeSettings(tls_cert=Path("/a.pem"), tls_key=Path("/a.key")), Path("/srv"))
    found = job(secure)
    assert found["scheme"] == "https"
    assert "tls_config" not in found
    found = job(secure, name="chat.example.org", authorities=Path("/a: b"))
    assert found["tls_config"] == {"server_name": "chat.example.org", "ca_file": "/a: b"}


@each
def test_panels_do_not_overlap(deployed: Deployed) -> None:
    places = [tuple(panel["gridPos"][side] for side in "xywh") for panel in panels(deployed)]
    for at, (x, y, w, h) in enumerate(places):
        assert x + w <= 24
        for other_x, other_y, other_w, other_h in places[:at]:
            assert (
                x + w <= other_x
                or other_x + other_w <= x
                or y >= other_y + other_h
                or y + h <= other_y
            )
    ids = [panel["id"] for panel in panels(deployed)]
    assert len(set(ids)) == len(ids)
