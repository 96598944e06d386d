"""Whatever happens, a status that is shown as live is what the backend says."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from imtui.protocol.messages import Method
from imtui.protocol.status import UserStatusType
from imtui.tui.model.connection import Link
from tests.tui.services.live_world import ME, OTHERS, SETTLED, LiveWorld

USERS = st.sampled_from(OTHERS)
STALE_WITHIN = 35.0


class LiveMachine(RuleBasedStateMachine):
    """Acts as others, as the backend and as the user, and compares what is shown with the truth."""

    world: LiveWorld

    @initialize(friends=st.sets(USERS), subscribed=st.sets(USERS))
    def begin(self, friends: set[str], subscribed: set[str]) -> None:
        self.world = world = LiveWorld()
        self.console = {"friend_status": "on", "user_status": "on", "edition": "ultimate"}
        for user_id in sorted(friends):
            world.call_as(ME, Method.ADD_FRIEND, userID=user_id)
        if subscribed:
            world.call_as(ME, Method.SUBSCRIBE_USER_STATUS, userIDList=sorted(subscribed))
        # A conversation keeps these users in the list when every source has ended.
        for user_id in OTHERS[:2]:
            world.call_as(user_id, Method.SEND_MESSAGE, **message(user_id))
        world.start()
        self.check()

    # Others

    @rule(user_id=USERS)
    def comes(self, user_id: str) -> None:
        self.world.log_in(user_id)

    @rule(user_id=USERS)
    def logs_out(self, user_id: str) -> None:
        self.world.log_out(user_id)

    @rule(user_id=USERS)
    def is_lost(self, user_id: str) -> None:
        self.world.lose(user_id)

    @rule(user_id=USERS, text=st.sampled_from(["", "Tea", "On the call"]))
    def sets_a_text(self, user_id: str, text: str) -> None:
        self.world.call_as(user_id, Method.SET_SELF_STATUS, customStatus=text)

    # The user, on another device

    @rule(user_id=USERS)
    def befriends(self, user_id: str) -> None:
        self.world.call_as(ME, Method.ADD_FRIEND, userID=user_id)

    @rule(user_id=USERS)
    def unfriends(self, user_id: str) -> None:
        self.world.call_as(ME, Method.DELETE_FROM_FRIEND_LIST, userIDList=[user_id])

    @rule(user_id=USERS)
    def subscribes_elsewhere(self, user_id: str) -> None:
        self.world.call_as(ME, Method.SUBSCRIBE_USER_STATUS, userIDList=[user_id])

    @rule()
    def is_crowded_out(self) -> None:
        self.world.crowd_out()

    # The user, here

    @rule(user_id=USERS)
    def subscribes(self, user_id: str) -> None:
        self.world.call(self.world.service.presence.subscribe_to(user_id))

    @rule(user_id=st.none() | USERS)
    def unsubscribes(self, user_id: str | None) -> None:
        self.world.call(self.world.service.presence.unsubscribe_from(user_id))

    @rule(user_id=USERS)
    def asks(self, user_id: str) -> None:
        self.world.call(self.world.service.presence.look_up(user_id))

    @rule(user_id=USERS)
    def opens_the_conversation(self, user_id: str) -> None:
        self.world.service.presence.ask_about(user_id)

    # The backend

    @rule(
        key=st.sampled_from(["friend_status", "user_status", "edition"]),
        on=st.booleans(),
    )
    def is_switched(self, key: str, on: bool) -> None:
        values = ("standard", "ultimate") if key == "edition" else ("off", "on")
        self.console[key] = values[on]
        self.world.core.set_console({key: values[on]})
        self.world.deliver()

    @rule()
    def connection_ends(self) -> None:
        self.world.cut()

    @rule()
    def connection_dies(self) -> None:
        self.world.silence()
        self.world.run(STALE_WITHIN + 0.5)
        assert not self.world.is_silent
        model = self.world.model
        if model.connection.link is not Link.CONNECTED:
            assert model.connection.stale or not any(one.live for one in model.listed())

    @rule()
    def stops_reading(self) -> None:
        self.world.stop_reading()

    @rule()
    def reads_again(self) -> None:
        self.world.read_again()

    @rule()
    def restarts(self) -> None:
        self.world.restart()

    @rule(seconds=st.sampled_from([0.5, 2.0, 30.0, 700.0]))
    def time_passes(self, seconds: float) -> None:
        self.world.run(seconds)

    @rule()
    def nothing_is_under_way(self) -> None:
        self.world.read_again()
        self.world.run(STALE_WITHIN)
        # The back-off may have grown by many cuts.
        while self.world.model.connection.link is not Link.CONNECTED:
            self.world.run(SETTLED)
        self.world.run(SETTLED)
        self.check()

    def check(self) -> None:
        world, model = self.world, self.world.model
        assert not model.connection.stale
        friends = world.friends()
        subscribed = world.subscriptions()
        for person in model.listed():
            user_id = person.user_id
            as_friend = user_id in friends and self.console["friend_status"] == "on"
            by_subscription = (
                user_id in subscribed
                and self.console["user_status"] == "on"
                and self.console["edition"] == "ultimate"
            )
            assert person.live is (as_friend or by_subscription), user_id
            if person.live:
                assert (person.status, person.text) == world.truth(user_id)
            elif not person.asked_at:
                assert person.status is UserStatusType.UNKNOWN
        assert {*friends, *subscribed} <= {one.user_id for one in model.listed()}

    def teardown(self) -> None:
        if hasattr(self, "world"):
            self.nothing_is_under_way()
            self.world.end()


def message(sender: str) -> dict[str, object]:
    """Return the parameters of a message to the user."""
    return {"userID": ME, "msgID": f"from-{sender}", "text": "hello"}


TestLive = LiveMachine.TestCase
TestLive.settings = settings(deadline=None, max_examples=30, stateful_step_count=20)
