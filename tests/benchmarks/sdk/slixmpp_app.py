"""An app of slixmpp: ``python -m tests.benchmarks.sdk.slixmpp_app HOST PORT USER BATCH``."""

import asyncio
import sys
from importlib import import_module
from typing import Any

from tests.benchmarks.sdk.received import Counter
from tests.benchmarks.server.wires import HOST, PASSWORD


async def main(host: str, port: int, user_id: str, batch: int) -> None:
    """Log in, and count changes until the process is killed."""
    # slixmpp is not a dependency; it must be installed for the comparison.
    slixmpp: Any = import_module("slixmpp")
    counter = Counter(batch)
    client = slixmpp.ClientXMPP(
        f"{user_id}@{HOST}",
        PASSWORD,
        plugin_config={"feature_mechanisms": {"unencrypted_plain": True}},
    )
    client.enable_plaintext = True
    client.enable_direct_tls = client.enable_starttls = False

    def changed(presence: Any) -> None:
        counter.take([presence["status"]])

    async def started(_: Any) -> None:
        await client.get_roster()
        client.send_presence()
        counter.ready()

    client.add_event_handler("changed_status", changed)
    client.add_event_handler("session_start", started)
    client.connect(host, port)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), sys.argv[3], int(sys.argv[4])))
