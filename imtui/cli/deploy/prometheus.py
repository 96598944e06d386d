"""A configuration of Prometheus, and rules for alerts; pure."""

from pathlib import Path
from typing import Final

from imtui.cli.deploy.deployed import Deployed, File, comment, with_port
from imtui.cli.deploy.yaml import Value, to_yaml

JOB: Final = "imtui"
_RULES: Final = "imtui.rules.yml"


def prometheus_rules(deployed: Deployed) -> File:
    """Return rules for alerts."""
    return File(comment(f"/etc/prometheus/{_RULES}") + to_yaml(_rules(deployed)))


def prometheus_config(
    deployed: Deployed, name: str | None = None, authorities: Path | None = None
) -> File:
    """Return what Prometheus reads.

    Args:
        deployed: The backend.
        name: The name in the certificate of nodes with TLS; None for that of each target.
        authorities: The CAs of their certificates; None for the system's.

    Raises:
        UsageError: A port is 0.
    """
    _, port = deployed.ports()
    job: dict[str, Value] = {"job_name": JOB}
    if deployed.settings.certificate_files is not None:
        job["scheme"] = "https"
        tls = {"server_name": name, "ca_file": None if authorities is None else str(authorities)}
        if given := {key: value for key, value in tls.items() if value is not None}:
            job["tls_config"] = given
    job["static_configs"] = [{"targets": [with_port(host, port) for host in deployed.hosts]}]
    document: dict[str, Value] = {
        "global": {"scrape_interval": "15s", "evaluation_interval": "15s"},
        "rule_files": [_RULES],
        "scrape_configs": [job],
    }
    return File(
        comment(
            "/etc/prometheus/prometheus.yml; the rules are those of imtui deploy prometheus --rules"
        )
        + to_yaml(document)
    )


def series(name: str, *labels: str) -> str:
    """Return the series of a metric of the backend."""
    return name + "{" + ",".join((f'job="{JOB}"', *labels)) + "}"


def one_of_nodes(expression: str) -> str:
    """Return an expression once: each node tells of all of them, up to a second apart."""
    return f"max without (instance) ({expression})"


def rate(name: str, *labels: str) -> str:
    """Return how fast a counter grows, in a second."""
    return one_of_nodes(f"rate({series(name, *labels)}[5m])")


def quantile(q: float, name: str, *labels: str) -> str:
    """Return a quantile of a histogram."""
    buckets = f"rate({series(f'{name}_bucket', *labels)}[5m])"
    return one_of_nodes(f"histogram_quantile({q}, {buckets})")


def _rules(deployed: Deployed) -> dict[str, Value]:
    several = len(deployed.hosts) > 1
    alerts = [
        _alert(
            "ImtuiNodeDown" if several else "ImtuiDown",
            f'up{{job="{JOB}"}} == 0',
            "1m",
            "warning" if several else "critical",
            "{{ $labels.instance }} does not answer, or has no core",
        ),
        _alert(
            "ImtuiCannotStore",
            one_of_nodes(f"increase({series('imtui_commit_failures_total')}[5m])") + " > 0",
            "1m",
            "critical",
            "Changes cannot be stored: /healthz says why",
        ),
        _alert(
            "ImtuiRefusesMessages",
            rate("imtui_errors_total", 'code="70500"') + " > 0",
            "2m",
            "critical",
            "Requests are refused, as the disk is full, or the database is away: see the log",
        ),
        _alert(
            "ImtuiDropsCallbacks",
            one_of_nodes(f"increase({series('imtui_callbacks_dropped_total')}[15m])") + " > 0",
            "0m",
            "warning",
            "Callbacks were dropped: your server does not accept them",
        ),
        _alert(
            "ImtuiLosesClients",
            one_of_nodes(f"increase({series('imtui_heartbeats_lost_total')}[5m])")
            + f" > 20 + 0.2 * {one_of_nodes(series('imtui_sessions'))}",
            "0m",
            "warning",
            "Many clients fell silent at once: look at the network and the proxies",
        ),
        _alert(
            "ImtuiUserSigsGuessed",
            rate("imtui_errors_total", 'code="70050"') + " > 1",
            "5m",
            "warning",
            "UserSigs are being guessed: see imtui console log --event failed",
        ),
        _alert(
            "ImtuiSlow",
            quantile(0.99, "imtui_request_seconds", 'port="ws"') + " > 0.5",
            "10m",
            "warning",
            "1 of 100 requests takes more than half a second",
        ),
        _alert(
            "ImtuiStoresSlowly",
            quantile(0.99, "imtui_commit_seconds") + " > 1",
            "10m",
            "warning",
            "1 of 100 commits takes more than a second: look at the disk or at PostgreSQL",
        ),
        _restarts(deployed),
    ]
    if several:
        alerts.append(
            _alert(
                "ImtuiDown",
                f'max by (job) (up{{job="{JOB}"}}) == 0',
                "30s",
                "critical",
                "No node answers: none has the core",
            )
        )
    if deployed.has_children:
        cpu = rate("imtui_process_cpu_seconds_total")
        alerts.append(
            _alert(
                "ImtuiBusy",
                f"{cpu} > 0.85",
                "10m",
                "warning",
                "{{ $labels.process }} takes most of a CPU: for edges, have more of them",
            )
        )
    if deployed.settings.max_connections is not None:
        most = deployed.settings.max_connections * len(deployed.hosts)
        alerts.append(
            _alert(
                "ImtuiNearlyFull",
                f"{one_of_nodes(series('imtui_connections'))} > {most * 9 // 10}",
                "5m",
                "warning",
                f"There are nearly {most} connections, which is max_connections",
            )
        )
    return {"groups": [{"name": "imtui", "rules": alerts}]}


def _restarts(deployed: Deployed) -> dict[str, Value]:
    # It begins anew with the process that has the core; other counters may still be at 0.
    counter = series("imtui_request_seconds_count", 'port="ws"')
    if deployed.has_children:
        counter = series("imtui_process_cpu_seconds_total", 'process="core"')
    return _alert(
        "ImtuiRestarts",
        one_of_nodes(f"resets({counter}[30m])") + " > 1",
        "0m",
        "warning",
        "The core has started more than once, or moved, within half an hour: see the log",
    )


def _alert(name: str, expression: str, after: str, severity: str, summary: str) -> dict[str, Value]:
    return {
        "alert": name,
        "expr": expression,
        "for": after,
        "labels": {"severity": severity},
        "annotations": {"summary": summary},
    }
