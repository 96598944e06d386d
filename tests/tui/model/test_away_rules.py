"""Going away and coming back: the away text covers the user's own text and leaves no trace."""

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test

from imtui.protocol.limits import UNIX_MS_MAX
from imtui.protocol.status import ChangedBy, Platform, UserStatus
from imtui.server.core.accounts.custom_status import CLEARED, CustomStatus, Text
from imtui.tui.model.away_rules import TRY_AGAIN_AFTER, Away, AwayRules, ComeBack, GoAway, Step
from imtui.tui.model.own_text import CurrentText, OwnTexts, TextKind, is_away_text
from tests.tui.fake import HERE, OFFLINE, ONLINE, PHONE, THIS_DEVICE

WORDS = "Away"
IDLE, HOLD = 60.0, 5.0
RULES = AwayRules(WORDS, IDLE, on_blur=True, on_detach=True, hold=HOLD)
SHELL = ChangedBy("a-shell-command", "laptop", Platform.LINUX)
NO_TEXT = CurrentText("", TextKind.PLAIN, is_new=True, is_set_elsewhere=False, may_cover=False)


@dataclass
class World:
    """The account on the backend, and the text it would have without any away text."""

    now: float = 0.0
    custom: CustomStatus = CLEARED
    untouched: CustomStatus = CLEARED
    since: int = 1
    revision: int = 1
    phone: bool = False
    by: ChangedBy | None = None
    pushed: list[UserStatus] = field(default_factory=list)

    @property
    def unix_ms(self) -> int:
        return 1_000_000 + round(self.now * 1000)

    @property
    def status(self) -> UserStatus:
        standing = self.custom.standing
        return UserStatus(
            "alice",
            ONLINE,
            standing.text,
            ["Android", "Linux"] if self.phone else ["Linux"],
            self.since,
            self.revision,
            self.by,
            standing.expires_at,
        )

    def change(self, custom: CustomStatus, by: ChangedBy | None, *, phone: bool = False) -> None:
        """Change and push the status; a change of only the end does not raise the revision."""
        moved = custom.standing.text != self.custom.standing.text or phone != self.phone
        self.custom, self.phone, self.by = custom, phone, by
        self.revision += moved
        self.pushed.append(self.status)

    def set(self, text: str, expires_at: int | None, by: ChangedBy) -> None:
        """Set a text of the user's own."""
        self.untouched = self.untouched.at(self.unix_ms).set(text, expires_at)
        self.set_directly(text, expires_at, by)

    def set_directly(self, text: str, expires_at: int | None, by: ChangedBy = THIS_DEVICE) -> None:
        """Set a text that leaves ``untouched`` as it is."""
        custom = self.custom.at(self.unix_ms).set(text, expires_at)
        self.change(custom, by, phone=self.phone)

    def pass_time(self, seconds: float) -> None:
        """Advance to the next end of a text, by at most ``seconds``."""
        ends = [text.expires_at for text in self.custom.texts if text.expires_at is not None]
        until = [at for at in ends if at > self.unix_ms]
        self.now += min([seconds, *((at - self.unix_ms) / 1000 for at in until)])
        self.untouched = self.untouched.at(self.unix_ms)
        ended = self.custom.at(self.unix_ms)
        if ended.standing != self.custom.standing:
            self.change(ended, None, phone=self.phone)
        self.custom = ended


