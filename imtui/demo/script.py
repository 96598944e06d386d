"""What the demo's people do next: a pure function of their state, chance and the time."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from random import Random
from typing import Final, TypeAlias

from imtui.demo.cast import Person
from imtui.protocol.status import Platform

LIVELY_SECONDS: Final = 30.0
_LIVELY_PAUSE: Final = (1.0, 3.0)
_CALM_PAUSE: Final = (10.0, 30.0)
_TEXT_LASTS: Final = (20.0, 60.0)
_TEXT_ENDS_SHARE: Final = 0.3
_AT_HOME_SHARE: Final = 0.6
"""Who is online tends to leave while more than this share is, and to stay while less is."""


@dataclass(frozen=True)
class LogIn:
    """Log in on one more platform."""

    user_id: str
    platform: Platform


@dataclass(frozen=True)
class LogOut:
    """Log out on a platform."""

    user_id: str
    platform: Platform


@dataclass(frozen=True)
class LoseNetwork:
    """Go from a platform without logging out."""

    user_id: str
    platform: Platform


@dataclass(frozen=True)
class SetStatus:
    """Set the custom status from a platform; an empty text clears it."""

    user_id: str
    platform: Platform
    text: str
    lasts: float | None = None
    """Seconds after which the text before comes back; None for no end."""


@dataclass(frozen=True)
class Greet:
    """Begin a conversation with a person who is there, if there is one."""

    user_id: str
    platform: Platform


Step: TypeAlias = LogIn | LogOut | LoseNetwork | SetStatus | Greet


@dataclass
class _Role:
    person: Person
    devices: list[Platform] = field(default_factory=list)
    text: str = ""
    visited: bool = False


class Director:
    """Decides what happens next, and knows where everybody should be by now."""

    def __init__(self, cast: Iterable[Person], chance: Random) -> None:
        """Begin with everybody away."""
        self._roles = {person.user_id: _Role(person) for person in cast}
        self._chance = chance
        self._last: str | None = None

    def devices(self, user_id: str) -> list[Platform]:
        """Return where someone is logged in."""
        return list(self._roles[user_id].devices)

    def opening(self) -> list[Step]:
        """Return the steps with which the demo opens; they make every general status appear.

        Most are online, many of them with a text and some on two platforms; one has lost the
        network; the rest have logged out.
        """
        roles = [role for role in self._roles.values() if not role.visited]
        self._chance.shuffle(roles)
        here = roles[: round(len(roles) * _AT_HOME_SHARE)]
        steps: list[Step] = [self._log_in(role) for role in here]
        steps += [self._set_text(role) for at, role in enumerate(here) if at % 3 != 1]
        several = [role for role in here if self._elsewhere(role)]
        steps += [self._log_in(role) for role in several[:3]]
        steps += [self._log_in(role) for role in roles[len(here) : len(here) + 1]]
        steps += [self._lose(role) for role in roles[len(here) : len(here) + 1]]
        return steps

    def pause(self, elapsed: float) -> float:
        """Return the seconds until the next step: few at first, more after half a minute."""
        return self._chance.uniform(*(_LIVELY_PAUSE if elapsed < LIVELY_SECONDS else _CALM_PAUSE))

    def next_step(self) -> Step | None:
        """Return what happens next; None while all people are played by somebody else."""
        free = [role for role in self._roles.values() if not role.visited]
        if not free:
            return None
        others = [role for role in free if role.person.user_id != self._last]
        role = self._chance.choice(others or free)
        self._last = role.person.user_id
        online = sum(bool(role.devices) for role in free)
        return self._step_of(role, crowded=online > len(free) * _AT_HOME_SHARE)

    def make_way(self, user_id: str) -> list[Step]:
        """Return the steps with which someone leaves, because a person came to play them."""
        role = self._roles[user_id]
        role.visited = True
        return [self._log_out(role) for _ in range(len(role.devices))]

    def come_back(self, user_id: str) -> None:
        """Let someone act again, because the person has left."""
        self._roles[user_id].visited = False

    def missed(self, step: Step) -> None:
        """Take note that a step failed: that device is gone."""
        role = self._roles[step.user_id]
        if step.platform in role.devices:
            role.devices.remove(step.platform)
        role.text = role.text if role.devices else ""

    def _step_of(self, role: _Role, *, crowded: bool) -> Step:
        if not role.devices:
            return self._log_in(role)
        leave = 3.0 if crowded else 1.0
        choices: list[tuple[float, Callable[[_Role], Step]]] = [
            (5.0, self._set_text),
            (leave, self._log_out),
            (leave, self._lose),
        ]
        if role.text:
            choices.append((1.5, self._clear))
        if role.person.friend:
            choices.append((0.7, self._greet))
        if self._elsewhere(role):
            choices.append((1.5, self._log_in))
        weights = [weight for weight, _ in choices]
        [(_, act)] = self._chance.choices(choices, weights)
        return act(role)

    def _elsewhere(self, role: _Role) -> list[Platform]:
        return [platform for platform in role.person.platforms if platform not in role.devices]

    def _log_in(self, role: _Role) -> Step:
        platform = self._elsewhere(role)[0]
        role.devices.append(platform)
        return LogIn(role.person.user_id, platform)

    def _log_out(self, role: _Role) -> Step:
        return LogOut(role.person.user_id, self._drop_device(role))

    def _lose(self, role: _Role) -> Step:
        return LoseNetwork(role.person.user_id, self._drop_device(role))

    def _drop_device(self, role: _Role) -> Platform:
        platform = self._chance.choice(role.devices)
        role.devices.remove(platform)
        role.text = role.text if role.devices else ""
        return platform

    def _set_text(self, role: _Role) -> Step:
        role.text = self._chance.choice([text for text in role.person.texts if text != role.text])
        ends = self._chance.random() < _TEXT_ENDS_SHARE
        lasts = self._chance.uniform(*_TEXT_LASTS) if ends else None
        return SetStatus(role.person.user_id, self._chance.choice(role.devices), role.text, lasts)

    def _greet(self, role: _Role) -> Step:
        return Greet(role.person.user_id, self._chance.choice(role.devices))

    def _clear(self, role: _Role) -> Step:
        role.text = ""
        return SetStatus(role.person.user_id, self._chance.choice(role.devices), "")
