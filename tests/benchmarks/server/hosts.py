"""The measured servers: ours, a bare loop of ``send``, ejabberd and Prosody."""

import asyncio
import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from ssl import SSLContext
from subprocess import Popen
from typing import Any, Final, Protocol

import msgspec

from imtui.protocol.usersig import sign
from imtui.sdk.rest import RestClient
from tests.benchmarks.app_key import AppKey, app_key_in
from tests.benchmarks.peers import needs as peer_needs
from tests.benchmarks.peers.needs import Need
from tests.benchmarks.peers.servers import WITHIN
from tests.benchmarks.program import ROOT
from tests.benchmarks.server.cores import SERVER
from tests.benchmarks.server.processes import LOOPBACK, free_port, said_by, started, wait_for
from tests.benchmarks.server.wires import HOST, PASSWORD, BareWire, ImtuiWire, Wire, XMPPWire
from tests.certificates import FIRST, copy_of, trust_in

Rosters = Mapping[str, Sequence[str]]
"""The friends of each account, by user ID; friendship is mutual."""

ADMIN: Final = "administrator"
_ACCOUNTS_IN_A_CALL: Final = 100
# The REST API accepts at least 100 calls per second.
_BETWEEN_CALLS: Final = 0.01


@dataclass(frozen=True)
class Host:
    """A running server that is ready for clients."""

    pid: int
    address: tuple[str, int]
    wire: Wire
    trust: SSLContext | None = field(default=None, kw_only=True)
    """The settings of clients for TLS; None without it."""
    others: tuple["Host", ...] = field(default=(), kw_only=True)
    """Other nodes of the same server."""
    database: Callable[[], Sequence[int]] = field(default=tuple, kw_only=True)
    """Returns the IDs of the processes of its database whose CPU time counts, too."""

    @property
    def addresses(self) -> list[tuple[str, int]]:
        """Return the addresses of all nodes."""
        return [self.address, *(other.address for other in self.others)]


@dataclass(frozen=True)
class OurHost(Host):
    """A running ``imtui serve`` that is ready for clients."""

    url: str
    rest_url: str
    key: AppKey
    folder: Path

    def administer(self, calls: Iterable[tuple[str, dict[str, Any]]]) -> None:
        """Run commands of the REST API, one after the other."""
        asyncio.run(self._administer(calls))

    def ask(self, command: str, body: dict[str, Any]) -> dict[str, Any]:
        """Return the answer of a command of the REST API."""
        return asyncio.run(self._client().call(command, body))

    def make_friends(self, rosters: Rosters) -> None:
        """Register accounts and make them friends."""
        users = list(rosters)
        starts = range(0, len(users), _ACCOUNTS_IN_A_CALL)
        parts = [users[start : start + _ACCOUNTS_IN_A_CALL] for start in starts]
        self.administer(
            ("im_open_login_svc/multiaccount_import", {"Accounts": part}) for part in parts
        )
        self.administer(
            ("sns/friend_import", {"From_Account": user, "AddFriendItem": _items(friends)})
            for user, friends in rosters.items()
            if friends
        )

    async def _administer(self, calls: Iterable[tuple[str, dict[str, Any]]]) -> None:
        client = self._client()
        for command, body in calls:
            await client.call(command, body)
            await asyncio.sleep(_BETWEEN_CALLS)

    def _client(self) -> RestClient:
        user_sig = sign(ADMIN, self.key.sdk_app_id, self.key.secret_key)
        trust = self.trust
        ssl = None if trust is None else lambda: trust
        return RestClient(self.rest_url, self.key.sdk_app_id, ADMIN, user_sig, ssl=ssl)


def _items(friends: Sequence[str]) -> list[dict[str, str]]:
    return [{"To_Account": friend, "AddSource": "AddSource_Type_Bench"} for friend in friends]


