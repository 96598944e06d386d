"""What a person does about another one."""

from collections.abc import Awaitable, Callable
from typing import Final

from imtui.protocol.errors import IMError
from imtui.tui.actions.asking import ask_user, with_user
from imtui.tui.actions.host import Host
from imtui.tui.services.explain import explain
from imtui.tui.state.account_state import group_name

_GROUPS_SHOWN: Final = 5


class PeopleActions:
    """Details, queries, friendship, and where somebody stands in the list."""

    def __init__(self, host: Host) -> None:
        """Act for an app."""
        self._host = host

    def _with(self, typed: str, do: Callable[[str], None]) -> None:
        with_user(self._host, typed, do)

    # Asking

    def details(self, typed: str) -> None:
        """Show all that is known of somebody, and ask for the rest."""
        self._with(typed, self._show_details)

    def _show_details(self, user_id: str) -> None:
        from imtui.tui.screens.details import DetailsScreen

        host = self._host
        screen = DetailsScreen(
            user_id, host.model, host.watch_service, host.keys, host.glyphs, host.clock
        )

        async def ask() -> None:
            try:
                screen.answered(await self._host.login_service.presence.look_up(user_id))
            except IMError as error:
                screen.refused(explain(error))

        self._host.open(screen)
        self._host.attempt(ask)

    def query(self, typed: str) -> None:
        """Ask how somebody is, once."""
        self._call(typed, "Query whose status?", self._host.login_service.presence.query)

    def _call(self, typed: str, question: str, call: Callable[[str], Awaitable[None]]) -> None:
        if typed.strip():
            self._with(typed, lambda user_id: self._host.attempt(lambda: call(user_id)))
        else:
            ask_user(self._host, question, call)

    # The list

    def favourite(self, typed: str) -> None:
        """Keep somebody on top of the list, or no longer."""
        self._with(typed, self._toggle_favourite)

    def _toggle_favourite(self, user_id: str) -> None:
        favourite = user_id not in self._host.memory.state.favourites
        self._host.memory.change(lambda state: state.with_favourite(user_id, favourite))
        self._host.main.friend_list.sort_now()

    def group(self, typed: str) -> None:
        """Put somebody in a group: ``USER GROUP``, or who is meant into a group that is asked."""
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

        groups = self._host.memory.state.groups
        present = groups.get(user_id, "")
        there = ", ".join(sorted(set(groups.values()), key=str.casefold)[:_GROUPS_SHOWN])
        question = (
            f"Which group for {user_id}? (empty: none{'; there are ' if there else ''}{there})"
        )
        self._host.open(TextPrompt(question, present, "group"), answered)

    def _put_in(self, user_id: str, name: str) -> None:
        group = self._host.memory.state.group_called(group_name(name))
        self._host.memory.change(lambda state: state.with_group(user_id, group))
        self._host.main.friend_list.sort_now()

    # The clipboard

    def copy_id(self, typed: str) -> None:
        """Copy somebody's user ID."""
        self._with(typed, lambda user_id: self._host.copy(user_id, user_id))

    def copy_text(self, typed: str) -> None:
        """Copy somebody's status text."""
        self._with(typed, self._copy_text)

    def _copy_text(self, user_id: str) -> None:
        person = self._host.model.person(user_id)
        if person is None or not person.text:
            self._host.say("has no text", who=user_id)
        else:
            self._host.copy(person.text, self._host.glyphs.quote(person.text))
