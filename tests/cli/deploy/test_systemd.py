"""The unit for systemd."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imtui.cli.deploy.deployed import Deployed
from imtui.cli.deploy.systemd import systemd_unit
from imtui.cli.errors import UsageError
from imtui.cli.main import build_parser
from imtui.cli.paths import crash_log
from imtui.server.edge.addresses import network
from imtui.server.node.descriptors import shares
from imtui.server.node.settings.settings import NodeSettings

DATA = Path("/var/lib/imtui")
PROGRAM = ("/bin/true",)
"""A program that every system has, as systemd looks for it."""
ODD = Path('/srv/it\'s "my" \\data\\ 100% $HOME ${A} %h; # x')

needs_systemd = pytest.mark.skipif(
    shutil.which("systemd-analyze") is None, reason="systemd is not installed; CI has it"
)
UNITS = {
    "plain": systemd_unit(Deployed(NodeSettings(), DATA, PROGRAM)),
    "user": systemd_unit(Deployed(NodeSettings(), DATA, PROGRAM), "chat"),
    "odd": systemd_unit(Deployed(NodeSettings(), ODD, PROGRAM)),
    "home": systemd_unit(Deployed(NodeSettings(), Path("/home/ann/data"), PROGRAM)),
    "authority": systemd_unit(
        Deployed(NodeSettings(ca_file=Path("/home/ann/ca.pem")), DATA, PROGRAM)
    ),
    "edges": systemd_unit(Deployed(NodeSettings(edges=4, max_connections=9000), DATA, PROGRAM)),
    "port": systemd_unit(Deployed(NodeSettings(port=80), DATA, PROGRAM)),
    "tls": systemd_unit(
        Deployed(
            NodeSettings(tls_cert=Path("/etc/a.pem"), tls_key=Path("/etc/a.key")), DATA, PROGRAM
        )
    ),
    "database": systemd_unit(
        Deployed(NodeSettings(database="postgresql://imtui@db/imtui"), DATA, PROGRAM)
    ),
    "variable": systemd_unit(Deployed(NodeSettings(), DATA, PROGRAM, has_database_variable=True)),
}


def values(unit: str, key: str) -> list[str]:
    return re.findall(rf"^{key}=(.*)$", unit, re.MULTILINE)


def value(unit: str, key: str) -> str:
    (found,) = values(unit, key)
    return found


def words(line: str) -> list[str]:
    """Return the words of a line, as systemd reads them."""
    found = []
    for quoted, plain in re.findall(r'"((?:[^"\\]|\\.)*)"|(\S+)', line):
        text = re.sub(r"\\(.)", r"\1", quoted) if quoted else plain
        assert not re.search(r"(?<!%)%(?:%%)*(?!%)", text), "a specifier"
        found.append(text.replace("%%", "%"))
    return found


def arguments(line: str) -> list[str]:
    """Return the arguments of a command, as systemd passes them."""
    program, *more = words(line)
    assert not any(re.search(r"(?<!\$)\$(?:\$\$)*(?!\$)", word) for word in more), "a variable"
    return [program, *(word.replace("$$", "$") for word in more)]


@needs_systemd
@pytest.mark.parametrize("name", UNITS)
def test_systemd_takes_the_unit_and_finds_it_safe(name: str, tmp_path: Path) -> None:
    file = tmp_path / "imtui.service"
    file.write_text(UNITS[name].text)
    for command in (["verify"], ["security", "--offline=true", "--threshold=20"]):
        done = subprocess.run(
            ["systemd-analyze", *command, file], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        # What it ignores is a warning only.
        assert not re.search(r"imtui\.service:\d+", done.stderr)


@pytest.mark.parametrize(
    ("options", "settings"),
    [
        (("--port", "9000"), NodeSettings(port=9000)),
        (
            ("--host", "::", "--host", "127.0.0.1", "--trusted-proxy", "10.0.0.0/8"),
            NodeSettings(host=("::", "127.0.0.1"), trusted_proxy=(network("10.0.0.0/8"),)),
        ),
        (("--config", str(ODD / "a.toml")), NodeSettings()),
    ],
)
def test_its_command_starts_the_backend_as_it_is_configured(
    options: tuple[str, ...], settings: NodeSettings
) -> None:
    unit = systemd_unit(Deployed(settings, ODD, ("/opt/my bin/imtui",), options)).text
    program, *rest = arguments(value(unit, "ExecStart"))
    assert program == "/opt/my bin/imtui"
    assert rest == ["serve", "--data", str(ODD), *options]
    assert build_parser().parse_args(rest).data == ODD
    assert words(value(unit, "ReadWritePaths")) == [str(ODD)]


@given(st.text(st.characters(exclude_categories=["C", "Z"], include_characters=" "), min_size=1))
def test_any_folder_is_escaped(text: str) -> None:
    folder = Path("/srv") / text.replace("/", "_")
    unit = systemd_unit(Deployed(NodeSettings(), folder, PROGRAM)).text
    assert arguments(value(unit, "ExecStart"))[3] == str(folder)
    assert words(value(unit, "ReadWritePaths")) == [str(folder)]
    assert not re.search(r"\\$", unit, re.MULTILINE), "the next line would belong to this one"


def test_systemd_makes_the_user_where_it_can() -> None:
    plain = UNITS["plain"]
    assert value(plain.text, "DynamicUser") == "yes"
    assert value(plain.text, "StateDirectory") == "imtui"
    assert plain.notices == ()
    for name in ("user", "odd", "home", "tls"):
        assert not values(UNITS[name].text, "DynamicUser")
        assert any("has to own" in notice for notice in UNITS[name].notices)
    assert value(UNITS["user"].text, "User") == "chat"
    assert "/etc/a.key" in "".join(UNITS["tls"].notices)


def test_its_descriptors_suffice_for_each_process() -> None:
    for edges, connections in ((0, 5000), (4, 9000), (3, 100_000), (0, 1), (2, 5)):
        settings = NodeSettings(edges=edges, max_connections=connections)
        unit = systemd_unit(Deployed(settings, DATA, PROGRAM)).text
        clients, _ = shares(int(value(unit, "LimitNOFILE")))
        assert clients * max(1, edges) >= connections


def test_what_a_setting_needs_is_allowed() -> None:
    assert value(UNITS["port"].text, "AmbientCapabilities") == "CAP_NET_BIND_SERVICE"
    assert value(UNITS["plain"].text, "AmbientCapabilities") == ""
    assert value(UNITS["home"].text, "ProtectHome") == "read-only"
    assert value(UNITS["authority"].text, "ProtectHome") == "read-only"
    assert [values(UNITS[name].text, "KillMode") for name in ("plain", "edges", "database")] == [
        [],
        ["mixed"],
        ["mixed"],
    ]


def test_the_log_of_errors_can_be_written(monkeypatch: pytest.MonkeyPatch) -> None:
    unit = UNITS["plain"].text
    name, _, state = value(unit, "Environment").partition("=")
    monkeypatch.setenv(name, state.replace("%L", "/var/log"))
    assert crash_log().is_relative_to(Path("/var/log", value(unit, "LogsDirectory")))


def test_the_password_of_the_database_is_elsewhere() -> None:
    text = UNITS["database"].text
    assert value(text, "LoadCredential").startswith("pgpass:/")
    assert "PGPASSFILE=%d/pgpass" in values(text, "Environment")
    assert values(UNITS["variable"].text, "EnvironmentFile")
    settings = NodeSettings(database="postgresql://imtui:secret@db/imtui")
    text = systemd_unit(Deployed(settings, DATA, PROGRAM)).text
    assert "secret" not in text
    assert not values(text, "LoadCredential")


@pytest.mark.parametrize("folder", ["/tmp/data", "/var/tmp/data"])
def test_a_folder_that_the_service_would_not_see_is_refused(folder: str) -> None:
    with pytest.raises(UsageError, match=r"/tmp of its own: keep /\S+ elsewhere"):
        systemd_unit(Deployed(NodeSettings(), Path(folder), PROGRAM))
