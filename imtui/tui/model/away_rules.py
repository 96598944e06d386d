"""Decide when to cover the user's own text with the away text, and when to lift it again.

Going away sets the away text with the latest possible end. Coming back sets the same text with an
end one second ahead. When it ends, the backend restores the covered text with its own end.
"""

import math
from dataclasses import dataclass
from typing import Final

from imtui.tui.model.own_text import CurrentText, TextKind

TRY_AGAIN_AFTER: Final = 30.0
"""Seconds before a failed step is tried again."""


@dataclass(frozen=True)
class AwayRules:
    """When the user counts as away, and the text to set then."""

    text: str
    """The away text; empty for never."""
    idle_seconds: float = 0.0
    """Away after this long without input; 0 for never."""
    on_blur: bool = False
    """Away while the terminal does not have the focus."""
    on_detach: bool = False
    """Away while no client is attached to the tmux session."""
    hold: float = 5.0
    """Seconds without the focus or a client before the user counts as away."""


@dataclass(frozen=True)
class GoAway:
    """Set ``text`` with the end ``AWAY_EXPIRES_AT``."""

    text: str


@dataclass(frozen=True)
class ComeBack:
    """Set ``text`` with an end one second from now."""

    text: str


Step = GoAway | ComeBack
_NEVER: Final = (None, math.inf, math.inf)


class Away:
    """Decide when to go away and when to come back; all times are monotonic seconds.

    A device goes away only while it is the account's only connected device, and comes back when
    another one connects. If another device or a shell command sets a text while this one is away,
    that text is not covered before the next activity of the user. If the device that set an away
    text is gone, the only remaining device lifts it.
    """

    def __init__(self, rules: AwayRules, now: float) -> None:
        """Start with an active user and without a connection."""
        self._rules = rules
        self._text = rules.text.strip()
        self._active_at = now
        self._left_at: dict[str, float] = {}
        self._connected = False
        self._others: int | None = None
        self._current: CurrentText | None = None
        self._has_set_away = False
        """Whether the away text is this device's, even if another text covers it."""
        self._is_suspended = False
        self._not_before: dict[type[Step], float] = {}
        self._push_awaited_until = self._asked_at = -math.inf

    def activity(self, now: float) -> None:
        """Handle a key or mouse event."""
        self._active_at = now
        self._is_suspended = False
        self._left_at = dict.fromkeys(self._left_at, now)

    def focus_changed(self, focus: bool, now: float) -> None:
        """Handle a change of the terminal's focus."""
        self._set_presence("focus", focus or not self._rules.on_blur, now)

    def attachment_changed(self, attached: bool, now: float) -> None:
        """Note whether a client is attached to the tmux session; repeating it has no effect."""
        self._set_presence("terminal", attached or not self._rules.on_detach, now)

    def _set_presence(self, what: str, has: bool, now: float) -> None:
        if not has:
            self._left_at.setdefault(what, now)
        elif self._left_at.pop(what, None) is not None:
            self.activity(now)

    def devices_changed(self, others: int) -> None:
        """Note how many other devices of the account are connected."""
        self._others = others

    def connection_changed(self, connected: bool) -> None:
        """Handle the loss of the connection, or a connection with everything restored."""
        if self._connected and not connected:
            self._others = self._current = None
        self._connected = connected

    def text_changed(self, current: CurrentText | None, now: float) -> None:
        """Handle a push of the own text; None if it is unknown."""
        self._current = current
        self._push_awaited_until = -math.inf
        if current is None:
            return
        self._has_set_away &= current.may_cover
        if current.is_new:
            self._is_suspended = False
        if current.is_set_elsewhere:
            self._is_suspended = now >= self._away_from()
            if not self._is_suspended:
                self.activity(now)

    @property
    def is_covering(self) -> bool:
        """Tell whether the own text is an away text, or one that is being lifted."""
        return self._current is not None and self._current.kind is not TextKind.PLAIN

    def next_step(self, now: float) -> Step | None:
        """Return the step that is due now; the same one until its result is reported."""
        self._asked_at = now
        step, begins, ends = self._plan()
        return step if begins <= now < ends else None

    def due_at(self) -> float | None:
        """Return when the next step is due, maybe in the past, as of the last ``next_step``."""
        _, begins, ends = self._plan()
        return begins if max(begins, self._asked_at) < ends else None

    def step_done(self, step: Step, now: float) -> None:
        """Report that a step succeeded."""
        self._has_set_away |= isinstance(step, GoAway)
        current = self._current
        if current is None or (current.kind is TextKind.AWAY) != isinstance(step, GoAway):
            # The response overtook the push of its effect, so wait for that push.
            self._push_awaited_until = now + TRY_AGAIN_AFTER

    def step_failed(self, step: Step, now: float) -> None:
        """Report that a step failed or has an unknown result; it is not due again for a while."""
        self._has_set_away |= isinstance(step, GoAway)
        self._not_before[type(step)] = now + TRY_AGAIN_AFTER

    def _plan(self) -> tuple[Step | None, float, float]:
        """Return the next step, and the interval in which it is due."""
        current, others = self._current, self._others
        step: Step
        if not self._connected or others is None or current is None:
            return _NEVER
        if current.kind is not TextKind.AWAY:
            if others or self._is_suspended or current.text == self._text:
                return _NEVER
            step, begins, ends = GoAway(self._text), self._away_from(), math.inf
        elif others and not self._has_set_away:
            return _NEVER
        else:
            step, begins = ComeBack(current.text), -math.inf
            ends = math.inf if others else self._away_from()
        return (
            step,
            max(begins, self._push_awaited_until, self._not_before.get(type(step), -math.inf)),
            ends,
        )

    def _away_from(self) -> float:
        """Return when the user becomes away without further activity; infinity for never."""
        if not self._text:
            return math.inf
        times = [left_at + self._rules.hold for left_at in self._left_at.values()]
        if self._rules.idle_seconds > 0:
            times.append(self._active_at + self._rules.idle_seconds)
        return min(times, default=math.inf)
