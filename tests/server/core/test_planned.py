"""Functions that read the archive: a plan changes nothing, and what applies it reads nothing."""

import importlib
import pkgutil
from collections.abc import Callable
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import Struct, structs

import imtui.server.core
from imtui.protocol import chat
from imtui.protocol.chat import ReceiveOpt, conversation_id
from imtui.protocol.errors import IMError
from imtui.protocol.messages import Method, UserIDListParams
from imtui.protocol.rest.message_key import MessageKey, message_random
from imtui.server.core.archive import Archive, ArchiveError
from imtui.server.core.context import Context
from imtui.server.core.endpoint import Planned
from imtui.server.core.logins.registration import delete
from imtui.server.core.messages import counts, listing, reading, removing, retention, sending
from imtui.server.core.messages.sending import SendOptions
from imtui.server.core.methods import METHODS
from tests.server.core.fingerprint import fingerprint
from tests.server.core.reading import FailingArchive, UnreadArchive
from tests.server.core.world import WALL_START, World

PEOPLE: Final = ("alice", "bob", "carol")

_users = st.sampled_from(PEOPLE)
_seqs = st.sampled_from([*range(7), 0, 1, 2, -1])
_counts = st.sampled_from([1, 2, 3, 100, 0])
_msg_ids = st.sampled_from(["m1", "m2", "m3", "m4"])
_booleans = st.booleans()

Params = Callable[[str], st.SearchStrategy[Struct]]
"""Makes the parameters of a method, for the conversation with a user."""

_PARAMS: Final[dict[Method, Params]] = {
    Method.SEND_MESSAGE: lambda peer: st.builds(
        chat.SendMessageParams,
        st.just(peer),
        _msg_ids,
        text=st.sampled_from(["Hi", "Ho", ""]),
        online_user_only=st.sampled_from([False, False, False, True]),
    ),
    Method.GET_C2C_HISTORY_MESSAGE_LIST: lambda peer: st.builds(
        chat.GetHistoryParams, st.just(peer), _counts, st.none() | _seqs
    ),
    Method.GET_CHANGED_MESSAGES: lambda peer: st.builds(
        chat.GetChangedMessagesParams, st.just(peer), _seqs, _counts, st.none() | _seqs
    ),
    Method.REVOKE_MESSAGE: lambda peer: st.builds(
        chat.RevokeMessageParams, st.just(peer), _msg_ids
    ),
    Method.DELETE_MESSAGES: lambda peer: st.builds(
        chat.DeleteMessagesParams, st.just(peer), st.lists(_seqs, min_size=1, max_size=4)
    ),
    Method.CLEAN_CONVERSATION_UNREAD_MESSAGE_COUNT: lambda peer: st.builds(
        chat.CleanUnreadParams, st.just(conversation_id(peer)), st.just(0) | _seqs
    ),
    Method.GET_CONVERSATION_LIST: lambda peer: st.builds(
        chat.GetConversationListParams, st.sampled_from(["", "", "1.0.a", "?"]), _counts
    ),
    Method.PIN_CONVERSATION: lambda peer: st.builds(
        chat.PinConversationParams, st.just(conversation_id(peer)), _booleans
    ),
    Method.SET_C2C_RECEIVE_MESSAGE_OPT: lambda peer: st.builds(
        chat.SetReceiveOptParams,
        st.lists(st.just(peer) | _users, max_size=2),
        st.sampled_from(ReceiveOpt),
    ),
}
"""Of each method whose function is planned."""

_options = st.builds(
    SendOptions,
    to_sender=st.booleans(),
    to_receiver=st.booleans(),
    hidden_from=st.sampled_from(["", "", "sender", "receiver"]),
    is_excluded_from_unread_count=st.booleans(),
    is_excluded_from_last_message=st.booleans(),
    timestamp=st.sampled_from([0, 0, 1_690_000_000_000]),
)
_keys = st.builds(
    MessageKey, st.integers(0, 9), _msg_ids.map(message_random), st.just(1_700_000_000)
)

Step = Callable[["Twins"], None]