@contextmanager
def imtui(
    folder: Path,
    *options: object,
    tree: Path = ROOT,
    environment: Mapping[str, str] | None = None,
    open_files: int | None = None,
    trust: SSLContext | None = None,
    cores: Collection[int] = (SERVER,),
) -> Iterator[OurHost]:
    """Run ``imtui serve`` of the source tree ``tree``, with all its data in a folder.

    It can have ``open_files`` open files; None for as many as this process. If the options give it
    a certificate, clients use ``trust``. It runs on ``cores``.
    """
    data = folder / "data"
    key = app_key_in(data)
    limit = () if open_files is None else ("sh", "-c", 'ulimit -n "$0" && exec "$@"', open_files)
    command = ("-m", "imtui", "serve", "--data", data, "--port", 0, "--rest-port", 0, *options)
    with started(
        *(*limit, sys.executable, *command),
        log=folder / "log",
        cwd=tree,
        environment=environment,
        cores=cores,
    ) as process:
        ready = msgspec.json.decode(said_by(process))
        url: str = ready["ws"]
        host = url.rpartition("/")[2]
        address = LOOPBACK, int(host.rpartition(":")[2])
        wire = ImtuiWire(host, key)
        yield OurHost(process.pid, address, wire, url, ready["rest"], key, data, trust=trust)


@contextmanager
def imtui_with_tls(folder: Path) -> Iterator[OurHost]:
    """Run ``imtui serve`` with TLS on both ports, with all its data in a folder."""
    files = copy_of(FIRST, folder)
    options = ("--tls-cert", files.certificate, "--tls-key", files.key)
    with imtui(folder, *options, trust=trust_in(FIRST)) as host:
        yield host


BARE: Final = "a loop of sock.send of the same bytes (tests.benchmarks.bare.sending)"


@contextmanager
def bare(folder: Path, clients: int) -> Iterator[Host]:
    """Run a loop of ``send`` that sends the data of the first client to the others."""
    command = ("-m", "tests.benchmarks.bare.sending", clients)
    with started(sys.executable, *command, log=folder / "log") as process:
        yield Host(process.pid, (LOOPBACK, int(said_by(process))), BareWire())


class Peer(Protocol):
    """Another server to compare with."""

    name: str
    description: str
    needs: Sequence[Need]
    """What has to be here."""

    def seed(self, folder: Path, rosters: Rosters) -> None:
        """Create the accounts in an empty folder."""

    def run(self, folder: Path) -> AbstractContextManager[Host]:
        """Run the server with the accounts of a folder."""


class Prosody:
    """Prosody with only the modules that presence needs."""

    name = "Prosody"
    description = "Prosody, c2s on TCP without TLS, rosters in files, no module beyond presence"
    needs: Sequence[Need] = peer_needs.PROSODY

    _CONFIGURATION: Final = """
run_as_root = true
data_path = "{folder}"
interfaces = {{ "127.0.0.1" }}
c2s_ports = {{ {port} }}
modules_enabled = {{ "roster", "saslauth", "disco", "ping" }}
modules_disabled = {{ "s2s", "tls", "offline" }}
allow_unencrypted_plain_auth = true
c2s_require_encryption = false
authentication = "internal_plain"
storage = "internal"
log = {{ warn = "{folder}/prosody.log" }}
VirtualHost "{host}"
"""

    def seed(self, folder: Path, rosters: Rosters) -> None:
        """Write Prosody's files of accounts and rosters."""
        accounts, lists = folder / HOST / "accounts", folder / HOST / "roster"
        accounts.mkdir(parents=True)
        lists.mkdir()
        for user, friends in rosters.items():
            account = f'return {{ ["password"] = "{PASSWORD}" }};\n'
            (accounts / f"{user}.dat").write_text(account, encoding="ascii")
            rows = "".join(
                f'["{friend}@{HOST}"] = {{ ["subscription"] = "both"; ["groups"] = {{}} }};\n'
                for friend in friends
            )
            head = 'return { [false] = { ["version"] = 1; ["pending"] = {} };\n'
            (lists / f"{user}.dat").write_text(f"{head}{rows}}};\n", encoding="ascii")

    @contextmanager
    def run(self, folder: Path) -> Iterator[Host]:
        """Run Prosody with the accounts of a folder."""
        port = free_port()
        configuration = folder / "prosody.cfg.lua"
        text = self._CONFIGURATION.format(folder=folder, port=port, host=HOST)
        configuration.write_text(text, encoding="ascii")
        command = ("prosody", "-F", "--config", configuration)
        with started(*command, log=folder / "log") as process:
            wait_for(port, process)
            yield Host(process.pid, (LOOPBACK, port), XMPPWire())


