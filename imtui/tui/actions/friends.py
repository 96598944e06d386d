"""Actions on friends and friend requests."""

from collections.abc import Awaitable, Callable
from typing import Final

from imtui.protocol.profiles import FriendAllowType
from imtui.tui.actions.asking import ask_user, with_user
from imtui.tui.actions.parts import Parts
from imtui.tui.actions.toggling import Toggle, run_toggle
from imtui.tui.commands.toggles import Turn, parse_turn
from imtui.tui.services.friend_requests import FriendRequests

_ALLOW: Final = {
    "any": FriendAllowType.ALLOW_ANY,
    "confirm": FriendAllowType.NEED_CONFIRM,
    "nobody": FriendAllowType.DENY_ANY,
}
_ALLOWED: Final = {
    FriendAllowType.ALLOW_ANY: "Anybody may become your friend.",
    FriendAllowType.NEED_CONFIRM: "You are asked before somebody becomes your friend.",
    FriendAllowType.DENY_ANY: "Nobody new may become your friend.",
}


class FriendActions:
    """Adding, deleting and naming friends; friend requests; blocking; the own profile."""

    def __init__(self, parts: Parts) -> None:
        """Make the actions on the parts of the app."""
        self._parts = parts
        self._feedback = parts.feedback
        self._login_service = parts.login_service
        self._model = parts.model
        self._navigator = parts.navigator

    @property
    def _friend_requests(self) -> FriendRequests:
        return self._login_service.friend_requests

    def add(self, typed: str) -> None:
        """Add a friend or send a friend request: ``USER WORDING``; prompt if nothing is typed."""
        user_id, _, wording = typed.strip().partition(" ")
        if user_id:
            self._with(user_id, lambda one: self._friend_requests.add_friend(one, wording.strip()))
        else:
            ask_user(self._parts, "Add whom as a friend?", self._friend_requests.add_friend)

    def delete(self, typed: str) -> None:
        """Delete a friend; ask first if nothing was typed."""
        if typed.strip():
            self._with(typed, self._friend_requests.delete_friend)
        elif user_id := self._navigator.selected:
            self._ask_delete(user_id)
        else:
            ask_user(self._parts, "Delete which friend?", self._friend_requests.delete_friend)

    def _ask_delete(self, user_id: str) -> None:
        words = f"Delete {user_id} from your friends, and you from theirs?"
        self._ask(words, user_id, self._friend_requests.delete_friend)

    def show_requests(self) -> None:
        """Show the friend requests and blocked users."""
        from imtui.tui.screens.requests import RequestsScreen

        parts = self._parts
        parts.navigator.open(
            RequestsScreen(self._friend_requests, parts.keys, parts.glyphs, parts.clock)
        )

    def accept(self, typed: str) -> None:
        """Accept a friend request."""
        self._with(typed, self._friend_requests.accept_request)

    def refuse(self, typed: str) -> None:
        """Refuse a friend request, or withdraw an own one."""
        self._with(typed, self._friend_requests.refuse_request)

    def block(self, typed: str, turn: Turn) -> None:
        """Block a user, or ask whether to unblock them; a friend who was not typed: ask first."""
        named, _ = parse_turn(typed, turn)

        def change(user_id: str, blocked: bool) -> None:
            person = self._model.person(user_id)
            if not blocked:
                self._feedback.attempt(lambda: self._friend_requests.unblock(user_id))
            elif person is None or not person.friend or named:
                self._feedback.attempt(lambda: self._friend_requests.block(user_id))
            else:
                self._ask_block(user_id)

        # On the list of blocked users, the key cannot mean anything else.
        on_list = turn is Turn.SWITCH and not self._navigator.is_main_on_top
        question = "" if on_list else "is blocked already. Let them write to you again?"
        toggle = Toggle(
            "block", lambda user_id, _: user_id in self._friend_requests.blocked, change, question
        )
        run_toggle(self._parts, toggle, typed, turn)

    def _ask_block(self, user_id: str) -> None:
        words = f"Block {user_id}, and delete them from your friends, and you from theirs?"
        self._ask(words, user_id, self._friend_requests.block)

    def set_remark(self, typed: str) -> None:
        """Set the own name for a friend: ``USER NAME``; prompt if no name is typed."""
        user_id, _, name = typed.strip().partition(" ")
        if name.strip():
            self._with(user_id, lambda one: self._friend_requests.set_remark(one, name.strip()))
            return
        user_id = user_id or self._navigator.selected
        from imtui.tui.kit.prompt import TextPrompt

        def answered(given: str | None) -> None:
            if given is not None:
                self._with(user_id, lambda one: self._friend_requests.set_remark(one, given))

        person = self._model.person(user_id)
        present = "" if person is None else person.name
        question = f"What do you call {user_id}? (empty: nothing else)"
        self._navigator.open(TextPrompt(question, present, "name"), answered)

    def set_nick(self, name: str) -> None:
        """Set the own nick, which friends see beside the user ID."""
        self._feedback.attempt(lambda: self._friend_requests.set_nick_name(name.strip()))

    def set_signature(self, signature: str) -> None:
        """Set the own signature, which friends see until it is changed."""
        self._feedback.attempt(lambda: self._friend_requests.set_signature(signature.strip()))

    def allow(self, typed: str) -> None:
        """Set who may become a friend: ``any``, ``confirm`` or ``nobody``."""
        allow_type = _ALLOW.get(typed.strip().casefold())
        if allow_type is None:
            self._feedback.complain(f"Write one of {', '.join(_ALLOW)}: /allow confirm.")
            return

        async def allow() -> None:
            await self._friend_requests.set_allow_type(allow_type)
            self._feedback.say(_ALLOWED[allow_type])

        self._feedback.attempt(allow)

    def _ask(self, question: str, user_id: str, call: Callable[[str], Awaitable[None]]) -> None:
        """Make a call that takes a friend away, once the question is answered with yes."""
        from imtui.tui.kit.prompt import Question

        def answered(yes: bool | None) -> None:
            if yes:
                self._feedback.attempt(lambda: call(user_id))

        self._navigator.open(Question(question, takes_away=True), answered)

    def _with(self, typed: str, call: Callable[[str], Awaitable[None]]) -> None:
        with_user(self._parts, typed, lambda user_id: self._feedback.attempt(lambda: call(user_id)))