class Twins:
    """Two worlds with one history: in the one all is planned and applied apart."""

    def __init__(self) -> None:
        self.one, self.other = World(), World()
        self.failed = 0
        """How many reads of the last plan failed, one after the other."""
        for world in (self.one, self.other):
            for number, user_id in enumerate(PEOPLE):
                world.login(number, user_id)
            for number, user_id in enumerate(PEOPLE):
                for msg_id, place in (("m1", 1), ("m2", 2), ("m3", 1)):
                    peer = PEOPLE[(number + place) % len(PEOPLE)]
                    params = chat.SendMessageParams(peer, msg_id, text=user_id)
                    world.seconds += 0.5
                    world.call(number, Method.SEND_MESSAGE, params)
                deleted = chat.DeleteMessagesParams(PEOPLE[(number + 1) % len(PEOPLE)], [1])
                world.call(number, Method.DELETE_MESSAGES, deleted)

    def both(self, act: Callable[[World], Any]) -> None:
        """Do the same in both worlds."""
        assert _outcome(lambda: act(self.one)) == _outcome(lambda: act(self.other))
        self.compare()

    def planned(
        self, function: Planned[Any, Any, Any], user: str, by_admin: bool, *args: Any
    ) -> None:
        """Call a planned function, in one of the worlds also with reads that fail."""
        context = _context(self.one, user, by_admin)
        self._plan_with_failures(context, function, args)
        unread = _reading(context, UnreadArchive())

        def carry_out() -> Any:
            before = fingerprint(context.state)
            try:
                plan = function.plan(context, *args)
            finally:
                assert fingerprint(context.state) == before
            return function.apply(unread, plan, *args)

        expected = _outcome(lambda: function(_context(self.other, user, by_admin), *args))
        assert _outcome(carry_out) == expected
        self.compare()

    def compare(self) -> None:
        """Compare the two worlds whole: what changed, and all parts of the state."""
        for world in (self.one, self.other):
            world.carry_on()
        assert self.one.take_changes() == self.other.take_changes()
        assert fingerprint(self.one.state) == fingerprint(self.other.state)

    def _plan_with_failures(
        self, context: Context, function: Planned[Any, Any, Any], args: tuple[Any, ...]
    ) -> None:
        """Let each of the plan's reads fail, one after the other."""
        before = fingerprint(context.state)
        fails_at, is_failing = 0, True
        while is_failing:
            fails_at += 1
            self.failed = fails_at - 1
            failing = FailingArchive(context.archive, fails_at)
            try:
                function.plan(_reading(context, failing), *args)
                is_failing = False
            except ArchiveError:
                pass
            except IMError:
                is_failing = False
            assert fingerprint(context.state) == before


def _context(world: World, user: str, by_admin: bool) -> Context:
    return world.admin(user) if by_admin else world.of(PEOPLE.index(user))


def _reading(context: Context, archive: Any) -> Context:
    readable: Archive = archive
    return structs.replace(context, archive=readable)


def _outcome(act: Callable[[], Any]) -> Any:
    try:
        return act()
    except IMError as error:
        return int(error.code), error.message


@st.composite
def _pairs(draw: st.DrawFn) -> tuple[str, str]:
    """Draw a user and whom they talk to, now and then themselves."""
    user = draw(_users)
    others = [one for one in PEOPLE if one != user]
    return user, draw(st.sampled_from([*others, *others, *others, user]))


@st.composite
def _method_calls(draw: st.DrawFn) -> Step:
    user, peer = draw(_pairs())
    method = draw(st.sampled_from([*_PARAMS, Method.SEND_MESSAGE, Method.SEND_MESSAGE]))
    params, by_admin = draw(_PARAMS[method](peer)), draw(_booleans)
    function: Any = METHODS[method].function
    return lambda twins: twins.planned(function, user, by_admin, params)


@st.composite
def _admin_calls(draw: st.DrawFn) -> Step:
    user, peer = draw(_pairs())
    before = WALL_START + draw(st.integers(-1, 20)) * 1000
    options = draw(_options)
    hidden_from = {"sender": user, "receiver": peer}.get(options.hidden_from, "")
    options = structs.replace(options, hidden_from=hidden_from)
    calls: list[tuple[Any, tuple[Any, ...]]] = [
        (counts.read_until, (peer, before)),
        (reading.within, (peer, 0, (before, draw(_seqs)), draw(_counts))),
        (reading.find_message, (peer, draw(_keys))),
        (reading.place_of, (peer, draw(_keys))),
        (sending.send_message, (draw(_PARAMS[Method.SEND_MESSAGE](peer)), options)),
    ]
    function, args = draw(st.sampled_from([*calls, calls[-1]]))
    return lambda twins: twins.planned(function, user, True, *args)