class Ejabberd:
    """ejabberd with only the modules that presence needs."""

    name = "ejabberd"
    description = (
        "ejabberd, c2s on TCP without TLS, rosters in Mnesia, no module beyond presence, "
        "schedulers without busy-wait"
    )
    needs: Sequence[Need] = peer_needs.EJABBERD

    def __init__(self, *options: object, environment: Mapping[str, str] | None = None) -> None:
        """Prepare a server with options of the Erlang VM, and environment, of its own."""
        self._options = options
        self._environment = environment or {}

    _CONFIGURATION: Final = """
hosts: [{host}]
loglevel: error
log_rotate_count: 0
listen:
  - {{port: {port}, ip: "127.0.0.1", module: ejabberd_c2s, max_stanza_size: 262144,
      starttls: false, backlog: 1024}}
auth_method: [internal]
auth_password_format: plain
shaper: {{}}
modules:
  mod_roster: {{versioning: false}}
  mod_admin_extra: {{}}
  mod_ping: {{}}
"""
    # Without busy-wait, CPU time contains only work, which favours ejabberd most.
    _VM: Final = (
        *("erl", "-noshell", "-noinput", "+K", "true", "+P", 250000, "+Q", 65536),
        *("+sbwt", "none", "+sbwtdcpu", "none", "+sbwtdio", "none"),
    )
    _SEED: Final = """
Host = <<"{host}">>,
{{ok, Rosters}} = file:consult("{file}"),
[ok = ejabberd_auth:try_register(User, Host, <<"{password}">>) || {{User, _}} <- Rosters],
[ok = mod_admin_extra:add_rosteritem(User, Host, One, Host, One, <<"group">>, <<"both">>)
 || {{User, Friends}} <- Rosters, One <- Friends],
init:stop().
"""

    def seed(self, folder: Path, rosters: Rosters) -> None:
        """Run ejabberd once to create the accounts and rosters."""
        file = folder / "rosters"
        lines = (
            f"{{{_binary(user)}, [{', '.join(map(_binary, friends))}]}}.\n"
            for user, friends in rosters.items()
        )
        file.write_text("".join(lines), encoding="ascii")
        program = self._SEED.format(host=HOST, password=PASSWORD, file=file)
        with self.started(folder, free_port(), "-eval", program) as process:
            # The program exits by itself.
            process.communicate(timeout=WITHIN * 10)
        if process.returncode:
            raise RuntimeError(f"ejabberd made no accounts: see {folder / 'log'}")

    @contextmanager
    def run(self, folder: Path) -> Iterator[Host]:
        """Run ejabberd with the accounts of a folder."""
        port = free_port()
        with self.started(folder, port) as process:
            wait_for(port, process)
            yield Host(process.pid, (LOOPBACK, port), XMPPWire())

    @contextmanager
    def started(self, folder: Path, port: int, *options: str) -> Iterator["Popen[bytes]"]:
        """Start ejabberd, which will listen on a port, with options of its own."""
        configuration = folder / "ejabberd.yml"
        text = self._CONFIGURATION.format(host=HOST, port=port)
        configuration.write_text(text, encoding="ascii")
        environment = {
            "EJABBERD_CONFIG_PATH": str(configuration),
            "EJABBERD_LOG_PATH": str(folder / "ejabberd.log"),
            "ERL_LIBS": str(peer_needs.ejabberd_library()),
            "ERL_MAX_PORTS": "32000",
            "ERL_CRASH_DUMP": str(folder / "crash"),
            "HOME": str(folder),
            **self._environment,
        }
        database = ("-mnesia", "dir", f'"{folder / "mnesia"}"')
        command = (*self._VM, *self._options, *database, "-s", "ejabberd", *options)
        log = folder / "log"
        with started(*command, log=log, cwd=folder, environment=environment) as process:
            yield process


def _binary(text: str) -> str:
    return f'<<"{text}">>'


PROSODY: Final[Peer] = Prosody()
EJABBERD: Final[Peer] = Ejabberd()
PEERS: Final = (EJABBERD, PROSODY)
