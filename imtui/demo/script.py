"""Deciding what the demo's people do next; a function of their state, the RNG and the time."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from random import Random
from typing import Final, TypeAlias

from imtui.demo.cast import Person
from imtui.protocol.status import Platform

LIVELY_SECONDS: Final = 30.0
_LIVELY_PAUSE: Final = (1.0, 3.0)
_CALM_PAUSE: Final = (10.0, 30.0)
_TEXT_DURATION: Final = (20.0, 60.0)
_TEXT_ENDS_SHARE: Final = 0.3
_ONLINE_SHARE: Final = 0.6
"""The share of people who are online on average: above it they leave more often."""


@dataclass(frozen=True)
class LogIn:
    """Log in on another platform."""

    user_id: str
    platform: Platform


@dataclass(frozen=True)
class LogOut:
    """Log out on a platform."""

    user_id: str
    platform: Platform


@dataclass(frozen=True)
class LoseNetwork:
    """Disconnect a platform without logging out."""

    user_id: str
    platform: Platform


@dataclass(frozen=True)
class SetStatus:
    """Set the custom status from a platform; an empty text clears it."""

    user_id: str
    platform: Platform
    text: str
    lasts: float | None = None
    """Seconds until the previous text is restored; None for no end."""


@dataclass(frozen=True)
class Greet:
    """Start a conversation with a real person who is online, if there is one."""

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
    """Decides each next step, and tracks where everybody is logged in."""

    def __init__(self, cast: Iterable[Person], rng: Random) -> None:
        """Start with everybody logged out."""
        self._roles = {person.user_id: _Role(person) for person in cast}
        self._rng = rng
        self._last: str | None = None

    def devices(self, user_id: str) -> list[Platform]:
        """Return the platforms on which a user is logged in."""
        return list(self._roles[user_id].devices)

    def opening(self) -> list[Step]:
        """Return the first steps, after which every general status occurs.

        Most people are online, many of them with a text and some on two platforms; one has lost
        the network; the others have not logged in.
        """
        roles = [role for role in self._roles.values() if not role.visited]
        self._rng.shuffle(roles)
        here = roles[: round(len(roles) * _ONLINE_SHARE)]
        steps: list[Step] = [self._log_in(role) for role in here]
        steps += [self._set_text(role) for at, role in enumerate(here) if at % 3 != 1]
        several = [role for role in here if self._elsewhere(role)]
        steps += [self._log_in(role) for role in several[:3]]
        steps += [self._log_in(role) for role in roles[len(here) : len(here) + 1]]
        steps += [self._lose_network(role) for role in roles[len(here) : len(here) + 1]]
        return steps

    def pause(self, elapsed: float) -> float:
        """Return the seconds until the next step: short at first, longer after half a minute."""
        return self._rng.uniform(*(_LIVELY_PAUSE if elapsed < LIVELY_SECONDS else _CALM_PAUSE))

    def next_step(self) -> Step | None:
        """Return the next step, or None while persons use all accounts."""
        free = [role for role in self._roles.values() if not role.visited]
        if not free:
            return None
        others = [role for role in free if role.person.user_id != self._last]
        role = self._rng.choice(others or free)
        self._last = role.person.user_id
        online = sum(bool(role.devices) for role in free)
        return self._step_of(role, crowded=online > len(free) * _ONLINE_SHARE)

    def leave_for_visitor(self, user_id: str) -> list[Step]:
        """Return the steps that log a user out, because a person uses the account."""
        role = self._roles[user_id]
        role.visited = True
        return [self._log_out(role) for _ in range(len(role.devices))]

    def resume_after_visit(self, user_id: str) -> None:
        """Let a user act again after the person has left."""
        self._roles[user_id].visited = False

    def step_failed(self, step: Step) -> None:
        """Record that a step failed, so that its device is gone."""
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
            (leave, self._lose_network),
        ]
        if role.text:
            choices.append((1.5, self._clear_text))
        if role.person.friend:
            choices.append((0.7, self._greet))
        if self._elsewhere(role):
            choices.append((1.5, self._log_in))
        weights = [weight for weight, _ in choices]
        [(_, act)] = self._rng.choices(choices, weights)
        return act(role)

    def _elsewhere(self, role: _Role) -> list[Platform]:
        return [platform for platform in role.person.platforms if platform not in role.devices]

    def _log_in(self, role: _Role) -> Step:
        platform = self._elsewhere(role)[0]
        role.devices.append(platform)
        return LogIn(role.person.user_id, platform)

    def _log_out(self, role: _Role) -> Step:
        return LogOut(role.person.user_id, self._drop_device(role))

    def _lose_network(self, role: _Role) -> Step:
        return LoseNetwork(role.person.user_id, self._drop_device(role))

    def _drop_device(self, role: _Role) -> Platform:
        platform = self._rng.choice(role.devices)
        role.devices.remove(platform)
        role.text = role.text if role.devices else ""
        return platform

    def _set_text(self, role: _Role) -> Step:
        role.text = self._rng.choice([text for text in role.person.texts if text != role.text])
        ends = self._rng.random() < _TEXT_ENDS_SHARE
        lasts = self._rng.uniform(*_TEXT_DURATION) if ends else None
        return SetStatus(role.person.user_id, self._rng.choice(role.devices), role.text, lasts)

    def _greet(self, role: _Role) -> Step:
        return Greet(role.person.user_id, self._rng.choice(role.devices))

    def _clear_text(self, role: _Role) -> Step:
        role.text = ""
        return SetStatus(role.person.user_id, self._rng.choice(role.devices), "")
