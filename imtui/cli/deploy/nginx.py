"""A site of nginx; pure."""

from pathlib import Path
from typing import Final

from imtui.cli.deploy.deployed import Deployed, File, Proxy, comment, trust_lines, trust_notices
from imtui.cli.deploy.deployed import with_port as at
from imtui.cli.errors import UsageError
from imtui.protocol.limits import FRAME_MAX_BYTES

_LETS_ENCRYPT: Final = "/etc/letsencrypt/live/{name}/{file}.pem"
_SYSTEM_AUTHORITIES: Final = Path("/etc/ssl/certs/ca-certificates.crt")


def nginx_site(deployed: Deployed, proxy: Proxy) -> File:
    """Return a site for all nodes.

    Raises:
        UsageError: A value cannot be written, or a port is 0.
    """
    name = proxy.name
    lines = [
        "/etc/nginx/conf.d/imtui.conf",
        "Each client takes two connections: let worker_connections and worker_rlimit_nofile in "
        f"nginx.conf be at least {2 * _clients(deployed)}.",
        *trust_lines(deployed),
    ]
    return File(
        comment(*lines)
        + _SITE.format(
            ws=_servers(deployed, 0),
            rest=_servers(deployed, 1),
            listen="\n".join(f"    listen {address} ssl;" for address in proxy.listen),
            name=name,
            certificate=_file(
                proxy.certificate or Path(_LETS_ENCRYPT.format(name=name, file="fullchain"))
            ),
            key=_file(proxy.key or Path(_LETS_ENCRYPT.format(name=name, file="privkey"))),
            scheme="http" if deployed.settings.certificate_files is None else "https",
            tls=_tls_to_nodes(deployed, proxy),
            inside="\n".join(f"        allow {one};" for one in proxy.inside_names),
            body=FRAME_MAX_BYTES,
        ),
        trust_notices(deployed),
    )


_SITE: Final = """\

# The query of a REST request has a UserSig, which belongs into no log.
log_format imtui '$remote_addr [$time_local] $request_method $uri $status $bytes_sent';

upstream imtui_ws {{
    least_conn;
{ws}
}}

upstream imtui_rest {{
{rest}
}}

server {{
{listen}
    server_name {name};
    ssl_certificate {certificate};
    ssl_certificate_key {key};
    ssl_protocols TLSv1.2 TLSv1.3;
    access_log /var/log/nginx/imtui.log imtui;

    client_max_body_size {body};
    large_client_header_buffers 4 16k;
    proxy_http_version 1.1;
    proxy_connect_timeout 5s;
    # In place of what the client may have said.
    proxy_set_header X-Forwarded-For $remote_addr;
    proxy_set_header Forwarded "";
    proxy_set_header Host $host;
    proxy_set_header Connection "";
{tls}
    location / {{
        proxy_pass {scheme}://imtui_ws;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection upgrade;
        proxy_set_header X-Forwarded-For $remote_addr;
        proxy_set_header Forwarded "";
        proxy_set_header Host $host;
        # The backend alone decides who has been silent for too long.
        proxy_read_timeout 25h;
        proxy_send_timeout 25h;
    }}

    location /v4/ {{
        proxy_pass {scheme}://imtui_rest;
        # Lines on failures have the whole query, too.
        error_log /var/log/nginx/error.log crit;
    }}

    location = /healthz {{
        proxy_pass {scheme}://imtui_rest;
    }}

    location = /metrics {{
{inside}
        deny all;
        proxy_pass {scheme}://imtui_rest;
    }}
}}
"""


def _clients(deployed: Deployed) -> int:
    return (deployed.settings.max_connections or 5000) * len(deployed.hosts)


def _servers(deployed: Deployed, which: int) -> str:
    port = deployed.ports()[which]
    # A node that does not answer is left alone for some seconds; a lone one never is.
    failing = " max_fails=2 fail_timeout=10s" if len(deployed.hosts) > 1 else ""
    return "\n".join(f"    server {at(host, port)}{failing};" for host in deployed.hosts)


def _tls_to_nodes(deployed: Deployed, proxy: Proxy) -> str:
    if deployed.settings.certificate_files is None:
        return ""
    return f"""\
    proxy_ssl_verify on;
    proxy_ssl_verify_depth 4;
    proxy_ssl_trusted_certificate {_file(proxy.authorities or _SYSTEM_AUTHORITIES)};
    proxy_ssl_name {proxy.name};
    proxy_ssl_server_name on;
"""


def _file(path: Path) -> str:
    text = str(path)
    if "$" in text:
        raise UsageError(f"nginx takes $ for a variable: {text} needs another name.")
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
