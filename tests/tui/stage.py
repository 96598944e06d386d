"""The demo on the fake client: its director's steps become pushed statuses."""

from random import Random

from imtui.demo.cast import CAST, FIRST_SUBSCRIPTIONS
from imtui.demo.script import Director, Greet, LogIn, LogOut, LoseNetwork, SetStatus, Step
from imtui.protocol.status import Platform, UserStatus, UserStatusType
from tests.tui.fake import HERE, FakeClient, at, device, status
from tests.tui.harness import Running

SEED = 11


class DemoStage:
    """The demo as seen by one account, in the time of a test."""

    def __init__(self) -> None:
        """Start the demo some minutes before the app starts."""
        self._director = Director(CAST, Random(SEED))
        self._statuses = {
            person.user_id: status(person.user_id, UserStatusType.UNLOGINED, since=at(8, 30))
            for person in CAST
        }
        for minute, step in enumerate(self._director.opening()):
            self._play(step, at(13, 2 * minute))
        friends = [person.user_id for person in CAST if person.friend]
        self.client = FakeClient(
            friends={one: self._statuses[one] for one in friends},
            others={one: self._statuses[one] for one in self._statuses if one not in friends},
            subscriptions=list(FIRST_SUBSCRIPTIONS),
            devices=[device(HERE, "laptop"), device("phone", "phone", Platform.ANDROID)],
        )

    async def advance(self, run: Running, minutes: int) -> None:
        """Advance the demo by ``minutes``, with one step in each."""
        for _ in range(minutes):
            run.clock.advance(60)
            step = self._director.next_step()
            if step is not None:
                run.fake.push(self._play(step, run.clock.now()))
            await run.settle()

    def _play(self, step: Step, now: int) -> UserStatus:
        before = self._statuses[step.user_id]
        after = self._status_after(step, before, now)
        self._statuses[step.user_id] = after
        return after

    def _status_after(self, step: Step, before: UserStatus, now: int) -> UserStatus:
        devices = sorted(map(str, self._director.devices(step.user_id)))
        if isinstance(step, Greet):
            kind, text = before.status_type, before.custom_status
        elif isinstance(step, SetStatus):
            kind, text = before.status_type, step.text
        elif isinstance(step, LogIn) or devices:
            kind, text = UserStatusType.ONLINE, before.custom_status
        elif isinstance(step, LoseNetwork):
            kind, text = UserStatusType.OFFLINE, ""
        else:
            assert isinstance(step, LogOut)
            kind, text = UserStatusType.UNLOGINED, ""
        since = before.since if kind is before.status_type else now
        return UserStatus(step.user_id, kind, text, devices, since, before.revision + 1)
