"""The own text on a real core: random pushes go through the services, the texts and the rules."""

import asyncio
import itertools
from pathlib import Path

import msgspec
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test

from imtui.protocol.errors import ErrorCode, IMError
from imtui.protocol.messages import Method, Push, SelfDevices, SetSelfStatusParams, UserStatusList
from imtui.protocol.status import Platform, UserStatus
from imtui.sdk.presence.known_statuses import KnownStatuses
from imtui.server.core.accounts.custom_status import CLEARED, CustomStatus, Text
from imtui.tui.commands.command import Keys
from imtui.tui.model.launch import Identity, Launch
from imtui.tui.model.model import Model
from imtui.tui.model.own_text import AWAY_EXPIRES_AT, is_away_text
from imtui.tui.services.away_service import AwayService
from imtui.tui.services.login_service import LoginService
from imtui.tui.settings.file import SettingsFile
from imtui.tui.settings.schema import AwaySettings
from imtui.tui.state.memory import Memory
from tests.server.core.world import WALL_START, World, pushes_to
from tests.tui.fake import HERE, ONLINE, FakeClient, FakeClock, FakeSdk, account

AWAY = AwaySettings("Away", idle_minutes=1, on_blur=True)
PHONE_SESSION, SHELL_SESSION = 1, 2
TEXTS_MAX = 6
"""More texts than this are not set; the backend keeps only so many that can return."""


class CoreClient(FakeClient):
    """A client whose own status is that of alice on a core."""

    def __init__(self, clock: FakeClock) -> None:
        super().__init__()
        self._time = clock
        self._sessions = itertools.count(10)
        self.world = World()
        self.session = 0
        """The session of this device as the backend knows it; 0 without one."""
        self.connected = False
        self.phone = False
        self.known = KnownStatuses("alice")
        self.untouched = CLEARED
        """What the own text would be without away texts."""
        self.plain: list[Text] = []
        """The texts that the app set and that are no away texts."""
        self.covered: list[Text] = []
        """The texts that the app covered with an away text."""
        self.failure = ""
        self.sync_time()

    def sync_time(self) -> None:
        self.world.seconds = (self._time.now() - WALL_START) / 1000

    @property
    def status(self) -> UserStatus:
        return self.world.account("alice").own_status

    @property
    def custom(self) -> CustomStatus:
        return self.world.account("alice").custom

    def deliver(self) -> None:
        """Deliver the pushes for this device."""
        pushes = pushes_to(self.session, self.world.take_deliveries()) if self.session else []
        for method, params in pushes if self.connected else []:
            if method == Push.USER_STATUS_CHANGED:
                statuses = msgspec.convert(params, UserStatusList).user_status_list
                self.notify(self.known.pushed(statuses))
            elif method == Push.SELF_DEVICES_CHANGED:
                devices = msgspec.convert(params, SelfDevices).devices
                self.listener.on_self_devices_changed(devices)

    def notify(self, statuses: list[UserStatus]) -> None:
        if statuses:
            self.listener.on_user_status_changed(statuses)

    def connect(self, *, repeats: bool) -> None:
        """Log this device in; the backend may repeat its answer as a push."""
        self.listener.on_connecting()
        self.session, resume = next(self._sessions), self.session > 0
        status = self.world.login(self.session, "alice", HERE, resume=resume)
        self.connected = True
        self.known.forget_revisions()
        answered = self.known.answered([status], lambda _: True, notify_new=True)
        self.notify(answered.differing)
        if repeats:
            self.notify(self.known.pushed([status]))
        self.listener.on_connect_success()
        self.deliver()

    def disconnect(self) -> None:
        """Lose the connection on this side only."""
        self.connected = False
        self.notify([self.known.lose_connection(self._time.now())])
        self.listener.on_reconnect_scheduled(4.0)

    def end_session(self) -> None:
        """Let the backend notice the lost connection."""
        self.world.lose(self.session)
        self.session = 0

    def log_phone(self, here: bool) -> None:
        """Log the phone in or out."""
        self.phone = here
        if here:
            self.world.login(PHONE_SESSION, "alice", "phone", Platform.ANDROID)
        else:
            self.world.call(PHONE_SESSION, Method.LOGOUT)
        self.deliver()

    def run_shell_command(self, text: str, expires_at: int | None) -> None:
        """Set a text through a passive login."""
        self.world.login(SHELL_SESSION, "alice", "shell", passive=True)
        self.set_from(SHELL_SESSION, text, expires_at)
        self.world.lose(SHELL_SESSION)

    def pass_time(self, seconds: float) -> float:
        """Advance to the next end of a text, by at most ``seconds``; return the rest."""
        now = self._time.now()
        ends = {text.expires_at for text in (*self.custom.texts, *self.untouched.texts)}
        left = [(end - now) / 1000 for end in ends if end is not None and end > now]
        step = min([seconds, *left])
        self._time.advance(step)
        self.sync_time()
        self.untouched = self.untouched.at(self._time.now())
        self.world.sweep()
        self.deliver()
        return seconds - step

    def set_from(self, session: int, text: str, expires_at: int | None) -> None:
        params = SetSelfStatusParams(text or None, expires_at)
        self.world.call(session, Method.SET_SELF_STATUS, params)
        self.deliver()

    # For the app

    async def login(self, user_id: str, user_sig: object) -> object:
        self.connect(repeats=True)
        return None

    async def set_self_status(self, text: str | None, expires_at: int | None = None) -> None:
        if not self.connected or self.failure == "refused":
            raise IMError(ErrorCode.ERR_SDK_NET_DISCONNECT)
        standing = self.custom.standing
        if expires_at == AWAY_EXPIRES_AT:
            assert not self.phone
            assert standing.text != AWAY.text
            self.covered.append(standing)
        elif not (is_away_text(self.status) and text == standing.text):
            assert expires_at is None or expires_at > self._time.now()
            self.plain.append(Text(text or "", expires_at))
            self.untouched = self.untouched.set(text or "", expires_at)
        self.set_from(self.session, text or "", expires_at)
        if self.failure == "unanswered":
            raise IMError(ErrorCode.ERR_SDK_NET_WAIT_ACK_TIMEOUT)


