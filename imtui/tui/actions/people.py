"""Actions on other users."""

from collections.abc import Awaitable, Callable
from typing import Final

from imtui.protocol.errors import IMError
from imtui.tui.actions.asking import ask_user, with_user
from imtui.tui.actions.parts import Parts
from imtui.tui.actions.toggling import Toggle, run_toggle
from imtui.tui.commands.toggles import Turn
from imtui.tui.services.explain import explain
from imtui.tui.state.account_state import clean_group_name, group_name_problem

_GROUPS_SHOWN: Final = 5


class PeopleActions:
    """Details, queries, favourites, groups, and copying."""

    def __init__(self, parts: Parts) -> None:
        """Make the actions on the parts of the app."""
        self._parts = parts
        self._main = parts.navigator.main
        self._feedback = parts.feedback
        self._keys = parts.keys
        self._glyphs = parts.glyphs
        self._login_service = parts.login_service
        self._memory = parts.memory
        self._model = parts.model
        self._navigator = parts.navigator

    def _with(self, typed: str, do: Callable[[str], None]) -> None:
        with_user(self._parts, typed, do)

    # Queries

    def details(self, typed: str) -> None:
        """Show the details of a user, and query their status."""
        self._with(typed, self._show_details)

    def _show_details(self, user_id: str) -> None:
        from imtui.tui.screens.details import DetailsScreen

        parts = self._parts
        screen = DetailsScreen(
            user_id, parts.model, parts.watch_service, parts.keys, parts.glyphs, parts.clock
        )

        async def ask() -> None:
            try:
                screen.answered(await self._login_service.presence.look_up(user_id))
            except IMError as error:
                screen.refused(explain(error, self._keys))

        self._navigator.open(screen)
        self._feedback.attempt(ask)

    def query(self, typed: str) -> None:
        """Query the status of a user once."""
        self._call(typed, "Query whose status?", self._login_service.presence.query_user)

    def _call(self, typed: str, question: str, call: Callable[[str], Awaitable[None]]) -> None:
        if typed.strip():
            self._with(typed, lambda user_id: self._feedback.attempt(lambda: call(user_id)))
        else:
            ask_user(self._parts, question, call)

    # The list

    def favourite(self, typed: str, turn: Turn) -> None:
        """Make a user a favourite, or end that."""

        def change(user_id: str, favourite: bool) -> None:
            self._memory.update(lambda state: state.with_favourite(user_id, favourite))
            self._main.friend_list.sort_now()

        def holds(user_id: str, _: Turn) -> bool:
            return user_id in self._memory.state.favourites

        run_toggle(self._parts, Toggle("favourite", holds, change), typed, turn)

    def group(self, typed: str) -> None:
        """Put a user in a group: ``USER GROUP``; prompt if no group is typed."""
        user_id, _, name = typed.strip().partition(" ")
        if name.strip():
            self._with(user_id, lambda user_id: self._put_in(user_id, name))
        else:
            self._with(user_id, self._ask_group)

    def _ask_group(self, user_id: str) -> None:
        from imtui.tui.kit.prompt import TextPrompt

        def answered(name: str | None) -> None:
            if name is not None:
                self._put_in(user_id, name)

        groups = self._memory.state.groups
        present = groups.get(user_id, "")
        there = ", ".join(sorted(set(groups.values()), key=str.casefold)[:_GROUPS_SHOWN])
        question = (
            f"Which group for {user_id}? (empty: none{'; there are ' if there else ''}{there})"
        )
        prompt = TextPrompt(question, present, "group", group_name_problem)
        self._navigator.open(prompt, answered)

    def _put_in(self, user_id: str, name: str) -> None:
        if problem := group_name_problem(name):
            self._feedback.complain(problem)
            return
        group = self._memory.state.existing_group_name(clean_group_name(name))
        self._memory.update(lambda state: state.with_group(user_id, group))
        self._main.friend_list.sort_now()

    # The clipboard

    def copy_id(self, typed: str) -> None:
        """Copy what the mouse selected, or else somebody's user ID."""
        if typed or not self._feedback.copy_selection():
            self._with(typed, lambda user_id: self._feedback.copy(user_id, user_id))

    def copy_text(self, typed: str) -> None:
        """Copy what the mouse selected, or else a user's status text."""
        if typed or not self._feedback.copy_selection():
            self._with(typed, self._copy_text)

    def _copy_text(self, user_id: str) -> None:
        person = self._model.person(user_id)
        if person is None or not person.text:
            self._feedback.say("has no text", who=user_id)
        else:
            self._feedback.copy(person.text, self._glyphs.quote(person.text))
