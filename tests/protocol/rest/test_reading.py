"""Reading requests: former names, absent fields, and values that stay what they are."""

from enum import StrEnum
from typing import Annotated, Any, Literal

import msgspec
import pytest

from imtui.protocol.rest.body import Body
from imtui.protocol.rest.reading import convert, decode, formerly


class Size(StrEnum):
    SMALL = "Small"
    LARGE = "Large"


class Item(Body, frozen=True):
    user_id: Annotated[str, formerly("Identifier")]
    nick: str | None = None
    level: int = 3
    kind: Literal["One", "Two"] = "One"
    size: Size = Size.SMALL
    value: Any = ""


class Items(Body, frozen=True):
    item_list: list[Item]
    more: tuple[Item, ...] = ()
    one_or_more: str | list[Item] = ""


def read(**body: Any) -> Item:
    return decode(msgspec.json.encode(body), Item)


def test_a_former_name_counts_where_the_present_one_is_absent() -> None:
    assert read(Identifier="ann") == read(UserID="ann") == Item("ann")
    assert read(UserID="ann", Identifier="bob") == Item("ann")
    assert read(UserID=None, Identifier="bob") == Item("bob")


def test_former_names_count_in_lists_too() -> None:
    ann = {"Identifier": "ann", "Nick": "null"}
    read_ones = decode(
        msgspec.json.encode({"ItemList": [ann, {"UserID": "bob"}], "More": [ann]}), Items
    )
    assert read_ones == Items([Item("ann", "null"), Item("bob")], (Item("ann", "null"),))
    assert convert([ann], list[Item]) == [Item("ann", "null")]
    either = decode(msgspec.json.encode({"ItemList": [], "OneOrMore": [ann]}), Items)
    assert either.one_or_more == [Item("ann", "null")]


def test_null_stands_for_an_absent_field() -> None:
    assert read(UserID="ann", Level=None, Kind=None) == Item("ann")
    # Where null is a value, it stays one.
    assert read(Identifier="ann", Nick=None, Value=None) == Item("ann", value=None)


def test_words_may_have_other_capital_letters_but_texts_stay_what_they_are() -> None:
    read_one = read(UserID="Ann", Kind="tWO", Size="LARGE", Value="one")
    assert read_one == Item("Ann", kind="Two", size=Size.LARGE, value="one")


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"UserID": None},
        {"Identifier": None},
        {"UserID": 5, "Identifier": "ann"},
        {"Identifier": 5},
        {"Identifier": ["ann"]},
        {"identifier": "ann"},
        {"": "ann"},
        {"UserID": "ann", "Level": "3"},
        {"UserID": "ann", "Level": True},
        {"UserID": "ann", "Level": 3.5},
        {"UserID": "ann", "Kind": "on"},
        {"UserID": "ann", "Size": "smal"},
        {"UserID": "ann", "Nick": 1},
    ],
)
def test_what_does_not_fit_is_refused_as_before(body: dict[str, Any]) -> None:
    with pytest.raises(msgspec.ValidationError):
        read(**body)


def test_the_error_names_the_field_by_its_present_name() -> None:
    with pytest.raises(msgspec.ValidationError, match=r"missing required field `UserID`"):
        read(Nick="Ann")
    with pytest.raises(msgspec.ValidationError, match=r"at `\$\.UserID`"):
        read(Identifier=5)


@pytest.mark.parametrize("body", [b"", b"{", b'{"UserID": "\xff"}', b"[" * 100_000])
def test_what_is_no_json_is_refused(body: bytes) -> None:
    with pytest.raises((msgspec.DecodeError, UnicodeDecodeError, RecursionError)):
        decode(body, Item)
