"""Prosody, an XMPP server, and bare devices for it.

A message counts as stored when the server acknowledges it (XEP-0198). Before Prosody processes the
next stanza, ``mod_mam`` puts the message into the archives of both accounts (XEP-0313).
"""

import asyncio
import base64
import re
import socket
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Final

from tests.benchmarks.load import TEXT, Heard, Pair, ignore
from tests.benchmarks.peers.servers import WITHIN, Server, running

DESCRIPTION: Final = (
    "Prosody on c2s without TLS and Nagle: mod_mam in SQLite (WAL and synchronous FULL, as ours), "
    "an <r/> after each message, acknowledged by <a/> (XEP-0198)"
)

_HOST: Final = "localhost"
_PASSWORD: Final = "password"
_PROGRAM: Final = "prosody"

# SQLite's synchronous mode cannot be set here; its default is FULL. With Nagle's algorithm, which
# is on by default, small answers would wait for the other side's delayed acknowledgements.
_CONFIGURATION: Final = """
run_as_root = true
data_path = "{folder}"
interfaces = {{ "127.0.0.1" }}
c2s_ports = {{ {port} }}
modules_enabled = {{ "roster", "saslauth", "disco", "mam", "smacks" }}
modules_disabled = {{ "s2s", "offline" }}
allow_unencrypted_plain_auth = true
c2s_require_encryption = false
network_settings = {{ nagle = false }}
authentication = "internal_plain"
storage = "sql"
sql = {{ driver = "SQLite3", database = "prosody.sqlite" }}
archive_expires_after = "never"
default_archive_policy = true
log = {{ warn = "{folder}/prosody.log" }}
VirtualHost "{host}"
"""

# The table as Prosody creates it, so that accounts can exist before it starts. The database keeps
# the WAL mode.
_DATABASE: Final = """
PRAGMA journal_mode = WAL;
CREATE TABLE prosody (
    "host" TEXT NOT NULL, "user" TEXT NOT NULL, "store" TEXT NOT NULL, "key" TEXT NOT NULL,
    "type" TEXT NOT NULL, "value" TEXT NOT NULL
);
"""
_ACCOUNT: Final = "INSERT INTO prosody VALUES (?, ?, 'accounts', 'password', 'string', ?)"

_STREAM: Final = (
    f"<?xml version='1.0'?><stream:stream to='{_HOST}' version='1.0' xmlns='jabber:client' "
    "xmlns:stream='http://etherx.jabber.org/streams'>"
)
_AUTH: Final = "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>{}</auth>"
_BIND: Final = "<iq type='set' id='bind'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>"
_ENABLE: Final = "<enable xmlns='urn:xmpp:sm:3'/>"
_MESSAGE: Final = (
    f"<message to='{{peer}}@{_HOST}' type='chat' id='{{number}}'><body>{TEXT}</body></message>"
    "<r xmlns='urn:xmpp:sm:3'/>"
)
_COUNT: Final = (
    "<iq type='set' id='count'><query xmlns='urn:xmpp:mam:2'>"
    "<set xmlns='http://jabber.org/protocol/rsm'><max>0</max></set></query></iq>"
)
_FEATURES: Final = re.compile(rb"</stream:features>")
_NEWS: Final = re.compile(rb"<(?:a [^>]*\bh='(\d+)'|message [^>]*\bid='(\d+)')[^>]*>")


@asynccontextmanager
async def prosody(folder: Path, accounts: list[str]) -> AsyncIterator[Server]:
    """Run Prosody with the given accounts and all its data in a folder."""
    port = _free_port()
    configuration = folder / "prosody.cfg.lua"
    configuration.write_text(_CONFIGURATION.format(folder=folder, port=port, host=_HOST))
    with closing(sqlite3.connect(folder / "prosody.sqlite")) as database, database:
        database.executescript(_DATABASE)
        database.executemany(_ACCOUNT, [(_HOST, account, _PASSWORD) for account in accounts])
    command = (_PROGRAM, "-F", "--config", configuration)
    async with running(*command, log=folder / "log") as process:
        await _wait_for(port)

        async def connect(sender: str, receiver: str) -> Pair:
            sending = await XMPPDevice.connect(port, sender, receiver)
            await sending.acknowledge()
            return Pair(sending, await XMPPDevice.connect(port, receiver, sender))

        yield Server(process.pid, connect)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


async def _wait_for(port: int) -> None:
    async with asyncio.timeout(WITHIN):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except ConnectionRefusedError:
                await asyncio.sleep(0.05)
            else:
                writer.close()
                await writer.wait_closed()
                return


class XMPPDevice(asyncio.Protocol):
    """A device with a minimal implementation of XMPP, which searches the XML with patterns."""

    def __init__(self, peer: str) -> None:
        """Create a device without connecting it."""
        self.on_kept: Heard = ignore
        self.on_received: Heard = ignore
        self._peer = peer
        self._unread = b""
        self._wanted: re.Pattern[bytes] | None = None
        self._found: asyncio.Future[re.Match[bytes]]
        self._transport: asyncio.Transport

    @classmethod
    async def connect(cls, port: int, user_id: str, peer: str) -> "XMPPDevice":
        """Connect, authenticate and become available."""
        _, device = await asyncio.get_running_loop().create_connection(
            lambda: cls(peer), "127.0.0.1", port
        )
        secret = base64.b64encode(f"\0{user_id}\0{_PASSWORD}".encode()).decode()
        await device._ask(_STREAM, _FEATURES)
        await device._ask(_AUTH.format(secret), re.compile(rb"<success[^>]*>"))
        await device._ask(_STREAM, _FEATURES)
        await device._ask(_BIND, re.compile(rb"</iq>"))
        await device._ask("<presence/>", re.compile(rb"<presence.*(/>|</presence>)"))
        return device

    async def acknowledge(self) -> None:
        """Ask the server to acknowledge all messages from now on."""
        await self._ask(_ENABLE, re.compile(rb"<enabled[^>]*>"))

    def send(self, number: int) -> None:
        """Send the text as message ``number``, counted from 1."""
        self._transport.write(_MESSAGE.format(peer=self._peer, number=number).encode())

    async def count_stored(self) -> int:
        """Return the number of messages in the account's archive."""
        found = await self._ask(_COUNT, re.compile(rb"<count>(\d+)</count>.*</iq>"))
        return int(found[1])

    async def close(self) -> None:
        """Close the connection."""
        self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport for writing."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Process received data."""
        unread = self._unread + data
        if self._wanted is not None:
            self._unread = unread
            if found := self._wanted.search(unread):
                # The server sends nothing more before the next request.
                self._unread, self._wanted = b"", None
                self._found.set_result(found)
            return
        # Process the data up to the last complete tag; no text contains this character.
        end = unread.rfind(b">") + 1
        self._unread = unread[end:]
        for found in _NEWS.finditer(unread, 0, end):
            if found[1]:
                self.on_kept(int(found[1]))
            else:
                self.on_received(int(found[2]))

    async def _ask(self, question: str, wanted: re.Pattern[bytes]) -> re.Match[bytes]:
        self._found = asyncio.get_running_loop().create_future()
        self._wanted = wanted
        self._transport.write(question.encode())
        async with asyncio.timeout(WITHIN):
            return await self._found
