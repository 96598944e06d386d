"""A model of the page and the decisions, in the simplest data that can hold it.

It is independent of the backend's code. A connection is a number, an account a user ID, and time is
in seconds since the start. Each act returns an ``Outcome``: the answer or the error code, the
pushes to each connection, and the closed connections.
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

ONLINE, OFFLINE, UNLOGINED = 1, 2, 3

HEARTBEAT_TIMEOUT = 400.0
CLEARED_AFTER = 600.0
RATE_WINDOW = 5.0


class Refused(Exception):
    """A call was refused with a code."""

    def __init__(self, code: int) -> None:
        """Keep the code."""
        super().__init__(code)
        self.code = code


class Seen(NamedTuple):
    """A user's public status."""

    user: str
    kind: int
    text: str
    platforms: tuple[str, ...]


class Told(NamedTuple):
    """A push to a connection."""

    method: str
    what: object


@dataclass
class Outcome:
    """The outcome of an act."""

    answer: object = None
    code: int = 0
    told: dict[int, list[Told]] = field(default_factory=lambda: defaultdict(list))
    closed: dict[int, int] = field(default_factory=dict)
    unsettled: set[tuple[int, str]] = field(default_factory=set)
    """Optional pushes: a connection, and a method that it may receive or not."""


@dataclass
class Device:
    """One login of an account, by its instance ID."""

    instance: str
    platform: str
    state: str = "live"  # live, lost, out, kicked
    place: int = 0  # the order of logins, for the policy and the list
    conn: int = -1


@dataclass
class Text:
    """A custom status and its end."""

    text: str = ""
    end: float | None = None


@dataclass
class Account:
    """The state of an account."""

    user: str
    devices: dict[str, Device] = field(default_factory=dict)
    passive: set[int] = field(default_factory=set)
    texts: list[Text] = field(default_factory=lambda: [Text()])  # the last one is current
    friends: set[str] = field(default_factory=set)
    subscriptions: list[str] = field(default_factory=list)
    alone_since: float | None = None  # since when neither ONLINE nor passively logged in
    cleared_at: float | None = None
    left: int = UNLOGINED  # how the last connected device left
    calls: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    def live(self) -> list[Device]:
        """Return the connected devices, earliest login first."""
        live = [device for device in self.devices.values() if device.state == "live"]
        return sorted(live, key=lambda device: device.place)

    def kind(self) -> int:
        """Return the general status."""
        if self.live():
            return ONLINE
        return self.left

    def seen(self) -> Seen:
        """Return the status."""
        platforms = tuple(sorted({device.platform for device in self.live()}))
        return Seen(self.user, self.kind(), self.texts[-1].text, platforms)

    def conns(self) -> set[int]:
        """Return the logged-in connections of the account."""
        return {device.conn for device in self.live()} | self.passive