class OwnTextLives(RuleBasedStateMachine):
    """This device, a phone and shell commands; all pushes are those of the backend's core."""

    folder: Path
    """Where the app keeps its state."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.clock = FakeClock()
        self.client = CoreClient(self.clock)
        model = Model(self.clock.now)

        async def join() -> Identity:
            return account(self.folder)

        self.login = LoginService(
            model,
            self.clock,
            Memory(print),
            SettingsFile(self.folder / "settings.toml", {}),
            Keys(),
            lambda: FakeSdk(self.client),
            lambda _: self.away.start(AWAY),
            lambda _: False,
            lambda alert: None,
        )
        self.away = AwayService(model, self.login.presence, self.clock)
        launch = Launch(join, self.folder / "settings.toml")
        self.tasks = [
            self.loop.create_task(self.login.run(launch)),
            self.loop.create_task(self.away.run()),
        ]
        self.numbers = itertools.count(1)
        self.is_away = False
        """Whether this device set the away text and the user did nothing since."""
        self.set_while_away = ""
        self.set_here: set[str] = set()
        self.last_set_here = ""
        """The last text that was set, if it was set here."""
        self.seen_here: Text | None = None
        """The text when the connection was lost, if it was set here."""
        self.cleared: Text | None = None
        """The text of this device that going OFFLINE cleared, until another one is seen here."""
        self.settle()

    def teardown(self) -> None:
        for task in self.tasks:
            task.cancel()
        self.loop.run_until_complete(asyncio.gather(*self.tasks, return_exceptions=True))
        self.loop.close()

    def settle(self) -> None:
        """Let the services work off everything, then check what they did."""

        async def work() -> None:
            for _ in range(20):
                await asyncio.sleep(0)

        self.loop.run_until_complete(work())
        for task in self.tasks:
            assert not task.done(), task.result()
        self.check_covered()
        self.check_put_back()

    def check_covered(self) -> None:
        covered, self.client.covered = self.client.covered, []
        for text in covered:
            self.is_away = True
            assert not text.text or text.text != self.set_while_away

    def check_put_back(self) -> None:
        client = self.client
        plain, client.plain = client.plain, []
        if plain:
            assert plain == [self.cleared]
            self.last_set_here, self.cleared = plain[0].text, None
        elif client.connected and client.custom.standing.text == client.untouched.standing.text:
            is_due = self.cleared is not None and not self.cleared.ended(self.clock.now())
            if self.cleared is not None and is_due and not client.custom.standing.text:
                # It could only be missed because another text was over it for a while.
                assert self.cleared.text != self.last_set_here
            self.cleared = None

    def go_offline(self) -> None:
        """Note what is cleared if the account has just gone OFFLINE."""
        if self.client.status.status_type is ONLINE:
            return
        self.client.untouched = CLEARED
        if self.seen_here is not None:
            self.cleared = self.seen_here

    # The user

    @rule()
    def press_a_key(self) -> None:
        self.is_away, self.set_while_away = False, ""
        self.away.activity()
        self.settle()

    @rule(focus=st.booleans())
    def change_focus(self, focus: bool) -> None:
        if focus:
            self.press_a_key()
        self.away.focus_changed(focus)
        self.settle()

    @rule(seconds=st.sampled_from([0.5, 1.0, 5.0, 30.0, 60.0, 100.0]))
    def wait(self, seconds: float) -> None:
        while seconds > 0:
            seconds = self.client.pass_time(seconds)
            self.settle()

    @rule(
        by=st.sampled_from(["here", "here", "phone", "shell"]),
        is_empty=st.sampled_from([False, False, False, True]),
        seconds=st.none() | st.sampled_from([2, 50, 500]),
    )
    def set_text(self, by: str, is_empty: bool, seconds: int | None) -> None:
        client = self.client
        can_set = {
            "here": client.connected,
            "phone": client.phone,
            "shell": client.status.status_type is ONLINE,
        }
        if not can_set[by] or len(client.custom.texts) > TEXTS_MAX:
            return
        text = "" if is_empty else f"text {next(self.numbers)}"
        end = None if seconds is None or is_empty else self.clock.now() + seconds * 1000
        if client.connected:
            self.cleared = None
        if by == "here":
            self.press_a_key()
            self.set_here |= {text} - {""}
            self.last_set_here = text
            self.loop.run_until_complete(self.login.presence.set_status(text, end))
            client.plain.clear()
            self.settle()
            return
        self.last_set_here = ""
        if self.set_while_away or (self.is_away and is_away_text(client.status)):
            # Only the latest one: an earlier text that comes back when it ends may be covered.
            self.set_while_away = text
        client.untouched = client.untouched.set(text, end)
        if by == "phone":
            client.set_from(PHONE_SESSION, text, end)
        else:
            client.run_shell_command(text, end)
        self.settle()

    # The phone

    @rule()
    def phone_comes_or_goes(self) -> None:
        self.client.log_phone(not self.client.phone)
        self.go_offline()
        self.settle()

    @precondition(lambda self: self.client.phone)
    @rule()
    def phone_goes_away_or_comes_back(self) -> None:
        client = self.client
        if is_away_text(client.status):
            text, end = client.custom.standing.text, self.clock.now() + 1000
        elif len(client.custom.texts) <= TEXTS_MAX:
            text, end = "Gone fishing", AWAY_EXPIRES_AT
        else:
            return
        client.set_from(PHONE_SESSION, text, end)
        self.settle()

    # The connection

    @precondition(lambda self: self.client.connected)
    @rule(is_noticed=st.booleans())
    def lose_connection(self, is_noticed: bool) -> None:
        # At the same millisecond, two periods of being ONLINE would have the same ``since``.
        self.wait(0.001)
        standing = self.client.untouched.standing
        self.seen_here = standing if standing.text in self.set_here else None
        self.client.disconnect()
        self.settle()
        if is_noticed:
            self.notice_loss()

    @precondition(lambda self: self.client.session and not self.client.connected)
    @rule()
    def notice_loss(self) -> None:
        self.client.end_session()
        self.go_offline()
        self.settle()

    @precondition(lambda self: not self.client.connected)
    @rule(repeats=st.booleans())
    def connect(self, repeats: bool) -> None:
        if self.client.status.custom_status and not is_away_text(self.client.status):
            # Maybe an away text that is being lifted, but nobody can tell that from now on.
            self.last_set_here = ""
        self.client.connect(repeats=repeats)
        self.settle()

    @precondition(lambda self: self.client.connected)
    @rule(seconds=st.sampled_from([0.5, 5.0, 100.0]))
    def be_offline(self, seconds: float) -> None:
        self.lose_connection(True)
        self.wait(seconds)
        self.connect(False)

    @precondition(lambda self: self.client.connected)
    @rule(by=st.sampled_from(["phone", "shell"]), seconds=st.none() | st.just(50))
    def set_elsewhere_while_idle(self, by: str, seconds: int | None) -> None:
        self.wait(60.0)
        self.set_text(by, False, seconds)
        self.wait(5.0)

    @precondition(lambda self: self.client.connected)
    @rule()
    def repeat_login_answer(self) -> None:
        self.client.notify(self.client.known.pushed([self.client.status]))
        self.settle()

    @precondition(lambda self: self.client.connected and self.cleared is None)
    @rule(failure=st.sampled_from(["refused", "unanswered"]), active=st.booleans())
    def fail_for_a_while(self, failure: str, active: bool) -> None:
        self.client.failure = failure
        if active:
            self.press_a_key()
        else:
            self.wait(5.0)
        self.client.failure = ""

    @precondition(lambda self: self.client.connected and not self.client.phone)
    @rule()
    def stay(self) -> None:
        """The only device of an active user lifts every away text, whoever set it."""
        client = self.client
        for _ in range(100):
            self.change_focus(True)
            self.wait(1.0)
            if client.custom.standing == client.untouched.standing:
                break
        assert client.custom.standing == client.untouched.standing


def test_random_lives_of_the_own_text(tmp_path: Path) -> None:
    class Lives(OwnTextLives):
        folder = tmp_path

    run_state_machine_as_test(
        Lives,
        settings=settings(
            max_examples=150,
            stateful_step_count=40,
            derandomize=True,
            database=None,
            deadline=None,
        ),
    )