class Device:
    """This device: an ``Away`` in a world, with every push delivered at once."""

    def __init__(self, rules: AwayRules = RULES, *, phone: bool = False) -> None:
        self.world = World(phone=phone)
        self.away = Away(rules, 0.0)
        self.texts = OwnTexts(HERE)
        self.connected = False
        self.connect()

    @property
    def now(self) -> float:
        return self.world.now

    @property
    def standing(self) -> Text:
        return self.world.custom.standing

    def connect(self) -> None:
        """Connect, with the own status in the login response."""
        self.connected = True
        self.world.by = THIS_DEVICE
        self.world.pushed.append(self.world.status)
        self.receive()
        self.away.devices_changed(int(self.world.phone))
        self.away.connection_changed(True)

    def lose_connection(self, *, noticed: bool) -> None:
        """Lose the connection; if the backend notices, the account may go OFFLINE."""
        self.connected = False
        lost = UserStatus("alice", OFFLINE, since=self.world.unix_ms, revision=self.world.revision)
        self.push(lost)
        self.away.connection_changed(False)
        if noticed and not self.world.phone:
            self.world.custom = self.world.untouched = CLEARED
            self.world.since = self.world.unix_ms + 1
            self.world.revision += 1

    def receive(self) -> None:
        """Receive the pushed statuses."""
        told, self.world.pushed = self.world.pushed, []
        for status in told if self.connected else []:
            self.push(status)

    def push(self, status: UserStatus) -> None:
        """Let the texts interpret a status, and the rules follow."""
        self.texts.status_pushed(status, self.world.unix_ms)
        self.away.text_changed(self.texts.current, self.now)

    def set(self, text: str, seconds: float | None = None, by: ChangedBy = PHONE) -> None:
        """Set a text for ``seconds``, by default from the phone."""
        ends = None if seconds is None else self.world.unix_ms + round(seconds * 1000)
        self.world.set(text, ends, by)
        self.receive()

    def phone(self, here: bool) -> None:
        """Log the phone in or out."""
        self.world.change(self.world.custom.at(self.world.unix_ms), PHONE, phone=here)
        self.receive()
        if self.connected:
            self.away.devices_changed(int(here))

    def wait(self, seconds: float) -> None:
        """Advance the time without running steps."""
        end = self.now + seconds
        while self.now < end:
            self.world.pass_time(end - self.now)
            self.receive()

    def run_step(self, *, push_first: bool = False) -> Step | None:
        """Run the step that is due, if any, and return it."""
        step = self.away.next_step(self.now)
        if step is not None:
            assert self.away.next_step(self.now) == step
            self.apply_on_backend(step)
            if push_first:
                self.receive()
            self.away.step_done(step, self.now)
            self.receive()
        return step

    def apply_on_backend(self, step: Step) -> None:
        """Apply a step on the backend."""
        ends = UNIX_MS_MAX if isinstance(step, GoAway) else self.world.unix_ms + 1000
        self.world.set_directly(step.text, ends)

    def go_away(self) -> None:
        """Stay idle until the away text is set."""
        self.wait(IDLE)
        assert self.run_step() == GoAway(WORDS)
        assert self.standing == Text(WORDS, UNIX_MS_MAX)

    def come_back(self) -> None:
        """Press a key, and check that the away text is lifted."""
        self.away.activity(self.now)
        assert self.run_step() == ComeBack(WORDS)
        self.wait(1.0)


@pytest.fixture
def device() -> Device:
    return Device()


def test_an_idle_user_goes_away_and_a_key_restores_the_text(device: Device) -> None:
    device.set("Tea", by=THIS_DEVICE)
    device.away.activity(3.0)
    assert device.away.due_at() == 3.0 + IDLE
    device.wait(62.5)
    assert device.away.next_step(device.now) is None
    device.wait(0.5)
    assert device.run_step() == GoAway(WORDS)
    assert device.standing == Text(WORDS, UNIX_MS_MAX)
    assert device.away.next_step(device.now + 9999) is None
    device.come_back()
    assert device.standing == Text("Tea")


def test_the_covered_text_is_restored_with_its_end(device: Device) -> None:
    device.set("Lunch", 3600.0, by=THIS_DEVICE)
    ends = device.standing.expires_at
    device.go_away()
    device.come_back()
    assert device.standing == Text("Lunch", ends)


def test_a_covered_text_that_has_ended_is_not_restored(device: Device) -> None:
    device.set("Tea", by=THIS_DEVICE)
    device.set("Lunch", 100.0, by=THIS_DEVICE)
    device.go_away()
    device.wait(100.0)
    assert device.standing.text == WORDS
    device.come_back()
    assert device.standing == Text("Tea")


def test_an_empty_text_is_restored_too(device: Device) -> None:
    device.go_away()
    device.come_back()
    assert device.standing == Text("")
    assert device.away.next_step(device.now) is None


@pytest.mark.parametrize("what", ["focus_changed", "attachment_changed"])
def test_leaving_the_terminal_counts_after_the_hold_time(device: Device, what: str) -> None:
    note = getattr(device.away, what)
    note(True, 0.0)
    note(False, 0.0)
    device.wait(HOLD - 0.5)
    note(False, device.now)
    assert device.run_step() is None
    device.wait(0.5)
    assert device.run_step() == GoAway(WORDS)
    device.wait(1.0)
    note(True, device.now)
    assert device.run_step() == ComeBack(WORDS)


