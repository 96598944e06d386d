"""A configuration of HAProxy; pure."""

from pathlib import Path
from typing import Final

from imtui.cli.deploy.deployed import Deployed, File, Proxy, comment, trust_lines, trust_notices
from imtui.cli.deploy.deployed import with_port as at

_MORE_CONNECTIONS: Final = 1000
"""Those for REST, and of clients that are to be refused."""


def haproxy_config(deployed: Deployed, proxy: Proxy) -> File:
    """Return a configuration for all nodes; raises UsageError if a port is 0."""
    certificate = proxy.certificate or Path(f"/etc/haproxy/{proxy.name}.pem")
    clients = deployed.settings.max_connections
    maximum = ""
    if clients is not None:
        maximum = f"    maxconn {clients * len(deployed.hosts) + _MORE_CONNECTIONS}\n"
    binds = [
        # Otherwise it would take the IPv4 port as well.
        f"    bind {address} ssl crt {_file(certificate)} alpn http/1.1"
        + (" v6only" if address.startswith("[") else "")
        for address in proxy.listen
    ]
    return File(
        comment(
            "/etc/haproxy/haproxy.cfg",
            f"{certificate} has the certificate, those of its CAs, and the key, one after the "
            "other.",
            *trust_lines(deployed),
        )
        + _CONFIG.format(
            maximum=maximum,
            binds="\n".join(binds),
            inside=" ".join(proxy.inside_names),
            ws=_servers(deployed, proxy, 0),
            rest=_servers(deployed, proxy, 1),
        ),
        trust_notices(deployed),
    )


_CONFIG: Final = """\

global
    user haproxy
    group haproxy
    chroot /var/lib/haproxy
    log stdout format raw local0 info
    ssl-default-bind-options ssl-min-ver TLSv1.2
{maximum}
defaults
    mode http
    log global
    # Without the query of a REST request: it has a UserSig, which belongs into no log.
    log-format "%ci:%cp [%tr] %b/%s %TR/%Tw/%Tc/%Tr/%Ta %ST %B %HM %HP"
    timeout connect 5s
    timeout http-request 10s
    timeout client 60s
    timeout server 60s
    timeout client-fin 30s
    # The backend alone decides who has been silent for too long.
    timeout tunnel 25h
    option redispatch

frontend imtui
{binds}
    # In place of what the client may have said.
    http-request del-header X-Forwarded-For
    http-request del-header Forwarded
    option forwardfor
    http-request deny deny_status 403 if {{ path /metrics }} !{{ src {inside} }}
    use_backend imtui_rest if {{ path_beg /v4/ }} || {{ path /healthz /metrics }}
    default_backend imtui_ws

backend imtui_ws
    balance leastconn
{ws}

backend imtui_rest
    # The backend closes idle connections, and a request that meets that would fail.
    option http-server-close
{rest}
"""


def _servers(deployed: Deployed, proxy: Proxy, which: int) -> str:
    ports = deployed.ports()
    options = ""
    if deployed.settings.certificate_files is not None:
        authorities = "@system-ca" if proxy.authorities is None else _file(proxy.authorities)
        options += (
            f" ssl verify required ca-file {authorities} verifyhost {proxy.name}"
            f" sni str({proxy.name}) alpn http/1.1"
        )
    lines = []
    if len(deployed.hosts) > 1:
        lines.append("    option httpchk GET /healthz")
        options += f" check port {ports[1]} inter 5s fall 2 rise 1"
        if deployed.settings.certificate_files is not None:
            options += f" check-ssl check-sni {proxy.name}"
    lines += [
        f"    server node{number} {at(host, ports[which])}{options}"
        for number, host in enumerate(deployed.hosts, 1)
    ]
    return "\n".join(lines)


def _file(path: Path) -> str:
    return "'" + str(path).replace("'", "'\\''") + "'"
