"""Relations: ordered lists that can be asked from both ends."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imtui.server.core.relation import Relation, ShortRelation

_people = st.sampled_from("abcd")


@pytest.mark.parametrize("kind", [Relation, ShortRelation])
@given(steps=st.lists(st.tuples(st.booleans(), _people, _people)))
def test_both_ends_agree_with_plain_lists(
    kind: type[Relation | ShortRelation], steps: list[tuple[bool, str, str]]
) -> None:
    relation = kind()
    lists: dict[str, list[str]] = {owner: [] for owner in "abcd"}
    for adds, owner, member in steps:
        was_there = member in lists[owner]
        if was_there:
            lists[owner].remove(member)
        if adds:
            relation.append(owner, member)
            lists[owner].append(member)
        else:
            assert relation.remove(owner, member) is was_there
    for owner in "abcd":
        assert list(relation.members(owner)) == lists[owner]
        for member in "abcd":
            assert relation.has(owner, member) is (member in lists[owner])
    for member in "abcd":
        owners = {owner for owner in "abcd" if member in lists[owner]}
        assert set(relation.owners(member)) == owners
    assert set(relation) == {owner for owner in "abcd" if lists[owner]}
    assert len(relation) == sum(map(len, lists.values()))