@pytest.mark.parametrize("what", ["focus_changed", "attachment_changed"])
def test_leaving_the_terminal_briefly_is_not_away(device: Device, what: str) -> None:
    note = getattr(device.away, what)
    for _ in range(5):
        note(False, device.now)
        device.wait(HOLD - 1)
        note(True, device.now)
        assert device.away.due_at() == device.now + IDLE
        device.wait(HOLD)
        assert device.run_step() is None


def test_staying_attached_is_not_activity(device: Device) -> None:
    for _ in range(6):
        device.away.attachment_changed(True, device.now)
        device.away.focus_changed(True, device.now)
        device.wait(10.0)
    assert device.run_step() == GoAway(WORDS)


def test_a_key_without_focus_counts_as_activity_for_a_while(device: Device) -> None:
    device.away.focus_changed(False, 0.0)
    device.wait(HOLD)
    assert device.run_step() == GoAway(WORDS)
    device.come_back()
    assert device.standing == Text("")
    device.wait(HOLD)
    assert device.run_step() == GoAway(WORDS)


@pytest.mark.parametrize(
    "rules", [AwayRules(WORDS), AwayRules(" ", 1.0, on_blur=True, on_detach=True)]
)
def test_disabled_rules_do_nothing(rules: AwayRules) -> None:
    device = Device(rules)
    device.set("Tea", by=THIS_DEVICE)
    device.away.focus_changed(False, 0.0)
    device.away.attachment_changed(False, 0.0)
    assert device.away.due_at() is None
    device.wait(9999.0)
    assert device.run_step() is None


def test_no_device_goes_away_while_another_is_connected() -> None:
    device = Device(phone=True)
    device.wait(IDLE)
    assert device.away.due_at() is None
    device.phone(False)
    assert device.run_step() == GoAway(WORDS)


def test_no_step_is_due_before_the_state_is_known() -> None:
    away = Away(RULES, 0.0)
    tells: list[Callable[[], None]] = [
        lambda: away.text_changed(NO_TEXT, 0.0),
        lambda: away.connection_changed(True),
        lambda: away.devices_changed(0),
    ]
    for last in [*tells, *tells]:
        for tell in tells:
            if tell is not last:
                tell()
        assert away.next_step(9999.0) is None
        last()
        assert away.next_step(9999.0) == GoAway(WORDS)
        away.connection_changed(False)
        assert away.next_step(9999.0) is None


def test_pushes_while_connecting_are_applied() -> None:
    away = Away(RULES, 0.0)
    away.text_changed(NO_TEXT, 0.0)
    away.devices_changed(0)
    away.connection_changed(False)
    away.connection_changed(True)
    assert away.next_step(9999.0) == GoAway(WORDS)


def test_a_logout_while_a_text_ends_is_not_a_new_text() -> None:
    device = Device(phone=True)
    device.set("Lunch", 10.0, by=THIS_DEVICE)
    device.world.now += IDLE
    device.phone(False)
    assert device.standing == Text("")
    assert device.run_step() == GoAway(WORDS)


def test_coming_back_is_not_due_when_the_user_is_away_again(device: Device) -> None:
    device.go_away()
    device.away.activity(device.now)
    assert device.away.next_step(device.now + IDLE - 0.5) == ComeBack(WORDS)
    assert device.away.due_at() is not None
    assert device.away.next_step(device.now + IDLE) is None
    assert device.away.due_at() is None


def test_a_login_of_another_device_lifts_the_away_text_at_once(device: Device) -> None:
    device.set("Tea", by=THIS_DEVICE)
    device.go_away()
    device.phone(True)
    assert device.run_step() == ComeBack(WORDS)
    device.wait(1.0)
    assert device.standing == Text("Tea")


def test_a_text_of_another_device_is_kept(device: Device) -> None:
    device.go_away()
    device.phone(True)
    device.set("Coffee")
    device.wait(9999.0)
    assert device.run_step() is None
    device.phone(False)
    assert device.run_step() is None
    device.away.activity(device.now)
    assert device.run_step() is None
    assert device.standing == Text("Coffee")


