"""A simple client: it comes back after a lost connection, and keeps what it knows up to date."""

import asyncio
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Final

import msgspec

from imtui.protocol.usersig import sign
from tests.simulation.core_process import KEY
from tests.simulation.frames import CLOSE, HANDSHAKE, TEXT, Reader, text_frame
from tests.simulation.network import Transport
from tests.simulation.view import JSON, View, requests_in
from tests.simulation.virtual_time import WALL_START, Process, World

if TYPE_CHECKING:
    from tests.simulation.edge_process import EdgeProcess
    from tests.simulation.rules import Rules

_HEARTBEAT_EVERY: Final = 25.0
_ANSWERED_WITHIN: Final = 10.0
_OPENED_WITHIN: Final = 10.0
_REPEATED_AFTER: Final = 10.0
_SYNCED_AFTER: Final = 5.0
_SYNCED: Final = frozenset(
    {
        "getFriendList",
        "getBlackList",
        "getFriendApplicationList",
        "getSubscriptions",
        "getConversationList",
        "getChangedMessages",
        "getUserStatus",
    }
)
"""What is asked again if the backend could not answer."""

Done = Callable[[JSON | None, int], None]
"""Takes the result of a call, or its error code."""
Dial = Callable[["Link"], bool]
"""Connects to an edge; tells whether one can be reached."""


