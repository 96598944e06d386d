"""A dashboard of Grafana; pure."""

import json
from collections.abc import Mapping
from typing import Any, Final

from imtui.cli.deploy.deployed import Deployed, File
from imtui.cli.deploy.prometheus import one_of_nodes, quantile, rate, series

_COLUMNS: Final = 2
_WIDTH: Final = 24 // _COLUMNS
_HEIGHT: Final = 8
_SCHEMA: Final = 38
_SOURCE: Final = {"type": "prometheus", "uid": "${source}"}


def grafana_dashboard(deployed: Deployed) -> File:
    """Return a dashboard with what the backend counts."""
    panels = dict(_PANELS)
    if deployed.has_children:
        panels |= _OF_PROCESSES
    dashboard = {
        "title": "imtui",
        "uid": "imtui",
        "schemaVersion": _SCHEMA,
        "editable": True,
        "refresh": "30s",
        "time": {"from": "now-6h", "to": "now"},
        "templating": {
            "list": [
                {
                    "name": "source",
                    "label": "Data source",
                    "type": "datasource",
                    "query": "prometheus",
                }
            ]
        },
        "panels": [
            _panel(number, title, unit, lines)
            for number, (title, (unit, lines)) in enumerate(panels.items())
        ],
    }
    return File(json.dumps(dashboard, indent=2) + "\n")


_Panel = tuple[str, Mapping[str, str]]
"""The unit, and the expressions by their legends."""

_PANELS: Final[Mapping[str, _Panel]] = {
    "Connections": (
        "short",
        {
            name: one_of_nodes(series(f"imtui_{name}"))
            for name in ("connections", "sessions", "devices")
        },
    ),
    "Accounts": ("short", {"{{status}}": one_of_nodes(series("imtui_accounts"))}),
    "Requests": ("reqps", {"{{port}} {{method}}": f"{rate('imtui_requests_total')} > 0"}),
    "Refusals by code": ("reqps", {"{{port}} {{code}}": rate("imtui_errors_total")}),
    "Time of requests": (
        "s",
        {
            "{{port}} median": quantile(0.5, "imtui_request_seconds"),
            "{{port}} 99 %": quantile(0.99, "imtui_request_seconds"),
        },
    ),
    "Time of commits and deliveries": (
        "s",
        {
            "commits 99 %": quantile(0.99, "imtui_commit_seconds"),
            "deliveries 99 %": quantile(0.99, "imtui_delivery_seconds"),
        },
    ),
    "Statuses": (
        "cps",
        {
            "changes": rate("imtui_changes_total"),
            "deliveries": rate("imtui_deliveries_total"),
            "coalesced": rate("imtui_coalesced_total"),
        },
    ),
    "Messages": ("cps", {"stored": rate("imtui_messages_total")}),
    "Callbacks": (
        "cps",
        {
            "sent": rate("imtui_callbacks_sent_total"),
            "dropped": rate("imtui_callbacks_dropped_total"),
        },
    ),
    "Trouble": (
        "cps",
        {
            "silent clients": rate("imtui_heartbeats_lost_total"),
            "pushes dropped": rate("imtui_pushes_dropped_total"),
            "failed commits": rate("imtui_commit_failures_total"),
        },
    ),
    "Lists": (
        "short",
        {name: one_of_nodes(series(f"imtui_{name}")) for name in ("subscriptions", "friendships")},
    ),
    "Nodes": ("short", {"{{instance}}": series("up")}),
}

_OF_PROCESSES: Final[Mapping[str, _Panel]] = {
    "CPUs by process": ("short", {"{{process}}": rate("imtui_process_cpu_seconds_total")}),
    "Connections by process": (
        "short",
        {"{{process}}": one_of_nodes(series("imtui_process_connections"))},
    ),
}


def _panel(number: int, title: str, unit: str, lines: Mapping[str, str]) -> dict[str, Any]:
    row, column = divmod(number, _COLUMNS)
    return {
        "id": number + 1,
        "type": "timeseries",
        "title": title,
        "datasource": _SOURCE,
        "gridPos": {"x": column * _WIDTH, "y": row * _HEIGHT, "w": _WIDTH, "h": _HEIGHT},
        "fieldConfig": {"defaults": {"unit": unit, "min": 0}, "overrides": []},
        "targets": [
            {"refId": chr(ord("A") + at), "expr": expression, "legendFormat": legend}
            for at, (legend, expression) in enumerate(lines.items())
        ],
    }
