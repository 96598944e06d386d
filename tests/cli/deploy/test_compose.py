"""The project for Docker Compose."""

import re
import subprocess
from pathlib import Path
from typing import Any

import msgspec
import pytest

from imtui.cli.deploy.compose import compose_project
from imtui.cli.deploy.deployed import Deployed, Proxy
from imtui.cli.main import build_parser
from imtui.cli.node_options import settings_source
from imtui.server.node.settings.settings import NodeSettings
from tests.cli.deploy.proxies import CADDY

PROXY = Proxy("chat.example.org")
SOURCE = Path("/srv/a source")
ONE = NodeSettings(
    host=("10.0.0.7",),
    port=1001,
    rest_port=1002,
    allow_origin=("https://a$b${HOME}$$", "null"),
    max_connections=9000,
    tls_cert=Path("/etc/a.pem"),
    tls_key=Path("/etc/a.key"),
)
SHARED = NodeSettings(database="postgresql://ann:secret@db/x", edges=2, link="10.0.0.5:7790")


def project(settings: NodeSettings, proxy: Proxy = PROXY) -> dict[str, Any]:
    """Return the project, with variables replaced as Compose does it."""
    text = compose_project(Deployed(settings, Path("/srv/x")), proxy, SOURCE).text
    read: dict[str, Any] = msgspec.yaml.decode(text)
    replaced: dict[str, Any] = _interpolated(read)
    return replaced


def _interpolated(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _interpolated(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_interpolated(one) for one in value]
    if isinstance(value, str):
        assert not re.search(r"(?<!\$)\$(?:\$\$)*(?!\$)", value), "a variable"
        return value.replace("$$", "$")
    return value


def settings_of(service: dict[str, Any]) -> NodeSettings:
    """Return the settings with which a service runs."""
    return settings_source(build_parser().parse_args(service["command"])).read()


def test_the_backend_has_the_settings_that_are_not_of_this_machine() -> None:
    found = settings_of(project(ONE)["services"]["imtui"])
    assert (found.port, found.rest_port, found.max_connections) == (1001, 1002, 9000)
    assert found.allow_origin == ONE.allow_origin
    assert found.host == ("0.0.0.0",)
    assert found.certificate_files is None
    assert project(ONE)["services"]["imtui"]["ulimits"]["nofile"] >= 9000


def test_the_backend_sees_the_file_of_trusted_certificates() -> None:
    service = project(NodeSettings(ca_file=Path("/etc/my ca.pem")))["services"]["imtui"]
    mounted = service["volumes"][-1]
    assert mounted["source"] == "/etc/my ca.pem"
    assert settings_of(service).ca_file == Path(mounted["target"])


def test_it_believes_the_proxy_and_nobody_else() -> None:
    read = project(ONE)
    (trusted,) = settings_of(read["services"]["imtui"]).trusted_proxy
    assert read["networks"]["front"]["ipam"]["config"] == [{"subnet": str(trusted)}]
    assert read["services"]["proxy"]["networks"] == ["front"]


def test_the_backend_may_do_little() -> None:
    service = project(ONE)["services"]["imtui"]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["user"] == "10001:10001"
    dockerfile = service["build"]["dockerfile_inline"]
    assert "--uid 10001 " in dockerfile
    assert re.search(r"^USER imtui$", dockerfile, re.MULTILINE)
    assert "ports" not in service


def test_a_database_is_there_if_the_backend_has_one() -> None:
    assert set(project(ONE)["services"]) == {"imtui", "proxy"}
    read = project(SHARED)
    backend, database = read["services"]["imtui"], read["services"]["database"]
    found = settings_of(backend)
    assert (found.database, found.edges, found.link) == ("postgresql://imtui@database/imtui", 2, "")
    assert backend["env_file"] == database["env_file"] == "database.env"
    assert read["networks"]["back"] == {"internal": True}
    assert database["networks"] == ["back"]


def test_no_secret_is_printed_and_where_it_belongs_is_told() -> None:
    file = compose_project(Deployed(SHARED, Path("/srv/x")), PROXY, SOURCE)
    assert "secret" not in file.text
    (notice,) = file.notices
    assert "database.env" in notice
    assert compose_project(Deployed(ONE, Path("/srv/x")), PROXY, SOURCE).notices == ()


def test_all_that_is_named_is_there() -> None:
    for settings in (ONE, SHARED):
        read = project(settings)
        for service in read["services"].values():
            assert set(service["networks"]) <= set(read["networks"])
            assert set(service.get("depends_on", {})) <= set(read["services"])
            for volume in service["volumes"]:
                assert volume.partition(":")[0] in read["volumes"]
            for config in service.get("configs", []):
                assert config["source"] in read["configs"]
            # Compose cannot write configurations into such a container.
            assert not (service.get("read_only") and service.get("configs"))


def test_the_proxy_listens_where_it_is_told_to_with_the_files_that_are_mounted() -> None:
    assert project(ONE)["services"]["proxy"]["ports"] == ["80:80", "443:443"]
    proxy = Proxy("localhost", ("127.0.0.1:8443",), Path("/my $x: y"), Path("/k"))
    read = project(ONE, proxy)
    service = read["services"]["proxy"]
    assert service["ports"] == ["127.0.0.1:8443:443"]
    mounted = {one["source"]: one["target"] for one in service["volumes"][1:]}
    caddyfile = read["configs"]["caddyfile"]["content"]
    assert set(mounted) == {"/my $x: y", "/k"}
    assert all(f"`{target}`" in caddyfile for target in mounted.values())
    assert "imtui:1001" in caddyfile
    assert "imtui:1002" in caddyfile


@pytest.mark.skipif(CADDY.is_missing, reason="caddy is not installed; CI has it")
def test_caddy_takes_its_file(tmp_path: Path) -> None:
    file = tmp_path / "Caddyfile"
    file.write_text(project(SHARED)["configs"]["caddyfile"]["content"])
    done = subprocess.run(
        [str(word) for word in CADDY.check(file)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_it_says_so_if_the_proxy_cannot_get_a_certificate() -> None:
    one = Deployed(ONE, Path("/srv/x"))
    inside = Proxy("chat.example.org", listen=("127.0.0.1:8443",))
    (notice,) = compose_project(one, inside, SOURCE).notices
    assert "--certificate" in notice