class Link(asyncio.Protocol):
    """One connection of a client."""

    end: Transport
    edge: "EdgeProcess"
    session_id: int

    def __init__(self, client: "Client") -> None:
        self.client = client
        self.reader = Reader()
        self.is_open = True
        self.is_logged_in = False
        self.is_resuming = False
        self.has_logged_out = False
        self.is_taken_over = False
        self.dialed_at = client.now
        self.unknown_since: float | None = None
        """Since when it believes to be logged in, and the core knows nothing of it."""
        self.was_frozen = False
        """Whether its client did nothing for a while, perhaps before it logged in."""
        self.is_silenced = False
        """Whether its edge has found it silent."""
        self.asked: dict[int, tuple[str, Done]] = {}
        """The requests that are not answered, in order."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.end.write(HANDSHAKE)

    def data_received(self, data: bytes) -> None:
        for opcode, payload in self.reader.feed(data):
            if not self.is_open:
                return
            if opcode == TEXT:
                self.client.received(self, msgspec.json.decode(payload))
            elif opcode == CLOSE:
                self.client.closed(self, int.from_bytes(payload[:2]))
            else:
                self.client.opened(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self.client.closed(self, 0)

    def leave(self) -> None:
        """End it from this side."""
        self.is_open = False
        self.end.abort()


class Client:
    """One device of a user."""

    def __init__(
        self, world: World, process: Process, rules: "Rules", dial: Dial, user_id: str, device: int
    ) -> None:
        self.name = f"{user_id}/{device}"
        self.user_id = user_id
        self.view = View(user_id)
        self.wants = False
        """Whether it wants to be logged in."""
        self.link: Link | None = None
        self.is_frozen = False
        self.outbox: dict[str, None] = {}
        """The messages that are not acknowledged, by their IDs."""
        self.acknowledged: dict[str, int] = {}
        """The seq of each message that is."""
        self._instance_id = f"device{device}"
        self._platform = ("Linux", "Web", "Mac")[device % 3]
        self._world = world
        self._process = process
        self._rules = rules
        self._dial = dial
        self._has_session = False
        """Whether there is a login to go on with."""
        self._sent: dict[str, JSON] = {}
        """All messages, by their IDs."""
        self._ids = 0
        self._retry: asyncio.TimerHandle | None = None

    @property
    def now(self) -> float:
        """Return the time."""
        return self._world.now

    @property
    def is_logged_in(self) -> bool:
        """Tell whether it is logged in, as far as it knows."""
        return self.link is not None and self.link.is_logged_in

    # What its user does

    def come(self) -> None:
        """Log in, and stay so."""
        self.wants = True
        if self.link is None and self._retry is None:
            self._connect()

    def leave(self, *, for_good: bool = True) -> None:
        """End the connection without a logout; come back at once unless it is for good."""
        self.wants = self.wants and not for_good
        self._stop_retry()
        link, self.link = self.link, None
        if link is not None:
            link.leave()
        if self.wants:
            self._come_later()

    def log_out(self) -> None:
        """Log out."""
        link = self.link
        if link is None or not link.is_logged_in or self.is_frozen:
            return
        self.wants = self._has_session = False
        link.has_logged_out = True
        link.is_logged_in = False
        self.ask("logout", {}, lambda result, code: self._logged_out(link))
        self._process.call_later(_ANSWERED_WITHIN, self._logged_out, link)

    def freeze(self) -> None:
        """Do nothing, as a suspended machine."""
        self.is_frozen = True
        if self.link is not None:
            self.link.was_frozen = True
            self.link.end.pause_reading()

    def thaw(self) -> None:
        """Go on."""
        if not self.is_frozen:
            return
        self.is_frozen = False
        if self.link is not None:
            self.link.end.resume_reading()
            self._beat(self.link)
            if self.link.has_logged_out:
                self._logged_out(self.link)
        elif self.wants and self._retry is None:
            self._connect()

    def set_status(self, text: str, seconds: float | None = None) -> None:
        """Set or clear the text, for some seconds or until it is set again."""
        params: JSON = {"customStatus": text}
        if seconds is not None:
            ends = WALL_START + self._world.now + seconds
            params["expiresAt"] = int(ends * 1000)
        if not text or seconds is not None:
            self._rules.cleared_by.add(self.user_id)
        self.ask("setSelfStatus", params)

    def send_message(self, receiver: str, text: str) -> None:
        """Send a message, and repeat it until it is acknowledged."""
        self._ids += 1
        msg_id = f"{self._instance_id}-{self._ids}"
        self._sent[msg_id] = {"userID": receiver, "msgID": msg_id, "text": text}
        self.outbox[msg_id] = None
        self._post(msg_id)

    def repeat_message(self, number: int) -> None:
        """Send a message again that was acknowledged."""
        if self.acknowledged and self.is_logged_in:
            self._post(sorted(self.acknowledged)[number % len(self.acknowledged)])

    def ask(self, method: str, params: JSON, done: Done = lambda result, code: None) -> None:
        """Send a request, if there is a connection."""
        link = self.link
        if link is None or self.is_frozen or not link.reader.is_open:
            return
        self._ids += 1
        link.asked[self._ids] = method, done
        call = {"jsonrpc": "2.0", "id": self._ids, "method": method, "params": params}
        if method == "heartbeat":
            del call["params"]
        link.end.write(text_frame(msgspec.json.encode(call)))

    def notify(self, method: str, params: JSON) -> None:
        """Send a request without an ID."""
        if self.link is not None and self.is_logged_in and not self.is_frozen:
            call = {"jsonrpc": "2.0", "method": method, "params": params}
            self.link.end.write(text_frame(msgspec.json.encode(call)))

    # Connecting

    def _connect(self) -> None:
        self._retry = None
        if not self.wants or self.link is not None or self.is_frozen:
            return
        link = Link(self)
        if self._dial(link):
            self.link = link
            self._process.call_later(_OPENED_WITHIN, self._check_opened, link)
        else:
            self._come_later()

    def _come_later(self) -> None:
        self._stop_retry()
        self._retry = self._process.call_later(self._world.delay(2.0), self._connect)

    def _stop_retry(self) -> None:
        if self._retry is not None:
            self._retry.cancel()
            self._retry = None

    def _check_opened(self, link: Link) -> None:
        if link is self.link and not link.is_logged_in and not self.is_frozen:
            self.leave(for_good=False)

    def opened(self, link: Link) -> None:
        """Log in, as the handshake is answered."""
        now = int(WALL_START + self._world.now)
        link.is_resuming = self._has_session
        params = {
            "sdkAppID": KEY.sdk_app_id,
            "userID": self.user_id,
            "userSig": sign(self.user_id, KEY.sdk_app_id, KEY.secret_key, now=now),
            "platform": self._platform,
            "instanceID": self._instance_id,
            "resume": self._has_session,
        }
        self.ask("login", params, partial(self._logged_in, link))

    def _logged_in(self, link: Link, result: JSON | None, code: int) -> None:
        if link is not self.link:
            return
        if result is not None:
            link.is_logged_in = self._has_session = True
            self.view.begin()
            self.view.take_status(result["selfStatus"])
            self._process.call_later(_HEARTBEAT_EVERY, self._next_beat, link)
            self.sync()
            for msg_id in list(self.outbox):
                self._post(msg_id)
        elif code == 6208:
            self._kicked()
        elif code == 70052:
            self._has_session = False
            self.leave()
        else:
            self.leave(for_good=False)

    def _logged_out(self, link: Link) -> None:
        if link is self.link and not self.is_frozen:
            self.leave(for_good=not self.wants)

    def _kicked(self) -> None:
        if not self._has_session and not (self.link and self.link.has_logged_out):
            self._world.blame(f"{self.name} is kicked again")
        self._has_session = False
        self.leave()

    def closed(self, link: Link, code: int) -> None:
        """Come back, as the connection has ended."""
        link.is_open = False
        if link is not self.link:
            return
        self.link = None
        if code == 4001 and not link.is_taken_over:
            self._world.blame(f"{self.name} is closed with 4001")
        if code == 4003 and not link.was_frozen:
            self._world.blame(f"{self.name} is closed with 4003")
        if self.wants:
            self._come_later()

    # Signs of life

    def _next_beat(self, link: Link) -> None:
        if link is self.link and link.is_logged_in:
            if not self.is_frozen:
                self._beat(link)
            self._process.call_later(_HEARTBEAT_EVERY, self._next_beat, link)

    def _beat(self, link: Link) -> None:
        answered: list[int] = []
        self.ask("heartbeat", {}, lambda result, code: answered.append(code))
        self._process.call_later(_ANSWERED_WITHIN, self._check_beat, link, answered)

    def _check_beat(self, link: Link, answered: list[int]) -> None:
        if link is self.link and not self.is_frozen and not answered:
            self.leave(for_good=False)

    # What comes in

    def received(self, link: Link, message: JSON) -> None:
        """Take an answer or a push."""
        if link is not self.link:
            return
        if "method" in message:
            self._pushed(message["method"], message["params"])
            return
        request_id, error = message["id"], message.get("error")
        if request_id not in link.asked:
            self._world.blame(f"{self.name}: {request_id} is answered again: {message}")
            return
        method, done = link.asked[request_id]
        # Heartbeats are answered at once.
        first = next((one for one, asked in link.asked.items() if asked[0] != "heartbeat"), 0)
        if method != "heartbeat" and first != request_id:
            self._world.blame(f"{self.name}: {method} is answered out of order")
        del link.asked[request_id]
        if error is not None and error["code"] == 70500 and method in _SYNCED:
            self._process.call_later(_SYNCED_AFTER, self._sync_again, link)
        done(message.get("result"), 0 if error is None else error["code"])

    def _pushed(self, method: str, params: JSON) -> None:
        view = self.view
        match method:
            case "onUserStatusChanged":
                for status in params["userStatusList"]:
                    self._check(view.take_pushed(status))
            case "onRecvNewMessage":
                for message in params["messageList"]:
                    self._take_message(message)
            case "onKickedOffline":
                self._kicked()
            case "onMessagesMissed" | "onResyncNeeded" | "onConsoleChanged":
                self.sync()
            case _:
                view.take_list(method, params)
                if method == "onSubscriptionsChanged" and params["added"]:
                    self._query(params["added"])

    def _check(self, problem: str) -> None:
        if problem:
            self._world.blame(f"{self.name}: {problem}")

    # Keeping up to date

    def sync(self) -> None:
        """Ask for all that is shown."""
        self.ask("getFriendList", {}, self._take_friends)
        self.ask("getBlackList", {}, self._take_blocked)
        self.ask("getFriendApplicationList", {}, self._take_requests)
        self.ask("getSubscriptions", {}, self._take_subscriptions)
        self.ask("getConversationList", {}, self._take_conversations)

    def _sync_again(self, link: Link) -> None:
        if link is self.link and link.is_logged_in:
            self.sync()

    def _take_friends(self, result: JSON | None, code: int) -> None:
        if result is not None:
            self.view.friends = set()
            self.view.add_friends(result["friendInfoList"])

    def _take_blocked(self, result: JSON | None, code: int) -> None:
        if result is not None:
            self.view.blocked = set(result["userIDList"])

    def _take_requests(self, result: JSON | None, code: int) -> None:
        if result is not None:
            self.view.requests = requests_in(result)

    def _take_subscriptions(self, result: JSON | None, code: int) -> None:
        if result is not None:
            self.view.subscriptions = set(result["userIDList"])
            if self.view.subscriptions:
                self._query(sorted(self.view.subscriptions))

    def _query(self, user_ids: list[str]) -> None:
        link = self.link

        def take(result: JSON | None, code: int) -> None:
            if result is not None:
                for status in result["userStatusList"]:
                    self.view.take_status(status)
            elif code == 7008 and link is not None:
                self._process.call_later(5.0, self._query_again, link, user_ids)

        self.ask("getUserStatus", {"userIDList": user_ids}, take)

    def _query_again(self, link: Link, user_ids: list[str]) -> None:
        if link is self.link:
            self._query(user_ids)

    def _take_conversations(self, result: JSON | None, code: int) -> None:
        for one in () if result is None else result["conversationList"]:
            peer = one["conversationID"].removeprefix("c2c_")
            if one["version"] > self.view.versions.get(peer, 0):
                self._catch_up(peer)

    def _catch_up(self, peer: str) -> None:
        params = {"userID": peer, "sinceVersion": self.view.versions.get(peer, 0)}
        self.ask("getChangedMessages", params, partial(self._take_changed, peer))

    def _take_changed(self, peer: str, result: JSON | None, code: int) -> None:
        if result is None:
            return
        for message in result["messageList"]:
            self._check(self.view.take_message(message))
            known = self.view.versions.get(peer, 0)
            self.view.versions[peer] = max(known, message["version"])
        if not result["isFinished"]:
            self._catch_up(peer)

    def _take_message(self, message: JSON) -> None:
        self._check(self.view.take_message(message))
        peers = {message["sender"], message["receiver"]} - {self.user_id}
        peer, version = peers.pop(), message["version"]
        known = self.view.versions.get(peer, 0)
        if version == known + 1:
            self.view.versions[peer] = version
        elif version > known:
            self._catch_up(peer)

    # Messages

    def _post(self, msg_id: str) -> None:
        self.ask("sendMessage", self._sent[msg_id], partial(self._posted, msg_id))

    def _posted(self, msg_id: str, result: JSON | None, code: int) -> None:
        if result is None:
            if code in (20007, 20003):
                self.outbox.pop(msg_id, None)
            elif code in (7008, 70500) and self.link is not None:
                self._process.call_later(_REPEATED_AFTER, self._post_again, self.link, msg_id)
            return
        message = result["message"]
        self.outbox.pop(msg_id, None)
        seq = self.acknowledged.setdefault(msg_id, message["seq"])
        if seq != message["seq"]:
            self._world.blame(f"{self.name}: {msg_id} was {seq}, is {message['seq']}")
        self._take_message(message)

    def _post_again(self, link: Link, msg_id: str) -> None:
        if link is self.link and msg_id in self.outbox:
            self._post(msg_id)
