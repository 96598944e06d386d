"""A Caddyfile; pure."""

from pathlib import Path
from typing import Final

from imtui.cli.deploy.deployed import Deployed, File, Proxy, comment, trust_lines, trust_notices
from imtui.cli.deploy.deployed import with_port as at
from imtui.cli.errors import UsageError

_HTTPS: Final = "443"
_EVERYWHERE: Final = frozenset({"0.0.0.0", "[::]"})


def caddyfile(deployed: Deployed, proxy: Proxy) -> File:
    """Return a Caddyfile for all nodes.

    Raises:
        UsageError: A value cannot be written, or a port is 0.
    """
    hosts, ports = zip(*(address.rsplit(":", 1) for address in proxy.listen), strict=True)
    sites = dict.fromkeys(f"https://{proxy.name}:{port}" for port in ports)
    bind = "" if _EVERYWHERE & set(hosts) else f"\tbind {' '.join(_bare(host) for host in hosts)}\n"
    tls = ""
    if proxy.certificate is not None and proxy.key is not None:
        tls = f"\ttls {_file(proxy.certificate)} {_file(proxy.key)}\n"
    return File(
        comment("/etc/caddy/Caddyfile", *trust_lines(deployed))
        + _CADDYFILE.format(
            # Elsewhere, port 80 is somebody else's.
            options="" if _HTTPS in ports else "\tauto_https disable_redirects\n",
            sites=", ".join(sites),
            site=bind + tls,
            inside=" ".join(proxy.inside_names),
            ws=_to_nodes(deployed, proxy, 0),
            rest=_to_nodes(deployed, proxy, 1),
        ),
        trust_notices(deployed),
    )


_CADDYFILE: Final = """\
{{
{options}	# The query of a REST request has a UserSig, which belongs into no log.
	log default {{
		format filter {{
			wrap json
			fields {{
				request>uri query {{
					delete usersig
				}}
			}}
		}}
	}}
}}

{sites} {{
{site}	@rest path /v4/* /healthz /metrics
	handle @rest {{
		@outside {{
			path /metrics
			not remote_ip {inside}
		}}
		respond @outside 403
{rest}	}}

	handle {{
{ws}	}}
}}
"""


def _to_nodes(deployed: Deployed, proxy: Proxy, which: int) -> str:
    """Return how requests reach a port of the nodes: 0 is that for WebSockets, 1 that for REST."""
    ports = deployed.ports()
    has_tls = deployed.settings.certificate_files is not None
    scheme = "https" if has_tls else "http"
    nodes = " ".join(f"{scheme}://{at(host, ports[which])}" for host in deployed.hosts)
    options, transport = ["header_up -Forwarded"], []
    if len(deployed.hosts) > 1:
        options += [
            "lb_policy least_conn",
            "lb_try_duration 5s",
            "fail_duration 10s",
            "health_uri /healthz",
            f"health_port {ports[1]}",
            "health_interval 5s",
            "health_timeout 5s",
        ]
    if which == 1:
        # The backend closes idle connections, and a request that meets that would fail.
        transport.append("keepalive off")
    if has_tls:
        transport.append(f"tls_server_name {proxy.name}")
        if proxy.authorities is not None:
            transport.append(f"tls_trusted_ca_certs {_file(proxy.authorities)}")
    if transport:
        options += ["transport http {", *(f"\t{line}" for line in transport), "}"]
    return "\n\t\t\t".join([f"\t\treverse_proxy {nodes} {{", *options]) + "\n\t\t}\n"


def _bare(host: str) -> str:
    return host.removeprefix("[").removesuffix("]")


def _file(path: Path) -> str:
    text = str(path)
    if "`" in text or "{" in text:
        raise UsageError(f"A Caddyfile cannot have {text}: it needs another name.")
    return f"`{text}`"
