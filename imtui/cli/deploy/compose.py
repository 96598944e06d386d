"""A project of Docker Compose: the backend, its database and a proxy in front; pure."""

from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from imtui.cli.deploy.caddy import caddyfile
from imtui.cli.deploy.deployed import EVERYWHERE, Deployed, File, Proxy, comment
from imtui.cli.deploy.yaml import Value, to_yaml
from imtui.cli.node_options import option_of
from imtui.server.edge.addresses import network
from imtui.server.node.settings.settings import SETTINGS, NodeSettings

_DATA: Final = "/var/lib/imtui"
_UID: Final = 10_001
_SUBNET: Final = "172.31.77.0/24"
"""The network of the proxy and the backend, which believes proxies in it."""
_PASSWORDS: Final = "database.env"
_CA_FILE: Final = "/etc/imtui/ca.pem"
_DSN: Final = "postgresql://imtui@database/imtui"
_STOP_WITHIN: Final = "30s"
_OTHERWISE: Final = frozenset(
    {"host", "trusted_proxy", "tls_cert", "tls_key", "database", "link", "node_name", "ca_file"}
)
"""The settings that are others in a container."""

_DOCKERFILE: Final = f"""\
FROM python:3.11-slim
RUN --mount=type=bind,target=/mnt,rw pip install --no-cache-dir '/mnt[cluster]' \\
    && useradd --uid {_UID} --no-create-home --shell /usr/sbin/nologin imtui \\
    && install -d -m 700 -o imtui -g imtui {_DATA}
USER imtui
ENTRYPOINT ["imtui"]
"""


def compose_project(deployed: Deployed, proxy: Proxy, source: Path) -> File:
    """Return a project with Caddy in front.

    Args:
        deployed: The backend.
        proxy: The proxy.
        source: The folder with imtui's source, of which the image is made.

    Raises:
        UsageError: A port is 0.
    """
    services: dict[str, Any] = {"imtui": _backend(deployed, source), "proxy": _proxy(proxy)}
    volumes: dict[str, Any] = {"imtui": {}, "caddy": {}}
    networks: dict[str, Any] = {"front": {"ipam": {"config": [{"subnet": _SUBNET}]}}}
    lines = ["compose.yaml"]
    notices = []
    if proxy.listen != EVERYWHERE and proxy.certificate is None:
        notices.append(
            "Caddy gets its certificate through ports 80 and 443 of this machine, which --listen "
            "leaves out: give --certificate and --key."
        )
    if deployed.has_database:
        services["database"] = _DATABASE
        volumes["database"] = {}
        networks["back"] = {"internal": True}
        notices.append(
            f"{_PASSWORDS} beside this file, of mode 0600, has the password of the database twice: "
            "IMTUI_DATABASE=… and POSTGRES_PASSWORD=…, a line each."
        )
    inside = Deployed(
        replace(
            deployed.settings,
            tls_cert=None,
            tls_key=None,
            trusted_proxy=(network(_SUBNET),),
        ),
        Path(_DATA),
        nodes=("imtui",),
    )
    front = replace(proxy, listen=EVERYWHERE, **_MOUNTED if proxy.key else {})
    content = caddyfile(inside, front).text
    document: dict[str, Value] = {
        "name": "imtui",
        "services": services,
        "networks": networks,
        "volumes": volumes,
        "configs": {"caddyfile": {"content": content}},
    }
    return File(comment(*lines, *notices) + "\n" + to_yaml(_escaped(document)), tuple(notices))


_MOUNTED: Final[Any] = {
    "certificate": Path("/etc/caddy/tls/certificate.pem"),
    "key": Path("/etc/caddy/tls/key.pem"),
}
"""Where the proxy has its certificate."""