@st.composite
def _other_acts(draw: st.DrawFn) -> Step:
    (user, peer), seconds = draw(_pairs()), draw(st.sampled_from([0.5, 1.0, 130.0]))
    number = PEOPLE.index(user)

    def pass_time(world: World) -> None:
        world.seconds += seconds

    def register_anew(world: World) -> None:
        delete(world.admin(), user)
        world.login(number, user)

    def request(method: Method, params: Struct) -> Callable[[World], Any]:
        return lambda world: world.call(number, method, params)

    acts = [
        pass_time,
        register_anew,
        request(Method.DELETE_CONVERSATION, chat.DeleteConversationParams(f"c2c_{peer}")),
        lambda world: listing.leave_list(world.admin(user), peer, keeps_messages=True),
        request(Method.ADD_TO_BLACK_LIST, UserIDListParams([peer])),
        request(Method.DELETE_FROM_BLACK_LIST, UserIDListParams([peer])),
        request(Method.GET_USER_STATUS, UserIDListParams([peer])),
    ]
    act = draw(st.sampled_from(acts))
    return lambda twins: twins.both(act)


_calls = _method_calls()
_steps = st.lists(
    st.one_of(_calls, _calls, _calls, _admin_calls(), _other_acts()), min_size=10, max_size=30
)


_NOBODY_IS_TOLD: Final = SendOptions(to_sender=False, to_receiver=False)
_NOT_LISTED: Final = SendOptions(
    to_sender=False, to_receiver=False, is_excluded_from_last_message=True
)


@pytest.mark.parametrize(
    ("function", "args", "reads"),
    [
        (sending.send_message, (chat.SendMessageParams("bob", "new", text="Hi"),), 1),
        (sending.send_message, (chat.SendMessageParams("bob", "m1", text="Hi"),), 2),
        (
            sending.send_message,
            (chat.SendMessageParams("bob", "new", text="Hi"), _NOBODY_IS_TOLD),
            1,
        ),
        (
            sending.send_message,
            (chat.SendMessageParams("bob", "new", text="Hi"), _NOT_LISTED),
            3,
        ),
        (reading.get_history, (chat.GetHistoryParams("bob"),), 1),
        (reading.get_changed_messages, (chat.GetChangedMessagesParams("bob", 0, 9, 0),), 2),
        (reading.within, ("bob", 0, (WALL_START + 9000, 0), 9), 1),
        (reading.find_message, ("bob", MessageKey(2, 0, 0)), 2),
        (reading.place_of, ("bob", MessageKey(2, 0, 0)), 3),
        (removing.revoke_message, (chat.RevokeMessageParams("bob", "m3"),), 3),
        (removing.delete_messages, (chat.DeleteMessagesParams("bob", [2]),), 2),
        (listing.clean_unread, (chat.CleanUnreadParams("c2c_carol", 2),), 2),
        (listing.get_list, (chat.GetConversationListParams(),), 2),
        (listing.pin, (chat.PinConversationParams("c2c_bob", True),), 1),
        (
            listing.set_receive_opt,
            (chat.SetReceiveOptParams(["bob", "carol"], ReceiveOpt.NOT_RECEIVE),),
            2,
        ),
        (counts.read_until, ("carol", WALL_START + 4000), 3),
        (retention.clear_old, (1,), 3),
    ],
)
def test_each_read_of_a_plan_may_fail(function: Any, args: tuple[Any, ...], reads: int) -> None:
    twins = Twins()
    twins.planned(function, "alice", True, *args)
    assert twins.failed == reads


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(_steps)
def test_a_plan_changes_nothing_and_what_applies_it_reads_nothing(steps: list[Step]) -> None:
    twins = Twins()
    for step in steps:
        step(twins)


def test_every_planned_function_is_tested() -> None:
    in_table = {method for method in Method if isinstance(METHODS[method].function, Planned)}
    assert _PARAMS.keys() == in_table
    others = {
        counts.read_until,
        reading.within,
        reading.find_message,
        reading.place_of,
        retention.clear_old,
    }
    tested = others | {METHODS[method].function for method in in_table}
    found = {
        value
        for module in pkgutil.walk_packages(imtui.server.core.__path__, "imtui.server.core.")
        for value in vars(importlib.import_module(module.name)).values()
        if isinstance(value, Planned)
    }
    assert found == tested
