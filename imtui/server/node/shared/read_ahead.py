"""Reads at once what many requests will look for: each question takes a way to the database."""

from collections.abc import Sequence
from typing import Final

import msgspec
from msgspec import Struct

from imtui.protocol.errors import IMError
from imtui.protocol.identifiers import check_msg_id
from imtui.protocol.messages import Method
from imtui.server.core.core import Core
from imtui.server.link.ops import RequestOp, ToCore
from imtui.server.store.postgres.store import PostgresStore


class _Named(Struct):
    msg_id: str = msgspec.field(name="msgID", default="")


_named: Final = msgspec.json.Decoder(_Named)


class ReadAhead:
    """Looks for the messages that requests send, which may have been sent before."""

    def __init__(self, core: Core, store: PostgresStore) -> None:
        """Read nothing yet."""
        self._core = core
        self._store = store

    def read(self, ops: Sequence[ToCore]) -> None:
        """Look at what came together."""
        wanted = []
        for op in ops:
            if isinstance(op, RequestOp) and op.call.method == Method.SEND_MESSAGE:
                sender = self._core.account_key(op.session_id)
                try:
                    msg_id = check_msg_id(_named.decode(op.call.params).msg_id)
                except (msgspec.MsgspecError, UnicodeError, IMError):
                    # The request will be refused.
                    continue
                if sender:
                    wanted.append((sender, msg_id))
        if len(wanted) > 1:
            self._store.read_ahead(wanted)