@pytest.mark.parametrize("phone", [True, False])
def test_an_away_text_is_lifted_when_the_text_over_it_ends(device: Device, phone: bool) -> None:
    device.set("Tea", by=THIS_DEVICE)
    device.go_away()
    device.phone(True)
    device.set("Coffee", 30.0)
    device.phone(phone)
    device.away.activity(device.now)
    assert device.run_step() is None
    device.wait(30.0)
    assert device.standing.text == WORDS
    assert device.run_step() == ComeBack(WORDS)
    device.wait(1.0)
    assert device.standing == Text("Tea")


def test_an_away_text_is_kept_after_the_text_over_it_if_still_away(device: Device) -> None:
    device.go_away()
    device.set("On the call", 30.0, by=SHELL)
    assert device.run_step() is None
    device.wait(30.0)
    assert device.standing.text == WORDS
    assert device.run_step() is None


def test_a_shell_text_is_not_covered_before_the_next_activity(device: Device) -> None:
    device.go_away()
    device.set("On the call", by=SHELL)
    device.wait(9999.0)
    assert device.run_step() is None
    device.away.activity(device.now)
    device.wait(IDLE)
    assert device.run_step() == GoAway(WORDS)
    device.come_back()
    assert device.standing == Text("On the call")


def test_a_shell_text_counts_as_activity(device: Device) -> None:
    device.wait(IDLE - 1)
    device.set("On the call", by=SHELL)
    assert device.away.due_at() == device.now + IDLE


def test_an_own_text_is_covered_and_restored(device: Device) -> None:
    device.wait(IDLE)
    device.set("Tea", by=THIS_DEVICE)
    assert device.run_step() == GoAway(WORDS)


@pytest.mark.parametrize("seconds", [None, 3600.0])
@pytest.mark.parametrize("by", [THIS_DEVICE, SHELL])
def test_the_away_words_set_by_hand_are_kept(
    device: Device, seconds: float | None, by: ChangedBy
) -> None:
    device.set(WORDS, seconds, by)
    by_hand = device.standing
    device.wait(IDLE)
    assert device.run_step() is None
    device.away.activity(device.now)
    assert device.run_step() is None
    assert device.standing == by_hand
    assert not device.away.is_covering


@pytest.mark.parametrize("seconds", [None, 3600.0])
def test_the_away_words_set_by_hand_while_away_are_kept(
    device: Device, seconds: float | None
) -> None:
    device.go_away()
    device.set(WORDS, seconds, SHELL)
    by_hand = device.standing
    device.away.activity(device.now)
    assert device.run_step() is None
    assert device.standing == by_hand


def test_going_offline_clears_the_away_text_and_it_is_set_again(device: Device) -> None:
    device.go_away()
    device.lose_connection(noticed=True)
    assert device.away.due_at() is None
    device.wait(10.0)
    device.connect()
    assert device.standing == Text("")
    assert device.run_step() == GoAway(WORDS)
    device.come_back()
    assert device.standing == Text("")


def test_an_unnoticed_connection_loss_changes_nothing(device: Device) -> None:
    device.set("Tea", by=THIS_DEVICE)
    device.go_away()
    device.lose_connection(noticed=False)
    device.away.activity(device.now)
    assert device.run_step() is None
    device.connect()
    assert device.run_step() == ComeBack(WORDS)
    device.wait(1.0)
    assert device.standing == Text("Tea")


def test_a_text_set_elsewhere_while_disconnected_is_kept(device: Device) -> None:
    device.go_away()
    device.lose_connection(noticed=False)
    device.set("Coffee")
    device.connect()
    device.wait(9999.0)
    assert device.run_step() is None


def test_a_suspension_survives_a_connection_loss(device: Device) -> None:
    device.go_away()
    device.set("Coffee", by=SHELL)
    device.lose_connection(noticed=False)
    device.connect()
    assert device.run_step() is None


def test_another_devices_away_text_is_kept_until_that_device_is_gone() -> None:
    device = Device(phone=True)
    device.set("Tea")
    device.world.set_directly("Gone fishing", UNIX_MS_MAX, PHONE)
    device.receive()
    assert device.away.next_step(device.now) is None
    device.phone(False)
    device.away.activity(device.now)
    assert device.run_step() == ComeBack("Gone fishing")
    device.wait(1.0)
    assert device.standing == Text("Tea")


