"""The bytes that clients of each server send."""

import base64
from collections.abc import Mapping, Sequence
from typing import Any, Final, Protocol

from imtui.protocol.jsonrpc import encode, encode_push
from imtui.protocol.limits import SUBSCRIBE_MAX_USERS
from imtui.protocol.messages import Method, Push, UserStatusList
from imtui.protocol.status import UserStatus, UserStatusType
from imtui.protocol.usersig import sign
from tests.benchmarks.app_key import AppKey
from tests.benchmarks.peers.frames import TEXT_FRAME, text_frame, upgrade
from tests.benchmarks.server.crowd import Step

HOST: Final = "localhost"
PASSWORD: Final = "password"
PUBLISHER: Final = "publisher"


def text_of(tag: str) -> str:
    """Return a custom status that contains a tag."""
    return f"Listening to music, back at three {tag}"


class Wire(Protocol):
    """The protocol between clients and a server."""

    def arrival(self, user_id: str, watched: Sequence[str] = ()) -> list[Step]:
        """Return the steps of a client that logs in and subscribes to ``watched``."""

    def change(self, tag: str) -> bytes:
        """Return a change of the custom status that contains a tag."""

    def heartbeat(self, tag: str) -> bytes:
        """Return a heartbeat whose answer contains the tag once."""


class ImtuiWire:
    """The protocol of our server."""

    def __init__(self, host: str, key: AppKey) -> None:
        """Create the protocol for one server."""
        self._host = host
        self._key = key

    def arrival(self, user_id: str, watched: Sequence[str] = ()) -> list[Step]:
        """Return the steps that upgrade to WebSocket, log in and subscribe."""
        login = {
            "sdkAppID": self._key.sdk_app_id,
            "userID": user_id,
            "userSig": sign(user_id, self._key.sdk_app_id, self._key.secret_key),
            "instanceID": user_id,
        }
        steps = [
            Step(upgrade(self._host, user_id), b"\r\n\r\n"),
            # This push is the last one that a login causes.
            Step(request("login", Method.LOGIN, login), Push.SELF_DEVICES_CHANGED.encode()),
        ]
        for start in range(0, len(watched), SUBSCRIBE_MAX_USERS):
            users = list(watched[start : start + SUBSCRIBE_MAX_USERS])
            call = request("subscribe", Method.SUBSCRIBE_USER_STATUS, {"userIDList": users})
            steps.append(Step(call, b'"result":{}'))
        return steps

    def change(self, tag: str) -> bytes:
        """Return a call of ``setSelfStatus``."""
        return request(1, Method.SET_SELF_STATUS, {"customStatus": text_of(tag)})

    def heartbeat(self, tag: str) -> bytes:
        """Return a call of ``heartbeat``."""
        return request(tag, Method.HEARTBEAT, {})


def request(request_id: int | str, method: Method, params: Mapping[str, Any]) -> bytes:
    """Return the frame of a request to our server."""
    call = {"jsonrpc": "2.0", "id": request_id, "method": method, "params": params}
    return text_frame(encode(call))


class BareWire:
    """The protocol of ``tests.benchmarks.bare.sending``, which forwards the first client's data."""

    def arrival(self, user_id: str, watched: Sequence[str] = ()) -> list[Step]:
        """Return a step with an arbitrary byte, which the loop echoes."""
        return [Step(b"!", b"!")]

    def change(self, tag: str) -> bytes:
        """Return the frame with which our server notifies watchers of a change."""
        since, revision = 1_700_000_000_000, 1_000_000
        online = UserStatusType.ONLINE
        status = UserStatus(
            PUBLISHER, online, text_of(tag), ["Linux"], since=since, revision=revision
        )
        data = encode_push(Push.USER_STATUS_CHANGED, UserStatusList([status]))
        return bytes((TEXT_FRAME, 126)) + len(data).to_bytes(2) + data

    def heartbeat(self, tag: str) -> bytes:
        """Raise an error, as there are no heartbeats."""
        raise NotImplementedError


_STREAM: Final = (
    f"<?xml version='1.0'?><stream:stream to='{HOST}' version='1.0' xmlns='jabber:client' "
    "xmlns:stream='http://etherx.jabber.org/streams'>"
).encode()
_AUTH: Final = "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>{}</auth>"
_BIND: Final = b"<iq type='set' id='bind'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>"
_ROSTER: Final = b"<iq type='get' id='roster'><query xmlns='jabber:iq:roster'/></iq>"
_PING: Final = "<iq type='get' id='{}' to='{}'><ping xmlns='urn:xmpp:ping'/></iq>"
_CHANGE: Final = "<presence><show>away</show><status>{}</status></presence>"
_FEATURES: Final = b"</stream:features>"


class XMPPWire:
    """XMPP on a TCP connection; the rosters define who watches whom."""

    def arrival(self, user_id: str, watched: Sequence[str] = ()) -> list[Step]:
        """Return the steps that authenticate, bind, get the roster and become available."""
        secret = base64.b64encode(f"\0{user_id}\0{PASSWORD}".encode()).decode()
        return [
            Step(_STREAM, _FEATURES),
            Step(_AUTH.format(secret).encode(), b"<success"),
            Step(_STREAM, _FEATURES),
            Step(_BIND, b"</iq>"),
            Step(_ROSTER, b"roster"),
            # The server also sends the client's own presence back.
            Step(b"<presence/>", b"<presence"),
        ]

    def change(self, tag: str) -> bytes:
        """Return a presence with a status."""
        return _CHANGE.format(text_of(tag)).encode()

    def heartbeat(self, tag: str) -> bytes:
        """Return a ping of the server (XEP-0199)."""
        return _PING.format(tag, HOST).encode()
