"""The order of the friend list."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from imtui.protocol.status import UserStatusType
from imtui.tui.model.person import Person
from imtui.tui.model.roster import View, arrange_roster
from imtui.tui.settings.schema import Order

_RANKS = [
    UserStatusType.ONLINE,
    UserStatusType.OFFLINE,
    UserStatusType.UNLOGINED,
    UserStatusType.UNKNOWN,
]

_user_ids = st.text("aAbB", min_size=1, max_size=3)
_people = st.lists(
    st.builds(
        Person,
        _user_ids,
        st.sampled_from(UserStatusType),
        since=st.integers(0, 3),
        friend=st.just(value=True),
        changed_at=st.integers(0, 3),
        name=st.text("aAbB", max_size=2),
        login=st.integers(0, 1),
    ),
    unique_by=lambda person: person.user_id,
)


@given(_people, st.sampled_from(Order), st.dictionaries(_user_ids, st.integers(0, 3)))
def test_equal_people_are_sorted_by_status_then_name_then_user_id(
    people: list[Person], order: Order, last_messages: dict[str, int]
) -> None:
    def key(person: Person) -> tuple[Any, ...]:
        rank = _RANKS.index(person.live_status)
        name = (person.name or person.user_id).casefold(), person.user_id
        return {
            Order.NAME: name,
            Order.PRESENCE: (rank, *name),
            Order.CHANGE: (-max(person.changed_at, person.since), *name),
            Order.MESSAGE: (-last_messages.get(person.user_id, 0), rank, *name),
        }[order]

    rows = arrange_roster(people, View(order, last_messages=last_messages))
    assert rows == [person.user_id for person in sorted(people, key=key)]
