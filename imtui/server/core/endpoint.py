"""Entries of the table of methods, and functions in two steps: plan and apply."""

from collections.abc import Callable
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar

from msgspec import Struct

from imtui.server.core.context import Context

P = ParamSpec("P")
N = TypeVar("N")
A = TypeVar("A")


class Planned(Generic[P, N, A]):
    """A function that reads the archive, in two steps.

    ``plan`` reads the archive and changes nothing; ``apply`` changes the state and does not read
    the archive. A plan can be repeated, for example after a failed read. Rates, revisions and
    numbers are taken by ``apply``.
    """

    def __init__(
        self,
        plan: Callable[Concatenate[Context, P], N],
        apply: Callable[Concatenate[Context, N, P], A],
    ) -> None:
        """Combine the two steps."""
        self.plan = plan
        self.apply = apply
        self.__doc__ = apply.__doc__

    def __call__(self, context: Context, *args: P.args, **kwargs: P.kwargs) -> A:
        """Plan, then apply."""
        return self.apply(context, self.plan(context, *args, **kwargs), *args, **kwargs)


def planned(
    plan: Callable[Concatenate[Context, P], N],
) -> Callable[[Callable[Concatenate[Context, N, P], A]], Planned[P, N, A]]:
    """Make the decorated function an ``apply``, which gets the result of ``plan``."""

    def combine(apply: Callable[Concatenate[Context, N, P], A]) -> Planned[P, N, A]:
        return Planned(plan, apply)

    return combine


class Endpoint(Struct, frozen=True):
    """The function of a method, and how it is called."""

    params: type[Struct]
    function: Callable[[Context, Any], Struct | None]
    """Takes the context and the parameters; None is an empty answer. Raises IMError."""
    is_durable: bool = True
    """Whether it changes durable data, or its answer has to be durable."""
    dropped: Callable[[Context, Any], Struct | None] | None = None
    """Called instead if the app's own server drops the request: only the caller sees its effect."""
