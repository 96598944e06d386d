"""A fake of the backend's admin API, in memory."""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable
from typing import Any

from imtui.protocol.errors import IMError
from tests.tui.fake import START

Body = dict[str, Any]

SETTINGS: Body = {
    "edition": "ultimate",
    "user_status": "on",
    "friend_status": "on",
    "login_policy": "multi",
    "auto_register": "on",
    "block_hides_status": "on",
    "before_callback_failure": "pass",
    "messages_rate": 10,
    "webhook_token": "(set)",
    "webhook_commands": ["State.StateChange"],
    "heartbeat_timeout": 400.0,
}
STARTED = round(START.timestamp() * 1000)
HOUR = 3_600_000


def device(name: str, platform: str = "Linux", since: int = STARTED) -> Body:
    """Return a connected device."""
    return {
        "InstanceID": f"id-{name}",
        "DeviceName": name,
        "Platform": platform,
        "LoginTime": since,
    }


def account(user_id: str, *devices: Body, text: str = "", status: str = "") -> Body:
    """Return an account; it is ONLINE with devices, else UNLOGINED."""
    return {
        "UserID": user_id,
        "Status": status or ("ONLINE" if devices else "UNLOGINED"),
        "CustomStatus": text,
        "Since": STARTED,
        "Nick": "",
        "Devices": list(devices),
    }


class FakeBackend:
    """A backend in memory, and the client that calls it."""

    def __init__(self, *accounts: Body, now: Callable[[], int] = lambda: STARTED) -> None:
        self.now = now
        self.settings = dict(SETTINGS)
        self.accounts = sorted(accounts, key=lambda one: str(one["UserID"]))
        self.log: list[Body] = []
        self.totals: Counter[str] = Counter()
        self.errors: Counter[str] = Counter()
        self.subscriptions, self.friendships = 3, 4
        self.started = STARTED - HOUR
        self.down: IMError | Exception | None = None
        self.refused: dict[str, Exception] = {}
        self.calls: list[tuple[str, Body]] = []
        self.connect_count = 0
        self._commands: dict[str, Callable[[Body], Body]] = {
            "imtui_console/get": lambda _: {"Settings": dict(self.settings)},
            "imtui_console/set": self._set,
            "imtui_console/stats": lambda _: self._stats(),
            "imtui_console/accounts": self._accounts,
            "imtui_console/log": self._log,
            "im_open_login_svc/kick": self._kick,
        }

    def connect(self) -> "FakeBackend":
        """Return the client, or raise the prepared error."""
        self.connect_count += 1
        if self.down is not None and not isinstance(self.down, IMError):
            raise self.down
        return self

    async def call(self, command: str, body: Body) -> Body:
        """Return the answer to a command, or raise the prepared error."""
        self.calls.append((command, body))
        self.totals["Requests"] += 1
        if isinstance(self.down, IMError):
            raise self.down
        if command in self.refused:
            raise self.refused[command]
        envelope = {"ActionStatus": "OK", "ErrorInfo": "", "ErrorCode": 0}
        return envelope | self._commands[command](body)

    def bodies(self, command: str) -> list[Body]:
        """Return the bodies of all calls of a command."""
        return [body for name, body in self.calls if name == command]

    def add_change(self, user_id: str, event: str, text: str = "") -> None:
        """Add a change to the log."""
        index = self.log[-1]["Index"] + 1 if self.log else 1
        item = {"Index": index, "Time": self.now(), "UserID": user_id, "Event": event}
        self.log.append(item | {"Text": text})

    def add_audit(
        self, user_id: str, event: str, text: str, address: str, code: int = 0, count: int = 1
    ) -> None:
        """Add an entry of the audit log."""
        self.add_change(user_id, event, text)
        self.log[-1] |= {"Address": address, "Code": code, "Count": count}

    def restart(self) -> None:
        """Restart with empty totals and an empty log."""
        self.started = self.now()
        self.log.clear()
        self.totals.clear()
        self.errors.clear()

    def find(self, user_id: str) -> Body:
        """Return an account."""
        return next(one for one in self.accounts if one["UserID"] == user_id)

    def _set(self, body: Body) -> Body:
        self.settings.update(body["Settings"])
        return {"Settings": dict(self.settings)}

    def _stats(self) -> Body:
        devices = sum(len(one["Devices"]) for one in self.accounts)
        return {
            "ServerTime": self.now(),
            "UptimeSeconds": (self.now() - self.started) // 1000,
            "Connections": devices,
            "Devices": devices,
            "Accounts": Counter(str(one["Status"]) for one in self.accounts),
            "Subscriptions": self.subscriptions,
            "Friendships": self.friendships,
            "Coalesced": 0,
            "HeartbeatsLost": 0,
            **{name: self.totals[name] for name in ("Changes", "Deliveries", "Messages")},
            "Requests": self.totals["Requests"],
            "Errors": dict(self.errors),
        }

    def _accounts(self, body: Body) -> Body:
        ids = [str(one["UserID"]) for one in self.accounts]
        prefix, size = body["Prefix"], body["MaxCnt"]
        first, end = bisect_left(ids, prefix), bisect_left(ids, prefix + "\U0010ffff")
        start = max(bisect_right(ids, body["Cursor"]) if body["Cursor"] else 0, first)
        stop = min(start + size, end)
        more = ids[stop - 1] if stop < end else ""
        return {
            "AccountItem": self.accounts[start:stop],
            "NextCursor": more,
            "Total": end - first,
        }

    def _log(self, body: Body) -> Body:
        items = [one for one in self.log if one["Index"] > body["After"]][: body["MaxCnt"]]
        return {"LogItem": items, "LastIndex": self.log[-1]["Index"] if self.log else 0}

    def _kick(self, body: Body) -> Body:
        self.find(body["UserID"]).update(Status="UNLOGINED", Devices=[])
        self.add_change(body["UserID"], "kicked")
        return {}


def numbered_accounts(number: int) -> list[Body]:
    """Return accounts ``user-000000``, ``user-000001`` and so on."""
    return [account(f"user-{place:06}") for place in range(number)]


def small_backend() -> FakeBackend:
    """Return a backend with a few accounts."""
    return FakeBackend(
        account("alice", device("laptop"), device("phone", "Android"), text="Listening to music"),
        account("bob", device("desk"), text="On the call"),
        account("carol", status="OFFLINE"),
        account("dave"),
    )