def test_a_suspension_ends_when_the_account_was_offline(device: Device) -> None:
    device.go_away()
    device.set("Coffee", by=SHELL)
    device.lose_connection(noticed=True)
    device.connect()
    assert device.run_step() == GoAway(WORDS)


@pytest.mark.parametrize("offline", [True, False])
def test_an_away_text_after_ours_was_cleared_is_another_devices(
    device: Device, offline: bool
) -> None:
    device.go_away()
    if offline:
        device.lose_connection(noticed=True)
        device.world.phone = True
    else:
        device.phone(True)
        device.set("Coffee")
    device.world.set_directly(WORDS, UNIX_MS_MAX, PHONE)
    device.receive()
    device.connect()
    device.away.activity(device.now)
    assert device.run_step() is None


def test_an_away_text_of_another_device_is_not_activity() -> None:
    device = Device(phone=True)
    device.wait(IDLE - 1)
    device.world.set_directly("Gone fishing", UNIX_MS_MAX, PHONE)
    device.receive()
    device.wait(1.0)
    device.phone(False)
    assert device.run_step() is None


def test_a_new_end_of_another_text_does_not_lift_the_away_text(device: Device) -> None:
    device.set("Tea", 100.0)
    device.set("Tea", 200.0)
    assert not device.away.is_covering


def test_a_failed_step_is_retried_later(device: Device) -> None:
    device.wait(IDLE)
    device.away.step_failed(GoAway(WORDS), device.now)
    assert device.away.due_at() == device.now + TRY_AGAIN_AFTER
    assert device.run_step() is None
    device.wait(TRY_AGAIN_AFTER)
    assert device.run_step() == GoAway(WORDS)
    device.away.activity(device.now)
    device.away.step_failed(ComeBack(WORDS), device.now)
    assert device.run_step() is None
    device.wait(TRY_AGAIN_AFTER)
    assert device.run_step() == ComeBack(WORDS)


def test_a_step_with_an_unknown_result_may_have_succeeded(device: Device) -> None:
    device.wait(IDLE)
    device.apply_on_backend(GoAway(WORDS))
    device.away.step_failed(GoAway(WORDS), device.now)
    device.receive()
    device.phone(True)
    assert device.run_step() == ComeBack(WORDS)


@pytest.mark.parametrize("push_first", [True, False])
def test_the_response_and_the_push_may_come_in_any_order(device: Device, push_first: bool) -> None:
    device.wait(IDLE)
    assert device.run_step(push_first=push_first) == GoAway(WORDS)
    device.away.activity(device.now)
    assert device.run_step(push_first=push_first) == ComeBack(WORDS)
    assert device.run_step() is None


def test_no_step_is_due_between_the_response_and_the_push(device: Device) -> None:
    device.wait(IDLE)
    device.apply_on_backend(GoAway(WORDS))
    device.away.step_done(GoAway(WORDS), device.now)
    assert device.away.next_step(device.now) is None
    device.away.activity(device.now)
    assert device.away.next_step(device.now) is None
    device.receive()
    assert device.away.next_step(device.now) == ComeBack(WORDS)


def test_an_away_text_is_recognized_until_it_is_lifted(device: Device) -> None:
    device.set("Tea", by=THIS_DEVICE)
    assert not device.away.is_covering
    device.go_away()
    assert device.away.is_covering
    device.away.activity(device.now)
    device.run_step()
    assert not is_away_text(device.world.status)
    assert device.away.is_covering
    device.lose_connection(noticed=False)
    device.connect()
    assert device.away.is_covering
    device.wait(1.0)
    assert not device.away.is_covering


