"""Actions for do-not-disturb."""

from dataclasses import replace

from imtui.tui.actions.parts import Parts
from imtui.tui.actions.toggling import Toggle, run_toggle
from imtui.tui.commands.sentences import with_keys
from imtui.tui.commands.toggles import Outcome, Turn, outcome, parse_turn
from imtui.tui.model.ends import EndError, describe_end, end_milliseconds, parse_end


class AlertActions:
    """Do-not-disturb, its end and its exceptions."""

    def __init__(self, parts: Parts) -> None:
        """Make the actions on the parts of the app."""
        self._parts = parts
        self._clock = parts.clock
        self._feedback = parts.feedback
        self._keys = parts.keys
        self._memory = parts.memory

    def quiet(self, typed: str, turn: Turn) -> None:
        """Turn do-not-disturb on until an end, or off."""
        typed, turn = parse_turn(typed, turn)
        is_on = self._memory.quiet(self._clock.now()) is not None
        todo = Outcome.BEGIN if typed else outcome(turn, is_on)
        if todo is Outcome.END:
            self._put(False, None)
            self._feedback.say("Do not disturb is off.")
        elif todo is Outcome.KEEP:
            is_so = "on already: /quiet off ends it" if is_on else "off already"
            self._feedback.say(f"Do not disturb is {is_so}.")
        else:
            self._begin_quiet(typed)

    def _begin_quiet(self, typed: str) -> None:
        now = self._clock.local(self._clock.now())
        try:
            end = parse_end(typed, now)
        except EndError as error:
            self._feedback.complain(str(error))
            return
        self._put(True, None if end is None else end_milliseconds(end))
        endless = with_keys("until you end it ({quiet})", self._keys)
        words = endless if end is None else describe_end(end, now)
        self._feedback.say(f"Do not disturb, {words}.")

    def _put(self, quiet: bool, until: int | None) -> None:
        self._memory.update(lambda state: replace(state, quiet=quiet, quiet_until=until))

    def let_through(self, typed: str, turn: Turn) -> None:
        """Let alerts about a user, by default the selected one, get through, or end that."""

        def change(user_id: str, through: bool) -> None:
            self._memory.update(lambda state: state.with_let_through(user_id, through))
            words = "gets through" if through else "no longer gets through"
            self._feedback.say(f"{words} do-not-disturb", who=user_id)

        def holds(user_id: str, _: Turn) -> bool:
            return user_id in self._memory.state.let_through

        run_toggle(self._parts, Toggle("quiet-except", holds, change), typed, turn)