_DATABASE: Final = {
    "image": "postgres:18",
    "env_file": _PASSWORDS,
    "environment": {"POSTGRES_USER": "imtui", "POSTGRES_DB": "imtui"},
    "volumes": ["database:/var/lib/postgresql"],
    "networks": ["back"],
    "healthcheck": {
        "test": ["CMD", "pg_isready", "--username=imtui", "--dbname=imtui"],
        "interval": "5s",
        "timeout": "5s",
        "retries": 10,
    },
    "stop_grace_period": _STOP_WITHIN,
    "restart": "unless-stopped",
}


def _backend(deployed: Deployed, source: Path) -> dict[str, Any]:
    _, rest_port = deployed.ports()
    command = ["serve", "--data", _DATA, "--host", "0.0.0.0", "--trusted-proxy", _SUBNET]
    command += _options(deployed.settings)
    health = (
        f"import urllib.request as r; r.urlopen('http://127.0.0.1:{rest_port}/healthz', timeout=5)"
    )
    service: dict[str, Any] = {
        "build": {"context": str(source), "dockerfile_inline": _DOCKERFILE},
        "command": command,
        "hostname": "imtui",
        # Of an unforeseen error, the details are there, too.
        "environment": {"HOME": "/tmp", "XDG_STATE_HOME": _DATA},
        "volumes": [f"imtui:{_DATA}"],
        "networks": ["front"],
        "user": f"{_UID}:{_UID}",
        "read_only": True,
        "tmpfs": ["/tmp"],
        "cap_drop": ["ALL"],
        "security_opt": ["no-new-privileges:true"],
        "ulimits": {"nofile": deployed.descriptors},
        "healthcheck": {
            "test": ["CMD", "python", "-c", health],
            "interval": "10s",
            "timeout": "10s",
            "retries": 3,
            # A start may have to bring the database of an earlier version up to date.
            "start_period": "15m",
        },
        "stop_grace_period": _STOP_WITHIN,
        "restart": "unless-stopped",
    }
    if deployed.settings.ca_file is not None:
        command += ["--ca-file", _CA_FILE]
        service["volumes"].append(_mounted(deployed.settings.ca_file, _CA_FILE))
    if deployed.has_database:
        command += ["--database", _DSN]
        service["env_file"] = _PASSWORDS
        service["networks"] = ["front", "back"]
        service["depends_on"] = {"database": {"condition": "service_healthy"}}
    return service


def _mounted(file: Path, target: str) -> dict[str, Any]:
    return {"type": "bind", "source": str(file), "target": target, "read_only": True}


def _options(settings: NodeSettings) -> list[str]:
    """Return the options for what is not by default, and not another thing in a container."""
    options = []
    for name, setting in SETTINGS.items():
        value = getattr(settings, name)
        if name not in _OTHERWISE and value != setting.default:
            for one in value if isinstance(value, tuple) else (value,):
                options += [option_of(name), str(one)]
    return options


def _proxy(proxy: Proxy) -> dict[str, Any]:
    is_default = proxy.listen == EVERYWHERE
    volumes: list[Any] = ["caddy:/data"]
    if proxy.certificate is not None and proxy.key is not None:
        volumes += [
            _mounted(one, str(_MOUNTED[name]))
            for name, one in (("certificate", proxy.certificate), ("key", proxy.key))
        ]
    return {
        "image": "caddy:2",
        # Its certificate is renewed through port 80, too.
        "ports": ["80:80", "443:443"] if is_default else [f"{one}:443" for one in proxy.listen],
        "volumes": volumes,
        "configs": [{"source": "caddyfile", "target": "/etc/caddy/Caddyfile"}],
        "networks": ["front"],
        "cap_drop": ["ALL"],
        "cap_add": ["NET_BIND_SERVICE"],
        "security_opt": ["no-new-privileges:true"],
        "depends_on": {"imtui": {"condition": "service_healthy"}},
        "restart": "unless-stopped",
    }


def _escaped(value: Any) -> Any:
    """Return a value of which Compose replaces no variables."""
    if isinstance(value, dict):
        return {key: _escaped(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_escaped(one) for one in value]
    return value.replace("$", "$$") if isinstance(value, str) else value