class Lives(RuleBasedStateMachine):
    """A device, a phone and shell commands that set texts, compared with a world without away."""

    def __init__(self) -> None:
        super().__init__()
        self.device = Device()
        self.texts = 0
        self.here = True
        self.set_while_away: Text | None = None

    @rule()
    def press_a_key(self) -> None:
        self.device.away.activity(self.device.now)
        self.here, self.set_while_away = True, None

    @rule(what=st.sampled_from(["focus_changed", "attachment_changed"]))
    def leave(self, what: str) -> None:
        getattr(self.device.away, what)(False, self.device.now)

    @rule()
    def return_(self) -> None:
        self.device.away.focus_changed(True, self.device.now)
        self.device.away.attachment_changed(True, self.device.now)
        self.press_a_key()

    @rule(seconds=st.sampled_from([0.5, 1.0, 2.0, HOLD, 30.0, IDLE, 100.0]))
    def wait(self, seconds: float) -> None:
        self.device.wait(seconds)

    @rule(
        kind=st.sampled_from(["fresh", "fresh", "the same words", "none"]),
        seconds=st.none() | st.sampled_from([2.0, 10.0, 50.0, 500.0]),
        by=st.sampled_from([THIS_DEVICE, PHONE, PHONE, SHELL, SHELL]),
    )
    def set(self, kind: str, seconds: float | None, by: ChangedBy) -> None:
        device, world = self.device, self.device.world
        absent = (by is PHONE and not world.phone) or (by is THIS_DEVICE and not device.connected)
        if absent or not (device.connected or world.phone) or len(world.custom.texts) > 6:
            return
        if by is THIS_DEVICE:
            self.press_a_key()
        self.texts += 1
        away = is_away_text(world.status) and not self.here
        if kind == "the same words":
            # With an earlier end, the merge on the backend would depend on the texts in between.
            device.set(WORDS, None if seconds is None else 1e6 + device.now, by)
        elif kind == "none":
            device.set("", None, by)
        else:
            device.set(f"text {self.texts}", seconds, by)
        if by is not THIS_DEVICE and away:
            self.set_while_away = device.standing

    @rule()
    def phone_comes_or_goes(self) -> None:
        if self.device.connected:
            self.device.phone(not self.device.world.phone)

    @precondition(lambda self: self.device.connected)
    @rule(noticed=st.booleans(), seconds=st.sampled_from([0.5, 10.0, 100.0]))
    def lose(self, noticed: bool, seconds: float) -> None:
        self.device.lose_connection(noticed=noticed)
        assert self.device.run_step() is None
        self.device.wait(seconds)

    @precondition(lambda self: not self.device.connected)
    @rule()
    def connect(self) -> None:
        self.device.connect()

    @rule(
        fails=st.sampled_from([None, None, None, "refused", "unanswered"]),
        push_first=st.booleans(),
    )
    def carry_out(self, fails: str | None, push_first: bool) -> None:
        device = self.device
        self.check_when_it_is_due()
        step = device.away.next_step(device.now)
        if isinstance(step, GoAway):
            assert not device.world.phone
            assert device.standing.text != WORDS
            assert self.set_while_away is None or device.standing != self.set_while_away
            self.here = False
        elif isinstance(step, ComeBack):
            assert device.standing == Text(WORDS, UNIX_MS_MAX)
        if step is None or fails is None:
            device.run_step(push_first=push_first)
            return
        if fails == "unanswered":
            device.apply_on_backend(step)
            if push_first:
                device.receive()
        device.away.step_failed(step, device.now)
        device.receive()
        assert device.away.next_step(device.now) != step

    def check_when_it_is_due(self) -> None:
        now = self.device.now
        step, due = self.device.away.next_step(now), self.device.away.due_at()
        if due is None:
            assert step is None
            assert self.device.away.next_step(now + 9999) is None
        elif due > now:
            assert self.device.away.next_step(due - 0.01) is None
            assert self.device.away.next_step(due) is not None
        else:
            assert step is not None

    @precondition(lambda self: self.device.connected)
    @rule()
    def stay_and_look(self) -> None:
        """Stay active until no step is due; the text is then as if there was no away text."""
        for _ in range(200):
            self.return_()
            if self.device.run_step() is None and not self.device.away.is_covering:
                break
            self.device.wait(1.0)
        assert self.device.standing == self.device.world.untouched.standing

    @precondition(lambda self: self.device.connected and self.device.world.phone)
    @rule()
    def look_from_the_phone(self) -> None:
        """With another device connected, the away text is lifted in any case."""
        for _ in range(200):
            if self.device.run_step() is None and not self.device.away.is_covering:
                break
            self.device.wait(1.0)
        assert self.device.standing == self.device.world.untouched.standing


def test_random_lives() -> None:
    run_state_machine_as_test(
        Lives,
        settings=settings(
            max_examples=300,
            stateful_step_count=40,
            derandomize=True,
            database=None,
            deadline=None,
        ),
    )
