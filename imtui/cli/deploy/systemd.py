"""A unit of systemd; pure."""

import re
from pathlib import Path
from typing import Final

from imtui.cli.deploy.deployed import Deployed, File, comment
from imtui.cli.errors import UsageError

USER: Final = "imtui"
_STATE: Final = re.compile(r"/var/lib/([A-Za-z0-9][A-Za-z0-9._-]*)")
_PLAIN: Final = re.compile(r"[A-Za-z0-9_@+=:,./-]+")
_PASSWORDS: Final = "/etc/imtui/pgpass"
_ENVIRONMENT: Final = "/etc/imtui/environment"
_PRIVILEGED_BELOW: Final = 1024

# Longer than its event loop ever takes for a turn, short enough for users.
_WATCHDOG: Final = 60

_HARDENING: Final = """\
NoNewPrivileges=yes
ProtectSystem=strict
PrivateDevices=yes
ProtectClock=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectProc=invisible
ProcSubset=pid
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
RemoveIPC=yes
LockPersonality=yes
MemoryDenyWriteExecute=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@privileged @resources
SystemCallErrorNumber=EPERM
UMask=0077
"""


def systemd_unit(deployed: Deployed, user: str | None = None) -> File:
    """Return a unit for one node.

    Args:
        deployed: The backend.
        user: The user that it runs as; None for one that systemd makes, where that is possible.

    Raises:
        UsageError: It would not see its files.
    """
    settings = deployed.settings
    files = settings.certificate_files
    # A user that exists only while the service runs cannot be given a key to read.
    state = None if user or files else _STATE.fullmatch(str(deployed.data))
    name = user or USER
    service, notices = [], []
    if state is None:
        service += [f"User={name}", f"ReadWritePaths={_quoted(str(deployed.data))}"]
        notices.append(
            f"The user {name} has to own {deployed.data}: useradd --system {name}; "
            f"install -d -m 700 -o {name} FOLDER."
        )
    else:
        service += [
            "DynamicUser=yes",
            f"User={name}",
            f"StateDirectory={state[1]}",
            "StateDirectoryMode=0700",
        ]
    if files is not None:
        notices.append(f"The user {name} has to be able to read {files.key}.")
    if settings.ca_file is not None:
        notices.append(f"The user {name} has to be able to read {settings.ca_file}.")
    if deployed.needs_password_file:
        service += [f"LoadCredential=pgpass:{_PASSWORDS}", "Environment=PGPASSFILE=%d/pgpass"]
        notices.append(
            f"{_PASSWORDS}, of root and of mode 0600, has the password of the database, as "
            "host:port:database:user:password."
        )
    if deployed.has_database_variable:
        service.append(f"EnvironmentFile={_ENVIRONMENT}")
        notices.append(
            f"{_ENVIRONMENT}, of root and of mode 0600, has a line IMTUI_DATABASE=… with the "
            "address of the database."
        )
    if deployed.has_children:
        # The parent ends its children itself.
        service.append("KillMode=mixed")
    text = comment("/etc/systemd/system/imtui.service", *notices) + _UNIT.format(
        command=" ".join(_command(deployed)),
        watchdog=_WATCHDOG,
        descriptors=deployed.descriptors,
        service="\n".join(service),
        hardening=_HARDENING + _of_ports(deployed) + _of_folders(deployed),
    )
    return File(text, tuple(notices))


_UNIT: Final = """\

[Unit]
Description=imtui's backend
Wants=network-online.target
After=network-online.target
# PostgreSQL may be away for longer than a limit of starts allows.
StartLimitIntervalSec=0

[Service]
Type=notify
ExecStart={command}
ExecReload=/bin/kill -HUP $MAINPID
WatchdogSec={watchdog}
Restart=on-failure
RestartSec=5
# Settings that are wrong stay so.
RestartPreventExitStatus=2
# A start may have to bring the database of an earlier version up to date.
TimeoutStartSec=15min
TimeoutStopSec=30
LimitNOFILE={descriptors}
# A dump would have keys.
LimitCORE=0
# Of an unforeseen error, the details are in /var/log/imtui/log.
LogsDirectory=imtui
LogsDirectoryMode=0700
Environment=XDG_STATE_HOME=%L
{service}

{hardening}
[Install]
WantedBy=multi-user.target
"""


def _command(deployed: Deployed) -> list[str]:
    program, *arguments = deployed.program
    words = (*arguments, "serve", "--data", str(deployed.data), *deployed.options)
    # Variables are replaced in arguments only.
    return [_quoted(program), *(_quoted(word.replace("$", "$$")) for word in words)]


def _quoted(word: str) -> str:
    escaped = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    return escaped if _PLAIN.fullmatch(word) else f'"{escaped}"'


def _of_ports(deployed: Deployed) -> str:
    settings = deployed.settings
    if all(port == 0 or port >= _PRIVILEGED_BELOW for port in (settings.port, settings.rest_port)):
        return "PrivateUsers=yes\nCapabilityBoundingSet=\nAmbientCapabilities=\n"
    capability = "CAP_NET_BIND_SERVICE"
    return f"CapabilityBoundingSet={capability}\nAmbientCapabilities={capability}\n"


def _of_folders(deployed: Deployed) -> str:
    files = deployed.settings.certificate_files
    words = (*deployed.options, *deployed.program)
    paths = [deployed.data, *(Path(word) for word in words if word.startswith("/"))]
    paths += [] if files is None else list(files)
    paths += [] if deployed.settings.ca_file is None else [deployed.settings.ca_file]

    def below(*folders: str) -> list[Path]:
        return [path for path in paths if any(map(path.is_relative_to, folders))]

    if hidden := below("/tmp", "/var/tmp"):
        raise UsageError(f"A service has a /tmp of its own: keep {hidden[0]} elsewhere.")
    home = "read-only" if below("/home", "/root", "/run/user") else "yes"
    return f"ProtectHome={home}\nPrivateTmp=yes\n"
