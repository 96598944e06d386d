"""Actions on subscriptions and watches."""

from imtui.protocol.status import UserStatusType
from imtui.tui.actions.asking import ask_user
from imtui.tui.actions.parts import Parts
from imtui.tui.actions.toggling import Toggle, run_toggle
from imtui.tui.commands.sentences import with_keys
from imtui.tui.commands.toggles import Turn
from imtui.tui.model.person import Person
from imtui.tui.model.sources import UpdateSource
from imtui.tui.model.watches import Watch, WatchesFullError


class SubscriptionActions:
    """Subscriptions and watches."""

    def __init__(self, parts: Parts) -> None:
        """Make the actions on the parts of the app."""
        self._parts = parts
        self._clock = parts.clock
        self._feedback = parts.feedback
        self._keys = parts.keys
        self._login_service = parts.login_service
        self._model = parts.model
        self._navigator = parts.navigator
        self._watch_service = parts.watch_service

    # Subscriptions

    def show_subscriptions(self) -> None:
        """Show the subscriptions."""
        from imtui.tui.screens.subscriptions import SubscriptionsScreen

        parts = self._parts
        parts.navigator.open(
            SubscriptionsScreen(parts.model, parts.keys, parts.glyphs, parts.clock)
        )

    def subscribe(self, typed: str) -> None:
        """Subscribe to a user."""
        if user_id := typed.strip():
            self._feedback.attempt(lambda: self._login_service.presence.subscribe_to(user_id))
        else:
            ask_user(self._parts, "Subscribe to whom?", self._login_service.presence.subscribe_to)

    def unsubscribe(self, typed: str) -> None:
        """Unsubscribe from a user."""
        if user_id := typed.strip():
            self._feedback.attempt(lambda: self._login_service.presence.unsubscribe_from(user_id))
        else:
            ask_user(
                self._parts,
                "Unsubscribe from whom?",
                self._login_service.presence.unsubscribe_from,
            )

    def unsubscribe_all(self) -> None:
        """Unsubscribe from everybody."""
        self._feedback.attempt(lambda: self._login_service.presence.unsubscribe_from(None))

    # Watches

    def show_watches(self) -> None:
        """Show the watches."""
        from imtui.tui.screens.watches import WatchesScreen

        parts = self._parts
        parts.navigator.open(
            WatchesScreen(parts.model, parts.watch_service, parts.keys, parts.glyphs, parts.clock)
        )

    def watch(self, typed: str, turn: Turn, *, standing: bool = False) -> None:
        """Watch a user, or stop watching them."""

        def holds(user_id: str, turn: Turn) -> bool:
            present = self._watch_service.get(user_id)
            return present is not None and (present.standing == standing or turn is Turn.OFF)

        def change(user_id: str, watched: bool) -> None:
            if watched:
                self._begin_watch(user_id, standing)
            else:
                self._watch_service.remove_watch(user_id)
                self._feedback.say("is no longer watched", who=user_id)

        command_id = "watch-always" if standing else "watch"
        run_toggle(self._parts, Toggle(command_id, holds, change), typed, turn)

    def _begin_watch(self, user_id: str, standing: bool) -> None:
        person = self._model.person(user_id)
        if person is None:
            first = with_keys("subscribe first ({subscribe}).", self._keys)
            self._feedback.complain(f"Nothing is heard of {user_id}: {first}")
            return
        watch = Watch(user_id, standing, self._clock.now())
        try:
            self._watch_service.add_watch(watch, person.live_status)
        except WatchesFullError as error:
            self._feedback.complain(str(error))
            return
        self._feedback.say(self._told(person, standing), who=user_id)

    def _told(self, person: Person, standing: bool) -> str:
        if self._model.sources.of(person) is UpdateSource.NOTHING:
            words = "is watched, but nothing is heard of them now: subscribe ({subscribe})"
            return with_keys(words, self._keys)
        if standing:
            return "is watched: you are told each time when they come ONLINE"
        if person.live_status is UserStatusType.ONLINE:
            return "is ONLINE already: you are told once when they come ONLINE again"
        return "is watched: you are told once when they are ONLINE"