class Model:
    """The model of the backend."""

    def __init__(
        self, rate_calls: int = 20, subscriptions_max: int = 200, per_platform: int = 10
    ) -> None:
        """Start at time 0, without accounts and with everything switched on."""
        self.rate_calls = rate_calls
        self.subscriptions_max = subscriptions_max
        self.per_platform = per_platform
        self.now = 0.0
        self.accounts: dict[str, Account] = {}
        self.session: dict[int, tuple[str, str | None]] = {}  # conn: user, instance (None: passive)
        self.heard: dict[int, float] = {}  # last sign of life, by logged-in connection
        self.console = {
            "edition": "ultimate",
            "user_status": "on",
            "friend_status": "on",
            "login_policy": "multi",
            "auto_register": "on",
            "before_callback_failure": "pass",
        }
        self.places = 0
        self.out = Outcome()

    def login(
        self, conn: int, user: str, platform: str, instance: str, *, passive: bool, resume: bool
    ) -> Outcome:
        """Log in, as a device or passively."""
        return self._act(conn, lambda: self._login(conn, user, platform, instance, passive, resume))

    def _login(
        self, conn: int, user: str, platform: str, instance: str, passive: bool, resume: bool
    ) -> Seen:
        if user not in self.accounts and self.console["auto_register"] == "off":
            raise Refused(70107)
        if conn in self.session and self.session[conn][0] == user:
            return self.accounts[user].seen()
        kicked: list[Device] = []
        if not passive:
            kicked = self._kicks(user, platform, instance, resume)
        if conn in self.session:
            self._leave(conn, "out")
            # The new user may be a friend of the one who left; the order of the two is open.
            self.out.unsettled.add((conn, "onUserStatusChanged"))
        account = self.accounts.setdefault(user, Account(user))
        before = account.seen()
        devices = [device.instance for device in account.live()]
        self.heard[conn] = self.now
        if passive:
            self.session[conn] = (user, None)
            account.passive.add(conn)
        else:
            self._connect(account, conn, platform, instance, resume)
            self._kick(kicked)
        self._count_alone(account)
        self._changed(account, before)
        after = tuple(device.instance for device in account.live())
        # If a login only replaced a connection, the other devices are not told.
        for told in {conn} if list(after) == devices else account.conns():
            self.out.told[told].append(Told("onSelfDevicesChanged", after))
        return account.seen()

    def _kicks(self, user: str, platform: str, instance: str, resume: bool) -> list[Device]:
        account = self.accounts.get(user, Account(user))
        known = account.devices.get(instance)
        if known and known.state == "live":
            return []
        if resume and known and known.state in ("kicked", "out"):
            raise Refused(6208)
        newcomer = Device(instance, platform, place=self.places + 1)
        if resume and known:
            newcomer.place = known.place
        kicked = self._over_policy([*account.live(), newcomer])
        if newcomer in kicked:
            # The device counts as kicked, because a newer login has its place.
            account.devices[instance].state = "kicked"
            raise Refused(6208)
        return kicked

    def _over_policy(self, devices: list[Device]) -> list[Device]:
        policy = self.console["login_policy"]
        most = self.per_platform if policy == "multi" else 1
        groups: dict[str, list[Device]] = defaultdict(list)
        for device in devices:
            groups["" if policy == "single" else device.platform].append(device)
        over: list[Device] = []
        for group in groups.values():
            group.sort(key=lambda device: device.place)
            over += group[: max(0, len(group) - most)]
        return over

    def _kick(self, devices: list[Device]) -> None:
        for device in devices:
            self.out.told[device.conn].append(Told("onKickedOffline", None))
            # Pushes of the same act may reach it before the kick, or not.
            self.out.unsettled.add((device.conn, "onUserStatusChanged"))
            self._drop(device, "kicked")

    def _connect(
        self, account: Account, conn: int, platform: str, instance: str, resume: bool
    ) -> None:
        known = account.devices.get(instance)
        self.places += 1
        place = self.places
        if known and (known.state == "live" or (resume and known.state == "lost")):
            place = known.place
        if known and known.state == "live":
            self.out.closed[known.conn] = 4001
            self._forget(known.conn)
        account.devices[instance] = Device(instance, platform, "live", place, conn)
        self.session[conn] = (account.user, instance)

    def logout(self, conn: int) -> Outcome:
        """Log out."""

        def act() -> None:
            self._user(conn)
            self._leave(conn, "out")

        return self._act(conn, act)

    def lose(self, conn: int) -> Outcome:
        """Drop a connection, as if its socket closed."""

        def act() -> None:
            if conn in self.session:
                self._leave(conn, "lost")

        return self._act(None, act)

    def _leave(self, conn: int, state: str) -> None:
        user, instance = self.session[conn]
        account = self.accounts[user]
        before = account.seen()
        if instance is None:
            account.passive.discard(conn)
            self._forget(conn)
        else:
            self._drop(account.devices[instance], state)
            if not account.live():
                account.left = OFFLINE if state == "lost" else UNLOGINED
        self._count_alone(account)
        self._changed(account, before)
        if instance is not None:
            after = tuple(device.instance for device in account.live())
            for other in account.conns():
                self.out.told[other].append(Told("onSelfDevicesChanged", after))

    def _drop(self, device: Device, state: str) -> None:
        device.state = state
        self._forget(device.conn)

    def _forget(self, conn: int) -> None:
        del self.session[conn], self.heard[conn]

    def _count_alone(self, account: Account) -> None:
        if account.conns():
            account.alone_since = None
        elif account.alone_since is None:
            account.alone_since = self.now

    def heartbeat(self, conn: int) -> Outcome:
        """Send a heartbeat."""
        return self._act(conn, lambda: self._user(conn) and None)

    def set_status(self, conn: int, text: str, end: float | None) -> Outcome:
        """Set the custom status, with an optional end."""

        def act() -> None:
            account = self._user(conn)
            if len(text.encode()) > 100 or (end is not None and end <= self.now):
                raise Refused(6017)
            if account.kind() != ONLINE:
                raise Refused(7014)
            before = account.seen()
            if account.texts[-1].text == text:
                account.texts[-1].end = end
            else:
                account.texts.append(Text(text, end))
            if end is None:
                del account.texts[:-1]
            self._changed(account, before, always_own=True)

        return self._act(conn, act)

    def query(self, conn: int, users: list[str]) -> Outcome:
        """Query statuses."""

        def act() -> list[Seen]:
            account = self._user(conn)
            wanted = list(dict.fromkeys(users))
            if not wanted or len(wanted) > 500:
                raise Refused(6017)
            if wanted != [account.user]:
                self._allow(account, "query")
            known = [self.accounts[user].seen() for user in wanted if user in self.accounts]
            if not known:
                raise Refused(70107)
            return known

        return self._act(conn, act)

    def subscribe(self, conn: int, users: list[str]) -> Outcome:
        """Subscribe to statuses."""

        def act() -> None:
            account = self._user(conn)
            wanted = list(dict.fromkeys(users))
            if not wanted or len(wanted) > 100 or account.user in wanted:
                raise Refused(6017)
            self._allow(account, "subscribe")
            known = [user for user in wanted if user in self.accounts]
            if not known:
                raise Refused(70107)
            kept = [user for user in account.subscriptions if user not in known] + known
            account.subscriptions = kept[-self.subscriptions_max :]
            self._tell_subscriptions(account)

        return self._act(conn, act)

    def unsubscribe(self, conn: int, users: list[str] | None) -> Outcome:
        """Unsubscribe from some users, or from all."""

        def act() -> None:
            account = self._user(conn)
            unwanted = set(users or account.subscriptions)
            self._allow(account, "unsubscribe")
            kept = [user for user in account.subscriptions if user not in unwanted]
            if kept != account.subscriptions:
                account.subscriptions = kept
                self._tell_subscriptions(account)

        return self._act(conn, act)

    def _tell_subscriptions(self, account: Account) -> None:
        for conn in account.conns():
            self.out.told[conn].append(Told("onSubscriptionsChanged", tuple(account.subscriptions)))

    def subscriptions(self, conn: int) -> Outcome:
        """Return the subscriptions, and when they were last cleared."""

        def act() -> tuple[list[str], float | None]:
            account = self._user(conn)
            return list(account.subscriptions), account.cleared_at

        return self._act(conn, act)

    def _allow(self, account: Account, call: str) -> None:
        if self.console["edition"] != "ultimate":
            raise Refused(7013)
        if self.console["user_status"] != "on":
            raise Refused(72001)
        recent = [at for at in account.calls[call] if self.now - at < RATE_WINDOW]
        if len(recent) >= self.rate_calls:
            raise Refused(7008)
        account.calls[call] = [*recent, self.now]

    def add_friend(self, conn: int, user: str) -> Outcome:
        """Add a friend."""

        def act() -> None:
            account = self._user(conn)
            if user == account.user:
                raise Refused(30001)
            if user not in self.accounts:
                raise Refused(30003)
            self._befriend(account, self.accounts[user])
            self._befriend(self.accounts[user], account)

        return self._act(conn, act)

    def _befriend(self, account: Account, other: Account) -> None:
        if other.user in account.friends:
            return
        account.friends.add(other.user)
        shown = other.seen() if self.console["friend_status"] == "on" else None
        for conn in account.conns():
            self.out.told[conn].append(Told("onFriendListAdded", ((other.user, shown),)))

    def delete_friend(self, conn: int, user: str, *, both: bool) -> Outcome:
        """Delete a friend from the user's own list, or from both lists."""

        def act() -> None:
            account = self._user(conn)
            if user not in account.friends:
                raise Refused(31704)
            self._unfriend(account, user)
            if both and account.user in self.accounts[user].friends:
                self._unfriend(self.accounts[user], account.user)

        return self._act(conn, act)

    def _unfriend(self, account: Account, user: str) -> None:
        account.friends.remove(user)
        for conn in account.conns():
            self.out.told[conn].append(Told("onFriendListDeleted", (user,)))

    def friends(self, conn: int) -> Outcome:
        """Return the friends with their statuses."""

        def act() -> list[tuple[str, Seen | None]]:
            account = self._user(conn)
            on = self.console["friend_status"] == "on"
            return [
                (user, self.accounts[user].seen() if on else None)
                for user in sorted(account.friends)
            ]

        return self._act(conn, act)

    def configure(self, key: str, value: str) -> Outcome:
        """Change a console setting; it applies at once."""
        self.out = Outcome()
        self.console[key] = value
        for account in self.accounts.values():
            before = account.seen()
            kicked = self._over_policy(account.live())
            if kicked:
                self._kick(kicked)
                self._changed(account, before)
                after = tuple(device.instance for device in account.live())
                for conn in account.conns():
                    self.out.told[conn].append(Told("onSelfDevicesChanged", after))
        return self.out

    def pass_time(self, until: float) -> Outcome:
        """Let time pass, and handle deadlines in order on the way."""
        self.out = Outcome()
        while (due := min(self._deadlines(), default=until + 1)) <= until:
            self.now = due
            self._fall_due()
        self.now = until
        return self.out

    def _deadlines(self) -> list[float]:
        found = [heard + HEARTBEAT_TIMEOUT for heard in self.heard.values()]
        for account in self.accounts.values():
            end = account.texts[-1].end
            if end is not None:
                found.append(end)
            if account.subscriptions and account.alone_since is not None:
                found.append(account.alone_since + CLEARED_AFTER)
        return found

    def _fall_due(self) -> None:
        for account in self.accounts.values():
            self._end_text(account)
        for conn, heard in list(self.heard.items()):
            if heard + HEARTBEAT_TIMEOUT <= self.now:
                self.out.closed[conn] = 4002
                self._leave(conn, "lost")
        for account in self.accounts.values():
            alone = account.alone_since
            if account.subscriptions and alone is not None and alone + CLEARED_AFTER <= self.now:
                account.subscriptions = []
                account.cleared_at = self.now

    def _end_text(self, account: Account) -> None:
        end = account.texts[-1].end
        if end is None or end > self.now:
            return
        before = account.seen()
        account.texts = [
            text for text in account.texts if text.end is None or text.end > self.now
        ] or [Text()]
        self._changed(account, before, always_own=True)

    def restart(self) -> None:
        """Restart from the durable state."""
        for account in self.accounts.values():
            for device in account.live():
                device.state = "lost"
                account.left = OFFLINE
            account.passive.clear()
            account.calls.clear()
            account.alone_since = self.now
            account.texts = [Text()]
        self.session.clear()
        self.heard.clear()

    def _changed(
        self,
        account: Account,
        before: Seen,
        *,
        always_own: bool = False,
    ) -> None:
        if account.kind() != ONLINE:
            account.texts = [Text()]
        after = account.seen()
        if after != before or always_own:
            for conn in account.conns():
                self.out.told[conn].append(Told("onUserStatusChanged", after))
        if _for_others(after) != _for_others(before):
            for watcher in self._watchers(account.user):
                for conn in watcher.conns():
                    self.out.told[conn].append(Told("onUserStatusChanged", after))

    def _watchers(self, user: str) -> list[Account]:
        subscribers = self.console["user_status"] == "on" and self.console["edition"] == "ultimate"
        friends = self.console["friend_status"] == "on"
        return [
            account
            for account in self.accounts.values()
            if (friends and user in account.friends)
            or (subscribers and user in account.subscriptions)
        ]

    def _user(self, conn: int) -> Account:
        if conn not in self.session:
            raise Refused(6014)
        return self.accounts[self.session[conn][0]]

    def _act(self, conn: int | None, act: Callable[[], object]) -> Outcome:
        self.out = Outcome()
        if conn is not None and conn in self.heard:
            self.heard[conn] = self.now
        try:
            self.out.answer = act()
        except Refused as refused:
            self.out.code = refused.code
        return self.out


def _for_others(seen: Seen) -> Seen:
    """Return a status without the parts that only the user's own devices receive."""
    return seen._replace(platforms=())
