"""What the palette and the switcher offer, and in which order."""

import string
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imtui.protocol.status import UserStatusType
from imtui.tui.commands.catalogue import COMMAND_IDS, COMMANDS, typed_commands
from imtui.tui.commands.contacts import Contact, Contacts, contacts_of
from imtui.tui.commands.offers import CommandOffer, Offer, offers_for
from imtui.tui.commands.slash import parse_slash_line
from imtui.tui.model.choices import Choice, deliberate_choices
from imtui.tui.model.model import Model
from imtui.tui.settings.schema import PRESETS
from tests.tui.fake import status

NOW = datetime(2026, 11, 23, 14, 5, tzinfo=UTC)
TEXTS = deliberate_choices(PRESETS, {"Lunch": 1, "exit": 1, "Muting": 2}, ["Lunch"])
PEOPLE = [
    Contact("carol"),
    Contact("bob", name="Robert Müller"),
    Contact("quit"),
    Contact("bobby", unread=2, active_at=5),
    Contact("muriel"),
    Contact("end-user"),
]


def offers(typed: str) -> list[Offer]:
    return offers_for(typed, TEXTS, Contacts(PEOPLE), NOW)


def summary(offer: Offer) -> str:
    """Return an offer in short: ``/mute off``, ``@bob``, or the text."""
    if isinstance(offer, CommandOffer):
        return f"/{offer.command.id} {offer.argument}".strip()
    return f"@{offer.user_id}" if isinstance(offer, Contact) else offer.text


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("l", "Listening to music"),
        ("on the", "On the call"),
        ("music", "Listening to music"),
        ("MEETING", "In a meeting"),
        ("eeting", None),
        ("lu", "Lunch"),
        ("mut", "Muting"),
        ("carol", "@carol"),
        ("CAROL", "@carol"),
        ("robert muller", "@bob"),
        ("quit", "@quit"),
        ("exit", "/quit"),
        ("ex", "/quit"),
        ("logout", "/log-out"),
        ("log out", "/log-out"),
        ("log-out", "/log-out"),
        ("dnd", "/quiet"),
        ("mute", "/mute"),
        ("unmute", "/mute off"),
        ("unblock", "/block off"),
        ("stop", "/quiet-except off"),
        ("clear", "/clear"),
        ("cl", "/clear"),
        ("bell", "/quiet"),
        ("bo", "@bobby"),
        ("end of", None),
        ("mul", "@bob"),
        ("=exit", "exit"),
        ("= exit ", "exit"),
        ("=", None),
        ("exitt", None),
        ("Lunch for 30m", "Lunch"),
        ("quiet for 30m", "/quiet for 30m"),
        ("dnd until 17:00", "/quiet until 17:00"),
    ],
)
def test_the_first_offer(typed: str, first: str | None) -> None:
    assert next(map(summary, offers(typed)), None) == first


def test_the_groups_come_in_their_order() -> None:
    shown = [summary(offer) for offer in offers("mu")]
    assert shown[:3] == ["Muting", "/mute", "/quiet"]
    assert shown.index("@muriel") > shown.index("/quiet")
    # By its help alone, a command comes after the people whom the letters name.
    shown = [summary(offer) for offer in offers("bob")]
    assert shown[:2] == ["@bob", "@bobby"]
    # A text that only has the word comes last of all.
    shown = [summary(offer) for offer in offers("to")]
    assert shown[-1] == "Listening to music" and len(shown) > 1
    shown = [summary(offer) for offer in offers("end")]
    assert shown[0] == "/quiet off"
    assert "/unsubscribe-all" not in shown


@pytest.mark.parametrize(
    "typed", ["this", "cannot", "stay", "on top", "agree", "refused", "leave;"]
)
def test_a_word_of_its_help_does_not_run_what_changes_something_at_once(typed: str) -> None:
    at_once = ("mute", "pin", "block", "watch", "favourite", "unsubscribe-all", "log-out", "quit")
    shown = [summary(offer) for offer in offers(typed)]
    assert not {f"/{command_id}" for command_id in at_once} & set(shown)


@given(st.text(max_size=20), st.booleans())
def test_a_slip_never_becomes_a_status(typed: str, has_sign: bool) -> None:
    if has_sign:
        typed = f"={typed}"
    has_sign = typed.startswith("=")
    for offer in offers(typed):
        if not isinstance(offer, Choice):
            assert not has_sign
        elif offer.is_typed:
            assert has_sign or offer.expires_at is not None
        else:
            assert offer in TEXTS
            assert f" {offer.text}".casefold().find(f" {typed}".casefold()) >= 0


@given(st.text(alphabet=string.ascii_letters + "- ", min_size=1, max_size=12))
def test_letters_alone_offer_no_typed_text(typed: str) -> None:
    assert not any(isinstance(offer, Choice) and offer.is_typed for offer in offers(typed))


def test_every_command_is_found_by_its_name_title_and_synonyms() -> None:
    for command in typed_commands():
        if command.id == "palette":
            continue
        for word in (command.id, command.title.strip(" …"), *command.synonyms):
            shown = [summary(offer) for offer in offers_for(word, (), Contacts([]), NOW)]
            assert f"/{command.id}" in shown[:2], word


def test_synonyms_belong_to_one_command_and_can_be_typed() -> None:
    words = [word for command in COMMANDS for word in command.synonyms]
    assert len(words) == len(set(words))
    for command in COMMANDS:
        for word in command.synonyms:
            if " " not in word and word not in COMMAND_IDS:
                assert parse_slash_line(f"/{word}")[0] is command


# Texts that are no slip


def test_a_text_that_was_set_once_otherwise_is_not_offered() -> None:
    recents = {"exit": 1, "Tea": 2, "Lunch": 1, "On the call": 1}
    shown = [choice.text for choice in deliberate_choices(("On the call",), recents, ["Lunch"])]
    assert shown == ["Tea", "Lunch", "On the call"]


# Contacts


@given(
    st.lists(
        st.builds(
            Contact,
            st.text(alphabet="abc-_", min_size=1, max_size=4),
            name=st.sampled_from(["", "Anna", "Bob c", "Ábel"]),
            status=st.sampled_from(UserStatusType),
            unread=st.integers(0, 2),
        ),
        max_size=8,
    ),
    st.text(alphabet="abc ", min_size=1, max_size=3),
)
def test_who_is_named_comes_first_then_the_unread_ones(people: list[Contact], typed: str) -> None:
    exact, others = Contacts(people).find(typed)
    found = [*exact, *others]
    assert [not one.unread for one in others] == sorted(not one.unread for one in others)
    assert all(typed.strip() in (one.user_id, one.name.casefold()) for one in exact)
    ids = [one.user_id == typed.strip() for one in exact]
    assert ids == sorted(ids, reverse=True), "a name is chosen by anybody"
    assert all(one in people for one in found)
    named = [one for one in people if typed.strip() and typed.strip() in one.user_id]
    assert all(one in found for one in named)


def test_all_people_and_conversations_are_contacts_and_the_unread_ones_are_first() -> None:
    model = Model(lambda: 0)
    model.set_statuses([status("bob"), status("carol")])
    model.chats.set_typing("zed", True)
    model.chats._chats["zed"].unread = 2
    shown = [contact.user_id for contact in contacts_of(model)]
    assert shown[0] == "zed"
